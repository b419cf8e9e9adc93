//! Options of a listing
//!
//! Which objects of a bucket to list, and how. Where a function takes them, NULL means all objects.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{arguments, output, release};
use crate::{Error, ListOptions, Result};

/// Which objects to list. A listing copies them.
pub struct apsfetch_list_options {
    _opaque: [u8; 0],
}

pub(super) struct ListOptionsObject(Mutex<ListOptions>);

impl Handle for apsfetch_list_options {
    type Object = ListOptionsObject;
    const NAME: &'static str = "set of list options";
}

/// A copy, or the default for NULL.
pub(super) fn copy(options: *const apsfetch_list_options) -> Result<ListOptions> {
    if options.is_null() {
        return Ok(ListOptions::default());
    }
    let options = handle::get(options)?;
    let options = options.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(options.clone())
}

/// # Safety
///
/// As for [`guard::call`].
unsafe fn edit(
    options: *mut apsfetch_list_options,
    error: *mut *mut apsfetch_error,
    change: impl FnOnce(&mut ListOptions) -> Result<()>,
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

/// Makes options that mean all objects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_options_new(
    out: *mut *mut apsfetch_list_options,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, ListOptionsObject(Mutex::default()))?;
            Ok(Outcome::Done)
        })
    }
}

/// Only objects whose key begins with this (`beginsWith`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_options_set_begins_with(
    options: *mut apsfetch_list_options,
    prefix: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(options, error, |options| {
            options.begins_with = Some(arguments::text(prefix, "prefix")?.to_owned());
            Ok(())
        })
    }
}

/// The key to begin behind (`startAt`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_options_set_start_at(
    options: *mut apsfetch_list_options,
    object_key: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(options, error, |options| {
            options.start_at = Some(arguments::text(object_key, "object key")?.to_owned());
            Ok(())
        })
    }
}

/// Objects in one page (`limit`), 1 to 100; 0 means the default, 100, which needs the fewest calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_options_set_limit(
    options: *mut apsfetch_list_options,
    limit: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(options, error, |options| {
            if limit > 100 {
                return Err(Error::invalid(format!(
                    "A page of a listing has 1 to 100 objects, not {limit}."
                )));
            }
            options.limit = Some(limit).filter(|limit| *limit != 0);
            Ok(())
        })
    }
}

/// The list ends after this many objects; 0, the default, means all of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_list_options_set_max_objects(
    options: *mut apsfetch_list_options,
    count: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(options, error, |options| {
            options.max_objects = Some(count).filter(|count| *count != 0);
            Ok(())
        })
    }
}

/// Frees the options.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_list_options_free(options: *mut apsfetch_list_options) -> i32 {
    release::free(options, |_| {})
}
