//! Requests
//!
//! What to fetch, how to have it signed, and where to put it. A job and a signing copy their requests, so
//! these can be changed, used again or freed at once. A setter that fails changes nothing.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{arguments, output, release};
use crate::{Error, ExistingFile, Request, Result};

/// An existing target is replaced, in one step and only by a complete and verified file. The default.
pub const APSFETCH_EXISTING_FILE_REPLACE: i32 = 0;
/// An existing target is kept; the item succeeds with `APSFETCH_ITEM_KEPT` and without a download.
pub const APSFETCH_EXISTING_FILE_KEEP: i32 = 1;
/// The item fails with `APSFETCH_E_FILE_EXISTS` if the target exists.
pub const APSFETCH_EXISTING_FILE_FAIL: i32 = 2;

const _: () = assert!(ExistingFile::Replace as i32 == APSFETCH_EXISTING_FILE_REPLACE);
const _: () = assert!(ExistingFile::Keep as i32 == APSFETCH_EXISTING_FILE_KEEP);
const _: () = assert!(ExistingFile::Fail as i32 == APSFETCH_EXISTING_FILE_FAIL);

/// One file to sign or to download.
pub struct apsfetch_request {
    _opaque: [u8; 0],
}

pub(super) struct RequestObject(Mutex<Request>);

impl RequestObject {
    pub(super) fn copy(&self) -> Request {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Handle for apsfetch_request {
    type Object = RequestObject;
    const NAME: &'static str = "request";
}

/// # Safety
///
/// As for [`guard::call`] and [`output::clear`].
unsafe fn make(
    out: *mut *mut apsfetch_request,
    error: *mut *mut apsfetch_error,
    request: impl FnOnce() -> Result<Request>,
) -> i32 {
    // SAFETY: the caller vouches for both pointers.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, RequestObject(Mutex::new(request()?)))?;
            Ok(Outcome::Done)
        })
    }
}

/// Changes a copy and puts it in the place of the original, which stays as it is when the change fails.
///
/// # Safety
///
/// As for [`guard::call`].
pub(super) unsafe fn edit(
    request: *mut apsfetch_request,
    error: *mut *mut apsfetch_error,
    change: impl FnOnce(Request) -> Result<Request>,
) -> i32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe {
        guard::call(error, || {
            let request = handle::get(request)?;
            let mut request = request.0.lock().unwrap_or_else(PoisonError::into_inner);
            *request = change(request.clone())?;
            Ok(Outcome::Done)
        })
    }
}

/// A derivative of the Model Derivative service, by its "Fetch Derivative Download URL"
/// (GET urn/manifest/derivativeUrn/signedcookies). `urn` is the design's, in URL-safe base64 or plain;
/// `derivative_urn` is the one from the manifest, plain or percent-encoded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_new_derivative(
    urn: *const c_char,
    derivative_urn: *const c_char,
    out: *mut *mut apsfetch_request,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        make(out, error, || {
            Request::derivative(
                arguments::text(urn, "URN of the design")?,
                arguments::text(derivative_urn, "URN of the derivative")?,
            )
        })
    }
}

/// An object of the Object Storage Service, by its "Batch Get S3 Download URLs"
/// (POST buckets/bucketKey/objects/batchsigneds3download). `object_key` is the key as given at the upload,
/// not percent-encoded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_new_object(
    bucket_key: *const c_char,
    object_key: *const c_char,
    out: *mut *mut apsfetch_request,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        make(out, error, || {
            Request::object(
                arguments::text(bucket_key, "bucket key")?,
                arguments::text(object_key, "object key")?,
            )
        })
    }
}

/// A URL that the host's own backend has signed, sent byte for byte. It needs no access token. https is
/// required, except for addresses of this machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_new_url(
    url: *const c_char,
    out: *mut *mut apsfetch_request,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe { make(out, error, || Request::url(arguments::text(url, "URL")?)) }
}

/// The file to make. Its folder must exist; a relative path is seen from the current folder of the process
/// at the start of the job. While the download runs, a part file lies beside it. A symbolic link at the path is
/// replaced, not followed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_path(
    request: *mut apsfetch_request,
    path: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            Ok(request.to_file(arguments::path(path, "path of the target")?))
        })
    }
}

/// `apsfetch_request_set_path` for a path in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_path_utf16(
    request: *mut apsfetch_request,
    path: *const u16,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            Ok(request.to_file(arguments::path_utf16(path, "path of the target")?))
        })
    }
}

/// Downloads into memory instead of a file; see `apsfetch_result_data`. The item fails if the file has more
/// than `max_bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_memory(
    request: *mut apsfetch_request,
    max_bytes: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe { edit(request, error, |request| Ok(request.to_memory(max_bytes))) }
}

/// 1, the default, goes on with a download that failed, was cancelled or whose process was killed:
/// "NAME.apsfetch-part" and "NAME.apsfetch-journal" then stay beside the target, and the next download of the
/// same source to the same target, in whatever process, fetches only what is missing, if the file on the server
/// is still the same. They are kept once a mebibyte has arrived, and only of a source that can prove its
/// version (an ETag, a date or a SHA-1). With 0, such files of an earlier run are removed and none are left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_resume(
    request: *mut apsfetch_request,
    resume: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            Ok(request.resume(arguments::flag(resume, "choice to resume")?))
        })
    }
}

/// What happens when the target exists: one of the `APSFETCH_EXISTING_FILE_` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_existing_file(
    request: *mut apsfetch_request,
    existing_file: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(request, error, |request| {
            let existing_file = match existing_file {
                APSFETCH_EXISTING_FILE_REPLACE => ExistingFile::Replace,
                APSFETCH_EXISTING_FILE_KEEP => ExistingFile::Keep,
                APSFETCH_EXISTING_FILE_FAIL => ExistingFile::Fail,
                other => {
                    return Err(Error::invalid(format!(
                        "The choice for an existing file is {other}, not 0, 1 or 2."
                    )));
                }
            };
            Ok(request.existing_file(existing_file))
        })
    }
}

/// The SHA-1 the file must have, as 40 hex digits. It takes the place of the one APS gives.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_sha1(
    request: *mut apsfetch_request,
    sha1: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.sha1(arguments::text(sha1, "SHA-1")?)
        })
    }
}

/// The size in bytes the file must have, when the host knows it; another one is APSFETCH_E_CHANGED. For a URL it
/// lets all connections start at once. 0 is an empty file, and not a size that nobody knows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_set_size(
    request: *mut apsfetch_request,
    bytes: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe { edit(request, error, |request| Ok(request.size(bytes))) }
}

/// URLs only: a header to send along, such as a cookie, to the URL's own host only. Can be called repeatedly.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_request_add_header(
    request: *mut apsfetch_request,
    name: *const c_char,
    value: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        edit(request, error, |request| {
            request.header(
                arguments::text(name, "name of the header")?,
                arguments::text(value, "value of the header")?,
            )
        })
    }
}

/// Frees a request. Jobs made from it live on.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_request_free(request: *mut apsfetch_request) -> i32 {
    release::free(request, |_| {})
}
