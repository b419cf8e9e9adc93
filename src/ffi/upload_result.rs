//! Results of uploads
//!
//! What the service said when the file was stored. Texts are NULL where it said nothing.

use std::ffi::c_char;

use super::handle::{self, Handle};
use super::text::{self, Text};
use super::{guard, release};
use crate::UploadResult;

/// The result of an upload. It does not change, so any thread may read it.
pub struct apsfetch_upload_result {
    _opaque: [u8; 0],
}

pub(super) struct UploadResultObject {
    bytes: u64,
    http_status: u16,
    etag: Option<Text>,
    object_id: Option<Text>,
    object_key: Option<Text>,
    sha1: Option<Text>,
}

impl UploadResultObject {
    pub(super) fn new(result: UploadResult) -> Self {
        UploadResultObject {
            bytes: result.bytes,
            http_status: result.http_status,
            etag: Text::maybe(result.etag.as_deref()),
            object_id: Text::maybe(result.object_id.as_deref()),
            object_key: Text::maybe(result.object_key.as_deref()),
            sha1: Text::maybe(result.sha1.as_deref()),
        }
    }
}

impl Handle for apsfetch_upload_result {
    type Object = UploadResultObject;
    const NAME: &'static str = "result of an upload";
}

/// Reads one of the texts.
fn text_of(
    result: *const apsfetch_upload_result,
    text: impl FnOnce(&UploadResultObject) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(&*handle::get(result)?)))
    })
}

/// The size of the file in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_bytes(result: *const apsfetch_upload_result) -> u64 {
    guard::value(0, || Ok(handle::get(result)?.bytes))
}

/// The HTTP status of the reply, 200 to 299.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_http_status(result: *const apsfetch_upload_result) -> i32 {
    guard::value(0, || Ok(handle::get(result)?.http_status.into()))
}

/// The reply's `ETag`.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_etag(
    result: *const apsfetch_upload_result,
) -> *const c_char {
    text_of(result, |result| result.etag.as_ref())
}

/// The object's URN (`objectId`), which a translation is started with.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_object_id(
    result: *const apsfetch_upload_result,
) -> *const c_char {
    text_of(result, |result| result.object_id.as_ref())
}

/// The object's key (`objectKey`).
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_object_key(
    result: *const apsfetch_upload_result,
) -> *const c_char {
    text_of(result, |result| result.object_key.as_ref())
}

/// The SHA-1 the service gives, as 40 hex digits. It is the one of the bytes that were sent.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_sha1(
    result: *const apsfetch_upload_result,
) -> *const c_char {
    text_of(result, |result| result.sha1.as_ref())
}

/// Frees a result. The object stays.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_upload_result_free(result: *mut apsfetch_upload_result) -> i32 {
    release::free(result, |_| {})
}
