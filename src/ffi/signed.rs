//! Signing without downloading
//!
//! Everything needed to fetch the files by other means. URLs and cookies are secrets: whoever has them can
//! fetch the file until they expire. URLs are to be sent byte for byte; a client that "repairs" their escapes
//! breaks the signature.

use std::ffi::c_char;

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::request::apsfetch_request;
use super::text::{self, Text};
use super::{arguments, number, output, release};
use crate::{Error, Result, Signed, SignedStatus};

/// One URL for the whole file.
pub const APSFETCH_SIGNED_COMPLETE: i32 = 1;
/// An unmerged upload: one URL for each chunk.
pub const APSFETCH_SIGNED_CHUNKED: i32 = 2;
/// An unmerged upload behind one OSS signed URL.
pub const APSFETCH_SIGNED_FALLBACK: i32 = 3;
/// Not modified since the version the request named; there is nothing to download.
pub const APSFETCH_SIGNED_SKIPPED: i32 = 4;
/// APS cannot sign this item; see `apsfetch_signed_reason`.
pub const APSFETCH_SIGNED_ERROR: i32 = 5;

const _: () = assert!(SignedStatus::Complete as i32 == APSFETCH_SIGNED_COMPLETE);
const _: () = assert!(SignedStatus::Chunked as i32 == APSFETCH_SIGNED_CHUNKED);
const _: () = assert!(SignedStatus::Fallback as i32 == APSFETCH_SIGNED_FALLBACK);
const _: () = assert!(SignedStatus::Skipped as i32 == APSFETCH_SIGNED_SKIPPED);
const _: () = assert!(SignedStatus::Error as i32 == APSFETCH_SIGNED_ERROR);

/// The answers to several requests, in their order. It does not change, so any thread may read it.
pub struct apsfetch_signed {
    _opaque: [u8; 0],
}

pub(super) struct SignedList(Vec<Result<Item>>);

/// A signed item, with its texts as C reads them.
struct Item {
    signed: Signed,
    url: Option<Text>,
    chunk_urls: Vec<Text>,
    cookies: Vec<(Text, Text)>,
    cookie_header: Option<Text>,
    etag: Option<Text>,
    sha1: Option<Text>,
    content_type: Option<Text>,
    content_disposition: Option<Text>,
    cache_control: Option<Text>,
    reason: Option<Text>,
}

impl Item {
    fn new(signed: Signed) -> Self {
        Item {
            url: Text::maybe(signed.url()),
            chunk_urls: signed
                .chunks()
                .iter()
                .map(|chunk| Text::new(chunk.url()))
                .collect(),
            cookies: signed
                .cookies()
                .iter()
                .map(|cookie| (Text::new(cookie.name()), Text::new(cookie.value())))
                .collect(),
            cookie_header: Text::maybe(signed.cookie_header().as_deref()),
            etag: Text::maybe(signed.etag()),
            sha1: Text::maybe(signed.sha1()),
            content_type: Text::maybe(signed.content_type()),
            content_disposition: Text::maybe(signed.content_disposition()),
            cache_control: Text::maybe(signed.cache_control()),
            reason: Text::maybe(signed.reason()),
            signed,
        }
    }
}

impl SignedList {
    fn item(&self, index: usize) -> Result<&Item> {
        match self.0.get(index) {
            Some(Ok(item)) => Ok(item),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Error::invalid(format!(
                "The index {index} is not below the number of signed items, {}.",
                self.0.len()
            ))),
        }
    }
}

impl Handle for apsfetch_signed {
    type Object = SignedList;
    const NAME: &'static str = "list of signed items";
}

/// Reads something of an item, or `fallback` if it failed or is not there.
fn read<T>(
    signed: *const apsfetch_signed,
    index: usize,
    fallback: T,
    body: impl FnOnce(&Item) -> T,
) -> T {
    guard::value(fallback, || Ok(body(handle::get(signed)?.item(index)?)))
}

/// Reads one of an item's texts.
fn text_of(
    signed: *const apsfetch_signed,
    index: usize,
    text: impl FnOnce(&Item) -> Option<&Text>,
) -> *const c_char {
    read(signed, index, std::ptr::null(), |item| {
        text::pointer(text(item))
    })
}

/// Has `count` requests signed and waits for the answers. Objects of one bucket with the same options are
/// signed 25 in a call. Targets are not needed. `cancel` may be NULL. `APSFETCH_OK` does not mean that all were
/// signed: ask for the status of each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_sign(
    client: *const apsfetch_client,
    requests: *const *const apsfetch_request,
    count: usize,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_signed,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let requests = arguments::requests(requests, count)?;
            let cancel = arguments::cancel_token(cancel)?;
            let items = client.sign(&requests, cancel.as_deref()).into_iter();
            let list = SignedList(items.map(|item| item.map(Item::new)).collect());
            output::give(out, list)?;
            Ok(Outcome::Done)
        })
    }
}

