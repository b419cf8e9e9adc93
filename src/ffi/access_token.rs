//! Access tokens for others
//!
//! For programs that hand the client's token to another library, such as a viewer. Ask anew each time it is
//! needed: the library keeps the token and renews it in time.

use std::ffi::c_char;

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::text::Text;
use super::{arguments, number, output, release};
use crate::AccessToken;

/// An access token. It does not change, so any thread may read it.
pub struct apsfetch_access_token {
    _opaque: [u8; 0],
}

pub(super) struct AccessTokenObject {
    text: Text,
    expires_in_ms: i64,
}

impl AccessTokenObject {
    fn new(token: &AccessToken) -> Self {
        AccessTokenObject {
            text: Text::new(token.token()),
            expires_in_ms: number::milliseconds(token.expires_in()),
        }
    }
}

impl Handle for apsfetch_access_token {
    type Object = AccessTokenObject;
    const NAME: &'static str = "access token";
}

/// The client's access token of the moment, or a new one if there is none or it expires within a minute; waits for
/// the token service then. The client goes on using it, too. `APSFETCH_E_AUTH` if the client has no token and no
/// way to one: it does not wait for `apsfetch_client_set_access_token`. `cancel` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_access_token_fetch(
    client: *const apsfetch_client,
    cancel: *const apsfetch_cancel_token,
    out: *mut *mut apsfetch_access_token,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let cancel = arguments::cancel_token(cancel)?;
            let token = client.access_token(cancel.as_deref())?;
            output::give(out, AccessTokenObject::new(&token))?;
            Ok(Outcome::Done)
        })
    }
}

/// The token, without the word "Bearer". It is a secret: keep it out of files, logs and error messages.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_access_token_text(token: *const apsfetch_access_token) -> *const c_char {
    guard::value(std::ptr::null(), || Ok(handle::get(token)?.text.as_ptr()))
}

/// How many milliseconds the token was still good for when it was asked for, or -1 if that is not known, as of one
/// that the program has set itself.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_access_token_expires_in_ms(token: *const apsfetch_access_token) -> i64 {
    guard::value(-1, || Ok(handle::get(token)?.expires_in_ms))
}

/// Wipes the text from memory and frees it. The client keeps its token.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_access_token_free(token: *mut apsfetch_access_token) -> i32 {
    release::free(token, |_| {})
}
