//! Options of an upload
//!
//! Where a function takes them, NULL means the defaults. A setter that fails changes nothing.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{arguments, output, release};
use crate::upload::check_content_type;
use crate::{Result, UploadOptions};

/// How a file is uploaded. An upload copies them.
pub struct apsfetch_upload_options {
    _opaque: [u8; 0],
}

pub(super) struct UploadOptionsObject(Mutex<UploadOptions>);

impl Handle for apsfetch_upload_options {
    type Object = UploadOptionsObject;
    const NAME: &'static str = "set of upload options";
}

/// A copy, or the defaults for NULL.
pub(super) fn copy(options: *const apsfetch_upload_options) -> Result<UploadOptions> {
    if options.is_null() {
        return Ok(UploadOptions::default());
    }
    let options = handle::get(options)?;
    let options = options.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(options.clone())
}

/// # Safety
///
/// As for [`guard::call`].
unsafe fn edit(
    options: *mut apsfetch_upload_options,
    error: *mut *mut apsfetch_error,
    change: impl FnOnce(&mut UploadOptions) -> Result<()>,
) -> i32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe {
        guard::call(error, || {
            let options = handle::get(options)?;
            let mut options = options.0.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut options)?;
            Ok(Outcome::Done)
        })
    }
}

/// Makes options with the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_options_new(
    out: *mut *mut apsfetch_upload_options,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, UploadOptionsObject(Mutex::default()))?;
            Ok(Outcome::Done)
        })
    }
}

/// The media type of the file; "application/octet-stream" by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_options_set_content_type(
    options: *mut apsfetch_upload_options,
    value: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(options, error, |options| {
            let value = arguments::text(value, "content type")?;
            check_content_type(value)?;
            options.content_type = value.to_owned();
            Ok(())
        })
    }
}

/// 1 says that the URL works once: `apsfetch_upload` then never sends a second request after one that may have
/// arrived, and `apsfetch_upload_object` asks for such a URL. 0 is the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_options_set_single_use(
    options: *mut apsfetch_upload_options,
    single_use: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(options, error, |options| {
            options.single_use = arguments::flag(single_use, "choice of single use")?;
            Ok(())
        })
    }
}

/// How many minutes the URL that `apsfetch_upload_object` asks for works; 0, the default, is the default of
/// APS, 60. An upload that has begun by then goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_upload_options_set_minutes_expiration(
    options: *mut apsfetch_upload_options,
    minutes: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(options, error, |options| {
            options.minutes_expiration = arguments::minutes(minutes);
            Ok(())
        })
    }
}

/// Frees the options. Uploads under way keep their copy.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_options_free(options: *mut apsfetch_upload_options) -> i32 {
    release::free(options, |_| {})
}
