//! Jobs
//!
//! A download of one or more items on threads of its client. One failed item does not stop the others: wait
//! for the end, then ask for each result. Jobs never call back; poll `apsfetch_job_wait` in slices that suit
//! your user interface.

use std::time::Duration;

use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::handle::{self, Handle};
use super::progress::{self, apsfetch_progress};
use super::request::apsfetch_request;
use super::result::{ResultObject, apsfetch_result};
use super::{arguments, number, output, release};
use crate::{Error, Job};

/// For `apsfetch_job_wait`: however long it takes.
pub const APSFETCH_NO_LIMIT: u32 = 0xFFFF_FFFF;

/// A download under way, or over.
pub struct apsfetch_job {
    _opaque: [u8; 0],
}

impl Handle for apsfetch_job {
    type Object = Job;
    const NAME: &'static str = "job";
}

/// Starts to download. Each of the `count` requests needs a path or memory as its target, and no two the
/// same path; a job without requests is over at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_job_start(
    client: *const apsfetch_client,
    requests: *const *const apsfetch_request,
    count: usize,
    out: *mut *mut apsfetch_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for all pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let client = handle::get(client)?;
            let requests = arguments::requests(requests, count)?;
            output::give(out, client.start(requests)?)?;
            Ok(Outcome::Done)
        })
    }
}

/// Waits for the end, at most `timeout_ms` milliseconds, or without limit for `APSFETCH_NO_LIMIT`.
/// `APSFETCH_OK` when the job is over, whatever became of its items; `APSFETCH_PENDING` when the time passed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_job_wait(
    job: *const apsfetch_job,
    timeout_ms: u32,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            let job = handle::get(job)?;
            if timeout_ms == APSFETCH_NO_LIMIT {
                job.join();
                return Ok(Outcome::Done);
            }
            let over = job.wait(Duration::from_millis(timeout_ms.into()));
            Ok(Outcome::of(over))
        })
    }
}

/// How far the job has come. The caller sets `progress->struct_size` first; not more than so many bytes are
/// written, and of a larger structure not more than this version of the library knows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_job_progress(
    job: *const apsfetch_job,
    progress: *mut apsfetch_progress,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            let job = handle::get(job)?;
            progress::fill(progress, &job.progress())?;
            Ok(Outcome::Done)
        })
    }
}

/// Breaks the job off. It returns at once; the items that are not over fail with `APSFETCH_E_CANCELLED`, and
/// the job ends within a tenth of a second (in a second where a name is being resolved or a connection made).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_job_cancel(
    job: *const apsfetch_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe {
        guard::call(error, || {
            handle::get(job)?.cancel();
            Ok(Outcome::Done)
        })
    }
}

/// How many items the job has.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_job_count(job: *const apsfetch_job) -> usize {
    guard::value(0, || Ok(handle::get(job)?.len()))
}

/// How many bytes of one item have arrived and are part of its file; `index` is its place in the requests.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_job_item_bytes_done(job: *const apsfetch_job, index: usize) -> u64 {
    guard::value(0, || {
        let item = handle::get(job)?.item_progress(index);
        Ok(item.map_or(0, |item| item.bytes_done))
    })
}

/// The size of one item in bytes, or -1 as long as it is not known.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_job_item_bytes_total(job: *const apsfetch_job, index: usize) -> i64 {
    guard::value(-1, || {
        let item = handle::get(job)?.item_progress(index);
        Ok(number::or_unknown(item.and_then(|item| item.bytes_total)))
    })
}

/// 1 if one item is over, whatever became of it, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_job_item_finished(job: *const apsfetch_job, index: usize) -> i32 {
    guard::value(0, || {
        let item = handle::get(job)?.item_progress(index);
        Ok(item.is_some_and(|item| item.finished).into())
    })
}

/// The result of one item; `index` is its place in the requests. `APSFETCH_OK` with a result that the caller
/// frees, `APSFETCH_PENDING` while the item is not over, or the status and the error of the item that failed.
/// It can be asked for repeatedly, and as soon as the item is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn apsfetch_job_result(
    job: *const apsfetch_job,
    index: usize,
    out: *mut *mut apsfetch_result,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            output::clear(out)?;
            let job = handle::get(job)?;
            if index >= job.len() {
                return Err(Error::invalid(format!(
                    "The index {index} is not below the number of items, {}.",
                    job.len()
                )));
            }
            let Some(result) = job.result(index) else {
                return Ok(Outcome::Pending);
            };
            output::give(out, ResultObject::new(result?))?;
            Ok(Outcome::Done)
        })
    }
}

/// Frees a job. One that is not over is cancelled, and nothing of it writes any more when this returns.
/// Results that were asked for live on.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_job_free(job: *mut apsfetch_job) -> i32 {
    release::free(job, |job| {
        job.cancel();
        job.join();
    })
}
