//! When to try again, and how long to wait before.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant, SystemTime};

use crate::error::{Error, ErrorKind};

/// First pause.
const BASE: Duration = Duration::from_millis(100);
/// Longest pause of our own choice.
const CAP: Duration = Duration::from_secs(20);
/// The longest `Retry-After` that is waited for; a longer one is an error that tells the caller.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);
/// How often a reply that cannot be used is asked for again, and after which pause: it may be the page of a portal, or come
/// from one bad server of many.
const BAD_REPLIES: u32 = 2;
const BAD_REPLY_PAUSE: Duration = Duration::from_millis(200);
/// Waits that a service asked for are not held against it, up to this sum: it may need several for many requests.
const ASKED_AT_MOST: Duration = Duration::from_secs(300);

/// Whether the same request may succeed when sent again.
pub(crate) fn is_transient(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Network | ErrorKind::Dns | ErrorKind::Timeout | ErrorKind::RateLimited => true,
        ErrorKind::Http => matches!(error.http_status(), Some(408 | 500 | 502 | 503 | 504)),
        _ => error.is_marked_transient(),
    }
}

/// Growing pauses with decorrelated jitter, so that many workers do not come back at the same moment.
///
/// It is time that ends the tries and not their number: whether a network comes back after half a minute does not depend
/// on how quickly it refuses.
#[derive(Debug)]
pub(crate) struct Backoff {
    patience: Duration,
    previous: Duration,
    /// The first failure since the last progress.
    since: Option<Instant>,
    asked: Duration,
    bad_replies: u32,
    state: u64,
}

impl Backoff {
    /// `patience`: how long a failure is answered by trying again.
    pub(crate) fn new(patience: Duration) -> Self {
        Self::with_seed(patience, RandomState::new().build_hasher().finish())
    }

    pub(super) fn with_seed(patience: Duration, seed: u64) -> Self {
        Backoff {
            patience,
            previous: BASE,
            since: None,
            asked: Duration::ZERO,
            bad_replies: 0,
            state: seed,
        }
    }

    /// Forgets the failures: the transfer moved on.
    pub(crate) fn reset(&mut self) {
        self.previous = BASE;
        self.since = None;
        self.asked = Duration::ZERO;
    }

    /// [`Backoff::next`] for a call whose reply is read as a whole, so that one that cannot be used can be asked for again.
    pub(crate) fn next_of_call(&mut self, error: &Error) -> Option<Duration> {
        if error.kind() != ErrorKind::BadResponse {
            return self.next(error);
        }
        self.bad_replies = self.bad_replies.saturating_add(1);
        (self.bad_replies <= BAD_REPLIES).then_some(BAD_REPLY_PAUSE)
    }

    /// How long to wait before the next try, or `None` when it is time to give up.
    pub(crate) fn next(&mut self, error: &Error) -> Option<Duration> {
        self.next_at(error, Instant::now())
    }

