//! When a server's bytes reach the client, as TCP would let them. Time comes in as a parameter, so tests need no clock.
//!
//! The whole round trip lies on the way to the server (see `connection.rs`), so bytes for the client are not delayed
//! here. What is modelled here is how many may be under way: a window of ten segments that grows by what is acknowledged
//! one round trip later, so it doubles with each, halves with each time-out of idleness as Linux does it, and
//! stops where it fills the path twice. Beside it stands the rate of the connection.

use std::collections::VecDeque;
use std::time::Duration;

/// Payload of a segment on Ethernet.
const SEGMENT: u64 = 1448;
/// RFC 6928, and Linux.
const INITIAL_WINDOW: u64 = 10 * SEGMENT;
/// Linux's least retransmission time-out, which is added to the round trip.
const LEAST_TIMEOUT: Duration = Duration::from_millis(200);
/// Where the window ends on a road without a rate: a receiver's buffer.
const LARGEST_WINDOW: u64 = 16 << 20;
/// How much of its rate a connection can make up for when we come late.
const LENIENCE: Duration = Duration::from_millis(4);
/// Less than this is not worth a system call, if waiting makes it more.
const CHUNK: u64 = 16 << 10;

pub(super) struct Link {
    round_trip: Duration,
    rate: Option<u64>,
    window: u64,
    largest: u64,
    /// When what was sent is acknowledged, oldest first, and how much.
    under_way: VecDeque<(Duration, u64)>,
    under_way_bytes: u64,
    /// The most that was under way since the window grew last.
    used: u64,
    last_sent: Duration,
    /// By the rate alone, everything sent so far was through at this time.
    through: Duration,
}

/// What may be sent now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Permit {
    Bytes(u64),
    /// Nothing before this time.
    At(Duration),
}

impl Link {
    pub(super) fn new(round_trip: Duration, rate: Option<u64>) -> Self {
        let path = rate.map_or(LARGEST_WINDOW, |rate| bytes_in(round_trip, rate));
        Self {
            round_trip,
            rate,
            window: INITIAL_WINDOW,
            largest: (2 * path).clamp(INITIAL_WINDOW, LARGEST_WINDOW),
            under_way: VecDeque::new(),
            under_way_bytes: 0,
            used: 0,
            last_sent: Duration::ZERO,
            through: Duration::ZERO,
        }
    }

    pub(super) fn permit(&mut self, now: Duration) -> Permit {
        let by_rate = match self.by_rate(now) {
            Permit::Bytes(bytes) => bytes,
            later @ Permit::At(_) => return later,
        };
        if self.round_trip.is_zero() {
            return Permit::Bytes(by_rate);
        }
        self.acknowledge(now);
        self.rest(now);
        let by_window = self.window.saturating_sub(self.under_way_bytes);
        match self.under_way.front() {
            // The next acknowledgement makes room; a little room now waits for it.
            Some((at, _)) if by_window < CHUNK.min(self.window / 4) => Permit::At(*at),
            _ => Permit::Bytes(by_rate.min(by_window)),
        }
    }

    pub(super) fn sent(&mut self, now: Duration, bytes: u64) {
        if let Some(rate) = self.rate {
            self.through = self.through.max(now.saturating_sub(LENIENCE)) + time_for(bytes, rate);
        }
        if self.round_trip.is_zero() {
            return;
        }
        self.last_sent = now;
        self.under_way_bytes += bytes;
        self.used = self.used.max(self.under_way_bytes);
        let at = now + self.round_trip;
        match self.under_way.back_mut() {
            Some((last, sum)) if *last == at => *sum += bytes,
            _ => self.under_way.push_back((at, bytes)),
        }
    }

    fn by_rate(&self, now: Duration) -> Permit {
        let Some(rate) = self.rate else {
            return Permit::Bytes(u64::MAX);
        };
        let since = self.through.max(now.saturating_sub(LENIENCE));
        let bytes = bytes_in(now.saturating_sub(since), rate);
        // Half of what the lenience holds, so that slow links are not asked for more than they can save up.
        let enough = CHUNK.min(bytes_in(LENIENCE / 2, rate)).max(1);
        if bytes >= enough {
            Permit::Bytes(bytes)
        } else {
            Permit::At(since + time_for(enough, rate) + Duration::from_nanos(1))
        }
    }

