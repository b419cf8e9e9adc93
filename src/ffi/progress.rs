//! Progress
//!
//! A snapshot of a job, in the only public structure of this header. A later version of the library may add
//! fields at its end and nothing else; `struct_size` tells which ones a program knows.

use crate::{Error, JobState, Progress, Result};
use std::ffi::c_void;

/// Signing and downloading.
pub const APSFETCH_JOB_RUNNING: i32 = 1;
/// Standing still until the host calls `apsfetch_client_set_access_token`.
pub const APSFETCH_JOB_WAITING_FOR_TOKEN: i32 = 2;
/// Over: every item has its result.
pub const APSFETCH_JOB_FINISHED: i32 = 3;

const _: () = assert!(JobState::Running as i32 == APSFETCH_JOB_RUNNING);
const _: () = assert!(JobState::WaitingForToken as i32 == APSFETCH_JOB_WAITING_FOR_TOKEN);
const _: () = assert!(JobState::Finished as i32 == APSFETCH_JOB_FINISHED);

/// How far a job has come. All counts only describe; the results say what became of each item.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct apsfetch_progress {
    /// Set by the caller before each call: `sizeof(apsfetch_progress)`.
    pub struct_size: u32,
    /// One of the `APSFETCH_JOB_` numbers.
    pub state: i32,
    /// Items in the job.
    pub items_total: u64,
    /// Items that are over, whatever became of them.
    pub items_finished: u64,
    /// Items of these that failed.
    pub items_failed: u64,
    /// Items whose size is known; when it equals `items_total`, `bytes_total` is final.
    pub items_sized: u64,
    /// Bytes that have arrived and are part of a file. It falls when a file has to start over.
    pub bytes_done: u64,
    /// Bytes of all items whose size is known so far.
    pub bytes_total: u64,
    /// Connections that are transferring at this moment.
    pub connections: u64,
    /// Requests that had to be sent again.
    pub retries: u64,
}

const SIZE: usize = size_of::<apsfetch_progress>();
// 72, as is checked below.
#[allow(clippy::cast_possible_truncation)]
const SIZE_FOR_C: u32 = SIZE as u32;
/// The size and the state: what every version has.
const LEAST_SIZE: usize = 8;
/// A size beyond this is memory that nobody set.
const MOST_SIZE: usize = 4096;

// The layout is for ever, up to here.
const _: () = assert!(SIZE == 72 && align_of::<apsfetch_progress>() == 8);

impl apsfetch_progress {
    pub(super) fn new(progress: &Progress) -> Self {
        apsfetch_progress {
            struct_size: SIZE_FOR_C,
            state: progress.state as i32,
            items_total: progress.items_total,
            items_finished: progress.items_finished,
            items_failed: progress.items_failed,
            items_sized: progress.items_sized,
            bytes_done: progress.bytes_done,
            bytes_total: progress.bytes_total,
            connections: progress.connections,
            retries: progress.retries,
        }
    }
}

/// Called by `apsfetch_download`, `apsfetch_download_design` and `apsfetch_download_objects` on the thread that
/// called them, about ten times a second and once at the end. `progress` is valid during the call. A result
/// other than 0 cancels the job.
///
/// No lock is held, so it may call any function of the library. It must not be left by `longjmp`. It should
/// not be left by a C++ exception; one that does cancels the job and goes on to whoever called the
/// download.
pub type apsfetch_progress_callback = Option<
    unsafe extern "C-unwind" fn(progress: *const apsfetch_progress, user_data: *mut c_void) -> i32,
>;

/// Fills the part of the caller's structure that both sides know, behind its size.
///
/// # Safety
///
/// `out` is NULL, which is an error, or begins with a size, and so many bytes can be written.
pub(super) unsafe fn fill(out: *mut apsfetch_progress, progress: &Progress) -> Result<()> {
    if out.is_null() {
        return Err(Error::invalid("The progress is NULL."));
    }
    // SAFETY: not NULL, and the caller vouches for the size at its beginning.
    let size = unsafe { out.cast::<u32>().read_unaligned() };
    let bytes = usize::try_from(size).unwrap_or(usize::MAX);
    if !(LEAST_SIZE..=MOST_SIZE).contains(&bytes) {
        return Err(Error::invalid(format!(
            "The struct_size of the progress is {size}. Set it to sizeof(apsfetch_progress) first."
        )));
    }
    let mut filled = apsfetch_progress::new(progress);
    filled.struct_size = size;
    // SAFETY: `filled` has SIZE bytes, the caller vouches for the others, and the two are different memory.
    // Without padding, as the layout above says, all of them are set.
    unsafe {
        std::ptr::copy_nonoverlapping(
            (&raw const filled).cast::<u8>(),
            out.cast::<u8>(),
            bytes.min(SIZE),
        );
    }
    Ok(())
}
