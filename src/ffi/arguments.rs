//! What comes from the caller, checked and turned into Rust.

use std::ffi::{CStr, c_char};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::cancel_token::apsfetch_cancel_token;
use super::handle;
use super::job::APSFETCH_NO_LIMIT;
use super::request::apsfetch_request;
use crate::{CancelToken, Error, Request, Result};

/// More requests than this in one call are taken for a mistake in the count.
const MAX_REQUESTS: usize = 1_000_000;
/// No system takes longer paths; a text without an end is a mistake.
const MAX_PATH_UNITS: usize = 32 * 1024;

/// A text.
///
/// # Safety
///
/// `text` is NULL, which is an error, or NUL-terminated, and not changed as long as `'a`.
pub(super) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    if text.is_null() {
        return Err(Error::invalid(format!("The {name} is NULL.")));
    }
    // SAFETY: not NULL, and the caller vouches for the rest.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map_err(|_| Error::invalid(format!("The {name} is not valid UTF-8.")))
}

/// A text, or none for NULL.
///
/// # Safety
///
/// `text` is NULL, or as for [`text`].
pub(super) unsafe fn optional_text<'a>(
    optional: *const c_char,
    name: &str,
) -> Result<Option<&'a str>> {
    if optional.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller vouches for the pointer.
    unsafe { text(optional, name) }.map(Some)
}

/// A path in UTF-8.
///
/// # Safety
///
/// As for [`text`].
pub(super) unsafe fn path(path: *const c_char, name: &str) -> Result<PathBuf> {
    // SAFETY: the caller vouches for the pointer.
    let path = unsafe { text(path, name) }?;
    not_empty(path.into(), name)
}

/// A path in UTF-16.
///
/// # Safety
///
/// `path` is NULL, which is an error, or ends with a zero within its memory.
pub(super) unsafe fn path_utf16(path: *const u16, name: &str) -> Result<PathBuf> {
    if path.is_null() {
        return Err(Error::invalid(format!("The {name} is NULL.")));
    }
    let mut units = Vec::new();
    let mut next = path;
    loop {
        // SAFETY: the zero has not come yet, so this unit is part of the caller's text.
        let unit = unsafe { next.read_unaligned() };
        if unit == 0 {
            break;
        }
        if units.len() >= MAX_PATH_UNITS {
            return Err(Error::invalid(format!("The {name} is too long.")));
        }
        units.push(unit);
        // SAFETY: behind a unit that is not the zero there is at least one more.
        next = unsafe { next.add(1) };
    }
    not_empty(wide_path(&units, name)?, name)
}

/// Windows takes any units as a name, even what is not Unicode.
#[cfg(windows)]
fn wide_path(units: &[u16], _name: &str) -> Result<PathBuf> {
    use std::os::windows::ffi::OsStringExt;
    Ok(std::ffi::OsString::from_wide(units).into())
}

#[cfg(not(windows))]
fn wide_path(units: &[u16], name: &str) -> Result<PathBuf> {
    String::from_utf16(units)
        .map(PathBuf::from)
        .map_err(|_| Error::invalid(format!("The {name} is not valid UTF-16.")))
}

fn not_empty(path: PathBuf, name: &str) -> Result<PathBuf> {
    if path.as_os_str().is_empty() {
        return Err(Error::invalid(format!("The {name} is empty.")));
    }
    Ok(path)
}

/// A yes or no.
pub(super) fn flag(value: i32, name: &str) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Error::invalid(format!(
            "The {name} is {value}, not 0 or 1."
        ))),
    }
}

/// A limit on a wait, in milliseconds.
pub(super) fn limit(milliseconds: u32) -> Duration {
    match milliseconds {
        APSFETCH_NO_LIMIT => Duration::MAX,
        _ => Duration::from_millis(milliseconds.into()),
    }
}

/// How long a URL works; 0 is the default of APS.
pub(super) fn minutes(minutes: u32) -> Option<u32> {
    Some(minutes).filter(|minutes| *minutes != 0)
}

/// One of a list. `name` says what it is a list of.
pub(super) fn item<'a, T>(list: &'a [T], index: usize, name: &str) -> Result<&'a T> {
    list.get(index).ok_or_else(|| {
        Error::invalid(format!(
            "The index {index} is not below the number of {name}, {}.",
            list.len()
        ))
    })
}

/// A cancel token, or none for NULL.
pub(super) fn cancel_token(
    token: *const apsfetch_cancel_token,
) -> Result<Option<Arc<CancelToken>>> {
    if token.is_null() {
        return Ok(None);
    }
    handle::get(token).map(Some)
}

/// Copies of an array of requests.
///
/// # Safety
///
/// `requests` is NULL, or `count` handles can be read there.
pub(super) unsafe fn requests(
    requests: *const *const apsfetch_request,
    count: usize,
) -> Result<Vec<Request>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if requests.is_null() {
        return Err(Error::invalid("The array of requests is NULL."));
    }
    if count > MAX_REQUESTS {
        return Err(Error::invalid(format!(
            "There are {count} requests, and at most {MAX_REQUESTS} are possible."
        )));
    }
    (0..count)
        .map(|index| {
            // SAFETY: below `count`, for which the caller vouches.
            let request = unsafe { requests.add(index).read_unaligned() };
            let request =
                handle::get(request).map_err(|error| error.context(format!("Request {index}")))?;
            Ok(request.copy())
        })
        .collect()
}
