//! Cancelling a call that blocks
//!
//! Functions that ask APS something and wait for the answer take a token, with which another thread can end
//! the wait. Jobs have `apsfetch_job_cancel` instead.

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{output, release};
use crate::CancelToken;

/// Ends the calls it was given to. Several calls may share one.
pub struct apsfetch_cancel_token {
    _opaque: [u8; 0],
}

impl Handle for apsfetch_cancel_token {
    type Object = CancelToken;
    const NAME: &'static str = "cancel token";
}

/// Makes a token that is not cancelled yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_cancel_token_new(
    out: *mut *mut apsfetch_cancel_token,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, CancelToken::new())?;
            Ok(Outcome::Done)
        })
    }
}

/// Ends the calls that have the token, those under way and those to come, with `APSFETCH_E_CANCELLED`: within a
/// tenth of a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_cancel_token_cancel(
    token: *const apsfetch_cancel_token,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            handle::get(token)?.cancel();
            Ok(Outcome::Done)
        })
    }
}

/// 1 if the token was cancelled, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_cancel_token_is_cancelled(token: *const apsfetch_cancel_token) -> i32 {
    guard::value(0, || Ok(handle::get(token)?.is_cancelled().into()))
}

/// Frees a token. Calls that have it go on, and can no longer be cancelled.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_cancel_token_free(token: *mut apsfetch_cancel_token) -> i32 {
    release::free(token, |_| {})
}
