//! Downloading in one call
//!
//! For programs that have a thread to spare: starts a job, waits for its end, and reports its progress.

use std::ffi::c_void;
use std::time::Duration;

use super::client::apsfetch_client;
use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::job::apsfetch_job;
use super::progress::{apsfetch_progress, apsfetch_progress_callback};
use super::request::apsfetch_request;
use super::status::APSFETCH_OK;
use super::{arguments, handle, output};
use crate::{Error, Job, Result};

/// How often the callback is called.
const SLICE: Duration = Duration::from_millis(100);

/// Downloads `count` requests, as `apsfetch_job_start` does, and returns when all items are over.
/// `callback`, which may be NULL, is called with `user_data` on this thread meanwhile.
///
/// `job_out` receives the finished job, for `apsfetch_job_result` and to be freed, also when items failed;
/// NULL if the job could not be started. `job_out` itself may be NULL when the results are not wanted.
///
/// `APSFETCH_OK` if all items succeeded. Otherwise the status of the first one that failed, with an error
/// whose message says how many did.
// Unlike all other exports it goes through the guard several times, because the callback must run outside: an
// exception that leaves the callback can then pass through this function, which C-unwind defines, and does not
// meet `catch_unwind`, which would end the process.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn apsfetch_download(
    client: *const apsfetch_client,
    requests: *const *const apsfetch_request,
    count: usize,
    callback: apsfetch_progress_callback,
    user_data: *mut c_void,
    job_out: *mut *mut apsfetch_job,
    error: *mut *mut apsfetch_error,
) -> i32 {
    // SAFETY: the caller vouches for the pointer, as the contract says.
    unsafe { output::set(job_out, std::ptr::null_mut()) };
    let mut running = Running(None);
    // SAFETY: the caller vouches for all pointers, as the contract says.
    let started = unsafe {
        guard::call(error, || {
            let client = handle::get(client)?;
            let requests = arguments::requests(requests, count)?;
            running.0 = Some(client.start(requests)?);
            Ok(Outcome::Done)
        })
    };
    if started != APSFETCH_OK {
        return started;
    }
    loop {
        let mut now = apsfetch_progress::default();
        let waited = guard::value(None, || {
            let job = running.job()?;
            let over = job.wait(if callback.is_some() {
                SLICE
            } else {
                Duration::MAX
            });
            now = apsfetch_progress::new(&job.progress());
            Ok(Some(over))
        });
        // A bug: the job is broken off as soon as this function is left.
        let Some(over) = waited else {
            // SAFETY: the caller vouches for the pointer, as the contract says.
            return unsafe { guard::call(error, || Err(guard::bug())) };
        };
        if let Some(callback) = callback {
            // SAFETY: the caller vouches for its function, and the progress outlives the call.
            let answer = unsafe { callback(&raw const now, user_data) };
            if answer != 0 && !over {
                guard::value((), || {
                    running.job()?.cancel();
                    Ok(())
                });
            }
        }
        if over {
            break;
        }
    }
    // SAFETY: the caller vouches for both pointers, as the contract says.
    unsafe {
        guard::call(error, || {
            let Some(job) = running.0.take() else {
                return Err(Error::invalid("There is no job."));
            };
            let verdict = verdict(&job);
            if !job_out.is_null() {
                output::give(job_out, job)?;
            }
            verdict
        })
    }
}

/// The job while it is nobody else's. Cancelled and waited for if an exception of the callback passes.
struct Running(Option<Job>);

impl Running {
    fn job(&self) -> Result<&Job> {
        self.0
            .as_ref()
            .ok_or_else(|| Error::invalid("There is no job."))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let job = self.0.take();
        guard::value((), || {
            drop(job);
            Ok(())
        });
    }
}

/// The first error among the results, and how many there are.
fn verdict(job: &Job) -> Result<Outcome> {
    let mut errors = job.results().into_iter().filter_map(Result::err);
    let Some(first) = errors.next() else {
        return Ok(Outcome::Done);
    };
    let failed = errors.count().saturating_add(1);
    Err(match job.len() {
        1 => first,
        all => first.context(format!("{failed} of {all} downloads failed; the first is")),
    })
}
