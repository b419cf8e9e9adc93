//! Details of a derivative
//!
//! What APS says of a derivative before it is downloaded, from "Check Derivative Details"
//! (HEAD urn/manifest/derivativeUrn). Texts are NULL where APS says nothing.

use std::ffi::c_char;

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::request::apsfetch_request;
use super::text::{self, Text};
use super::{arguments, number, output, release};
use crate::Details;

/// What APS says of a derivative. It does not change, so any thread may read it.
pub struct apsfetch_details {
    _opaque: [u8; 0],
}

pub(super) struct DetailsObject {
    size: Option<u64>,
    content_type: Option<Text>,
    app_identifier: Option<Text>,
    startup_time: Option<Text>,
    duration: Option<Text>,
    troubleshooting: Option<Text>,
}

impl DetailsObject {
    fn new(details: &Details) -> Self {
        DetailsObject {
            size: details.size,
            content_type: Text::maybe(details.content_type.as_deref()),
            app_identifier: Text::maybe(details.app_identifier.as_deref()),
            startup_time: Text::maybe(details.startup_time.as_deref()),
            duration: Text::maybe(details.duration.as_deref()),
            troubleshooting: Text::maybe(details.troubleshooting.as_deref()),
        }
    }
}

impl Handle for apsfetch_details {
    type Object = DetailsObject;
    const NAME: &'static str = "object of details";
}

/// Reads one of the texts.
fn text_of(
    details: *const apsfetch_details,
    text: impl FnOnce(&DetailsObject) -> Option<&Text>,
) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(text::pointer(text(&*handle::get(details)?)))
    })
}

/// Asks for the details of a derivative and waits for the answer. While the derivative is not translated yet,
/// the question is repeated with growing pauses for `wait_ms` at the most, without limit for
/// `APSFETCH_NO_LIMIT`; then it fails with `APSFETCH_E_NOT_READY`. A `wait_ms` of 0 asks once. The request's
/// target is not needed. `cancel` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_details_fetch(
    client: *const apsfetch_client,
    request: *const apsfetch_request,
    wait_ms: u32,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_details,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let request = handle::get(request)?.copy();
            let cancel = arguments::cancel_token(cancel)?;
            let wait = arguments::limit(wait_ms);
            let details = client.details(&request, wait, cancel.as_deref())?;
            output::give(out, DetailsObject::new(&details))?;
            Ok(Outcome::Done)
        })
    }
}

/// The size in bytes (`Content-Length`), or -1 if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_size(details: *const apsfetch_details) -> i64 {
    guard::value(-1, || Ok(number::or_unknown(handle::get(details)?.size)))
}

/// The media type (`Content-Type`).
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_content_type(details: *const apsfetch_details) -> *const c_char {
    text_of(details, |details| details.content_type.as_ref())
}

/// The service's name, version and environment (`x-ads-app-identifier`).
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_app_identifier(
    details: *const apsfetch_details,
) -> *const c_char {
    text_of(details, |details| details.app_identifier.as_ref())
}

/// When the service was started (`x-ads-startup-time`), in its own words.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_startup_time(details: *const apsfetch_details) -> *const c_char {
    text_of(details, |details| details.startup_time.as_ref())
}

/// How long the request took in the service (`x-ads-duration`), in its own words.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_duration(details: *const apsfetch_details) -> *const c_char {
    text_of(details, |details| details.duration.as_ref())
}

/// What the service says about a failure of its own (`x-ads-troubleshooting`).
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_troubleshooting(
    details: *const apsfetch_details,
) -> *const c_char {
    text_of(details, |details| details.troubleshooting.as_ref())
}

/// Frees the details with their texts.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_details_free(details: *mut apsfetch_details) -> i32 {
    release::free(details, |_| {})
}
