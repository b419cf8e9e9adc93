//! A limit on the bytes a second of all downloads of a client together.
//!
//! Whoever has read something owes for it, and reads on when the time has paid: a reader waits for its own debt and for
//! those before it, so readers take turns and none of them can be starved.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Session;
use crate::error::Result;

/// What may come at once after a pause, as a part of a second.
const BURST: f64 = 0.1;
/// What is owed at the most when the limit changes, in seconds.
const LARGEST_DEBT: f64 = 0.25;
/// Reads in a second; the smaller each of them is, the smoother the stream.
const READS: u64 = 16;
const SMALLEST_READ: u64 = 512;
const LARGEST_READ: u64 = 64 * 1024;
/// What a connection should be allowed at the least: more of them under the same limit only wait for each other.
const OF_A_CONNECTION: u64 = 256 * 1024;
/// Two, so that the wait of one for a reply is the time of the other.
const LEAST_CONNECTIONS: usize = 2;
/// How long a limit that was changed may still be waited for.
const LOOK: Duration = Duration::from_millis(100);

/// The limit of one client.
pub(crate) struct Throttle {
    /// A copy of the bucket's, for a look at every read; 0 is none.
    rate: AtomicU64,
    /// Somebody has waited since the last [`Throttle::has_held`].
    held: AtomicBool,
    bucket: Mutex<Bucket>,
}

/// How far somebody has read, in bytes of all readers together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(f64);

struct Bucket {
    /// Bytes a second, or 0.
    rate: f64,
    at: Instant,
    /// Bytes that were read.
    taken: f64,
    /// Bytes that the time has paid for, ahead of them by a burst at the most.
    paid: f64,
}

impl Bucket {
    fn new(rate: u64, now: Instant) -> Self {
        Bucket {
            rate: rate as f64,
            at: now,
            taken: 0.0,
            paid: 0.0,
        }
    }

    fn set_rate(&mut self, rate: u64, now: Instant) {
        self.refill(now);
        if self.rate == 0.0 {
            // What was read without a limit is not owed.
            self.paid = self.taken;
        }
        self.rate = rate as f64;
        // What was read under a higher limit must not be waited for under a low one.
        self.paid = self.paid.max(self.taken - self.rate * LARGEST_DEBT);
    }

    fn refill(&mut self, now: Instant) {
        let time = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.paid = (self.paid + self.rate * time).min(self.taken + self.rate * BURST);
    }

    /// How long `ticket` has still to wait.
    fn wait(&mut self, ticket: Ticket, now: Instant) -> Duration {
        if self.rate == 0.0 {
            return Duration::ZERO;
        }
        self.refill(now);
        let owed = ticket.0 - self.paid;
        match owed > 0.0 {
            true => Duration::try_from_secs_f64(owed / self.rate).unwrap_or(Duration::MAX),
            false => Duration::ZERO,
        }
    }
}

