//! Waiting for a translation by polling
//!
//! `apsfetch_manifest_wait` on a thread of its client, for programs that want no callback: start to watch, wait in
//! slices that suit your user interface, look at the latest manifest, ask for the result.

use std::ffi::c_char;

use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::manifest::{ManifestObject, apsfetch_manifest};
use super::{arguments, output, release};
use crate::ManifestWatch;

/// A wait for a translation, under way or over.
pub struct apsfetch_manifest_watch {
    _opaque: [u8; 0],
}

impl Handle for apsfetch_manifest_watch {
    type Object = ManifestWatch;
    const NAME: &'static str = "watch of a manifest";
}

/// Starts to ask for the manifest of a design with growing pauses, until the translation is over, for `wait_ms`
/// at the most, or without limit for `APSFETCH_NO_LIMIT`. If the client may wait for an access token
/// (`apsfetch_config_set_token_wait_ms`), the watch does. Freeing it does not touch the translation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_watch_start(
    client: *const apsfetch_client,
    urn: *const c_char,
    wait_ms: u32,
    out: *mut *mut apsfetch_manifest_watch,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let urn = arguments::text(urn, "URN of the design")?;
            output::give(out, client.watch_manifest(urn, arguments::limit(wait_ms))?)?;
            Ok(Outcome::Done)
        })
    }
}

/// Waits for the end, at most `timeout_ms` milliseconds, or without limit for `APSFETCH_NO_LIMIT`.
/// `APSFETCH_OK` when the watch is over, whatever became of it; `APSFETCH_PENDING` when the time passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_watch_wait(
    watch: *const apsfetch_manifest_watch,
    timeout_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            let over = handle::get(watch)?.wait(arguments::limit(timeout_ms));
            Ok(Outcome::of(over))
        })
    }
}

/// One of the `APSFETCH_JOB_` numbers, or the status of an invalid handle.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_watch_state(watch: *const apsfetch_manifest_watch) -> i32 {
    guard::number(|| Ok(handle::get(watch)?.state() as i32))
}

/// How many manifests have come so far: when it has grown, there is a new one.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_watch_count(watch: *const apsfetch_manifest_watch) -> u64 {
    guard::value(0, || Ok(handle::get(watch)?.count()))
}

/// The manifest that came last, which the caller frees. `APSFETCH_PENDING` and NULL before the first one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_watch_latest(
    watch: *const apsfetch_manifest_watch,
    out: *mut *mut apsfetch_manifest,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let Some(manifest) = handle::get(watch)?.latest() else {
                return Ok(Outcome::Pending);
            };
            output::give(out, ManifestObject::new(manifest))?;
            Ok(Outcome::Done)
        })
    }
}

/// Ends the watch. It returns at once, and the watch is over within a tenth of a second.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_watch_cancel(
    watch: *const apsfetch_manifest_watch,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            handle::get(watch)?.cancel();
            Ok(Outcome::Done)
        })
    }
}

/// `APSFETCH_OK` with the manifest of the translation that is over, which the caller frees; `APSFETCH_PENDING`
/// while it is not; or the status and the error that `apsfetch_manifest_wait` would end with. It can be asked for
/// repeatedly.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_manifest_watch_result(
    watch: *const apsfetch_manifest_watch,
    out: *mut *mut apsfetch_manifest,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let Some(result) = handle::get(watch)?.result() else {
                return Ok(Outcome::Pending);
            };
            output::give(out, ManifestObject::new(result?))?;
            Ok(Outcome::Done)
        })
    }
}

/// Frees a watch. One that is not over is ended first. Manifests that were asked for live on.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_manifest_watch_free(watch: *mut apsfetch_manifest_watch) -> i32 {
    release::free(watch, |watch| {
        watch.cancel();
        watch.join();
    })
}
