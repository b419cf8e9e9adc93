//! Plans of folders
//!
//! Many files into one folder: which file goes where, under which safe name, before anything is downloaded.
//! The folder keeps a listing, "apsfetch-listing.json", of what went where, which lets the next run leave out
//! what is unchanged. Make a plan, start it, wait for its job, and record what became of it; or do all of that
//! at once with `apsfetch_download_design` and `apsfetch_download_objects`.

use std::ffi::c_char;
use std::path::PathBuf;

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::design_filter::{self, apsfetch_design_filter};
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::job::apsfetch_job;
use super::manifest::apsfetch_manifest;
use super::object_filter::{self, apsfetch_object_filter};
use super::text::{self, Text};
use super::{arguments, number, output, release};
use crate::{FileStatus, FolderPlan, PlannedFile, Result};

/// It is to be downloaded, or to be asked for whether it has changed.
pub const APSFETCH_FILE_PLANNED: i32 = 1;
/// It was downloaded and is complete.
pub const APSFETCH_FILE_DOWNLOADED: i32 = 2;
/// The one that is there is still the one that APS has.
pub const APSFETCH_FILE_UNCHANGED: i32 = 3;
/// It could not be downloaded; the error says why.
pub const APSFETCH_FILE_FAILED: i32 = 4;
/// It is not one that can be downloaded; the reason says why.
pub const APSFETCH_FILE_SKIPPED: i32 = 5;

const _: () = assert!(FileStatus::Planned as i32 == APSFETCH_FILE_PLANNED);
const _: () = assert!(FileStatus::Downloaded as i32 == APSFETCH_FILE_DOWNLOADED);
const _: () = assert!(FileStatus::Unchanged as i32 == APSFETCH_FILE_UNCHANGED);
const _: () = assert!(FileStatus::Failed as i32 == APSFETCH_FILE_FAILED);
const _: () = assert!(FileStatus::Skipped as i32 == APSFETCH_FILE_SKIPPED);

/// Which files go where in one folder. It does not change, so any thread may read it.
pub struct apsfetch_plan {
    _opaque: [u8; 0],
}

pub(super) struct PlanObject {
    pub(super) plan: FolderPlan,
    folder: Text,
    listing: Text,
    files: Vec<FileTexts>,
}

/// What C reads of a planned file beside its numbers.
struct FileTexts {
    id: Text,
    relative_path: Option<Text>,
    reason: Option<Text>,
    /// Its place among the items of the job.
    job_index: Option<u64>,
}

impl PlanObject {
    fn new(plan: FolderPlan) -> Self {
        let mut items = 0u64;
        let mut texts = |file: &PlannedFile| FileTexts {
            id: Text::new(&file.id),
            relative_path: Text::maybe(file.relative_path.as_deref()),
            reason: Text::maybe(file.reason.as_deref()),
            job_index: file.request().map(|_| {
                let index = items;
                items = items.saturating_add(1);
                index
            }),
        };
        PlanObject {
            files: plan.files().iter().map(&mut texts).collect(),
            folder: Text::new(&plan.folder().to_string_lossy()),
            listing: Text::new(&plan.listing().to_string_lossy()),
            plan,
        }
    }

    fn file(&self, index: usize) -> Result<(&PlannedFile, &FileTexts)> {
        Ok((
            arguments::item(self.plan.files(), index, "files")?,
            arguments::item(&self.files, index, "files")?,
        ))
    }
}

impl Handle for apsfetch_plan {
    type Object = PlanObject;
    const NAME: &'static str = "plan";
}

/// Reads one of a file's texts.
fn text_of(
    plan: *const apsfetch_plan,
    index: usize,
    text: impl FnOnce(&FileTexts) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(handle::get(plan)?.file(index)?.1)))
    })
}

/// # Safety
///
/// As for [`guard::call`] and [`output::clear`].
unsafe fn plan_design(
    client: *const apsfetch_client,
    manifest: *const apsfetch_manifest,
    filter: *const apsfetch_design_filter,
    folder: impl FnOnce() -> Result<PathBuf>,
    out: *mut *mut apsfetch_plan,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let manifest = handle::get(manifest)?;
            let filter = design_filter::copy(filter)?;
            let plan = client.plan_design(&manifest.manifest, &filter, folder()?)?;
            output::give(out, PlanObject::new(plan))?;
            Ok(Outcome::Done)
        })
    }
}

/// Plans to download the derivatives of a design into a folder: gives each its name, makes the folders and
/// notes the names in the folder's listing. Nothing is sent. What cannot be downloaded (3D SVF2, failed or
/// unfinished translations) is in the plan as skipped. `filter` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_design(
    client: *const apsfetch_client,
    manifest: *const apsfetch_manifest,
    filter: *const apsfetch_design_filter,
    folder: *const c_char,
    out: *mut *mut apsfetch_plan,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let folder = || arguments::path(folder, "folder");
        plan_design(client, manifest, filter, folder, out, error)
    }
}