/// How many items there are.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_count(list: *const apsfetch_signed) -> usize {
    guard::value(0, || Ok(handle::get(list)?.0.len()))
}

/// One of the `APSFETCH_SIGNED_` numbers, or the status of an item that failed, which is negative.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_status(list: *const apsfetch_signed, index: usize) -> i32 {
    guard::number(|| Ok(handle::get(list)?.item(index)?.signed.status() as i32))
}

/// The status and the error of an item that failed; `APSFETCH_OK` and no error for one that did not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_signed_error(
    list: *const apsfetch_signed,
    index: usize,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            handle::get(list)?.item(index)?;
            Ok(Outcome::Done)
        })
    }
}

/// The URL of the whole file; NULL for a chunked, skipped or failed item.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_url(list: *const apsfetch_signed, index: usize) -> *const c_char {
    text_of(list, index, |item| item.url.as_ref())
}

/// How many chunks a chunked item has. They cover the file in order, without gap or overlap.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_chunk_count(list: *const apsfetch_signed, index: usize) -> usize {
    read(list, index, 0, |item| item.chunk_urls.len())
}

/// The offset in the file of a chunk's first byte.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_chunk_start(
    list: *const apsfetch_signed,
    index: usize,
    chunk: usize,
) -> u64 {
    read(list, index, 0, |item| {
        item.signed
            .chunks()
            .get(chunk)
            .map_or(0, |chunk| chunk.start())
    })
}

/// The offset in the file behind a chunk's last byte.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_chunk_end(
    list: *const apsfetch_signed,
    index: usize,
    chunk: usize,
) -> u64 {
    read(list, index, 0, |item| {
        item.signed
            .chunks()
            .get(chunk)
            .map_or(0, |chunk| chunk.end())
    })
}

/// The URL of a chunk alone; its first byte is the chunk's first byte.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_chunk_url(
    list: *const apsfetch_signed,
    index: usize,
    chunk: usize,
) -> *const c_char {
    text_of(list, index, |item| item.chunk_urls.get(chunk))
}

/// How many cookies go with the URL, to its host only: three for a derivative, else none.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_cookie_count(
    list: *const apsfetch_signed,
    index: usize,
) -> usize {
    read(list, index, 0, |item| item.cookies.len())
}

/// The name of a cookie, such as "CloudFront-Policy".
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_cookie_name(
    list: *const apsfetch_signed,
    index: usize,
    cookie: usize,
) -> *const c_char {
    text_of(list, index, |item| {
        item.cookies.get(cookie).map(|(name, _)| name)
    })
}

/// The value of a cookie.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_cookie_value(
    list: *const apsfetch_signed,
    index: usize,
    cookie: usize,
) -> *const c_char {
    text_of(list, index, |item| {
        item.cookies.get(cookie).map(|(_, value)| value)
    })
}

/// All cookies as the value of one `Cookie` header; NULL if there are none.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_cookie_header(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.cookie_header.as_ref())
}

/// The size of the file in bytes, or -1 if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_size(list: *const apsfetch_signed, index: usize) -> i64 {
    read(list, index, -1, |item| {
        number::or_unknown(item.signed.size())
    })
}

/// The file's ETag as APS gives it, or NULL. It tells versions apart; it is not a checksum.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_etag(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.etag.as_ref())
}

/// The SHA-1 of the file as 40 hex digits, or NULL if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_sha1(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.sha1.as_ref())
}

/// The media type, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_content_type(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.content_type.as_ref())
}

/// The `Content-Disposition` the URL was signed with, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_content_disposition(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.content_disposition.as_ref())
}

/// The `Cache-Control` the URL was signed with, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_cache_control(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.cache_control.as_ref())
}

/// Why the item is skipped or cannot be signed, in the words of APS, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_reason(
    list: *const apsfetch_signed,
    index: usize,
) -> *const c_char {
    text_of(list, index, |item| item.reason.as_ref())
}

/// When URL and cookies stop working, in milliseconds since 1970 by the server's clock, or -1 if not known.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_expires_at_ms(list: *const apsfetch_signed, index: usize) -> i64 {
    read(list, index, -1, |item| {
        number::since_1970(item.signed.expires_at())
    })
}

/// 1 if the URL works for one single GET, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_single_use(list: *const apsfetch_signed, index: usize) -> i32 {
    read(list, index, 0, |item| item.signed.is_single_use().into())
}

/// Frees the list with all its texts.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_signed_free(list: *mut apsfetch_signed) -> i32 {
    release::free(list, |_| {})
}
