//! Logging a user in
//!
//! The three-legged login of APS for programs that cannot keep a secret, with PKCE: start a login, open its
//! address in the user's browser, wait. See "Get a 3-Legged Token with PKCE" in the guide to authentication.
//! From then on the client uses the user's token and renews it by itself. A login has no thread: the browser
//! is answered by the thread that waits.

use std::ffi::c_char;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, TryLockError};
use std::time::{Duration, Instant};

use super::cancel_token::apsfetch_cancel_token;
use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::text::{self, Text};
use super::{arguments, number, output, release};
use crate::{CancelToken, Error, ErrorKind, Login, LoginOptions, LoginResult, Result};

/// How often a wait looks whether its login was freed.
const SLICE: Duration = Duration::from_millis(100);

/// A login under way, or over.
pub struct apsfetch_login {
    _opaque: [u8; 0],
}

pub(super) struct LoginObject {
    /// Locked by the thread that waits.
    login: Mutex<Login>,
    authorize_url: Text,
    redirect_uri: Text,
    open: AtomicBool,
    freed: AtomicBool,
    found: OnceLock<Found>,
}

/// What a login brought, with its texts as C reads them.
struct Found {
    expires_in: Option<Duration>,
    scopes: Text,
    refresh_token: Option<Text>,
}

impl Found {
    fn new(result: &LoginResult) -> Self {
        Found {
            expires_in: result.expires_in,
            scopes: Text::new(&result.scopes),
            refresh_token: Text::maybe(result.refresh_token()),
        }
    }
}

impl Handle for apsfetch_login {
    type Object = LoginObject;
    const NAME: &'static str = "login";
}

impl LoginObject {
    fn new(login: Login) -> Self {
        LoginObject {
            authorize_url: Text::new(login.authorize_url()),
            redirect_uri: Text::new(login.redirect_uri()),
            open: AtomicBool::new(true),
            freed: AtomicBool::new(false),
            found: OnceLock::new(),
            login: Mutex::new(login),
        }
    }

    fn wait(&self, limit: Duration, cancel: Option<&CancelToken>) -> Result<Outcome> {
        let mut login = match self.login.try_lock() {
            Ok(login) => login,
            Err(TryLockError::Poisoned(login)) => login.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(
                    ErrorKind::InvalidState,
                    "Another thread waits for this login already.",
                ));
            }
        };
        if self.found.get().is_some() {
            return Ok(Outcome::Done);
        }
        let until = Instant::now().checked_add(limit);
        loop {
            if self.freed.load(Ordering::Acquire) {
                return Err(Error::new(
                    ErrorKind::Cancelled,
                    "The login was freed while a thread waited for it.",
                ));
            }
            let left = until.map_or(SLICE, |at| at.saturating_duration_since(Instant::now()));
            match login.wait(left.min(SLICE), cancel) {
                Ok(result) => {
                    self.found.get_or_init(|| Found::new(&result));
                    self.open.store(false, Ordering::Release);
                    return Ok(Outcome::Done);
                }
                Err(error) if error.kind() == ErrorKind::Timeout && login.is_open() => {
                    if until.is_some_and(|at| Instant::now() >= at) {
                        return Ok(Outcome::Pending);
                    }
                }
                Err(error) => {
                    self.open.store(login.is_open(), Ordering::Release);
                    return Err(error);
                }
            }
        }
    }
}

