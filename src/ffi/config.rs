//! Configuration of a client
//!
//! Everything has a default that suits an office network; set what differs. A setter checks its value at
//! once, and one that fails changes nothing.

use std::ffi::c_char;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::{arguments, output, release};
use crate::{ClientBuilder, Result};

/// The options of a client. `apsfetch_client_new` copies them.
pub struct apsfetch_config {
    _opaque: [u8; 0],
}

pub(super) struct ConfigObject(Mutex<ClientBuilder>);

impl ConfigObject {
    pub(super) fn copy(&self) -> ClientBuilder {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Handle for apsfetch_config {
    type Object = ConfigObject;
    const NAME: &'static str = "configuration";
}

/// Changes a copy and puts it in the place of the original, which stays as it is when the change fails.
///
/// # Safety
///
/// As for [`guard::call`].
unsafe fn edit(
    config: *mut apsfetch_config,
    error: *mut *mut apsfetch_error,
    change: impl FnOnce(ClientBuilder) -> Result<ClientBuilder>,
) -> i32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe {
        guard::call(error, || {
            let config = handle::get(config)?;
            let mut builder = config.0.lock().unwrap_or_else(PoisonError::into_inner);
            *builder = change(builder.clone())?;
            Ok(Outcome::Done)
        })
    }
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(count.into())
}

/// Makes a configuration with the defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_new(
    out: *mut *mut apsfetch_config,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            output::give(out, ConfigObject(Mutex::default()))?;
            Ok(Outcome::Done)
        })
    }
}

/// Where APS is: a scheme and a host, with a port if it is not the usual one, and a path if there is one before those
/// of APS. The default is "https://developer.api.autodesk.com"; a sandbox is somewhere else. https is required, except for
/// addresses of this machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_base_url(
    config: *mut apsfetch_config,
    url: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.base_url(arguments::text(url, "base URL")?)
        })
    }
}

/// An access token the host has got, without the word "Bearer". `apsfetch_client_set_access_token` changes
/// it later. Downloading needs the scope `data:read` (for derivatives, `viewables:read` will do).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_access_token(
    config: *mut apsfetch_config,
    token: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.access_token(arguments::text(token, "access token")?)
        })
    }
}

/// Client id and secret of an APS app, with which the library gets its own two-legged token and renews it.
/// `scopes` are separated by spaces, such as "data:read viewables:read". Used instead of an access token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_client_credentials(
    config: *mut apsfetch_config,
    client_id: *const c_char,
    client_secret: *const c_char,
    scopes: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.client_credentials(
                arguments::text(client_id, "client id")?,
                arguments::text(client_secret, "client secret")?,
                arguments::text(scopes, "list of scopes")?,
            )
        })
    }
}

/// Goes on with a user's login of an earlier run: the client gets its access tokens with the refresh token that
/// the host has kept. Used instead of client credentials. `scopes` are separated by spaces, and no more than
/// the login granted; "" means the same ones. APS replaces the refresh token at each renewal: keep the one of
/// `apsfetch_client_refresh_token` each time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_refresh_token(
    config: *mut apsfetch_config,
    client_id: *const c_char,
    refresh_token: *const c_char,
    scopes: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.refresh_token(
                arguments::text(client_id, "client id")?,
                arguments::text(refresh_token, "refresh token")?,
                arguments::text(scopes, "list of scopes")?,
            )
        })
    }
}

/// How long a job waits for `apsfetch_client_set_access_token` when APS refuses the token or there is none.
/// Meanwhile the state of its progress is `APSFETCH_JOB_WAITING_FOR_TOKEN`. The default is 0: its items fail
/// with `APSFETCH_E_AUTH` at once. Blocking calls such as `apsfetch_sign` never wait for a token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_token_wait_ms(
    config: *mut apsfetch_config,
    wait_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            Ok(builder.token_wait(milliseconds(wait_ms)))
        })
    }
}

/// The data centre of the designs: "US" (the default of APS), "EMEA", "AUS", "CAN", "DEU", "IND", "JPN",
/// "GBR", or a name APS adds later. Sent as the header `region`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_region(
    config: *mut apsfetch_config,
    region: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.region(arguments::text(region, "region")?)
        })
    }
}

/// 1 uses the older EMEA form of the addresses (".../v2/regions/eu/designdata/...") instead of the header
/// `region`; 0 is the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_emea_path(
    config: *mut apsfetch_config,
    emea_path: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            Ok(builder.emea_path(arguments::flag(emea_path, "choice of the EMEA path")?))
        })
    }
}

/// 1 forces each file to the disk (fsync) before it takes the place of the target, and its folder after that.
/// 0 is the default: a killed process never leaves a wrong file either way, but after a power failure a file
/// that had just been finished may have lost bytes. It costs time, on small files more than their download.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_durable(
    config: *mut apsfetch_config,
    durable: i32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            Ok(builder.durable(arguments::flag(durable, "choice of durable files")?))
        })
    }
}

