//! Uploads
//!
//! A file to a URL that is signed for writing. It is read while it is sent, so it may be as large as it likes.
//! A connection that cannot be made is tried again, and so is an answer of 429 or 5xx, with the whole file,
//! unless the URL works once. The access token is never sent to the URL.

use std::ffi::{c_char, c_void};
use std::path::PathBuf;

use super::callback::{self, Body};
use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::Outcome;
use super::upload_options::{self, apsfetch_upload_options};
use super::upload_result::{UploadResultObject, apsfetch_upload_result};
use super::{arguments, handle, output};
use crate::Result;
use crate::secret::Secret;

/// Called by the uploads on the thread that called them, about twenty times a second and once at the end, with
/// the bytes sent and the size of the file. The bytes sent never fall, also when the file has to be sent again.
/// A result other than 0 cancels the upload. Otherwise as `apsfetch_progress_callback`.
pub type apsfetch_upload_callback = Option<
    unsafe extern "C-unwind" fn(bytes_sent: u64, bytes_total: u64, user_data: *mut c_void) -> i32,
>;

/// Where the file goes.
pub(super) enum Target {
    Url(Secret),
    Object(String, String),
}

/// What the exports have in common.
///
/// # Safety
///
/// `out` and `error` are NULL or can be written; the callback is one that the caller vouches for.
unsafe fn upload(
    client: *const apsfetch_client,
    target_and_path: impl FnOnce() -> Result<(Target, PathBuf)>,
    options: *const apsfetch_upload_options,
    (callback, user_data): (apsfetch_upload_callback, *mut c_void),
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_upload_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    let prepare = || {
        // SAFETY: the caller vouches for the pointer.
        unsafe { output::clear(out) }?;
        let client = handle::get(client)?;
        let (target, path) = target_and_path()?;
        let options = upload_options::copy(options)?;
        let cancel = arguments::cancel_token(cancel)?;
        let body: Body<(u64, u64), _> = Box::new(move |ask| {
            let told = |sent, total| ask((sent, total));
            let cancel = cancel.as_deref();
            match &target {
                Target::Url(url) => client.upload(url.expose(), &path, &options, told, cancel),
                Target::Object(bucket, object) => {
                    client.upload_object(bucket, object, &path, &options, told, cancel)
                }
            }
        });
        Ok(body)
    };
    let tell = callback.map(|callback| {
        // SAFETY: the caller vouches for its function.
        move |(sent, total)| unsafe { callback(sent, total, user_data) == 0 }
    });
    // SAFETY: the caller vouches for both pointers, and `out` has gone through `clear` when there is a result.
    unsafe {
        callback::run(error, prepare, tell, |result| {
            output::give(out, UploadResultObject::new(result))?;
            Ok(Outcome::Done)
        })
    }
}

/// Uploads the file at `path` to a URL with write access, such as `apsfetch_create_signed_url` gives, and
/// returns when it is stored. `options`, `callback` and `cancel` may be NULL. An upload that is broken off
/// stores nothing, but one that is cancelled in its last moment may have been stored already.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_upload(
    client: *const apsfetch_client,
    url: *const c_char,
    path: *const c_char,
    options: *const apsfetch_upload_options,
    callback: apsfetch_upload_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_upload_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    let arguments = || unsafe { Ok((to_url(url)?, arguments::path(path, "path of the file")?)) };
    // SAFETY: as above.
    unsafe {
        upload(
            client,
            arguments,
            options,
            (callback, user_data),
            cancel,
            out,
            error,
        )
    }
}

/// `apsfetch_upload` for a path in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_upload_utf16(
    client: *const apsfetch_client,
    url: *const c_char,
    path: *const u16,
    options: *const apsfetch_upload_options,
    callback: apsfetch_upload_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_upload_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    let arguments = || unsafe {
        Ok((
            to_url(url)?,
            arguments::path_utf16(path, "path of the file")?,
        ))
    };
    // SAFETY: as above.
    unsafe {
        upload(
            client,
            arguments,
            options,
            (callback, user_data),
            cancel,
            out,
            error,
        )
    }
}

/// Uploads the file at `path` as an object: creates a signed URL for writing, then uploads to it. An object of
/// this key is replaced. It needs the scope `data:write`. Otherwise as `apsfetch_upload`. While the
/// URL is signed, the callback is called with 0 bytes sent, and can cancel already.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_upload_object(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    object_key: *const c_char,
    path: *const c_char,
    options: *const apsfetch_upload_options,
    callback: apsfetch_upload_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_upload_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    let arguments = || unsafe {
        let object = to_object(bucket_key, object_key)?;
        Ok((object, arguments::path(path, "path of the file")?))
    };
    // SAFETY: as above.
    unsafe {
        upload(
            client,
            arguments,
            options,
            (callback, user_data),
            cancel,
            out,
            error,
        )
    }
}

/// `apsfetch_upload_object` for a path in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_upload_object_utf16(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    object_key: *const c_char,
    path: *const u16,
    options: *const apsfetch_upload_options,
    callback: apsfetch_upload_callback,
    user_data: *mut c_void,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_upload_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    let arguments = || unsafe {
        let object = to_object(bucket_key, object_key)?;
        Ok((object, arguments::path_utf16(path, "path of the file")?))
    };
    // SAFETY: as above.
    unsafe {
        upload(
            client,
            arguments,
            options,
            (callback, user_data),
            cancel,
            out,
            error,
        )
    }
}

/// # Safety
///
/// As for [`arguments::text`].
pub(super) unsafe fn to_url(url: *const c_char) -> Result<Target> {
    // SAFETY: the caller vouches for the pointer.
    let url = unsafe { arguments::text(url, "URL") }?;
    Ok(Target::Url(Secret::new(url)))
}

/// # Safety
///
/// As for [`arguments::text`].
pub(super) unsafe fn to_object(
    bucket_key: *const c_char,
    object_key: *const c_char,
) -> Result<Target> {
    // SAFETY: the caller vouches for both pointers.
    let (bucket, object) = unsafe {
        (
            arguments::text(bucket_key, "bucket key")?,
            arguments::text(object_key, "object key")?,
        )
    };
    Ok(Target::Object(bucket.to_owned(), object.to_owned()))
}
