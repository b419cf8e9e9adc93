//! How many connections work now: when to decide that anew, and who has to leave.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::engine::Engine;
use super::plan::largest_block;
use super::queue::JobInner;
use super::rate::are_alike;
use super::speed::MANY_FILES;
use crate::transport::Road;

/// What one more reply counts for beside its bytes, when the number of connections is weighed: small files are worth a
/// connection for their number, and their replies cost the computer as much as so many bytes.
const REPLY: u64 = 48 * 1024;

/// While replies take longer, a single connection idles before each of its ranges.
const PROMPT: Duration = Duration::from_millis(10);

/// More connections are not worth making for what will be there in so many times as long as it takes until one brings something.
const TOO_LATE: f64 = 2.0;

/// Whether new connections, until one of which brings something it takes so long, come too late for so many bytes at such a rate.
fn come_too_late(takes: Duration, rest: u64, rate: f64) -> bool {
    (rest as f64) < rate * takes.as_secs_f64() * TOO_LATE
}

/// How often a worker looks at the rate of all while it waits for its own block.
const LOOK: Duration = Duration::from_millis(10);

impl Engine {
    /// Counts a reply that came so long after its request, of which so much after it was sent.
    pub(super) fn answered(self: &Arc<Self>, took: Duration, waited: Duration, https: bool) {
        let before = self.received.fetch_add(REPLY, Ordering::Relaxed);
        let Ok(mut speed) = self.speed.try_lock() else {
            return;
        };
        // What TLS makes to do is better shared by several threads.
        if took <= PROMPT && !https {
            speed.prompt();
        }
        let received = before.saturating_add(REPLY);
        if speed.replied(waited, https, Instant::now(), received) {
            let permits = speed.permits();
            drop(speed);
            self.pump(permits);
        }
    }

    /// Whether a worker should leave its range: its job has more than its share, and another has too little.
    pub(super) fn is_needed_elsewhere(&self, job: &JobInner) -> bool {
        let over = self.workers.load(Ordering::Relaxed) > self.permits.load(Ordering::Relaxed);
        (over || self.starving.load(Ordering::Relaxed))
            && job.workers.load(Ordering::Relaxed) > job.share.load(Ordering::Relaxed)
    }

