//! A job: its items, and what is still to be begun.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::disk::Disk;
use super::item::Item;
use super::located::Locate;
use super::plan::Range;
use super::progress::Counters;
use super::waits::Waits;
use crate::transport::{Context, Observer as _};

/// One job as the engine sees it.
pub(crate) struct JobInner {
    pub(super) items: Vec<Arc<Item>>,
    pub(super) disk: Arc<Disk>,
    pub(super) locator: Box<dyn Locate>,
    pub(super) context: Context,
    pub(super) counters: Arc<Counters>,
    pub(super) queue: Mutex<Queue>,
    /// What was waited for, at all items.
    pub(super) waits: Mutex<Waits>,
    /// The job is over.
    pub(super) over: Condvar,
    /// Workers on this job, and how many it may have.
    pub(super) workers: AtomicUsize,
    pub(super) share: AtomicUsize,
    /// Bytes it has got, counted from what the others had when it came.
    pub(super) served: AtomicU64,
    pub(super) cancelled: AtomicBool,
}

/// What is still to be begun.
pub(super) struct Queue {
    pub(super) unsigned: VecDeque<Vec<usize>>,
    pub(super) signing: usize,
    pub(super) ready: VecDeque<usize>,
    /// Files for whose rest connections are to be made.
    pub(super) warm: Vec<usize>,
    /// How many were, or are being made.
    pub(super) warmed: usize,
    pub(super) active: Vec<usize>,
    pub(super) open: usize,
}

/// What a worker does next.
pub(super) enum Unit {
    Locate(Vec<usize>),
    Open(usize),
    Fetch(usize, Arc<Range>),
    /// Make a connection for a file whose size is not known yet.
    WarmUp(usize),
}

impl Queue {
    /// Whether there are files that nobody has begun.
    pub(super) fn has_more(&self) -> bool {
        !self.unsigned.is_empty() || self.signing > 0 || !self.ready.is_empty()
    }
}

impl JobInner {
    pub(super) fn lock_queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a retry; `false` when the job's budget is used up.
    pub(super) fn may_retry(&self, wait: Duration) -> bool {
        self.counters.may_retry(wait)
    }

    /// What to do next: keep the signed items coming, then fetch, then open, then share a slow range, which is said.
    pub(super) fn take_unit(&self, permits: usize) -> Option<(Unit, bool)> {
        let mut queue = self.lock_queue();
        // Signed URLs live for two minutes, so only as many are signed ahead as will be used at once.
        let hungry = queue.ready.len().saturating_add(queue.signing) < permits;
        if hungry && let Some(group) = queue.unsigned.pop_front() {
            queue.signing = queue.signing.saturating_add(group.len());
            return Some((Unit::Locate(group), false));
        }
        for index in &queue.active {
            if let Some(item) = self.items.get(*index)
                && let Some(range) = item.take_range(permits)
            {
                self.lock_waits().take();
                return Some((Unit::Fetch(*index, range), false));
            }
        }
        if let Some(index) = self.pop_ready(&mut queue, permits) {
            queue.active.push(index);
            return Some((Unit::Open(index), false));
        }
        while let Some(index) = queue.warm.pop() {
            if self.items.get(index).is_some_and(|item| item.may_grow()) {
                queue.warmed = queue.warmed.saturating_add(1);
                return Some((Unit::WarmUp(index), false));
            }
        }
        let now = Instant::now();
        let mut waits = self.lock_waits();
        let unit = queue.active.iter().find_map(|index| {
            let range = self.items.get(*index)?.steal_range(now, &waits)?;
            Some((Unit::Fetch(*index, range), true))
        });
        if unit.is_some() {
            waits.take();
        }
        unit
    }

    /// The next file to begin. Of the last ones the largest first, and those whose size nobody knows: then no connection is still
    /// busy with a long one when the others have nothing to do any more.
    fn pop_ready(&self, queue: &mut Queue, permits: usize) -> Option<usize> {
        // Not before that: what is passed over for long has an address that expires.
        let are_last = queue.unsigned.is_empty() && queue.signing == 0;
        if permits <= 1 || !are_last {
            return queue.ready.pop_front();
        }
        let size = |index: usize| self.items.get(index).and_then(|item| item.lock().size);
        let sizes = queue
            .ready
            .iter()
            .map(|index| size(*index).unwrap_or(u64::MAX));
        let (at, _) = sizes
            .enumerate()
            .min_by_key(|(_, size)| std::cmp::Reverse(*size))?;
        queue.ready.remove(at)
    }

    /// Counts a reply that came so long after its request; and so long did it take to make the connection, if it was a new one.
    pub(super) fn note_wait(&self, waited: Duration, connecting: Option<Duration>) {
        self.lock_waits().note(waited, connecting);
    }

    /// A connection is free for another request.
    pub(super) fn keep_connection(&self) {
        self.lock_waits().keep();
    }

    /// How many are, more or less.
    pub(super) fn kept_connections(&self) -> usize {
        self.lock_waits().kept()
    }

    /// How long it takes until a new connection brings something; nothing as long as that is not known.
    pub(super) fn new_connection_takes(&self) -> Duration {
        self.lock_waits().of_new_connection()
    }

    fn lock_waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a further worker would find something to do at once.
    pub(super) fn has_work(&self) -> bool {
        let queue = self.lock_queue();
        !queue.unsigned.is_empty()
            || !queue.ready.is_empty()
            || queue.active.iter().any(|index| {
                self.items
                    .get(*index)
                    .is_some_and(|item| item.lock().ranges.iter().any(|range| range.is_free()))
            })
    }

    /// How many of the connections are for this file, by its part of all there is to fetch. Those of unknown size count as much.
    pub(super) fn share_of(&self, item: &Item, connections: usize) -> usize {
        let Some(own) = item.lock().size.filter(|own| *own > 0) else {
            return connections.div_ceil(self.items.len().max(1));
        };
        let all = self.items.iter().fold(0u64, |all, item| {
            let state = item.lock();
            match state.outcome {
                Some(_) => all,
                None => all.saturating_add(state.size.unwrap_or(own)),
            }
        });
        share(own, all, connections)
    }

    /// Whether it has fewer workers than it may.
    pub(super) fn lacks_workers(&self) -> bool {
        self.workers.load(Ordering::Relaxed) < self.share.load(Ordering::Relaxed)
    }

    /// The answers for a group are in.
    pub(super) fn signed(&self, count: usize, ready: impl IntoIterator<Item = usize>) {
        let mut queue = self.lock_queue();
        queue.signing = queue.signing.saturating_sub(count);
        queue.ready.extend(ready);
    }
}

/// A part of so many connections, rounded up: `own` of `all`.
fn share(own: u64, all: u64, connections: usize) -> usize {
    let part = u128::from(own).saturating_mul(connections as u128);
    let share = part.div_ceil(u128::from(all.max(own).max(1)));
    usize::try_from(share).map_or(connections, |share| share.clamp(1, connections.max(1)))
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_file_has_the_connections_for_its_part_of_all_and_one_at_least() {
        assert_eq!(share(20, 20, 64), 64);
        assert_eq!(share(20, 40, 64), 32);
        assert_eq!(share(1, 1_000_000, 64), 1);
        assert_eq!(share(u64::MAX, u64::MAX, 64), 64);
        assert_eq!(share(10, 0, 64), 64);
        assert_eq!(share(1, 1, 0), 1);
    }
}
