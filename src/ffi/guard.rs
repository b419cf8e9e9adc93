//! What every export goes through: no panic leaves it, and an error becomes a status and an object.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::{ErrorObject, apsfetch_error};
use super::status::{APSFETCH_E_PANIC, APSFETCH_OK, APSFETCH_PENDING};
use super::{handle, output};
use crate::{Error, ErrorKind, Result};

/// How a call went that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Pending,
}

impl Outcome {
    /// How a wait went.
    pub(super) fn of(over: bool) -> Self {
        match over {
            true => Outcome::Done,
            false => Outcome::Pending,
        }
    }
}

/// Runs the body of an export that returns a status. A failure is put into `*error`, unless that is NULL.
///
/// # Safety
///
/// `error` is NULL or can be written.
pub(super) unsafe fn call(
    error: *mut *mut apsfetch_error,
    body: impl FnOnce() -> Result<Outcome>,
) -> i32 {
    // SAFETY: the caller vouches for the pointer.
    unsafe { output::set(error, std::ptr::null_mut()) };
    let failure = match catch(body) {
        Some(Ok(Outcome::Done)) => return APSFETCH_OK,
        Some(Ok(Outcome::Pending)) => return APSFETCH_PENDING,
        Some(Err(failure)) => failure,
        None => bug(),
    };
    let status = failure.kind().code();
    if !error.is_null() {
        // Without a handle for the error there is still the status.
        let object = catch(|| handle::insert::<apsfetch_error>(ErrorObject::new(failure)));
        if let Some(Ok(object)) = object {
            // SAFETY: the caller vouches for the pointer.
            unsafe { output::set(error, object) };
        }
    }
    status
}

/// What a caught panic is for the caller.
pub(super) fn bug() -> Error {
    Error::new(
        ErrorKind::Panic,
        "A bug in apsfetch was caught. The call did nothing, or not all it should. Please report it.",
    )
}

/// Runs the body of an export that returns a value, or `fallback` when it fails.
pub(super) fn value<T>(fallback: T, body: impl FnOnce() -> Result<T>) -> T {
    match catch(body) {
        Some(Ok(value)) => value,
        Some(Err(_)) | None => fallback,
    }
}

/// Runs the body of an export that returns a number which is negative when it is a status.
pub(super) fn number(body: impl FnOnce() -> Result<i32>) -> i32 {
    match catch(body) {
        Some(Ok(number)) => number,
        Some(Err(error)) => error.kind().code(),
        None => APSFETCH_E_PANIC,
    }
}

/// `None` if the body panicked.
fn catch<T>(body: impl FnOnce() -> T) -> Option<T> {
    install_hook();
    let depth = INSIDE.get();
    INSIDE.set(depth.saturating_add(1));
    // Whatever the body left half done is behind a lock that is taken over from a panicked thread, or is
    // thrown away.
    let result = catch_unwind(AssertUnwindSafe(|| {
        crate::failpoint::here("entry");
        body()
    }));
    INSIDE.set(depth);
    result.ok()
}

thread_local! {
    /// How many guards the thread is inside of. Without a destructor, which would outlive an unloaded library.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

static INSTALLED: AtomicBool = AtomicBool::new(false);
static PREVIOUS: OnceLock<Hook> = OnceLock::new();

/// Keeps the library's own panics off the host's standard error; those of a Rust host are its own.
///
/// An atomic and not a `Once`: a child forked in this moment would wait for it for ever.
fn install_hook() {
    if INSTALLED.load(Ordering::Relaxed) || INSTALLED.swap(true, Ordering::AcqRel) {
        return;
    }
    // A panicking thread may not change the hook; the next call will.
    if std::thread::panicking() {
        INSTALLED.store(false, Ordering::Release);
        return;
    }
    // The hook is a plain function and needs no memory, so unloading the library leaves nothing behind.
    let _ = PREVIOUS.set(std::panic::take_hook());
    std::panic::set_hook(Box::new(hook));
}

fn hook(panic: &PanicHookInfo<'_>) {
    if INSIDE.get() > 0 || is_own_thread() {
        return;
    }
    if let Some(previous) = PREVIOUS.get() {
        previous(panic);
    }
}

/// Whether this is a thread of the library: they are all made in `threads.rs` and named there.
fn is_own_thread() -> bool {
    std::thread::current()
        .name()
        .is_some_and(|name| name.starts_with("apsfetch-"))
}
