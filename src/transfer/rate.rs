//! How fast a range comes in, and what is to be expected of the rest of it.

use std::time::{Duration, Instant};

/// The rate of a range is that of a time at least this long, just past.
const RATE_WINDOW: Duration = Duration::from_millis(50);
/// From a latency like this on, connections begin slowly: TCP doubles what is under way with each round trip.
const SLOW_START: Duration = Duration::from_millis(15);
/// So long a connection must have flowed to be compared with others.
const COMPARABLE: Duration = Duration::from_secs(1);
/// Where each connection has the same limit, none is so many times as fast as most; on a road that is full, some always are.
const UNEQUAL: f64 = 1.5;
/// A rate that has grown by this from one window to the next is growing still.
const GROWING: f64 = 1.25;
/// How much the next window is expected to bring more at the most.
const MOST_GROWTH: f64 = 4.0;

/// Measured in one window after the other.
pub(super) struct Rate {
    /// Since when, and from where, it is measured now.
    mark: Option<(Instant, u64)>,
    /// How long it is measured each time: a round trip at least, for bytes come in bursts.
    window: Duration,
    /// The reply has begun: when, and behind what.
    begun: Option<(Instant, u64)>,
    /// Bytes a second in the last full window of this worker, and in the one before it.
    latest: Option<f64>,
    before: Option<f64>,
}

impl Rate {
    pub(super) fn new() -> Self {
        Rate {
            mark: None,
            window: RATE_WINDOW,
            begun: None,
            latest: None,
            before: None,
        }
    }

    /// A worker asks for what comes behind `written`.
    pub(super) fn ask(&mut self, written: u64) {
        *self = Rate {
            mark: Some((Instant::now(), written)),
            ..Rate::new()
        };
    }

    /// The reply has begun, after a request took `latency` of late: from here on it counts.
    pub(super) fn begin(&mut self, latency: Duration, written: u64) {
        self.ask(written);
        self.window = RATE_WINDOW.max(latency);
        self.begun = self.mark;
    }

    /// Bytes a second since the reply began, once that is long enough to tell how connections compare.
    pub(super) fn overall(&self, now: Instant, written: u64) -> Option<f64> {
        let (begun, from) = self.begun?;
        let time = now.saturating_duration_since(begun);
        (time >= COMPARABLE).then(|| written.saturating_sub(from) as f64 / time.as_secs_f64())
    }

    /// So much is written by now.
    pub(super) fn note(&mut self, now: Instant, written: u64) {
        if let Some(rate) = self.since_mark(now, written) {
            self.before = self.latest.replace(rate);
            self.mark = Some((now, written));
        }
    }

    /// Bytes a second of late or, as long as that is not known, since the reply began; nothing before the first ones are written.
    pub(super) fn so_far(&self, now: Instant, written: u64) -> Option<f64> {
        self.latest.or_else(|| {
            let (begun, from) = self.begun?;
            let time = now.saturating_duration_since(begun).as_secs_f64();
            let bytes = written.checked_sub(from).filter(|bytes| *bytes > 0)?;
            Some(bytes as f64 / time.max(f64::EPSILON))
        })
    }

    fn since_mark(&self, now: Instant, written: u64) -> Option<f64> {
        let (since, from) = self.mark?;
        let time = now.saturating_duration_since(since);
        (time >= self.window).then(|| written.saturating_sub(from) as f64 / time.as_secs_f64())
    }

    /// How many bytes a second the worker will make on average while it fetches the `rest`; nothing while that is not known
    /// yet. `latency` is what a request takes before its first byte; `overdue`, from when on it takes too long.
    pub(super) fn outlook(
        &self,
        rest: u64,
        written: u64,
        latency: Duration,
        overdue: Duration,
        now: Instant,
    ) -> Option<f64> {
        if self.begun.is_none() {
            // A reply that is not overdue will come.
            let (since, _) = self.mark?;
            return (now.saturating_duration_since(since) >= overdue).then_some(0.0);
        }
        // A window that is overdue tells of a rate that has dropped.
        let rate = match (self.latest, self.since_mark(now, written)) {
            (Some(rate), Some(latest)) => rate.min(latest),
            (rate, latest) => rate.or(latest)?,
        };
        let growth = match self.before {
            Some(before) if before > 0.0 => (rate / before).min(MOST_GROWTH),
            _ if latency >= SLOW_START => 2.0,
            _ => 1.0,
        };
        Some(average(rest, rate, growth, self.window))
    }

