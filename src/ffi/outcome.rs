//! Outcomes of folders
//!
//! What became of the files of a plan, in its order.

use std::ffi::c_char;

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::job::apsfetch_job;
use super::plan::apsfetch_plan;
use super::text::{self, Text};
use super::{arguments, output, release};
use crate::{FolderFile, FolderOutcome, Result};

/// What became of a plan. It does not change, so any thread may read it.
pub struct apsfetch_outcome {
    _opaque: [u8; 0],
}

pub(super) struct OutcomeObject {
    folder: Text,
    listing: Text,
    files: Vec<File>,
}

/// A file, with its texts as C reads them.
struct File {
    file: FolderFile,
    id: Text,
    path: Option<Text>,
    etag: Option<Text>,
    sha1: Option<Text>,
    reason: Option<Text>,
}

impl OutcomeObject {
    pub(super) fn new(outcome: FolderOutcome) -> Self {
        OutcomeObject {
            folder: Text::new(&outcome.folder.to_string_lossy()),
            listing: Text::new(&outcome.listing.to_string_lossy()),
            files: outcome.files.into_iter().map(File::new).collect(),
        }
    }

    fn file(&self, index: usize) -> Result<&File> {
        arguments::item(&self.files, index, "files")
    }
}

impl File {
    fn new(file: FolderFile) -> Self {
        let path = file.path.as_ref().map(|path| path.to_string_lossy());
        File {
            id: Text::new(&file.id),
            path: Text::maybe(path.as_deref()),
            etag: Text::maybe(file.etag.as_deref()),
            sha1: Text::maybe(file.sha1.as_deref()),
            reason: Text::maybe(file.reason.as_deref()),
            file,
        }
    }
}

impl Handle for apsfetch_outcome {
    type Object = OutcomeObject;
    const NAME: &'static str = "outcome";
}

/// Reads one of a file's texts.
fn text_of(
    outcome: *const apsfetch_outcome,
    index: usize,
    text: impl FnOnce(&File) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(handle::get(outcome)?.file(index)?)))
    })
}

/// Notes in the folder's listing what became of the files, and says it. `job` is the one that
/// `apsfetch_plan_start` has started for this plan. It can be called while the job runs, so that a program
/// that is killed has not downloaded in vain; files that are not over are `APSFETCH_FILE_PLANNED` then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_record(
    plan: *const apsfetch_plan,
    job: *const apsfetch_job,
    out: *mut *mut apsfetch_outcome,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let plan = handle::get(plan)?;
            let job = handle::get(job)?;
            output::give(out, OutcomeObject::new(plan.plan.record(&job)?))?;
            Ok(Outcome::Done)
        })
    }
}

/// The folder, as an absolute path.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_folder(outcome: *const apsfetch_outcome) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(handle::get(outcome)?.folder.as_ptr())
    })
}

/// The absolute path of the folder's listing.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_listing(outcome: *const apsfetch_outcome) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(handle::get(outcome)?.listing.as_ptr())
    })
}

/// How many files there are.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_count(outcome: *const apsfetch_outcome) -> usize {
    guard::value(0, || Ok(handle::get(outcome)?.files.len()))
}

/// The derivative's URN, or the object's key.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_id(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> *const c_char {
    text_of(outcome, index, |file| Some(&file.id))
}

/// The absolute path where the file is, or was to be; NULL for most skipped ones. A name that is not Unicode
/// is shown with replacement characters.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_path(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> *const c_char {
    text_of(outcome, index, |file| file.path.as_ref())
}

/// One of the `APSFETCH_FILE_` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_status(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> i32 {
    guard::number(|| Ok(handle::get(outcome)?.file(index)?.file.status as i32))
}

/// The size in bytes of the file that is there, downloaded or unchanged; 0 for others.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_bytes(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> u64 {
    guard::value(0, || Ok(handle::get(outcome)?.file(index)?.file.bytes))
}

/// The version's ETag as APS or the server gives it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_etag(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> *const c_char {
    text_of(outcome, index, |file| file.etag.as_ref())
}

/// The SHA-1 as 40 hex digits, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_sha1(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> *const c_char {
    text_of(outcome, index, |file| file.sha1.as_ref())
}

/// Why the file was skipped, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_file_reason(
    outcome: *const apsfetch_outcome,
    index: usize,
) -> *const c_char {
    text_of(outcome, index, |file| file.reason.as_ref())
}

/// The status and the error of a file that failed; `APSFETCH_OK` and no error for others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_outcome_file_error(
    outcome: *const apsfetch_outcome,
    index: usize,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            match &handle::get(outcome)?.file(index)?.file.error {
                Some(error) => Err(error.clone()),
                None => Ok(Outcome::Done),
            }
        })
    }
}

/// Frees an outcome. The files stay.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_outcome_free(outcome: *mut apsfetch_outcome) -> i32 {
    release::free(outcome, |_| {})
}