/// `apsfetch_plan_design` for a folder in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_design_utf16(
    client: *const apsfetch_client,
    manifest: *const apsfetch_manifest,
    filter: *const apsfetch_design_filter,
    folder: *const u16,
    out: *mut *mut apsfetch_plan,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let folder = || arguments::path_utf16(folder, "folder");
        plan_design(client, manifest, filter, folder, out, error)
    }
}

/// # Safety
///
/// As for [`guard::call`], [`output::clear`] and [`arguments::text`].
unsafe fn plan_objects(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    filter: *const apsfetch_object_filter,
    folder: impl FnOnce() -> Result<PathBuf>,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_plan,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let bucket = arguments::text(bucket_key, "bucket key")?;
            let filter = object_filter::copy(filter)?;
            let cancel = arguments::cancel_token(cancel)?;
            let plan = client.plan_objects(bucket, &filter, folder()?, cancel.as_deref())?;
            output::give(out, PlanObject::new(plan))?;
            Ok(Outcome::Done)
        })
    }
}

/// Plans to download objects into a folder, in the same manner. The bucket is listed first, which needs the
/// scope `data:read`; objects that lie in the folder already, unchanged on both sides, are in the plan as
/// unchanged. `filter` and `cancel` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_objects(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    filter: *const apsfetch_object_filter,
    folder: *const c_char,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_plan,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let folder = || arguments::path(folder, "folder");
        plan_objects(client, bucket_key, filter, folder, cancel, out, error)
    }
}

/// `apsfetch_plan_objects` for a folder in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_objects_utf16(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    filter: *const apsfetch_object_filter,
    folder: *const u16,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_plan,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let folder = || arguments::path_utf16(folder, "folder");
        plan_objects(client, bucket_key, filter, folder, cancel, out, error)
    }
}

/// Starts to download the planned files, in their order, as one job. When it is over, or before,
/// `apsfetch_plan_record` notes the results in the listing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_start(
    client: *const apsfetch_client,
    plan: *const apsfetch_plan,
    out: *mut *mut apsfetch_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let plan = handle::get(plan)?;
            output::give(out, client.start_plan(&plan.plan)?)?;
            Ok(Outcome::Done)
        })
    }
}

/// The folder, as an absolute path.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_folder(plan: *const apsfetch_plan) -> *const c_char {
    guard::value(std::ptr::null(), || Ok(handle::get(plan)?.folder.as_ptr()))
}

/// The absolute path of the folder's listing.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_listing(plan: *const apsfetch_plan) -> *const c_char {
    guard::value(std::ptr::null(), || Ok(handle::get(plan)?.listing.as_ptr()))
}

/// How many files there are: those to download, and those that are unchanged, skipped or failed already.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_count(plan: *const apsfetch_plan) -> usize {
    guard::value(0, || Ok(handle::get(plan)?.files.len()))
}

/// The derivative's URN, or the object's key. A part of a design without a URN goes by its GUID or its name.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_file_id(plan: *const apsfetch_plan, index: usize) -> *const c_char {
    text_of(plan, index, |file| Some(&file.id))
}

/// Where the file goes, below the folder and with "/" between names; NULL for most skipped ones.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_file_relative_path(
    plan: *const apsfetch_plan,
    index: usize,
) -> *const c_char {
    text_of(plan, index, |file| file.relative_path.as_ref())
}

/// The size in bytes, or -1 if it is not known yet: APS tells it for objects only.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_file_size(plan: *const apsfetch_plan, index: usize) -> i64 {
    guard::value(-1, || {
        Ok(number::or_unknown(handle::get(plan)?.file(index)?.0.size))
    })
}

/// One of the `APSFETCH_FILE_` numbers: planned, unchanged, skipped or failed.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_file_status(plan: *const apsfetch_plan, index: usize) -> i32 {
    guard::number(|| Ok(handle::get(plan)?.file(index)?.0.status as i32))
}

/// Why the file is skipped, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_file_reason(
    plan: *const apsfetch_plan,
    index: usize,
) -> *const c_char {
    text_of(plan, index, |file| file.reason.as_ref())
}

/// The status and the error of a file that has failed already, because there can be no such file here;
/// `APSFETCH_OK` and no error for others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_plan_file_error(
    plan: *const apsfetch_plan,
    index: usize,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || match &handle::get(plan)?.file(index)?.0.error {
            Some(error) => Err(error.clone()),
            None => Ok(Outcome::Done),
        })
    }
}

/// The index of a planned file's item in the job of `apsfetch_plan_start`; -1 for a file that is not planned.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_file_job_index(plan: *const apsfetch_plan, index: usize) -> i64 {
    guard::value(-1, || {
        Ok(number::or_unknown(
            handle::get(plan)?.file(index)?.1.job_index,
        ))
    })
}

/// Frees a plan. Its job goes on.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_plan_free(plan: *mut apsfetch_plan) -> i32 {
    release::free(plan, |_| {})
}