impl Throttle {
    /// `rate` is in bytes a second; 0 is no limit.
    pub(super) fn new(rate: u64) -> Self {
        Throttle {
            rate: AtomicU64::new(rate),
            held: AtomicBool::new(false),
            bucket: Mutex::new(Bucket::new(rate, Instant::now())),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_rate(&self, rate: u64) {
        let mut bucket = self.lock();
        bucket.set_rate(rate, Instant::now());
        self.rate.store(rate, Ordering::Relaxed);
    }

    /// How much may be read in one go; nothing if there is no limit.
    pub(crate) fn read_size(&self) -> Option<usize> {
        match self.rate.load(Ordering::Relaxed) {
            0 => None,
            rate => {
                let size = (rate / READS).clamp(SMALLEST_READ, LARGEST_READ);
                Some(usize::try_from(size).unwrap_or(usize::MAX))
            }
        }
    }

    /// How many connections are worth having under the limit.
    pub(crate) fn connections(&self) -> usize {
        match self.rate.load(Ordering::Relaxed) {
            0 => usize::MAX,
            rate => usize::try_from(rate / OF_A_CONNECTION)
                .unwrap_or(usize::MAX)
                .max(LEAST_CONNECTIONS),
        }
    }

    /// For somebody who begins to read: behind all that was read before.
    pub(crate) fn begin(&self) -> Ticket {
        match self.rate.load(Ordering::Relaxed) {
            0 => Ticket(0.0),
            _ => Ticket(self.lock().taken),
        }
    }

    /// Somebody has read `count` bytes.
    pub(crate) fn took(&self, ticket: &mut Ticket, count: usize) {
        if self.rate.load(Ordering::Relaxed) != 0 {
            let mut bucket = self.lock();
            bucket.taken += count as f64;
            *ticket = Ticket(bucket.taken);
        }
    }

    /// Waits until the time has paid for what the ticket stands for, unless the session is cancelled. How long it was.
    pub(crate) fn wait(&self, ticket: Ticket, session: &Session) -> Result<Duration> {
        let mut waited = Duration::ZERO;
        while self.rate.load(Ordering::Relaxed) != 0 {
            let left = self.lock().wait(ticket, Instant::now());
            if left.is_zero() {
                break;
            }
            self.held.store(true, Ordering::Relaxed);
            let begun = Instant::now();
            session.pause(left.min(LOOK))?;
            waited = waited.saturating_add(begun.elapsed());
        }
        Ok(waited)
    }

    /// Whether it has held anybody up since the last time this was asked.
    pub(crate) fn has_held(&self) -> bool {
        self.held.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Readers that read as soon as they may, on a clock of their own. What each of them has read.
    fn read(bucket: &mut Bucket, from: Instant, readers: usize, seconds: f64) -> Vec<f64> {
        let size = (bucket.rate / READS as f64).max(1.0);
        let mut tickets = vec![Ticket(bucket.taken); readers];
        let mut read = vec![0.0; readers];
        for millisecond in 0..(seconds * 1000.0) as u64 {
            let now = from + Duration::from_millis(millisecond);
            for (ticket, sum) in tickets.iter_mut().zip(&mut read) {
                if bucket.wait(*ticket, now).is_zero() {
                    bucket.taken += size;
                    *ticket = Ticket(bucket.taken);
                    *sum += size;
                }
            }
        }
        read
    }

    #[test]
    fn readers_share_the_rate_and_do_not_exceed_it() {
        for readers in [1, 2, 7, 32] {
            let start = Instant::now();
            let mut bucket = Bucket::new(1_000_000, start);
            let read = read(&mut bucket, start, readers, 20.0);
            let sum: f64 = read.iter().sum();
            // A read may be ahead of its payment, for each reader, and a burst.
            let slack = (readers + 1) as f64 * 1_000_000.0 / READS as f64 + 1_000_000.0 * BURST;
            assert!(sum >= 19_800_000.0, "{readers}: {sum}");
            assert!(sum <= 20_000_000.0 + slack, "{readers}: {sum}");
            let (least, most) = read
                .iter()
                .fold((f64::MAX, 0.0f64), |(a, b), x| (a.min(*x), b.max(*x)));
            assert!(most - least <= 2.0 * 1_000_000.0 / READS as f64, "{read:?}");
        }
    }

    #[test]
    fn a_rest_is_no_credit() {
        let start = Instant::now();
        let mut bucket = Bucket::new(1_000_000, start);
        let later = start + Duration::from_secs(3600);
        let sum: f64 = read(&mut bucket, later, 1, 1.0).iter().sum();
        assert!(sum <= 1_000_000.0 * (1.0 + BURST) + 70_000.0, "{sum}");
    }

    #[test]
    fn a_newcomer_waits_for_what_was_read_before_it_and_no_longer() {
        let start = Instant::now();
        let mut bucket = Bucket::new(100_000, start);
        read(&mut bucket, start, 4, 5.0);
        let now = start + Duration::from_secs(5);
        let wait = bucket.wait(Ticket(bucket.taken), now);
        assert!(
            wait <= Duration::from_millis(4 * 1000 / READS + 10),
            "{wait:?}"
        );
    }

    #[test]
    fn another_rate_counts_from_now_on() {
        let start = Instant::now();
        let mut bucket = Bucket::new(1000, start);
        bucket.taken += 10_000.0;
        let ticket = Ticket(bucket.taken);
        assert_eq!(bucket.wait(ticket, start), Duration::from_secs(10));
        let now = start + Duration::from_secs(1);
        bucket.set_rate(9000, now);
        assert_eq!(bucket.wait(ticket, now), Duration::from_millis(250));
        bucket.set_rate(0, now);
        assert_eq!(bucket.wait(ticket, now), Duration::ZERO);
        bucket.taken += 1e9;
        bucket.set_rate(1000, now);
        assert_eq!(bucket.wait(Ticket(bucket.taken), now), Duration::ZERO);
    }
}