/// Opens a listener for the browser to come back to, and makes the address of the login page. Nothing is sent.
///
/// `client_id` is the one of an APS app of the type "Desktop, Mobile, Single-Page App"; `scopes` are separated
/// by spaces, such as "data:read viewables:read". The callback address http://HOST:PORT/PATH must be
/// registered for the app, letter by letter: `callback_host` is "127.0.0.1", which NULL means too, or
/// "localhost"; `callback_port` is 1 to 65535, or 0 for any free one, which only a sandbox accepts;
/// `callback_path` begins with "/", and NULL means "/callback".
///
/// The login stays open for `timeout_ms` milliseconds at the most; 0 means 10 minutes, `APSFETCH_NO_LIMIT` has
/// no end. `APSFETCH_E_RESOURCE` if the port is not to be had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_login_start(
    client: *const apsfetch_client,
    client_id: *const c_char,
    scopes: *const c_char,
    callback_host: *const c_char,
    callback_port: u32,
    callback_path: *const c_char,
    timeout_ms: u32,
    out: *mut *mut apsfetch_login,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let mut options = LoginOptions::new(
                arguments::text(client_id, "client id")?,
                arguments::text(scopes, "list of scopes")?,
            );
            if let Some(host) = arguments::optional_text(callback_host, "callback host")? {
                options.callback_host = host.to_owned();
            }
            options.callback_port = u16::try_from(callback_port).map_err(|_| {
                Error::invalid(format!("The callback port {callback_port} is above 65535."))
            })?;
            if let Some(path) = arguments::optional_text(callback_path, "callback path")? {
                options.callback_path = path.to_owned();
            }
            if timeout_ms != 0 {
                options.timeout = arguments::limit(timeout_ms);
            }
            output::give(out, LoginObject::new(Login::start(&client, &options)?))?;
            Ok(Outcome::Done)
        })
    }
}

/// The address to open in the user's browser. The library never starts a browser itself.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_authorize_url(login: *const apsfetch_login) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(handle::get(login)?.authorize_url.as_ptr())
    })
}

/// The callback address, as it must be registered at APS.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_redirect_uri(login: *const apsfetch_login) -> *const c_char {
    guard::value(std::ptr::null(), || {
        Ok(handle::get(login)?.redirect_uri.as_ptr())
    })
}

/// 1 while the login still waits for its answer, 0 when it has succeeded or failed.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_is_open(login: *const apsfetch_login) -> i32 {
    guard::value(0, || {
        Ok(handle::get(login)?.open.load(Ordering::Acquire).into())
    })
}

/// Waits for the user, at most `limit_ms` milliseconds, or until the login's own end for `APSFETCH_NO_LIMIT`.
/// `APSFETCH_OK` when the user is logged in: the client has the token, and its jobs that wait for one go on.
/// `APSFETCH_PENDING` when the time passed; wait again. Every error ends the login, except
/// `APSFETCH_E_INVALID_STATE` while another thread waits for it. A user who says no is `APSFETCH_E_AUTH`, and
/// a login that was not finished in its time is `APSFETCH_E_TIMEOUT`. `cancel` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_login_wait(
    login: *const apsfetch_login,
    limit_ms: u32,
    cancel: *const apsfetch_cancel_token,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            let login = handle::get(login)?;
            let cancel = arguments::cancel_token(cancel)?;
            login.wait(arguments::limit(limit_ms), cancel.as_deref())
        })
    }
}

/// After the login: how many milliseconds the access token lives, or -1 if APS did not say it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_expires_in_ms(login: *const apsfetch_login) -> i64 {
    guard::value(-1, || {
        let login = handle::get(login)?;
        Ok(number::milliseconds(
            login.found.get().and_then(|found| found.expires_in),
        ))
    })
}

/// After the login: the scopes that were granted, separated by spaces; NULL before.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_scopes(login: *const apsfetch_login) -> *const c_char {
    guard::value(std::ptr::null(), || {
        let login = handle::get(login)?;
        Ok(text::pointer(login.found.get().map(|found| &found.scopes)))
    })
}

/// After the login: the refresh token, for `apsfetch_config_set_refresh_token` in the next run of the program;
/// NULL before, or if there is none. It is a secret, and APS replaces it at each renewal:
/// `apsfetch_client_refresh_token` has the latest one.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_refresh_token(login: *const apsfetch_login) -> *const c_char {
    guard::value(std::ptr::null(), || {
        let login = handle::get(login)?;
        let found = login.found.get();
        Ok(text::pointer(
            found.and_then(|found| found.refresh_token.as_ref()),
        ))
    })
}

/// Frees a login, and closes its listener. A thread that waits for it gets `APSFETCH_E_CANCELLED` within a
/// tenth of a second. The client stays logged in.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_login_free(login: *mut apsfetch_login) -> i32 {
    release::free(login, |login| login.freed.store(true, Ordering::Release))
}
