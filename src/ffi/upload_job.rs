//! Uploads to poll
//!
//! The uploads above on a thread of their client, for programs that want no callback: start one, wait in slices
//! that suit your user interface, look at the progress, ask for the result.

use std::ffi::c_char;
use std::path::PathBuf;

use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::progress::{self, apsfetch_progress};
use super::upload::{self, Target};
use super::upload_options::{self, apsfetch_upload_options};
use super::upload_result::{UploadResultObject, apsfetch_upload_result};
use super::{arguments, output, release};
use crate::{Result, UploadJob};

/// An upload under way, or over.
pub struct apsfetch_upload_job {
    _opaque: [u8; 0],
}

impl Handle for apsfetch_upload_job {
    type Object = UploadJob;
    const NAME: &'static str = "job of an upload";
}

/// What the starts have in common.
///
/// # Safety
///
/// `out` and `error` are NULL or can be written.
unsafe fn start(
    client: *const apsfetch_client,
    target_and_path: impl FnOnce() -> Result<(Target, PathBuf)>,
    options: *const apsfetch_upload_options,
    out: *mut *mut apsfetch_upload_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let (target, path) = target_and_path()?;
            let options = upload_options::copy(options)?;
            let job = match &target {
                Target::Url(url) => client.start_upload(url.expose(), &path, &options)?,
                Target::Object(bucket, object) => {
                    client.start_upload_object(bucket, object, &path, &options)?
                }
            };
            output::give(out, job)?;
            Ok(Outcome::Done)
        })
    }
}

/// Starts `apsfetch_upload`: the file at `path` to a URL with write access. `options` may be NULL. A file that
/// cannot be read, or a URL that is none, is an error here; all others are the result's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_start(
    client: *const apsfetch_client,
    url: *const c_char,
    path: *const c_char,
    options: *const apsfetch_upload_options,
    out: *mut *mut apsfetch_upload_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            Ok((
                upload::to_url(url)?,
                arguments::path(path, "path of the file")?,
            ))
        };
        start(client, arguments, options, out, error)
    }
}

/// `apsfetch_upload_job_start` for a path in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_start_utf16(
    client: *const apsfetch_client,
    url: *const c_char,
    path: *const u16,
    options: *const apsfetch_upload_options,
    out: *mut *mut apsfetch_upload_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            Ok((
                upload::to_url(url)?,
                arguments::path_utf16(path, "path of the file")?,
            ))
        };
        start(client, arguments, options, out, error)
    }
}

/// Starts `apsfetch_upload_object`: the file at `path` as an object, which is replaced if it is there. If the
/// client may wait for an access token (`apsfetch_config_set_token_wait_ms`), the upload does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_start_object(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    object_key: *const c_char,
    path: *const c_char,
    options: *const apsfetch_upload_options,
    out: *mut *mut apsfetch_upload_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            let object = upload::to_object(bucket_key, object_key)?;
            Ok((object, arguments::path(path, "path of the file")?))
        };
        start(client, arguments, options, out, error)
    }
}

/// `apsfetch_upload_job_start_object` for a path in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_start_object_utf16(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    object_key: *const c_char,
    path: *const u16,
    options: *const apsfetch_upload_options,
    out: *mut *mut apsfetch_upload_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        let arguments = || {
            let object = upload::to_object(bucket_key, object_key)?;
            Ok((object, arguments::path_utf16(path, "path of the file")?))
        };
        start(client, arguments, options, out, error)
    }
}

/// Waits for the end, at most `timeout_ms` milliseconds, or without limit for `APSFETCH_NO_LIMIT`.
/// `APSFETCH_OK` when the upload is over, whatever became of it; `APSFETCH_PENDING` when the time passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_wait(
    job: *const apsfetch_upload_job,
    timeout_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            let over = handle::get(job)?.wait(arguments::limit(timeout_ms));
            Ok(Outcome::of(over))
        })
    }
}

/// How far the upload has come, as a job of one item: `bytes_done` have been sent, and `bytes_total` is the size
/// of the file. Neither ever falls, also when the file has to be sent again. Otherwise as
/// `apsfetch_job_progress`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_progress(
    job: *const apsfetch_upload_job,
    progress: *mut apsfetch_progress,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            let job = handle::get(job)?;
            progress::fill(progress, &job.progress())?;
            Ok(Outcome::Done)
        })
    }
}

/// Breaks the upload off. It returns at once, and the upload ends within a tenth of a second. It stores nothing
/// then, but one that is cancelled in its last moment may have been stored already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_cancel(
    job: *const apsfetch_upload_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            handle::get(job)?.cancel();
            Ok(Outcome::Done)
        })
    }
}

/// What became of the upload: `APSFETCH_OK` with a result that the caller frees, `APSFETCH_PENDING` while it is
/// not over, or the status and the error it failed with. It can be asked for repeatedly.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_job_result(
    job: *const apsfetch_upload_job,
    out: *mut *mut apsfetch_upload_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let Some(result) = handle::get(job)?.result() else {
                return Ok(Outcome::Pending);
            };
            output::give(out, UploadResultObject::new(result?))?;
            Ok(Outcome::Done)
        })
    }
}

/// Frees a job. One that is not over is cancelled, and nothing of it reads the file or sends any more when this
/// returns. Results that were asked for live on.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_job_free(job: *mut apsfetch_upload_job) -> i32 {
    release::free(job, |job| {
        job.cancel();
        job.join();
    })
}
