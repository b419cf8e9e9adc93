//! How many connections are worth having: more as long as the sum grows, fewer when the service asks for it.

use std::time::{Duration, Instant};

/// Connections at the start. All of them begin in the first round trip.
const START: usize = 8;
/// How long a number of connections is watched before the next decision.
const WATCH: Duration = Duration::from_millis(250);
/// How much faster more connections must be to stay.
const GAIN: f64 = 1.12;
/// After a step that did not help.
const REST: Duration = Duration::from_secs(5);
/// After a "slow down".
const PENANCE: Duration = Duration::from_secs(1);
/// No "slow down" leads below this: one connection that waits before its retry must not stop the others.
const LEAST: usize = 2;

pub(super) struct Speed {
    permits: usize,
    max: usize,
    /// More are not wanted, whatever they bring.
    limit: usize,
    since: Instant,
    bytes: u64,
    /// The rate with the previous number of connections, and that number.
    before: Option<(f64, usize)>,
    rest_until: Option<Instant>,
    slowed: Option<Instant>,
}

impl Speed {
    pub(super) fn new(max: usize, now: Instant) -> Self {
        Speed {
            permits: START.min(max),
            max,
            limit: usize::MAX,
            since: now,
            bytes: 0,
            before: None,
            rest_until: None,
            slowed: None,
        }
    }

    pub(super) fn permits(&self) -> usize {
        self.permits.min(self.limit)
    }

    /// No more than so many from now on, until another limit is set.
    pub(super) fn limit(&mut self, most: usize) {
        self.limit = most.max(1);
    }

    /// Starts watching anew: nothing was going on.
    pub(super) fn wake(&mut self, now: Instant, bytes: u64) {
        self.since = now;
        self.bytes = bytes;
    }

    /// Looks at the total of bytes received so far; `busy` says whether all permits were in use,
    /// and nothing of our own held them back.
    /// Whether a decision was due, whatever it was.
    pub(super) fn tick(&mut self, now: Instant, bytes: u64, busy: impl FnOnce() -> bool) -> bool {
        let time = now.saturating_duration_since(self.since);
        if time < WATCH {
            return false;
        }
        let rate = bytes.saturating_sub(self.bytes) as f64 / time.as_secs_f64();
        self.since = now;
        self.bytes = bytes;
        let busy = busy() && self.permits <= self.limit;
        if self.rest_until.is_some_and(|until| now < until) || !busy {
            return true;
        }
        self.rest_until = None;
        if let Some((rate_before, permits_before)) = self.before
            && rate < rate_before * GAIN
        {
            self.permits = permits_before;
            self.before = None;
            self.rest_until = now.checked_add(REST);
            return true;
        }
        if self.permits < self.max {
            self.before = Some((rate, self.permits));
            self.permits = self.permits.saturating_mul(2).min(self.max);
        } else {
            self.before = None;
            self.rest_until = now.checked_add(REST);
        }
        true
    }

    /// The service answered 429 or 503.
    pub(super) fn slow_down(&mut self, now: Instant) {
        // Many workers hear the same answer: one halving for all of them.
        let just_now = self
            .slowed
            .is_some_and(|at| now.saturating_duration_since(at) < PENANCE);
        if !just_now {
            self.slowed = Some(now);
            self.permits = (self.permits / 2).max(LEAST.min(self.max));
            self.before = None;
            self.rest_until = now.checked_add(PENANCE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the controller on a road where `rate(connections)` bytes a second arrive.
    fn settle(max: usize, rate: impl Fn(usize) -> f64, seconds: u64) -> usize {
        let start = Instant::now();
        let mut speed = Speed::new(max, start);
        let mut bytes = 0.0;
        let mut used = Vec::new();
        for step in 1..=seconds * 20 {
            bytes += rate(speed.permits()) * 0.05;
            let now = start + Duration::from_millis(step * 50);
            speed.tick(now, bytes as u64, || true);
            used.push(speed.permits());
        }
        used.sort_unstable();
        used[used.len() / 2]
    }

    #[test]
    fn grows_where_each_connection_is_capped_and_stays_where_it_does_not_help() {
        assert_eq!(settle(64, |n| n as f64 * 8e6, 20), 64);
        assert_eq!(settle(64, |_| 1e9, 20), 8);
        assert_eq!(settle(4, |n| n as f64, 20), 4);
    }

    #[test]
    fn halves_once_for_many_complaints() {
        let start = Instant::now();
        let mut speed = Speed::new(64, start);
        for _ in 0..8 {
            speed.slow_down(start);
        }
        assert_eq!(speed.permits(), 4);
        for second in 1..5 {
            speed.slow_down(start + Duration::from_secs(second));
        }
        assert_eq!(speed.permits(), 2);
    }

    #[test]
    fn grows_again_after_a_complaint() {
        let start = Instant::now();
        let mut speed = Speed::new(64, start);
        speed.slow_down(start);
        let mut bytes = 0.0;
        for step in 1..200 {
            bytes += speed.permits() as f64 * 1e6;
            speed.tick(
                start + Duration::from_millis(step * 50),
                bytes as u64,
                || true,
            );
        }
        assert_eq!(speed.permits(), 64);
    }
}
