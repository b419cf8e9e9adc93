//! How many connections are worth having: few where each is fast, more as long as the sum grows, all on a far road, and
//! fewer when the service asks for it.

use std::time::{Duration, Instant};

use replies::Replies;
use windows::{Recent, Step};

/// Connections at the start.
const START: usize = 4;
/// Of a job with so many files or more: each request costs a moment in which the connection idles, and nobody waits for
/// the others at the lock of a file.
pub(super) const MANY_FILES: usize = 16;
const START_MANY: usize = 8;
/// How long a number of connections is watched before the next decision.
const WATCH: Duration = Duration::from_millis(50);
/// And how long before anything has come: the server may be thinking.
const WATCH_FIRST: Duration = Duration::from_millis(100);
/// So many decisions may come after half of the time, if what came in the two quarters of it is enough to see.
const EARLY: u8 = 2;
const HALF: Duration = Duration::from_millis(25);
const QUARTER: Duration = Duration::from_micros(12_500);
/// Rates that grow by less from one quarter to the next are those of the road, and not of TCP's slow start.
const EVEN: f64 = 1.25;
/// How many times as many are tried next: as many as the computer could do with, if each brings as much, and not fewer
/// than the last.
const STEPS: [u8; 3] = [4, 3, 2];
/// How much faster more connections must be on average to stay.
const GAIN: f64 = 1.12;
/// How many windows make an average; the first one, in which they connect, is not counted.
const AVERAGE: u32 = 3;
/// And how much faster they must be to stay at once: rates vary by less than this for other reasons, most of the time.
const CLEAR: f64 = 1.5;
/// Below this part of what there was before, the road has stalled, which says nothing about the connections: some
/// servers let a burst pass at once and then nothing for a while.
const STALLED: f64 = 0.5;
/// Windows in which more connections must have shown that they help.
const CHANCES: u32 = 6;
/// Bytes a second from which on it is the computer that limits and not the connections.
const FAST: f64 = 800e6;
/// And from which on one connection may do as much as several.
const ALONE: f64 = 400e6;
/// So many bytes are enough for a decision before its time.
const ENOUGH: u64 = 20_000_000;
/// Where the computer limits, a single connection may keep so much of the rate of several: then it takes less of the computer.
const KEPT: f64 = 0.7;
/// After a step that helped a little.
const BREATH: Duration = Duration::from_secs(1);
/// After a step that did not help; twice as long after the next one.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_mins(2);
/// After a "slow down".
const PENANCE: Duration = Duration::from_secs(1);
/// No "slow down" leads below this: one connection that waits before its retry must not stop the others.
const LEAST: usize = 2;

pub(super) struct Speed {
    permits: usize,
    max: usize,
    /// So many work for few files from afar at once; more of them only if they help.
    at_once: usize,
    far: bool,
    /// More are not wanted, whatever they bring.
    limit: usize,
    since: Instant,
    bytes: u64,
    /// Nothing has come yet.
    fresh: bool,
    /// So many decisions more may come early.
    early: u8,
    /// What had come after a quarter of the time, and when that was.
    quarter: Option<(Duration, u64)>,
    /// The step that is being tried.
    step: Option<Step>,
    /// Whether one connection does as much as several, once that has been tried or is out of the question.
    alone: Option<Alone>,
    /// What had piled up before the first bytes were read has been, and the rate is that of the road.
    settled: bool,
    /// The server answers at once, and without TLS: one connection alone has little to do and does not idle between ranges.
    prompt: bool,
    /// The rates with this number of connections.
    recent: Recent,
    /// The last one of all.
    latest: Option<f64>,
    rest_until: Option<Instant>,
    /// This rest follows on something that helped.
    breath: bool,
    /// After the next step that does not help.
    rest: Duration,
    slowed: Option<Instant>,
    /// The first replies to the requests for many files.
    replies: Option<Replies>,
}

/// One connection instead of several.
enum Alone {
    Trying(Step),
    Enough,
    No,
}

impl Speed {
    pub(super) fn new(max: usize, at_once: usize, now: Instant) -> Self {
        Speed {
            permits: START.min(max),
            max,
            at_once: at_once.min(max),
            far: false,
            limit: usize::MAX,
            since: now,
            bytes: 0,
            fresh: true,
            early: EARLY,
            quarter: None,
            step: None,
            alone: None,
            settled: false,
            prompt: false,
            recent: Recent::default(),
            latest: None,
            rest_until: None,
            breath: false,
            rest: REST,
            slowed: None,
            replies: None,
        }
    }

    pub(super) fn permits(&self) -> usize {
        self.permits.min(self.limit)
    }

    /// No more than so many from now on, until another limit is set.
    pub(super) fn limit(&mut self, most: usize) {
        self.limit = most.max(1);
    }

    /// Bytes a second in the last window, once that is known.
    pub(super) fn latest_rate(&self) -> Option<f64> {
        self.latest
    }

