//! Downloading whole folders in one call
//!
//! For programs that have a thread to spare: plan, job, and listing, with progress. Files that are unchanged
//! since the last time are not downloaded again, and one failed file does not stop the others.
//!
//! `callback`, which may be NULL, is called with `user_data` on this thread about ten times a second; a result
//! other than 0 from it, or `cancel`, which may be NULL too, lets the files that are not over fail with
//! `APSFETCH_E_CANCELLED`. The next time goes on with them.
//!
//! `outcome_out` receives what became of each file, also when some failed; NULL if it did not come to a
//! download. `outcome_out` itself may be NULL when that is not wanted. `APSFETCH_OK` if no file failed.
//! Otherwise the status of the first one that did, with an error whose message says how many.

use std::ffi::{c_char, c_void};
use std::path::PathBuf;

use super::callback::{self, Body};
use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::design_filter::{self, apsfetch_design_filter};
use super::error::apsfetch_error;
use super::guard::Outcome;
use super::object_filter::{self, apsfetch_object_filter};
use super::outcome::{OutcomeObject, apsfetch_outcome};
use super::progress::{apsfetch_progress, apsfetch_progress_callback};
use super::{arguments, handle, output};
use crate::{
    CancelToken, Client, DesignFilter, Error, FolderOutcome, ObjectFilter, Progress, Result,
};

/// What is downloaded.
enum What {
    Design(String, DesignFilter),
    Objects(String, ObjectFilter),
}

impl What {
    fn download(
        &self,
        client: &Client,
        folder: &PathBuf,
        told: impl FnMut(&Progress) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<FolderOutcome> {
        match self {
            What::Design(urn, filter) => client.download_design(urn, filter, folder, told, cancel),
            What::Objects(bucket, filter) => {
                client.download_objects(bucket, filter, folder, told, cancel)
            }
        }
    }
}

/// What the exports have in common.
///
/// # Safety
///
/// `outcome_out` and `error` are NULL or can be written; the callback is one that the caller vouches for.
unsafe fn download(
    client: *const apsfetch_client,
    what_and_folder: impl FnOnce() -> Result<(What, PathBuf)>,
    callback: apsfetch_progress_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    outcome_out: *mut *mut apsfetch_outcome,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe { output::set(outcome_out, std::ptr::null_mut()) };
    let prepare = || {
        let client = handle::get(client)?;
        let (what, folder) = what_and_folder()?;
        let cancel = arguments::cancel_token(cancel)?;
        let body: Body<apsfetch_progress, FolderOutcome> = Box::new(move |ask| {
            let told = |progress: &Progress| ask(apsfetch_progress::new(progress));
            what.download(&client, &folder, told, cancel.as_deref())
        });
        Ok(body)
    };
    let tell = callback.map(|callback| {
        move |progress: apsfetch_progress| {
            // SAFETY: the caller vouches for its function, and the progress outlives the call.
            unsafe { callback(&raw const progress, user_data) == 0 }
        }
    });
    // SAFETY: the caller vouches for both pointers.
    unsafe {
        callback::run(error, prepare, tell, |outcome| {
            let verdict = verdict(&outcome);
            if !outcome_out.is_null() {
                output::give(outcome_out, OutcomeObject::new(outcome))?;
            }
            verdict
        })
    }
}

/// The first error among the files, and how many there are.
fn verdict(outcome: &FolderOutcome) -> Result<Outcome> {
    let mut errors = outcome.files.iter().filter_map(|file| file.error.as_ref());
    let Some(first) = errors.next() else {
        return Ok(Outcome::Done);
    };
    let failed = errors.count().saturating_add(1);
    let all = outcome.files.len();
    let error: Error = first.clone();
    Err(error.context(format!("{failed} of {all} files failed; the first is")))
}

/// Downloads the derivatives of a design into a folder. `urn` is the design's, in URL-safe base64 or plain;
/// `filter` may be NULL. A translation that has not ended is `APSFETCH_E_NOT_READY`; one that failed and left
/// nothing to download is `APSFETCH_E_REFUSED`.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_download_design(
    client: *const apsfetch_client,
    urn: *const c_char,
    filter: *const apsfetch_design_filter,
    folder: *const c_char,
    callback: apsfetch_progress_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    outcome_out: *mut *mut apsfetch_outcome,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || Ok((design(urn, filter)?, arguments::path(folder, "folder")?));
        download(
            client,
            arguments,
            callback,
            user_data,
            cancel,
            outcome_out,
            error,
        )
    }
}

/// `apsfetch_download_design` for a folder in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_download_design_utf16(
    client: *const apsfetch_client,
    urn: *const c_char,
    filter: *const apsfetch_design_filter,
    folder: *const u16,
    callback: apsfetch_progress_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    outcome_out: *mut *mut apsfetch_outcome,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            Ok((
                design(urn, filter)?,
                arguments::path_utf16(folder, "folder")?,
            ))
        };
        download(
            client,
            arguments,
            callback,
            user_data,
            cancel,
            outcome_out,
            error,
        )
    }
}

/// Downloads objects of a bucket into a folder. `filter` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_download_objects(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    filter: *const apsfetch_object_filter,
    folder: *const c_char,
    callback: apsfetch_progress_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    outcome_out: *mut *mut apsfetch_outcome,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            Ok((
                objects(bucket_key, filter)?,
                arguments::path(folder, "folder")?,
            ))
        };
        download(
            client,
            arguments,
            callback,
            user_data,
            cancel,
            outcome_out,
            error,
        )
    }
}

/// `apsfetch_download_objects` for a folder in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_download_objects_utf16(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    filter: *const apsfetch_object_filter,
    folder: *const u16,
    callback: apsfetch_progress_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    outcome_out: *mut *mut apsfetch_outcome,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            let folder = arguments::path_utf16(folder, "folder")?;
            Ok((objects(bucket_key, filter)?, folder))
        };
        download(
            client,
            arguments,
            callback,
            user_data,
            cancel,
            outcome_out,
            error,
        )
    }
}

/// # Safety
///
/// As for [`arguments::text`].
unsafe fn design(urn: *const c_char, filter: *const apsfetch_design_filter) -> Result<What> {
    // SAFETY: the caller vouches for the pointer.
    let urn = unsafe { arguments::text(urn, "URN of the design") }?;
    Ok(What::Design(urn.to_owned(), design_filter::copy(filter)?))
}

/// # Safety
///
/// As for [`arguments::text`].
unsafe fn objects(
    bucket_key: *const c_char,
    filter: *const apsfetch_object_filter,
) -> Result<What> {
    // SAFETY: the caller vouches for the pointer.
    let bucket = unsafe { arguments::text(bucket_key, "bucket key") }?;
    Ok(What::Objects(
        bucket.to_owned(),
        object_filter::copy(filter)?,
    ))
}
