//! Filters of objects
//!
//! Which objects of a bucket to download, and under which names. Where a function takes a filter, NULL means
//! all objects.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{arguments, output, release};
use crate::{ObjectFilter, Result};

/// Which objects to download. A plan copies it.
pub struct apsfetch_object_filter {
    _opaque: [u8; 0],
}

pub(super) struct ObjectFilterObject(Mutex<ObjectFilter>);

impl Handle for apsfetch_object_filter {
    type Object = ObjectFilterObject;
    const NAME: &'static str = "filter of objects";
}

/// A copy, or the default for NULL.
pub(super) fn copy(filter: *const apsfetch_object_filter) -> Result<ObjectFilter> {
    if filter.is_null() {
        return Ok(ObjectFilter::default());
    }
    let filter = handle::get(filter)?;
    let filter = filter.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(filter.clone())
}

/// # Safety
///
/// As for [`guard::call`].
unsafe fn edit(
    filter: *mut apsfetch_object_filter,
    error: *mut *mut apsfetch_error,
    change: impl FnOnce(&mut ObjectFilter) -> Result<()>,
) -> i32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe {
        guard::call(error, || {
            let filter = handle::get(filter)?;
            let mut filter = filter.0.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut filter)?;
            Ok(Outcome::Done)
        })
    }
}

/// Makes a filter that lets everything through.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_object_filter_new(
    out: *mut *mut apsfetch_object_filter,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, ObjectFilterObject(Mutex::default()))?;
            Ok(Outcome::Done)
        })
    }
}

/// Only objects whose key begins with this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_object_filter_set_prefix(
    filter: *mut apsfetch_object_filter,
    prefix: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(filter, error, |filter| {
            filter.prefix = arguments::text(prefix, "prefix")?.to_owned();
            Ok(())
        })
    }
}

/// 1 leaves the folders of the prefix out: with "models/2026/ho", "models/2026/house.rvt" goes to "house.rvt".
/// 0, the default, keeps the whole key as the path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_object_filter_set_strip_prefix(
    filter: *mut apsfetch_object_filter,
    strip_prefix: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(filter, error, |filter| {
            filter.strip_prefix = arguments::flag(strip_prefix, "choice of stripping the prefix")?;
            Ok(())
        })
    }
}

/// Frees a filter.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_object_filter_free(filter: *mut apsfetch_object_filter) -> i32 {
    release::free(filter, |_| {})
}
