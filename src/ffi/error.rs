//! Errors
//!
//! What a failed call puts into the pointer that is its last argument. Its texts never contain a token, a
//! cookie, or the query of a signed URL, so they can be logged.

use std::ffi::c_char;

use super::handle::{self, Handle};
use super::text::{self, Text};
use super::{guard, release};
use crate::Error;

/// An error. It does not change, so any thread may read it.
pub struct apsfetch_error {
    _opaque: [u8; 0],
}

pub(super) struct ErrorObject {
    error: Error,
    message: Text,
    request_id: Option<Text>,
}

impl ErrorObject {
    pub(super) fn new(error: Error) -> Self {
        ErrorObject {
            message: Text::new(error.message()),
            request_id: Text::maybe(error.request_id()),
            error,
        }
    }
}

impl Handle for apsfetch_error {
    type Object = ErrorObject;
    const NAME: &'static str = "error";
}

/// The status of the failed call.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_status(error: *const apsfetch_error) -> i32 {
    guard::number(|| Ok(handle::get(error)?.error.kind().code()))
}

/// One or two sentences for a person: what failed, where, and what to do. NULL for an invalid handle only.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_message(error: *const apsfetch_error) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(handle::get(error)?.message.as_ptr())
    })
}

/// The HTTP status that caused the error, or 0 if none did.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_http_status(error: *const apsfetch_error) -> i32 {
    guard::value(0, || {
        Ok(handle::get(error)?.error.http_status().map_or(0, i32::from))
    })
}

/// The error number of the operating system (`errno`, `GetLastError`) that caused the error, or 0 if none did.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_os_code(error: *const apsfetch_error) -> i32 {
    guard::value(0, || Ok(handle::get(error)?.error.os_code().unwrap_or(0)))
}

/// The service's own id of the failed request, for a support case with Autodesk or AWS. NULL if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_request_id(error: *const apsfetch_error) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(handle::get(error)?.request_id.as_ref()))
    })
}

/// How many milliseconds the service asked to wait before the next try (`Retry-After`), or -1 if it did not.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_retry_after_ms(error: *const apsfetch_error) -> i64 {
    guard::value(-1, || {
        let wait = handle::get(error)?.error.retry_after();
        Ok(wait.map_or(-1, |wait| {
            i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
        }))
    })
}

/// Frees an error.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_error_free(error: *mut apsfetch_error) -> i32 {
    release::free(error, |_| {})
}