    /// Counts bytes that were read for a block which has taken so long. On a slow connection a block takes longer than a
    /// decision may wait.
    pub(super) fn read(self: &Arc<Self>, bytes: usize, taken: Duration, watched: &mut Duration) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
        if taken.saturating_sub(*watched) >= LOOK {
            *watched = taken;
            self.watch();
        }
    }

    /// Bytes a second that each connection brought of late; 0 if nobody knows.
    pub(super) fn each(&self) -> u64 {
        self.each.load(Ordering::Relaxed)
    }

    /// How long a block may be now: the more connections there are, the less each of them holds in memory.
    pub(super) fn largest_block(&self) -> u64 {
        largest_block(self.workers.load(Ordering::Relaxed))
    }

    /// Counts bytes that were written.
    pub(super) fn received(self: &Arc<Self>, job: &JobInner, bytes: u64) {
        job.served.fetch_add(bytes, Ordering::Relaxed);
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
        let now = Instant::now();
        let busy = || busy && !self.throttle.has_held();
        let limited = || self.has_limited_connections(now);
        let nearly_over = |rate| self.is_nearly_over(rate);
        let ticked = speed.tick(now, total, busy, limited, nearly_over);
        let after = speed.permits();
        if ticked && let Some(rate) = speed.latest_rate() {
            // Such a cast ends at the type's limits.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let each = (rate / workers.max(1) as f64) as u64;
            self.each.store(each, Ordering::Relaxed);
        }
        drop(speed);
        if after != before {
            if after > before {
                self.recut(after);
            }
            self.pump(after);
        } else if ticked {
            // If nothing is free, one that looks whether there is something to share; the next one follows if so.
            let free = self.lock().jobs.iter().any(|job| job.has_work());
            self.pump(if free { after } else { 1 });
        }
    }

    /// Where connections have nothing to do, those that wait for something in vain give up waiting.
    pub(super) fn hang_up(&self, job: &JobInner, now: Instant) {
        let idle = self.workers.load(Ordering::Relaxed) < self.permits.load(Ordering::Relaxed);
        // Whoever waits for a limit of our own does not wait for the server.
        if !idle || self.throttle.read_size().is_some() || job.has_work() {
            return;
        }
        let active = job.lock_queue().active.clone();
        for item in active.iter().filter_map(|index| job.items.get(*index)) {
            item.hang_up(now, |errand| job.context.session.hang_up(errand));
        }
    }

    /// Whether each connection seems to have a limit of its own. Looks at the jobs only if nobody else does: the caller holds the
    /// lock of the speed.
    fn has_limited_connections(&self, now: Instant) -> bool {
        let Ok(jobs) = self.state.try_lock().map(|state| state.jobs.clone()) else {
            return false;
        };
        let mut rates = Vec::new();
        for job in jobs {
            let Ok(active) = job.queue.try_lock().map(|queue| queue.active.clone()) else {
                return false;
            };
            for item in active.iter().filter_map(|index| job.items.get(*index)) {
                let Ok(state) = item.state.try_lock() else {
                    return false;
                };
                if state.waits.are_congested() {
                    return false;
                }
                let ranges = state.ranges.iter();
                rates.extend(ranges.filter_map(|range| range.overall_rate(now)));
            }
        }
        are_alike(rates)
    }

    /// Whether at such a rate everything will be there before new connections could bring much. As above, it looks only if nobody
    /// else does.
    fn is_nearly_over(&self, rate: f64) -> bool {
        let Ok(jobs) = self.state.try_lock().map(|state| state.jobs.clone()) else {
            return false;
        };
        let (mut rest, mut takes) = (0u64, Duration::ZERO);
        for job in jobs {
            let Ok(queue) = job.queue.try_lock() else {
                return false;
            };
            if queue.has_more() {
                return false;
            }
            let active = queue.active.clone();
            drop(queue);
            takes = takes.max(job.new_connection_takes());
            for item in active.iter().filter_map(|index| job.items.get(*index)) {
                let Ok(state) = item.state.try_lock() else {
                    return false;
                };
                let Some(size) = state.size else {
                    return false;
                };
                rest = rest.saturating_add(size.saturating_sub(state.written()));
            }
        }
        come_too_late(takes, rest, rate)
    }

    /// Bytes a second for all jobs together from now on; 0 is no limit.
    pub(crate) fn limit_bandwidth(self: &Arc<Self>, rate: u64) {
        self.throttle.set_rate(rate);
        self.speed().limit(self.throttle.connections());
        self.pump(self.options.max_connections);
    }

    /// It turned out how far away the servers are.
    pub(crate) fn found(self: &Arc<Self>, road: Road) {
        match road {
            Road::Far => self.go_far(),
            Road::Away(least) => {
                let mut speed = self.speed();
                speed.go_away(least);
                let permits = speed.permits();
                drop(speed);
                self.warm_up_all(permits);
                self.pump(permits);
            }
        }
    }

    /// The servers are far away: all connections at once.
    fn go_far(self: &Arc<Self>) {
        let files = self.lock().files();
        self.speed().go_far(Instant::now(), files);
        self.recut(self.options.at_once);
        self.warm_up_all(self.options.at_once);
        self.pump(self.options.max_connections);
    }

    fn warm_up_all(&self, connections: usize) {
        let jobs = self.lock().jobs.clone();
        for job in jobs {
            self.warm_up(&job, connections);
        }
    }

    /// Has connections made for files whose size the first reply will tell: then there may be something to do for all of
    /// them, three round trips earlier than if they were made then. The more files there are, the less likely that is, and where there
    /// are many, those use them.
    pub(super) fn warm_up(&self, job: &JobInner, connections: usize) {
        let (jobs, files) = {
            let state = self.lock();
            (state.jobs.len().max(1), state.files())
        };
        if files >= MANY_FILES {
            return;
        }
        let most = self.throttle.connections().min(connections);
        let divided = jobs.saturating_mul(job.items.len());
        let share = most.checked_div(divided).unwrap_or(1);
        let mut queue = job.lock_queue();
        let mut growing = queue.active.clone();
        growing.retain(|index| job.items.get(*index).is_some_and(|item| item.may_grow()));
        // Each has one already.
        let there = growing.len().saturating_add(queue.warmed);
        let more = share.saturating_sub(there);
        queue.warm = growing.into_iter().cycle().take(more).collect();
    }

    /// Shortens what is being fetched, so that so many connections find something to do: when each of them had to share
    /// a long range with the others, one after the other, they would not all end at the same time.
    fn recut(&self, connections: usize) {
        let jobs = self.lock().jobs.clone();
        for job in jobs {
            let active = job.lock_queue().active.clone();
            for item in active.iter().filter_map(|index| job.items.get(*index)) {
                let cut = self.cut_for(&job, item, connections);
                item.lock().recut(cut);
            }
        }
    }

    pub(super) fn slow_down(self: &Arc<Self>) {
        self.speed().slow_down(Instant::now());
        self.pump(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_made_only_for_what_takes_longer_than_making_it() {
        let takes = Duration::from_millis(25);
        assert!(come_too_late(takes, 4_900_000, 1e8));
        assert!(!come_too_late(takes, 5_100_000, 1e8));
        assert!(!come_too_late(takes, 0, 0.0));
        assert!(!come_too_late(Duration::ZERO, 0, 1e8), "nobody knows");
    }
}
