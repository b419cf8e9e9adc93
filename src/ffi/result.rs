//! Results
//!
//! What became of one item of a job that did not fail.

use std::ffi::{c_char, c_void};

use super::handle::{self, Handle};
use super::text::{self, Text};
use super::{guard, release};
use crate::{ItemResult, ItemStatus, Verification};

/// The file was downloaded and is complete.
pub const APSFETCH_ITEM_DOWNLOADED: i32 = 1;
/// APS says it is not modified since the version the request named; the target was left alone.
pub const APSFETCH_ITEM_NOT_MODIFIED: i32 = 2;
/// The target existed and the request says to keep it.
pub const APSFETCH_ITEM_KEPT: i32 = 3;

const _: () = assert!(ItemStatus::Downloaded as i32 == APSFETCH_ITEM_DOWNLOADED);
const _: () = assert!(ItemStatus::NotModified as i32 == APSFETCH_ITEM_NOT_MODIFIED);
const _: () = assert!(ItemStatus::Kept as i32 == APSFETCH_ITEM_KEPT);

/// Nothing was downloaded, so nothing was checked.
pub const APSFETCH_VERIFICATION_NONE: i32 = 0;
/// The number of bytes was checked, and that all of them are of one version of the file.
pub const APSFETCH_VERIFICATION_SIZE: i32 = 1;
/// The SHA-1 was checked as well.
pub const APSFETCH_VERIFICATION_SHA1: i32 = 2;

const _: () = assert!(Verification::None as i32 == APSFETCH_VERIFICATION_NONE);
const _: () = assert!(Verification::Size as i32 == APSFETCH_VERIFICATION_SIZE);
const _: () = assert!(Verification::Sha1 as i32 == APSFETCH_VERIFICATION_SHA1);

/// The result of one item. It does not change, so any thread may read it.
pub struct apsfetch_result {
    _opaque: [u8; 0],
}

pub(super) struct ResultObject {
    result: ItemResult,
    path: Option<Text>,
    sha1: Option<Text>,
    etag: Option<Text>,
    content_type: Option<Text>,
}

impl ResultObject {
    pub(super) fn new(result: ItemResult) -> Self {
        let path = result.path.as_ref().map(|path| path.to_string_lossy());
        ResultObject {
            path: Text::maybe(path.as_deref()),
            sha1: Text::maybe(result.sha1.as_deref()),
            etag: Text::maybe(result.etag.as_deref()),
            content_type: Text::maybe(result.content_type.as_deref()),
            result,
        }
    }
}

impl Handle for apsfetch_result {
    type Object = ResultObject;
    const NAME: &'static str = "result";
}

/// Reads one of the texts.
fn text_of(
    result: *const apsfetch_result,
    text: impl FnOnce(&ResultObject) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(&*handle::get(result)?)))
    })
}

/// One of the `APSFETCH_ITEM_` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_status(result: *const apsfetch_result) -> i32 {
    guard::number(|| Ok(handle::get(result)?.result.status as i32))
}

/// The absolute path of the file; NULL for an item in memory. A name that is not Unicode is shown with
/// replacement characters.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_path(result: *const apsfetch_result) -> *const c_char {
    text_of(result, |result| result.path.as_ref())
}

/// The bytes of an item in memory, borrowed from the result; NULL for a file, and for an item that was not
/// downloaded. Not NULL for an empty file.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_data(result: *const apsfetch_result) -> *const c_void {
    guard::value(std::ptr::null(), || {
        let result = handle::get(result)?;
        Ok(match &result.result.data {
            None => std::ptr::null(),
            // An empty vector's pointer is a made-up number; this one is real.
            Some(data) if data.is_empty() => c"".as_ptr().cast(),
            Some(data) => data.as_ptr().cast(),
        })
    })
}

/// How many bytes `apsfetch_result_data` has.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_data_size(result: *const apsfetch_result) -> usize {
    guard::value(0, || {
        let result = handle::get(result)?;
        Ok(result.result.data.as_ref().map_or(0, |data| data.len()))
    })
}

/// The size of the file in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_bytes(result: *const apsfetch_result) -> u64 {
    guard::value(0, || Ok(handle::get(result)?.result.bytes))
}

/// Bytes of the file that an earlier run had written, in a part file beside the target.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_resumed_bytes(result: *const apsfetch_result) -> u64 {
    guard::value(0, || Ok(handle::get(result)?.result.resumed_bytes))
}

/// How the bytes were checked: one of the `APSFETCH_VERIFICATION_` numbers.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_verification(result: *const apsfetch_result) -> i32 {
    guard::number(|| Ok(handle::get(result)?.result.verification as i32))
}

/// The SHA-1 that was checked, as 40 hex digits; NULL if none was.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_sha1(result: *const apsfetch_result) -> *const c_char {
    text_of(result, |result| result.sha1.as_ref())
}

/// The version's ETag as APS or the server gives it; NULL if it gave none. For
/// `apsfetch_request_set_if_none_match` the next time.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_etag(result: *const apsfetch_result) -> *const c_char {
    text_of(result, |result| result.etag.as_ref())
}

/// The media type; NULL if it is not known.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_content_type(result: *const apsfetch_result) -> *const c_char {
    text_of(result, |result| result.content_type.as_ref())
}

/// How many requests brought data.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_parts(result: *const apsfetch_result) -> u64 {
    guard::value(0, || Ok(handle::get(result)?.result.parts))
}

/// How many requests had to be sent again.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_retries(result: *const apsfetch_result) -> u64 {
    guard::value(0, || Ok(handle::get(result)?.result.retries))
}

/// Milliseconds from the opening of the target to its completion.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_elapsed_ms(result: *const apsfetch_result) -> u64 {
    guard::value(0, || {
        let elapsed = handle::get(result)?.result.elapsed.as_millis();
        Ok(u64::try_from(elapsed).unwrap_or(u64::MAX))
    })
}

/// Frees a result, with the bytes of an item in memory. The file stays.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_result_free(result: *mut apsfetch_result) -> i32 {
    release::free(result, |_| {})
}
