//! How far a job has come.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::transport::Observer;

/// What a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum JobState {
    /// Signing and downloading.
    Running = 1,
    /// Standing still until the host sets an access token.
    WaitingForToken = 2,
    /// Over: every item has its result.
    Finished = 3,
}

/// A snapshot of a job. All counts only describe; the results say what became of each item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What the job is doing.
    pub state: JobState,
    /// Items in the job.
    pub items_total: u64,
    /// Items that are over, whatever became of them.
    pub items_finished: u64,
    /// Items of these that failed.
    pub items_failed: u64,
    /// Bytes that have arrived and are part of a file.
    pub bytes_done: u64,
    /// Bytes of all items whose size is known so far.
    pub bytes_total: u64,
    /// Items whose size is known; when it equals `items_total`, `bytes_total` is final.
    pub items_sized: u64,
    /// Connections that are transferring at this moment.
    pub connections: u64,
    /// Requests that had to be sent again.
    pub retries: u64,
}

impl Progress {
    /// From 0 to 1, or `None` while no size is known.
    pub fn fraction(&self) -> Option<f64> {
        if self.items_sized < self.items_total {
            return None;
        }
        if self.bytes_total == 0 {
            return Some(if self.state == JobState::Finished {
                1.0
            } else {
                0.0
            });
        }
        Some((self.bytes_done as f64 / self.bytes_total as f64).clamp(0.0, 1.0))
    }
}

/// How far one item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ItemProgress {
    /// Bytes that have arrived and are part of the file.
    pub bytes_done: u64,
    /// The size of the file, once it is known.
    pub bytes_total: Option<u64>,
    /// Whether the item is over, whatever became of it.
    pub finished: bool,
}

/// The counters behind [`Progress`].
#[derive(Default)]
pub(super) struct Counters {
    pub(super) items_finished: AtomicU64,
    pub(super) items_failed: AtomicU64,
    /// Signed: a file that starts over takes its bytes back.
    pub(super) bytes_done: AtomicI64,
    pub(super) bytes_total: AtomicU64,
    pub(super) items_sized: AtomicU64,
    pub(super) connections: AtomicUsize,
    pub(super) retries: AtomicU64,
    waiting: AtomicUsize,
    pub(super) finished: AtomicBool,
    retries_left: AtomicI64,
    retries_at_most: i64,
    quiet: Quiet,
}

/// Since when nothing has come through for any item. A network that is gone must not be waited for item by item: for
/// thousands of them, that would take days.
#[derive(Default)]
struct Quiet {
    patience: Duration,
    /// Whether `since` is set, for a look at every block.
    troubled: AtomicBool,
    /// The first failure since the last byte.
    since: Mutex<Option<Instant>>,
}

impl Quiet {
    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn broken(&self) {
        if self.troubled.load(Ordering::Relaxed) {
            let mut since = self.lock();
            *since = None;
            self.troubled.store(false, Ordering::Relaxed);
        }
    }

    /// Notes a failure that is to be followed by a pause. Whether there is patience left.
    fn failed(&self, wait: Duration, now: Instant) -> bool {
        let mut since = self.lock();
        let first = since.get_or_insert(now);
        self.troubled.store(true, Ordering::Relaxed);
        let patient = now.saturating_duration_since(*first) < self.patience;
        if wait > LONGEST_OWN_PAUSE {
            // The service asked for it, and then it is not silence.
            *first = first.checked_add(wait).unwrap_or(*first);
        }
        patient
    }

    /// How long there has been no patience any more.
    fn beyond(&self, now: Instant) -> Duration {
        if !self.troubled.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        self.lock().map_or(Duration::ZERO, |since| {
            now.saturating_duration_since(since)
                .saturating_sub(self.patience)
        })
    }
}

/// No pause of our own choice is longer.
const LONGEST_OWN_PAUSE: Duration = Duration::from_secs(20);
/// Retries of one connection while a service is away for the time that a client usually has patience.
const RETRIES_OF_A_CONNECTION: i64 = 40;

