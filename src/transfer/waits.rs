//! What a request costs before its first byte comes.

use std::time::Duration;

use super::plan::Asking;

/// So much longer may a reply take because the server is busy.
const BUSY: Duration = Duration::from_millis(10);
/// When nothing has come for so long, something is wrong on the way, or the server has turned to others.
const STILL: Duration = Duration::from_millis(150);

/// A reply is overdue after so many times of what is usual,
const OVERDUE: u32 = 3;
/// not earlier than this,
const SOONEST: Duration = Duration::from_millis(50);
/// and, while nothing shows what is usual, after so long.
const UNKNOWN: Duration = Duration::from_millis(500);

/// What the requests of an item had to wait for, of late, or those of all items of a job.
#[derive(Default)]
pub(super) struct Waits {
    /// From a request to the beginning of its reply.
    usual: Duration,
    /// The shortest of them: what the road takes, without what the server had to do for others at first.
    least: Duration,
    /// To make a connection, before that.
    connecting: Duration,
    /// Connections that were used to the end of a reply or made ahead, and nobody has taken yet. Counted for the job.
    kept: usize,
}

impl Waits {
    /// A reply came so long after its request; and so long did it take to make the connection, if it was a new one.
    pub(super) fn note(&mut self, waited: Duration, connecting: Option<Duration>) {
        self.usual = of_late(self.usual, waited);
        self.least = match self.least.is_zero() {
            true => waited,
            false => self.least.min(waited),
        };
        if let Some(connecting) = connecting {
            self.connecting = of_late(self.connecting, connecting);
        }
    }

    /// A connection is free for another request.
    pub(super) fn keep(&mut self) {
        self.kept = self.kept.saturating_add(1);
    }

    /// How many connections are free for another request, more or less.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// A worker is about to ask.
    pub(super) fn take(&mut self) {
        self.kept = self.kept.saturating_sub(1);
    }

    pub(super) fn usual(&self) -> Duration {
        self.usual
    }

    /// How long nothing may come over a connection while others have nothing to do. Nothing while no reply has shown what is usual.
    pub(super) fn patience(&self) -> Option<Duration> {
        let known = !self.usual.is_zero();
        known.then(|| STILL.max(self.usual.saturating_mul(3)))
    }

    /// Whether requests wait behind data, as where the road is full; more connections would have to share it.
    pub(super) fn are_congested(&self) -> bool {
        self.usual > self.least.saturating_mul(2).saturating_add(BUSY)
    }

    pub(super) fn least(&self) -> Duration {
        self.least
    }

    /// Until a new connection brings something.
    pub(super) fn of_new_connection(&self) -> Duration {
        self.least.saturating_add(self.connecting)
    }

    /// What the next request has to wait for. Before the first reply for this item, it is what those for `others` had to: for all
    /// items of the job.
    pub(super) fn asking(&self, others: &Waits) -> Asking {
        let known = if self.least.is_zero() { others } else { self };
        // A worker that makes a connection first begins to ask then.
        let usual = known.of_new_connection();
        Asking {
            latency: known.least,
            connecting: (others.kept == 0).then_some(known.connecting),
            overdue: match known.least.is_zero() {
                true => UNKNOWN,
                false => SOONEST.max(usual.saturating_mul(OVERDUE)),
            },
        }
    }
}

fn of_late(before: Duration, latest: Duration) -> Duration {
    match before.is_zero() {
        true => latest,
        false => before.mul_f64(0.75).saturating_add(latest.mul_f64(0.25)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_road_is_full_requests_wait_behind_data() {
        let ms = Duration::from_millis;
        let congested = |took: u64| {
            let mut waits = Waits::default();
            waits.note(ms(35), None);
            for _ in 0..10 {
                waits.note(ms(took), None);
            }
            waits.are_congested()
        };
        assert!(congested(120));
        assert!(!congested(70));
        assert!(!Waits::default().are_congested(), "nothing is known");
    }

    #[test]
    fn the_next_request_costs_a_new_connection_only_if_none_is_kept() {
        let ms = Duration::from_millis;
        let (mut waits, mut others) = (Waits::default(), Waits::default());
        waits.note(ms(230), Some(ms(100)));
        waits.note(ms(50), Some(ms(100)));
        assert_eq!(waits.least(), ms(50));
        assert_eq!(waits.usual(), ms(185));
        assert_eq!(waits.asking(&others).connecting, Some(ms(100)));
        others.keep();
        assert_eq!(waits.asking(&others).connecting, None);
        assert_eq!(waits.asking(&others).latency, ms(50));
        others.take();
        others.take();
        others.keep();
        assert_eq!(
            waits.asking(&others).connecting,
            None,
            "more may be taken than were seen to be kept"
        );
    }

    #[test]
    fn before_the_first_reply_it_is_what_others_waited_for() {
        let ms = Duration::from_millis;
        let (mut waits, mut others) = (Waits::default(), Waits::default());
        others.note(ms(50), Some(ms(100)));
        let asking = waits.asking(&others);
        assert_eq!((asking.latency, asking.connecting), (ms(50), Some(ms(100))));
        // Whoever asks may have to make a connection first, and a reply may take longer for once.
        assert_eq!(asking.overdue, ms(450));
        assert_eq!(waits.asking(&Waits::default()).overdue, ms(500));
        waits.note(ms(20), None);
        assert_eq!(waits.asking(&others).latency, ms(20));
    }
}