    /// As if it had begun so long ago at `start`.
    #[cfg(test)]
    pub(super) fn backdate(&mut self, now: Instant, ago: Duration, start: u64) {
        self.mark = now.checked_sub(ago).map(|at| (at, start));
        self.begun = self.mark;
    }
}

/// Whether connections with these rates look as if each of them had the same limit, and not all of them together.
pub(super) fn are_alike(mut rates: Vec<f64>) -> bool {
    rates.sort_unstable_by(f64::total_cmp);
    let middle = rates.get(rates.len() / 2).copied().unwrap_or(0.0);
    rates.last().is_some_and(|most| *most <= middle * UNEQUAL)
}

/// What a connection that has just been made brings on average while it fetches so many bytes from afar. TCP begins with ten
/// segments; next door it does not matter.
pub(super) fn from_the_beginning(bytes: u64, latency: Duration) -> Option<f64> {
    const FIRST: f64 = 14_600.0;
    let half = FIRST / 2.0 / latency.as_secs_f64();
    (latency >= SLOW_START).then(|| average(bytes, half, 2.0, latency))
}

/// Bytes a second over a whole rest, if each window brings so many times as much as the one before it.
fn average(rest: u64, rate: f64, growth: f64, window: Duration) -> f64 {
    let window = window.as_secs_f64();
    if growth < GROWING || rate <= 0.0 || rest == 0 {
        return rate;
    }
    let rest = rest as f64;
    // How many windows of rate * (growth + growth^2 + ...) it takes.
    let windows = (1.0 + rest / (rate * window) * (growth - 1.0) / growth).ln() / growth.ln();
    rest / (windows * window)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATENCY: Duration = Duration::from_millis(150);
    const OVERDUE: Duration = Duration::from_millis(450);

    #[test]
    fn a_connection_that_is_still_growing_is_given_the_time_it_needs() {
        let now = Instant::now();
        // A tenth of its 4 MiB after a round trip, and twice as much in each one to come: four of them. At this rate
        // it would take ten, and to share would seem to save a second.
        let rest = (4 << 20) - (4 << 17);
        let outlook = |before, latest| {
            let rate = Rate {
                mark: Some((now, 4 << 17)),
                window: LATENCY,
                begun: Some((now, 0)),
                latest: Some(latest),
                before: Some(before),
            };
            rate.outlook(rest, 4 << 17, LATENCY, OVERDUE, now).unwrap()
        };
        let rate = outlook(1.3e6, 2.6e6);
        assert!((2.0..8.0).contains(&(rest as f64 / rate / 0.15)));
        assert!(rate > 2.6e6 * 1.2);
        assert_eq!(outlook(2.6e6, 2.6e6), 2.6e6);
        // One that loses speed is not expected to go on so.
        assert_eq!(outlook(5e6, 2.6e6), 2.6e6);
    }

    #[test]
    fn connections_with_a_limit_each_are_alike_and_those_that_share_one_are_not() {
        assert!(are_alike(vec![8e6, 8.1e6, 7.9e6, 3e6]));
        assert!(!are_alike(vec![8e5, 2e5, 1e5, 3e5]));
        assert!(!are_alike(Vec::new()), "nothing is known");
        let now = Instant::now();
        let mut rate = Rate::new();
        rate.backdate(now, Duration::from_secs(2), 1_000_000);
        let overall = rate.overall(now, 9_000_000).unwrap();
        assert_eq!(overall.round(), 4e6);
        rate.backdate(now, Duration::from_millis(900), 0);
        assert!(rate.overall(now, 9_000_000).is_none(), "it has just begun");
    }

    #[test]
    fn a_reply_that_is_not_overdue_is_waited_for() {
        let mut rate = Rate::new();
        rate.ask(0);
        let (asked, _) = rate.mark.unwrap();
        let after = |milliseconds| asked + Duration::from_millis(milliseconds);
        assert!(
            rate.outlook(1000, 0, LATENCY, OVERDUE, after(400))
                .is_none()
        );
        assert_eq!(
            rate.outlook(1000, 0, LATENCY, OVERDUE, after(500)),
            Some(0.0)
        );
        rate.begin(LATENCY, 0);
        let (begun, _) = rate.mark.unwrap();
        let later = begun + Duration::from_millis(100);
        let outlook = rate.outlook(1000, 0, LATENCY, OVERDUE, later);
        assert!(outlook.is_none(), "the window is not over");
    }
}