impl Counters {
    /// A budget of retries for all parts of a job together: a dead server is not asked for thousands of items in turn.
    /// Data that arrives fills it again.
    pub(super) fn new(items: usize, connections: usize, patience: Duration) -> Self {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let budget = count(items)
            .saturating_mul(4)
            .saturating_add(count(connections).saturating_mul(RETRIES_OF_A_CONNECTION));
        Counters {
            retries_left: AtomicI64::new(budget),
            retries_at_most: budget,
            quiet: Quiet {
                patience,
                ..Quiet::default()
            },
            ..Counters::default()
        }
    }

    pub(super) fn snapshot(&self, items: usize) -> Progress {
        let state = if self.finished.load(Ordering::Acquire) {
            JobState::Finished
        } else if self.waiting.load(Ordering::Relaxed) > 0 {
            JobState::WaitingForToken
        } else {
            JobState::Running
        };
        let done = self.bytes_done.load(Ordering::Relaxed);
        Progress {
            state,
            items_total: items as u64,
            items_finished: self.items_finished.load(Ordering::Relaxed),
            items_failed: self.items_failed.load(Ordering::Relaxed),
            bytes_done: u64::try_from(done).unwrap_or(0),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
            items_sized: self.items_sized.load(Ordering::Relaxed),
            connections: self.connections.load(Ordering::Relaxed) as u64,
            retries: self.retries.load(Ordering::Relaxed),
        }
    }

    pub(super) fn add_bytes(&self, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.bytes_done.fetch_add(count, Ordering::Relaxed);
        self.quiet.broken();
        if self.retries_left.load(Ordering::Relaxed) < self.retries_at_most {
            self.retries_left.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Bytes of an earlier run: no sign of life from the server.
    pub(super) fn add_resumed(&self, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.bytes_done.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn take_back(&self, count: u64) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.bytes_done.fetch_sub(count, Ordering::Relaxed);
    }
}

impl Observer for Counters {
    fn waiting_for_token(&self, waiting: bool) {
        if waiting {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            // It was the host that was waited for.
            self.quiet.broken();
        }
    }

    fn can_wait_for_token(&self) -> bool {
        true
    }

    fn may_retry(&self, wait: Duration) -> bool {
        self.retries.fetch_add(1, Ordering::Relaxed);
        let patient = self.quiet.failed(wait, Instant::now());
        self.retries_left.fetch_sub(1, Ordering::Relaxed) > 0 && patient
    }

    fn given_up(&self) -> Option<Error> {
        // As long again, in which the last tries may still come through.
        let patience = self.quiet.patience;
        (self.quiet.beyond(Instant::now()) > patience).then(|| {
            Error::new(
                ErrorKind::Network,
                format!(
                    "Nothing has come through for any file for {} s, so this one was not tried any more. The errors of the others say why.",
                    patience.saturating_mul(2).as_secs_f32()
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_network_that_is_gone_is_given_up_for_all_items_together() {
        let quiet = Quiet {
            patience: PATIENCE,
            ..Quiet::default()
        };
        let start = Instant::now();
        let second = Duration::from_secs(1);
        assert!(quiet.failed(second, start));
        assert!(quiet.failed(second, start + PATIENCE - second));
        assert!(!quiet.failed(second, start + PATIENCE));
        assert_eq!(quiet.beyond(start + PATIENCE * 3), PATIENCE * 2);
        // A byte that arrives begins it anew.
        quiet.broken();
        assert_eq!(quiet.beyond(start + PATIENCE * 3), Duration::ZERO);
        assert!(quiet.failed(second, start + PATIENCE * 3));
        // What the service asks for is not held against it.
        assert!(quiet.failed(PATIENCE, start + PATIENCE * 3));
        assert!(quiet.failed(second, start + PATIENCE * 4));
    }

    #[test]
    fn the_budget_is_filled_again_by_what_arrives() {
        let counters = Counters::new(1, 1, PATIENCE);
        let retries = |counters: &Counters| {
            std::iter::repeat_with(|| counters.may_retry(Duration::ZERO))
                .take_while(|allowed| *allowed)
                .count()
        };
        assert_eq!(retries(&counters), 44);
        assert_eq!(retries(&counters), 0);
        for _ in 0..100 {
            counters.add_bytes(1);
        }
        assert!((40..=44).contains(&retries(&counters)));
    }
}
