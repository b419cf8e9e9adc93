//! When to try again, and how long to wait before.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

use crate::error::{Error, ErrorKind};

/// First pause.
const BASE: Duration = Duration::from_millis(100);
/// Longest pause of our own choice.
const CAP: Duration = Duration::from_secs(20);
/// The longest `Retry-After` that is waited for; a longer one is an error that tells the caller.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);
/// Tries in a row without any progress: some 15 seconds.
const ATTEMPTS: u32 = 8;
/// The same for a service that asks to slow down: about a minute.
const ATTEMPTS_WHEN_BUSY: u32 = 12;

/// Whether the same request may succeed when sent again.
pub(crate) fn is_transient(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Network | ErrorKind::Dns | ErrorKind::Timeout | ErrorKind::RateLimited => true,
        ErrorKind::Http => matches!(error.http_status(), Some(408 | 500 | 502 | 503 | 504)),
        _ => false,
    }
}

/// Growing pauses with decorrelated jitter, so that many workers do not come back at the same moment.
#[derive(Debug)]
pub(crate) struct Backoff {
    previous: Duration,
    attempts: u32,
    state: u64,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self::with_seed(RandomState::new().build_hasher().finish())
    }

    pub(crate) fn with_seed(seed: u64) -> Self {
        Backoff {
            previous: BASE,
            attempts: 0,
            state: seed,
        }
    }

    /// Forgets the failures: the transfer moved on.
    pub(crate) fn reset(&mut self) {
        self.previous = BASE;
        self.attempts = 0;
    }

    /// How long to wait before the next try, or `None` when it is time to give up.
    pub(crate) fn next(&mut self, error: &Error) -> Option<Duration> {
        let attempts = match error.http_status() {
            Some(429 | 503) => ATTEMPTS_WHEN_BUSY,
            _ => ATTEMPTS,
        };
        if !is_transient(error) || self.attempts >= attempts {
            return None;
        }
        self.attempts = self.attempts.saturating_add(1);
        let longest = self.previous.saturating_mul(3).min(CAP);
        let span = longest.saturating_sub(BASE);
        self.previous = BASE.saturating_add(span.mul_f64(self.random()));
        match error.retry_after() {
            Some(asked) if asked > LONGEST_RETRY_AFTER => None,
            Some(asked) => Some(asked.max(self.previous)),
            None => Some(self.previous),
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

    #[test]
    fn pauses_stay_between_base_and_cap_and_end() {
        for seed in 0..50 {
            let mut backoff = Backoff::with_seed(seed);
            let pauses: Vec<_> = std::iter::from_fn(|| backoff.next(&error(503, None))).collect();
            assert_eq!(pauses.len(), ATTEMPTS_WHEN_BUSY as usize);
            let sum: Duration = pauses.iter().sum();
            assert!(sum < Duration::from_secs(240), "{sum:?}");
            assert!(pauses.iter().all(|pause| (BASE..=CAP).contains(pause)));
        }
    }

    #[test]
    fn retry_after_is_obeyed_and_bounded() {
        let mut backoff = Backoff::with_seed(1);
        let pause = backoff.next(&error(429, Some(25)));
        assert_eq!(pause, None, "429 is RateLimited, not Http");
        assert!(backoff.next(&error(503, Some(25))) >= Some(Duration::from_secs(25)));
        assert_eq!(backoff.next(&error(503, Some(999_999))), None);
    }

    #[test]
    fn what_cannot_succeed_is_not_tried_again() {
        let mut backoff = Backoff::with_seed(1);
        for kind in [ErrorKind::Auth, ErrorKind::NotFound, ErrorKind::Integrity] {
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
