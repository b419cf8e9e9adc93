//! Filters of derivatives
//!
//! Which derivatives of a design to download. What is added with the same function are alternatives, in
//! whatever case; different ones must all be met. Where a function takes a filter, NULL means all derivatives.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{arguments, output, release};
use crate::{DesignFilter, Result};

/// Which derivatives to download. A plan copies it.
pub struct apsfetch_design_filter {
    _opaque: [u8; 0],
}

pub(super) struct DesignFilterObject(Mutex<DesignFilter>);

impl Handle for apsfetch_design_filter {
    type Object = DesignFilterObject;
    const NAME: &'static str = "filter of derivatives";
}

/// A copy, or the default for NULL.
pub(super) fn copy(filter: *const apsfetch_design_filter) -> Result<DesignFilter> {
    if filter.is_null() {
        return Ok(DesignFilter::default());
    }
    let filter = handle::get(filter)?;
    let filter = filter.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(filter.clone())
}

/// # Safety
///
/// As for [`guard::call`].
unsafe fn edit(
    filter: *mut apsfetch_design_filter,
    error: *mut *mut apsfetch_error,
    change: impl FnOnce(&mut DesignFilter) -> Result<()>,
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
pub unsafe extern "C" fn apsfetch_design_filter_new(
    out: *mut *mut apsfetch_design_filter,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, DesignFilterObject(Mutex::default()))?;
            Ok(Outcome::Done)
        })
    }
}

/// Lets through derivatives with this role, such as "graphics", "thumbnail" or "obj".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_design_filter_add_role(
    filter: *mut apsfetch_design_filter,
    role: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(filter, error, |filter| {
            filter.roles.push(arguments::text(role, "role")?.to_owned());
            Ok(())
        })
    }
}

/// Lets through derivatives with this media type, such as "image/png".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_design_filter_add_mime(
    filter: *mut apsfetch_design_filter,
    mime: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(filter, error, |filter| {
            filter
                .mimes
                .push(arguments::text(mime, "media type")?.to_owned());
            Ok(())
        })
    }
}

/// Lets through derivatives with this type of output, such as "obj", "svf" or "thumbnail".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_design_filter_add_output_type(
    filter: *mut apsfetch_design_filter,
    output_type: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(filter, error, |filter| {
            filter
                .output_types
                .push(arguments::text(output_type, "type of output")?.to_owned());
            Ok(())
        })
    }
}

/// Frees a filter.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_design_filter_free(filter: *mut apsfetch_design_filter) -> i32 {
    release::free(filter, |_| {})
}
