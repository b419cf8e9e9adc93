//! Many files into one folder: a whole design, or the objects of a bucket.
//!
//! A plan says which file goes where, before anything is downloaded; the listing in the folder says what went
//! where, and lets the next run leave out what is unchanged.

mod design;
mod directory;
#[cfg(any(test, feature = "fuzzing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never in a library that is built for use, and a fuzzer has to find what goes wrong"
)]
pub(crate) mod fuzz;
mod layout;
mod listing;
mod lock;
mod name;
mod objects;
mod outcome;
mod plan;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use name::same_file;

pub use design::DesignFilter;
pub use objects::ObjectFilter;
pub use outcome::{FolderFile, FolderOutcome};

use crate::error::Error;
use crate::request::Request;

/// What became, or is to become, of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(i32)]
#[non_exhaustive]
pub enum FileStatus {
    /// It is to be downloaded, or to be asked for whether it has changed.
    Planned = 1,
    /// It was downloaded and is complete.
    Downloaded = 2,
    /// The one that is there is still the one that APS has.
    Unchanged = 3,
    /// It could not be downloaded; the error says why.
    Failed = 4,
    /// It is not one that can be downloaded; the reason says why.
    Skipped = 5,
}

/// Which files go where in one folder.
///
/// Made by [`Client::plan_design`](crate::Client::plan_design) and
/// [`Client::plan_objects`](crate::Client::plan_objects). The names in it are given away: they stand in the
/// listing of the folder, `apsfetch-listing.json`, and no other plan for the same folder gets them.
#[derive(Debug, Clone)]
pub struct FolderPlan {
    folder: PathBuf,
    files: Vec<PlannedFile>,
}

/// One file of a [`FolderPlan`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlannedFile {
    /// The derivative's URN, or the object's key. A part of a design without a URN goes by its GUID or its name.
    pub id: String,
    /// Where it goes, below the folder and with `/` between names. A skipped file may have none.
    pub relative_path: Option<String>,
    /// The size in bytes, where APS has told it already: for objects.
    pub size: Option<u64>,
    /// Planned, unchanged, skipped or failed.
    pub status: FileStatus,
    /// Why it is skipped.
    pub reason: Option<String>,
    /// Why it has failed already: there can be no such file here.
    pub error: Option<Error>,
    request: Option<Request>,
    /// What the listing of the bucket says the content is.
    sha1: Option<String>,
    /// What the folder's listing said, with the status of now.
    entry: listing::Entry,
}

impl FolderPlan {
    /// The folder, as an absolute path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The listing of the folder.
    pub fn listing(&self) -> PathBuf {
        self.folder.join(listing::NAME)
    }

    /// All files: those to download, and those that are unchanged, skipped or failed already.
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// The requests for the planned files, in their order.
    pub fn requests(&self) -> Vec<Request> {
        let requests = self.files.iter().filter_map(PlannedFile::request);
        requests.cloned().collect()
    }
}

impl PlannedFile {
    /// The request that downloads it, if it is planned.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }
}