    /// Starts watching anew, with a job of so many files: nothing was going on.
    pub(super) fn wake(&mut self, now: Instant, bytes: u64, files: usize) {
        self.since = now;
        self.bytes = bytes;
        self.fresh = true;
        self.early = EARLY;
        self.quarter = None;
        self.rest = REST;
        self.recent = Recent::default();
        self.latest = None;
        self.settled = false;
        self.prompt = false;
        self.alone = (files >= MANY_FILES || self.far).then_some(Alone::No);
        // What the service asked for stays, and so does what was found to be worth more.
        if self.slowed.is_some() {
            return;
        }
        self.replies = match self.far {
            true => None,
            false => Replies::for_files(files),
        };
        if self.far {
            self.permits = self.far_permits(files);
        } else if self.permits <= START_MANY {
            let start = if files >= MANY_FILES {
                START_MANY
            } else {
                START
            };
            self.permits = start.min(self.max);
            self.step = None;
        }
    }

    /// Looks at the total of bytes received so far; `busy` says whether all permits were in use,
    /// and nothing of our own held them back.
    /// `limited` is asked on a far road whether each connection seems to have a limit of its own, and `nearly_over` whether at
    /// such a rate everything will be there before new connections can help.
    /// Whether a decision was due, whatever it was.
    pub(super) fn tick(
        &mut self,
        now: Instant,
        bytes: u64,
        busy: impl FnOnce() -> bool,
        limited: impl FnOnce() -> bool,
        nearly_over: impl FnOnce(f64) -> bool,
    ) -> bool {
        if self.fresh && bytes > self.bytes {
            // What connecting takes says nothing about the rate.
            (self.fresh, self.since, self.bytes) = (false, now, bytes);
            return false;
        }
        let time = now.saturating_duration_since(self.since);
        let enough = !self.fresh && bytes.saturating_sub(self.bytes) >= ENOUGH;
        let due = time >= if self.fresh { WATCH_FIRST } else { WATCH };
        if !enough && !due && !self.is_seen_early(bytes, time) {
            return false;
        }
        self.early = self.early.saturating_sub(1);
        self.quarter = None;
        let rate = per_second(bytes.saturating_sub(self.bytes), time);
        self.since = now;
        self.bytes = bytes;
        self.recent.note(rate, self.permits);
        self.latest = (bytes > 0).then_some(rate);
        let busy = busy() && self.permits <= self.limit;
        if self.breath && self.recent.is_nothing() {
            // What helped was a burst.
            self.rest_until = None;
        }
        if self.rest_until.is_some_and(|until| now < until) || !busy {
            return true;
        }
        (self.rest_until, self.breath) = (None, false);
        if let Some(Alone::Trying(step)) = &mut self.alone {
            step.note(rate);
            let slow = rate < step.rate_before * STALLED;
            if !slow && step.windows <= AVERAGE {
                return true;
            }
            let enough = !slow && step.average() >= step.rate_before * KEPT;
            if !enough {
                self.permits = step.permits_before;
            }
            self.alone = Some(if enough { Alone::Enough } else { Alone::No });
            return true;
        }
        if let Some(step) = &mut self.step {
            step.note(rate);
            let clear = step.rate_before < ALONE && rate >= step.rate_before * CLEAR;
            let helps =
                clear || (step.windows > AVERAGE && step.average() >= step.rate_before * GAIN);
            let stalled = rate < (step.rate_before * STALLED).min(ALONE);
            if !helps && !stalled && step.windows < CHANCES {
                return true;
            }
            if !helps && !stalled {
                self.permits = step.permits_before;
                self.step = None;
                self.rest_until = now.checked_add(self.rest);
                self.rest = self.rest.saturating_mul(2).min(LONGEST_REST);
                return true;
            }
            if helps && (step.weighed || !clear) {
                self.step = None;
                self.breathe(now);
                return true;
            }
        }
        self.step = None;
        let fast = match self.alone {
            Some(Alone::Enough) => ALONE,
            _ => FAST,
        };
        if rate >= ALONE && self.permits > 1 && self.alone.is_none() && self.prompt {
            if self.settled {
                self.alone = Some(Alone::Trying(Step::new(rate, self.permits)));
                self.permits = 1;
            }
            self.settled = true;
        } else if self.far && self.permits >= self.at_once && !limited() {
            // More would only share what all of them have together, each with a new handshake.
            self.breathe(now);
        } else if self.permits < self.max && self.is_below(rate, fast) && !nearly_over(rate) {
            self.step = Some(Step::new(self.recent.average(), self.permits));
            self.alone = Some(Alone::No);
            let fits = |times: &u8| rate * f64::from(*times) <= FAST;
            let times = STEPS.into_iter().find(fits).unwrap_or(2);
            self.permits = self.permits.saturating_mul(times.into()).min(self.max);
        }
        true
    }

    /// Tries nothing else for a while, unless nothing comes any more.
    fn breathe(&mut self, now: Instant) {
        (self.rest_until, self.breath) = (now.checked_add(BREATH), true);
    }