    pub(super) fn next_at(&mut self, error: &Error, now: Instant) -> Option<Duration> {
        if !is_transient(error) {
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let spent = now
            .saturating_duration_since(since)
            .saturating_sub(self.asked.min(ASKED_AT_MOST));
        let left = self.patience.saturating_sub(spent);
        if left.is_zero() {
            return None;
        }
        let longest = self.previous.saturating_mul(3).min(CAP);
        let span = longest.saturating_sub(BASE);
        self.previous = BASE.saturating_add(span.mul_f64(self.random()));
        // The last try comes at the end of the patience, not some seconds before it.
        let pause = self.previous.min(left);
        match error.retry_after() {
            Some(asked) if asked > LONGEST_RETRY_AFTER => None,
            Some(asked) => {
                self.asked = self.asked.saturating_add(asked);
                Some(asked.max(pause))
            }
            None => Some(pause),
        }
    }

    /// splitmix64, as a number from 0 to 1.
    fn random(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// `Retry-After` in both forms: seconds, or a date compared with the server's own `Date`.
pub(crate) fn parse_retry_after(value: &str, server_now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Some(seconds) = super::range::digits(value) {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(server_now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, retry_after: Option<u64>) -> Error {
        Error::new(ErrorKind::Http, "")
            .with_http_status(status)
            .with_retry_after(retry_after.map(Duration::from_secs))
    }

    const PATIENCE: Duration = Duration::from_secs(60);

    /// The pauses for a service that fails at once, whenever it is asked.
    fn pauses(backoff: &mut Backoff, error: &Error) -> Vec<Duration> {
        let mut now = Instant::now();
        std::iter::from_fn(|| {
            let pause = backoff.next_at(error, now)?;
            now += pause;
            Some(pause)
        })
        .collect()
    }

    #[test]
    fn nothing_is_given_up_before_the_patience_ends_nor_asked_too_often() {
        for seed in 0..200 {
            for failure in [
                error(503, None),
                Error::new(ErrorKind::Network, ""),
                Error::new(ErrorKind::Dns, ""),
                Error::new(ErrorKind::Proxy, "").transient(),
            ] {
                let mut backoff = Backoff::with_seed(PATIENCE, seed);
                let pauses = pauses(&mut backoff, &failure);
                assert_eq!(pauses.iter().sum::<Duration>(), PATIENCE);
                assert!((6..=60).contains(&pauses.len()), "{}", pauses.len());
                let (_, all_but_last) = pauses.split_last().unwrap();
                assert!(
                    all_but_last
                        .iter()
                        .all(|pause| (BASE..=CAP).contains(pause))
                );
            }
        }
    }

    #[test]
    fn progress_begins_anew() {
        let mut backoff = Backoff::with_seed(PATIENCE, 1);
        let failure = Error::new(ErrorKind::Network, "");
        assert!(!pauses(&mut backoff, &failure).is_empty());
        backoff.reset();
        assert_eq!(
            pauses(&mut backoff, &failure).iter().sum::<Duration>(),
            PATIENCE
        );
    }

    #[test]
    fn a_failure_that_took_longer_than_the_patience_is_tried_once_more() {
        let mut backoff = Backoff::with_seed(Duration::from_millis(1), 1);
        let failure = Error::new(ErrorKind::Timeout, "");
        let now = Instant::now();
        assert!(backoff.next_at(&failure, now).is_some());
        assert_eq!(backoff.next_at(&failure, now + PATIENCE), None);
    }

    #[test]
    fn retry_after_is_obeyed_and_bounded() {
        let mut backoff = Backoff::with_seed(PATIENCE, 1);
        let pause = backoff.next(&error(429, Some(25)));
        assert_eq!(pause, None, "429 is RateLimited, not Http");
        assert!(backoff.next(&error(503, Some(25))) >= Some(Duration::from_secs(25)));
        assert_eq!(backoff.next(&error(503, Some(999_999))), None);
        assert!(backoff.next(&error(503, Some(0))) >= Some(BASE));
        // What it asks for is not held against it; but not without end.
        let mut backoff = Backoff::with_seed(PATIENCE, 1);
        let asked = pauses(&mut backoff, &error(503, Some(100)));
        let sum = asked.iter().sum::<Duration>();
        assert!(
            (ASKED_AT_MOST..ASKED_AT_MOST + PATIENCE * 4).contains(&sum),
            "{sum:?}"
        );
    }

    #[test]
    fn what_cannot_succeed_is_not_tried_again() {
        let mut backoff = Backoff::with_seed(PATIENCE, 1);
        for kind in [ErrorKind::Auth, ErrorKind::NotFound, ErrorKind::Proxy] {
            assert_eq!(backoff.next(&Error::new(kind, "")), None);
        }
        assert_eq!(backoff.next(&error(501, None)), None);
    }

    #[test]
    fn both_forms_of_retry_after() {
        let now = httpdate::parse_http_date("Sat, 21 Nov 2026 10:00:00 GMT").unwrap();
        assert_eq!(parse_retry_after("25", now), Some(Duration::from_secs(25)));
        assert_eq!(
            parse_retry_after("Sat, 21 Nov 2026 10:01:00 GMT", now),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            parse_retry_after("Sat, 21 Nov 2026 09:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(parse_retry_after("soon", now), None);
    }
}
