//! Clients
//!
//! A client holds the options, the access token, idle connections and the worker threads, which all its jobs
//! share. One is enough for a program; make another for other options.

use std::ffi::c_char;

use zeroize::Zeroize as _;

use super::config::apsfetch_config;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::owned_text::apsfetch_text;
use super::text::Text;
use super::{arguments, output, release};
use crate::Client;

/// A connection to APS.
pub struct apsfetch_client {
    _opaque: [u8; 0],
}

impl Handle for apsfetch_client {
    type Object = Client;
    const NAME: &'static str = "client";
}

/// Makes a client. Nothing is sent and no thread is started yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_client_new(
    config: *const apsfetch_config,
    out: *mut *mut apsfetch_client,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(config)?.copy().build()?;
            output::give(out, client)?;
            Ok(Outcome::Done)
        })
    }
}

/// Sets the access token for the requests from now on, also of jobs that run. Jobs that wait for a token go on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_client_set_access_token(
    client: *const apsfetch_client,
    token: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            let client = handle::get(client)?;
            client.set_access_token(arguments::text(token, "access token")?)?;
            Ok(Outcome::Done)
        })
    }
}

/// Bytes a second that all downloads of the client together may take from now on, also those under way: from 1024;
/// 0 is no limit. See `apsfetch_config_set_bandwidth_limit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_client_set_bandwidth_limit(
    client: *const apsfetch_client,
    bytes_per_second: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            handle::get(client)?.set_bandwidth_limit(bytes_per_second)?;
            Ok(Outcome::Done)
        })
    }
}

/// The refresh token of the user's login (`apsfetch_login_start`, `apsfetch_config_set_refresh_token`), to be
/// kept in a safe place and freed; NULL if there is no login or it has ended. APS replaces it at each renewal:
/// ask for it after the work, and before the client is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_client_refresh_token(
    client: *const apsfetch_client,
    out: *mut *mut apsfetch_text,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            if let Some(mut token) = handle::get(client)?.refresh_token() {
                let text = Text::new(&token);
                token.zeroize();
                output::give(out, text)?;
            }
            Ok(Outcome::Done)
        })
    }
}

/// Frees a client. Its jobs are cancelled but keep their handles and results; its threads have ended when this
/// returns, or, if another thread is inside a call on the client, when that call returns.
///
/// Calls of other threads that wait for an answer end with `APSFETCH_E_CANCELLED`. It may take some seconds while
/// the operating system looks up a host name, which cannot be broken off.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_client_free(client: *mut apsfetch_client) -> i32 {
    release::free(client, Client::shut_down)
}