/// Connections at the most, for all jobs of the client together: 1 to 256. By default 128, or fewer where the process may
/// not have so many files open. A large file from afar gets all of them at once if they were set, and 64 if not. The library uses
/// as many of them as make the download faster.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_max_connections(
    config: *mut apsfetch_config,
    connections: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.max_connections(connections)
        })
    }
}

/// Bytes a second that all downloads of the client together may take, so that an office can go on working: from
/// 1024; 0, the default, is no limit. `apsfetch_client_set_bandwidth_limit` changes it while jobs run. Replies of the
/// API and uploads are not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_bandwidth_limit(
    config: *mut apsfetch_config,
    bytes_per_second: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.bandwidth_limit(bytes_per_second)
        })
    }
}

/// Bytes of a part, from 65536; 0, the default, lets the library choose. The first part of a file whose size nobody
/// knows yet has its usual length all the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_part_size(
    config: *mut apsfetch_config,
    bytes: u64,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe { edit(config, error, |builder| builder.part_size(bytes)) }
}

/// The limit on each connection, until it is ready for a request: resolving the name, connecting, a proxy and TLS
/// together. 1 ms to a day, 30 s by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_connect_timeout_ms(
    config: *mut apsfetch_config,
    limit_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.connect_timeout(milliseconds(limit_ms))
        })
    }
}

/// The limit on the wait for a reply, until its headers are complete; for each redirect anew. The body of an API
/// reply may take as long again, and a second more for each 4 KiB. The reply to an upload may take a second more for
/// each 16 KiB of its last 4 MiB, which the system may still have to send. 1 ms to a day, 60 s by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_reply_timeout_ms(
    config: *mut apsfetch_config,
    limit_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.reply_timeout(milliseconds(limit_ms))
        })
    }
}

/// A connection that moves next to nothing (less than 1 KiB) for this long is given up and replaced: 1 ms to a
/// day, 30 s by default. There is no limit on a whole download: a slow one that moves is never broken off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_stall_timeout_ms(
    config: *mut apsfetch_config,
    limit_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.stall_timeout(milliseconds(limit_ms))
        })
    }
}

/// How long failures that may pass (a broken connection, a name that is not resolved, a busy service) are answered
/// by trying again, counted from the first failure since the last progress. Waits that the service asks for
/// (`Retry-After`, 120 s at the most) are added, up to 5 minutes. 1 ms to a day, 40 s by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_retry_timeout_ms(
    config: *mut apsfetch_config,
    limit_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.retry_timeout(milliseconds(limit_ms))
        })
    }
}

/// How long a drive may take for one operation, such as a write to a network drive; forcing a file to the disk
/// may take ten times as long. After that the file fails with `APSFETCH_E_TIMEOUT`. The thread that is stuck cannot
/// be freed: `apsfetch_client_free` waits for it. 1 ms to a day, 60 s by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_disk_timeout_ms(
    config: *mut apsfetch_config,
    limit_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.disk_timeout(milliseconds(limit_ms))
        })
    }
}

/// A file of certificates in PEM form to trust beside those of the operating system, such as a firm's own
/// authority. `apsfetch_client_new` reads it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_ca_file(
    config: *mut apsfetch_config,
    path: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            Ok(builder.ca_file(arguments::path(path, "path of the CA file")?))
        })
    }
}

/// `apsfetch_config_set_ca_file` for a path in UTF-16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_ca_file_utf16(
    config: *mut apsfetch_config,
    path: *const u16,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            Ok(builder.ca_file(arguments::path_utf16(path, "path of the CA file")?))
        })
    }
}

/// The proxy: "http://user:password@host:port", or "https://..." for TLS to the proxy itself; "" for none whatever
/// the environment says. User and password are percent-encoded, and sent as Basic authentication. It is used for
/// every host: `NO_PROXY` does not count. The default is what the computer says, for every host but itself: the
/// first of `HTTPS_PROXY`, `ALL_PROXY` and `HTTP_PROXY` that is set (in lower case, too) with the exceptions in
/// `NO_PROXY`, or else the settings of Windows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_proxy(
    config: *mut apsfetch_config,
    address: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.proxy(arguments::text(address, "address of the proxy")?)
        })
    }
}

/// What the library calls itself to the servers, such as "MyPlugin/2.1": 1 to 256 printable ASCII
/// characters. The default is "apsfetch/" and its version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_config_set_user_agent(
    config: *mut apsfetch_config,
    name: *const c_char,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        edit(config, error, |builder| {
            builder.user_agent(arguments::text(name, "user agent")?)
        })
    }
}

/// Frees a configuration. Clients made from it live on.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_config_free(config: *mut apsfetch_config) -> i32 {
    release::free(config, |_| {})
}
