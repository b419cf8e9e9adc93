//! From the results of a job to the listing of the folder.

use std::path::PathBuf;

use super::directory::join;
use super::listing::{Entry, Listing, stat};
use super::lock::FolderLock;
use super::{FileStatus, FolderPlan, PlannedFile};
use crate::error::{Error, Result};
use crate::job::Job;
use crate::transfer::{ItemResult, ItemStatus};

/// What became of a [`FolderPlan`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FolderOutcome {
    /// The folder, as an absolute path.
    pub folder: PathBuf,
    /// Its listing.
    pub listing: PathBuf,
    /// The files, in the order of the plan.
    pub files: Vec<FolderFile>,
}

/// What became of one file of a [`FolderPlan`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FolderFile {
    /// The derivative's URN, or the object's key.
    pub id: String,
    /// Where it is, or was to be; `None` for most skipped ones.
    pub path: Option<PathBuf>,
    /// What became of it.
    pub status: FileStatus,
    /// The size in bytes of the file that is there: downloaded or unchanged.
    pub bytes: u64,
    /// The version's ETag, as APS or the server gives it.
    pub etag: Option<String>,
    /// The SHA-1, as 40 hex digits.
    pub sha1: Option<String>,
    /// Why it was skipped.
    pub reason: Option<String>,
    /// Why it failed.
    pub error: Option<Error>,
}

impl FolderOutcome {
    /// How many files have this status.
    pub fn count(&self, status: FileStatus) -> usize {
        let all = self.files.iter();
        all.filter(|file| file.status == status).count()
    }
}

impl FolderPlan {
    /// Notes in the listing what became of the files, and returns it. `job` is the one that
    /// [`Client::start_plan`](crate::Client::start_plan) has started for this plan.
    ///
    /// It can be called while the job runs, so that a program that is killed has not downloaded in vain; files
    /// that are not over are still [`FileStatus::Planned`] then.
    ///
    /// Fails with [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for the job of another plan,
    /// and when the listing cannot be written; what was downloaded stays in any case.
    pub fn record(&self, job: &Job) -> Result<FolderOutcome> {
        let planned = self.files.iter().filter(|file| file.request.is_some());
        if planned.count() != job.len() {
            return Err(Error::invalid("The job is not the one of this plan."));
        }
        let mut entries = Vec::with_capacity(self.files.len());
        let mut files = Vec::with_capacity(self.files.len());
        let mut index = 0usize;
        for file in &self.files {
            let result = match file.request {
                None => None,
                Some(_) => {
                    let result = job.result(index);
                    index = index.saturating_add(1);
                    result
                }
            };
            let (entry, outcome) = self.outcome_of(file, result)?;
            entries.push(entry);
            files.push(outcome);
        }
        let _lock = FolderLock::take(&self.folder)?;
        // Read again: another plan may have written meanwhile.
        let mut listing = Listing::read(&self.folder);
        for entry in entries {
            listing.put(entry);
        }
        Ok(FolderOutcome {
            folder: self.folder.clone(),
            listing: listing.write(&self.folder)?,
            files,
        })
    }

    fn outcome_of(
        &self,
        file: &PlannedFile,
        result: Option<Result<ItemResult>>,
    ) -> Result<(Entry, FolderFile)> {
        let mut entry = file.entry.clone();
        let relative = file.relative_path.as_deref();
        let path = relative.map(|relative| join(&self.folder, relative));
        let mut error = file.error.clone();
        match result {
            None => {}
            Some(Ok(result)) => {
                if result.path != path {
                    return Err(Error::invalid("The job is not the one of this plan."));
                }
                match result.status {
                    ItemStatus::Downloaded => note_download(&mut entry, file, &result),
                    _ => entry.status = FileStatus::Unchanged,
                }
            }
            Some(Err(failure)) => {
                // What is known of the file of last time stays: it may still be there.
                entry.status = FileStatus::Failed;
                entry.error = Some(failure.to_string());
                error = Some(failure);
            }
        }
        let present = matches!(entry.status, FileStatus::Downloaded | FileStatus::Unchanged);
        let outcome = FolderFile {
            id: file.id.clone(),
            path,
            status: entry.status,
            bytes: entry.version.size.filter(|_| present).unwrap_or(0),
            etag: entry.version.etag.clone().filter(|_| present),
            sha1: entry.version.sha1.clone().filter(|_| present),
            reason: file.reason.clone(),
            error,
        };
        Ok((entry, outcome))
    }
}

fn note_download(entry: &mut Entry, file: &PlannedFile, result: &ItemResult) {
    entry.status = FileStatus::Downloaded;
    let version = &mut entry.version;
    version.size = Some(result.bytes);
    version.etag = result.etag.clone();
    // Without a checked SHA-1, the one of the bucket's listing tells the version: if the object was
    // replaced in between, the next listing has another one, and the file is downloaded again.
    let listed = file
        .sha1
        .clone()
        .filter(|_| file.size == Some(result.bytes));
    version.sha1 = result.sha1.clone().or(listed);
    version.modified = result
        .path
        .as_deref()
        .and_then(stat)
        .filter(|(size, _)| *size == result.bytes)
        .map(|(_, modified)| modified);
}