    fn acknowledge(&mut self, now: Duration) {
        while let Some((at, bytes)) = self.under_way.front().copied()
            && at <= now
        {
            self.under_way.pop_front();
            self.under_way_bytes -= bytes;
            // A window that was not used does not grow (RFC 7661, and Linux).
            if self.window < 2 * self.used {
                self.window = (self.window + bytes).min(self.largest);
            }
        }
        if self.under_way.is_empty() {
            self.used = 0;
        }
    }

    fn rest(&mut self, now: Duration) {
        if !self.under_way.is_empty() {
            return;
        }
        let timeout = self.round_trip + LEAST_TIMEOUT;
        let mut idle = now.saturating_sub(self.last_sent);
        while idle > timeout && self.window > INITIAL_WINDOW {
            self.window = (self.window / 2).max(INITIAL_WINDOW);
            idle -= timeout;
            self.last_sent += timeout;
        }
    }
}

fn bytes_in(time: Duration, rate: u64) -> u64 {
    let bytes = time.as_nanos() * u128::from(rate) / 1_000_000_000;
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn time_for(bytes: u64, rate: u64) -> Duration {
    let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(rate.max(1));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// Sends as fast as the link lets it, and says when that many bytes were sent.
    fn time_to_send(link: &mut Link, from: Duration, mut bytes: u64) -> Duration {
        let mut now = from;
        while bytes > 0 {
            match link.permit(now) {
                Permit::Bytes(permitted) => {
                    assert!(permitted > 0, "no bytes and no time");
                    let sent = permitted.min(bytes);
                    link.sent(now, sent);
                    bytes -= sent;
                }
                Permit::At(at) => {
                    assert!(at > now, "time stands still at {now:?}");
                    now = at;
                }
            }
        }
        now - from
    }

    #[test]
    fn the_window_doubles_with_each_round_trip() {
        let mut link = Link::new(ms(50), None);
        // 10, 20 and 40 segments go with the first three windows; one more byte needs the fourth.
        assert_eq!(time_to_send(&mut link, ms(0), 70 * SEGMENT), ms(100));
        assert_eq!(time_to_send(&mut link, ms(100), 1), ms(50));
    }

    #[test]
    fn a_connection_reaches_its_rate_and_stays_there() {
        let rate = 85 << 20;
        let mut link = Link::new(ms(50), Some(rate));
        let begun = time_to_send(&mut link, ms(0), 16 << 20);
        let second = time_to_send(&mut link, begun, rate);
        assert!(second > ms(990) && second < ms(1010), "{second:?}");
        // Nine windows before the path is full, less what they carried.
        assert!(begun > ms(400) && begun < ms(600), "{begun:?}");
    }

    #[test]
    fn without_a_round_trip_there_is_only_the_rate() {
        let mut link = Link::new(Duration::ZERO, Some(8_000_000));
        let time = time_to_send(&mut link, ms(1000), 8_000_000);
        assert!(time > ms(994) && time <= ms(1001), "{time:?}");
    }

    #[test]
    fn a_slow_link_is_as_slow_as_it_says() {
        let mut link = Link::new(Duration::ZERO, Some(1000));
        let time = time_to_send(&mut link, ms(1000), 500);
        assert!(time > ms(480) && time <= ms(510), "{time:?}");
    }

    #[test]
    fn idleness_shrinks_the_window_down_to_where_it_began() {
        let grown = |idle: Duration| {
            let mut link = Link::new(ms(50), None);
            let end = time_to_send(&mut link, ms(0), 150 * SEGMENT);
            let Permit::Bytes(bytes) = link.permit(end + idle) else {
                panic!("nothing is under way");
            };
            bytes / SEGMENT
        };
        assert_eq!(grown(ms(100)), 160);
        assert_eq!(grown(ms(300)), 80);
        assert_eq!(grown(ms(560)), 40);
        assert_eq!(grown(ms(10_000)), 10);
    }

    #[test]
    fn a_window_that_is_not_used_does_not_grow() {
        let mut link = Link::new(ms(50), None);
        for round in 0..20 {
            link.sent(ms(50 * round), SEGMENT);
            assert_ne!(link.permit(ms(50 * round)), Permit::Bytes(0));
        }
        let Permit::Bytes(bytes) = link.permit(ms(1000)) else {
            panic!("nothing is under way");
        };
        assert_eq!(bytes, INITIAL_WINDOW);
    }
}
