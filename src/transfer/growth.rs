//! How many connections work now: when to decide that anew, and who has to leave.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::engine::Engine;
use super::queue::JobInner;

/// What one more reply counts for beside its bytes, when the number of connections is weighed: small files are worth a
/// connection for their number, and their replies cost the computer as much as so many bytes.
const REPLY: u64 = 48 * 1024;

impl Engine {
    /// Counts a reply.
    pub(super) fn answered(&self) {
        self.received.fetch_add(REPLY, Ordering::Relaxed);
    }

    /// Whether a worker should leave its range: its job has more than its share, and another has too little.
    pub(super) fn is_needed_elsewhere(&self, job: &JobInner) -> bool {
        let over = self.workers.load(Ordering::Relaxed) > self.permits.load(Ordering::Relaxed);
        (over || self.starving.load(Ordering::Relaxed))
            && job.workers.load(Ordering::Relaxed) > job.share.load(Ordering::Relaxed)
    }

    /// Counts received bytes.
    pub(super) fn received(self: &Arc<Self>, job: &JobInner, bytes: u64) {
        job.served.fetch_add(bytes, Ordering::Relaxed);
        self.received.fetch_add(bytes, Ordering::Relaxed);
        self.watch();
    }

    /// Decides now and then how many connections there should be. Also called when nothing arrives.
    pub(super) fn watch(self: &Arc<Self>) {
        let total = self.received.load(Ordering::Relaxed);
        // Whoever finds the lock taken leaves the decision to the one who has it.
        let Ok(mut speed) = self.speed.try_lock() else {
            return;
        };
        let before = speed.permits();
        let Some(workers) = self.state.try_lock().map(|state| state.workers).ok() else {
            return;
        };
        let busy = workers >= before;
        // More connections do not get around a limit of our own.
        let ticked = speed.tick(Instant::now(), total, || busy && !self.throttle.has_held());
        let after = speed.permits();
        drop(speed);
        if after != before {
            self.pump(after);
        } else if ticked {
            // If nothing is free, one that looks whether there is something to share; the next one follows if so.
            let free = self.lock().jobs.iter().any(|job| job.has_work());
            self.pump(if free { after } else { 1 });
        }
    }

    /// Bytes a second for all jobs together from now on; 0 is no limit.
    pub(crate) fn limit_bandwidth(self: &Arc<Self>, rate: u64) {
        self.throttle.set_rate(rate);
        self.speed().limit(self.throttle.connections());
        self.pump(self.options.max_connections);
    }

    /// The servers turned out to be far away: all connections at once.
    pub(crate) fn go_far(self: &Arc<Self>) {
        self.speed().go_far(Instant::now());
        let jobs = self.lock().jobs.clone();
        for job in jobs {
            let active = job.lock_queue().active.clone();
            for item in active.iter().filter_map(|index| job.items.get(*index)) {
                let cut = self.cut(item);
                item.lock().recut(cut);
            }
        }
        self.pump(self.options.max_connections);
    }

    pub(super) fn slow_down(self: &Arc<Self>) {
        self.speed().slow_down(Instant::now());
        self.pump(0);
    }
}
