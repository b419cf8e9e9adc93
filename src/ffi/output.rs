//! Results that go to the caller through pointers.
//!
//! Writes are unaligned: a caller that packs its structures gets what it asked for.

use super::handle::{self, Handle};
use crate::{Error, Result};

/// Writes a value, unless the pointer is NULL.
///
/// # Safety
///
/// `out` is NULL or can be written.
pub(super) unsafe fn set<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and the caller vouches for the rest.
        unsafe { out.write_unaligned(value) };
    }
}

/// Sets a result to NULL, so that a failed call leaves nothing in it that looks like a handle.
///
/// # Safety
///
/// `out` is NULL, which is an error, or can be written.
pub(super) unsafe fn clear<H: Handle>(out: *mut *mut H) -> Result<()> {
    if out.is_null() {
        return Err(Error::invalid(format!(
            "The pointer that receives the {} is NULL.",
            H::NAME
        )));
    }
    // SAFETY: the caller vouches for the pointer.
    unsafe { set(out, std::ptr::null_mut()) };
    Ok(())
}

/// Gives an object to the caller, who has to free it.
///
/// # Safety
///
/// `out` has gone through [`clear`].
pub(super) unsafe fn give<H: Handle>(out: *mut *mut H, object: H::Object) -> Result<()> {
    let handle = handle::insert::<H>(object)?;
    // SAFETY: the caller vouches for the pointer.
    unsafe { set(out, handle) };
    Ok(())
}