    /// Whether half of the time is enough: the rate does not grow any more, or the step that is tried helps already.
    fn is_seen_early(&mut self, bytes: u64, time: Duration) -> bool {
        if self.fresh || self.early == 0 || time < QUARTER {
            return false;
        }
        let came = bytes.saturating_sub(self.bytes);
        let (quarter, before) = *self.quarter.get_or_insert((time, came));
        if time < HALF {
            return false;
        }
        let rate = per_second(came, time);
        match &self.step {
            Some(step) => step.rate_before < ALONE && rate >= step.rate_before * CLEAR,
            None => {
                let since = per_second(came.saturating_sub(before), time.saturating_sub(quarter));
                rate < ALONE && since <= per_second(before, quarter) * EVEN
            }
        }
    }

    /// Whether the rate is clearly not enough.
    fn is_below(&self, rate: f64, enough: f64) -> bool {
        if let Some(Alone::Enough) = self.alone {
            // What follows is compared with the average, and what was enough must not be part of that any more.
            return self.recent.is_full() && self.recent.average() < enough;
        }
        // One that is still growing will be enough, and one that swings was.
        let nearly = rate >= ALONE;
        rate < enough
            && (!nearly
                || self.recent.is_steady()
                || (self.recent.is_full() && self.recent.average() < enough))
    }

    /// How many connections the files are worth on a far road. One that fetches a small file idles for a round trip, so all of
    /// them are wanted. Those that share a file are limited by something else soon.
    fn far_permits(&self, files: usize) -> usize {
        match files >= MANY_FILES {
            true => self.max,
            false => self.at_once,
        }
    }

    /// A round trip takes so long or longer, as the first handshakes say before they are over. With many files, there are as many
    /// connections as are worth having then, until the first replies tell it better.
    pub(super) fn go_away(&mut self, least: Duration) {
        let Some(replies) = self.replies.as_mut().filter(|_| self.step.is_none()) else {
            return;
        };
        replies.expect(self.permits);
        // Those are of TLS; and it is seldom that short.
        let worth = replies.worth(least.saturating_mul(2), true);
        self.permits = self.permits.max(worth).min(self.max);
    }

    /// A reply to the request for one of many files was waited for so long; so many bytes have been received in all. Each
    /// connection idles in the meantime, so the first replies tell how many are worth having before any rate does.
    /// Whether there are more from now on.
    pub(super) fn replied(
        &mut self,
        waited: Duration,
        https: bool,
        now: Instant,
        bytes: u64,
    ) -> bool {
        let Some(replies) = &mut self.replies else {
            return false;
        };
        if replies.note(waited) < self.permits.min(START_MANY) {
            return false;
        }
        let least = replies.least();
        let worth = replies.worth(least, https).min(self.max);
        let (expected_from, in_time) = (replies.expected_from(), replies.come_in_time());
        self.replies = None;
        if let Some(before) = expected_from.filter(|_| worth < self.permits) {
            // It was the computers that took so long, and not the road.
            self.permits = worth.max(before);
            return false;
        }
        if expected_from.is_some() && worth < self.permits.saturating_mul(2) {
            self.breathe(now);
            return false;
        }
        if !in_time || worth < self.permits.saturating_mul(2) || self.step.is_some() {
            return false;
        }
        // All of them took that long to get here.
        let since = if self.fresh { now } else { self.since };
        let time = now.saturating_duration_since(since).saturating_add(least);
        let rate = per_second(bytes.saturating_sub(self.bytes), time);
        (self.fresh, self.since, self.bytes) = (false, now, bytes);
        self.quarter = None;
        self.step = Some(Step::weighed(rate, self.permits));
        self.alone = Some(Alone::No);
        self.permits = worth;
        true
    }

    /// A reply came at once, and without TLS.
    pub(super) fn prompt(&mut self) {
        self.prompt = true;
    }

    /// The servers are far away: many connections, at once. So many files are being fetched.
    pub(super) fn go_far(&mut self, now: Instant, files: usize) {
        self.far = true;
        self.replies = None;
        // Not against what the service asked for a moment ago.
        if self.slowed.is_none() {
            self.permits = self.permits.max(self.far_permits(files));
            self.alone = Some(Alone::No);
            self.step = None;
            (self.rest_until, self.breath) = (now.checked_add(REST), false);
        }
    }

    /// More files are wanted while others are being fetched; it is so many now.
    pub(super) fn join(&mut self, files: usize) {
        if files >= MANY_FILES {
            if let Some(Alone::Trying(step)) = &self.alone {
                self.permits = self.permits.max(step.permits_before);
            }
            self.alone = Some(Alone::No);
        }
        if self.far && self.slowed.is_none() {
            self.permits = self.permits.max(self.far_permits(files));
        }
    }

    /// The service answered 429 or 503.
    pub(super) fn slow_down(&mut self, now: Instant) {
        // Many workers hear the same answer: one halving for all of them.
        let just_now = self
            .slowed
            .is_some_and(|at| now.saturating_duration_since(at) < PENANCE);
        if !just_now {
            self.replies = None;
            self.slowed = Some(now);
            self.permits = (self.permits / 2).max(LEAST.min(self.permits));
            self.alone = Some(Alone::No);
            self.step = None;
            (self.rest_until, self.breath) = (now.checked_add(PENANCE), false);
        }
    }
}

fn per_second(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64()
}

mod replies;
#[cfg(test)]
mod tests;
mod windows;
