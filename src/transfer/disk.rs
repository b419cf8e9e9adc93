//! Who waits for the disk, and since when.
//!
//! Nothing can break off a write to a network drive that does not answer. So it is watched: whoever waits for the
//! job, or looks at it, gives up the file in its place, and the thread that is stuck is left to itself until
//! the client is freed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Forcing a large file to the disk takes longer than any other operation.
const SYNC: u32 = 10;

/// The operations of one job.
pub(super) struct Disk {
    limit: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    running: Vec<Operation>,
}

struct Operation {
    number: u64,
    item: usize,
    since: Instant,
    limit: Duration,
}

/// An operation, until it is dropped.
pub(super) struct Running<'a> {
    disk: &'a Disk,
    number: u64,
}

impl Disk {
    pub(super) fn new(limit: Duration) -> Self {
        Disk {
            limit,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// An operation for an item begins.
    pub(super) fn begin(&self, item: usize) -> Running<'_> {
        self.begin_within(item, self.limit)
    }

    /// One that forces bytes to the disk.
    pub(super) fn begin_sync(&self, item: usize) -> Running<'_> {
        self.begin_within(item, self.limit.saturating_mul(SYNC))
    }

    fn begin_within(&self, item: usize, limit: Duration) -> Running<'_> {
        let mut state = self.lock();
        let number = state.next;
        state.next = number.wrapping_add(1);
        state.running.push(Operation {
            number,
            item,
            since: Instant::now(),
            limit,
        });
        Running { disk: self, number }
    }

    /// Items whose operation has taken longer than it may.
    pub(super) fn overdue(&self, now: Instant) -> Vec<usize> {
        self.items(|operation| now.saturating_duration_since(operation.since) > operation.limit)
    }

    /// Items with an operation that has taken longer than this.
    pub(super) fn busy(&self, now: Instant, longer_than: Duration) -> Vec<usize> {
        self.items(|operation| now.saturating_duration_since(operation.since) > longer_than)
    }

    fn items(&self, which: impl Fn(&Operation) -> bool) -> Vec<usize> {
        let state = self.lock();
        let found = state.running.iter().filter(|operation| which(operation));
        found.map(|operation| operation.item).collect()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.disk.lock();
        state
            .running
            .retain(|operation| operation.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_seen_until_it_is_over() {
        let disk = Disk::new(Duration::from_secs(2));
        let begun = Instant::now();
        let (write, sync) = (disk.begin(3), disk.begin_sync(4));
        let after = |seconds| begun + Duration::from_secs(seconds);
        assert!(disk.overdue(after(1)).is_empty());
        assert_eq!(disk.busy(after(1), Duration::from_millis(500)), [3, 4]);
        assert_eq!(disk.overdue(after(5)), [3]);
        assert_eq!(disk.overdue(after(30)), [3, 4]);
        drop(write);
        assert_eq!(disk.overdue(after(30)), [4]);
        drop(sync);
        assert!(disk.busy(after(30), Duration::ZERO).is_empty());
    }
}
