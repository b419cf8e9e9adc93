//! OSS signed URLs
//!
//! A URL of the Object Storage Service for one object, to be given to somebody who has no token: to read, to
//! write, or both. From "Create Signed URL" (POST buckets/bucketKey/objects/objectKey/signed); it needs the
//! scope `data:write`.

use std::ffi::c_char;

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::text::Text;
use super::{arguments, number, output, release};
use crate::{Access, Error, Result, SignedUrl, SignedUrlOptions};

/// The URL is for downloads.
pub const APSFETCH_ACCESS_READ: i32 = 1;
/// The URL is for uploads.
pub const APSFETCH_ACCESS_WRITE: i32 = 2;
/// The URL is for both.
pub const APSFETCH_ACCESS_READ_WRITE: i32 = 3;

const _: () = assert!(Access::Read as i32 == APSFETCH_ACCESS_READ);
const _: () = assert!(Access::Write as i32 == APSFETCH_ACCESS_WRITE);
const _: () = assert!(Access::ReadWrite as i32 == APSFETCH_ACCESS_READ_WRITE);

/// An OSS signed URL. It does not change, so any thread may read it.
pub struct apsfetch_oss_url {
    _opaque: [u8; 0],
}

pub(super) struct OssUrlObject {
    text: Text,
    signed: SignedUrl,
}

impl Handle for apsfetch_oss_url {
    type Object = OssUrlObject;
    const NAME: &'static str = "OSS signed URL";
}

fn access_of(number: i32) -> Result<Access> {
    match number {
        APSFETCH_ACCESS_READ => Ok(Access::Read),
        APSFETCH_ACCESS_WRITE => Ok(Access::Write),
        APSFETCH_ACCESS_READ_WRITE => Ok(Access::ReadWrite),
        other => Err(Error::invalid(format!(
            "The access is {other}, not 1, 2 or 3."
        ))),
    }
}

/// Creates a URL and waits for the answer. `access` is one of the `APSFETCH_ACCESS_` numbers; `use_cdn` 1 asks
/// for a CloudFront URL (`useCdn`); the URL works for `minutes_expiration` minutes, 0 being the default of
/// APS, 60, and once only if `single_use` is 1. An object need not exist yet to be written. `cancel` may be
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_create_signed_url(
    client: *const apsfetch_client,
    bucket_key: *const c_char,
    object_key: *const c_char,
    access: i32,
    use_cdn: i32,
    minutes_expiration: u32,
    single_use: i32,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_oss_url,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let bucket = arguments::text(bucket_key, "bucket key")?;
            let object = arguments::text(object_key, "object key")?;
            let options = SignedUrlOptions {
                access: access_of(access)?,
                use_cdn: arguments::flag(use_cdn, "choice of the CDN")?,
                minutes_expiration: arguments::minutes(minutes_expiration),
                single_use: arguments::flag(single_use, "choice of single use")?,
            };
            let cancel = arguments::cancel_token(cancel)?;
            let signed = client.create_signed_url(bucket, object, &options, cancel.as_deref())?;
            let text = Text::new(signed.url());
            output::give(out, OssUrlObject { text, signed })?;
            Ok(Outcome::Done)
        })
    }
}

/// The URL itself. It is a secret: whoever has it can use it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_oss_url_text(url: *const apsfetch_oss_url) -> *const c_char {
    guard::value(std::ptr::null(), || Ok(handle::get(url)?.text.as_ptr()))
}

/// When the URL stops working, in milliseconds since 1970 by the server's clock, or -1 if not known.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_oss_url_expires_at_ms(url: *const apsfetch_oss_url) -> i64 {
    guard::value(-1, || {
        Ok(number::since_1970(handle::get(url)?.signed.expires_at()))
    })
}

/// 1 if the URL works once only, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_oss_url_single_use(url: *const apsfetch_oss_url) -> i32 {
    guard::value(0, || Ok(handle::get(url)?.signed.is_single_use().into()))
}

/// Frees the object. The URL goes on working.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_oss_url_free(url: *mut apsfetch_oss_url) -> i32 {
    release::free(url, |_| {})
}
