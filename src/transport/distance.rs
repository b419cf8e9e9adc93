//! How far away the servers are: a round trip, as the TLS handshakes of new connections show it.
//!
//! On a far road each connection begins slowly and idles for a round trip between requests, so all of them are wanted at
//! once; next door a few are enough. This is known one round trip after the first connection, before any data.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// A handshake that takes longer goes far: one on the same network has done its computing by then.
const FAR: Duration = Duration::from_millis(15);
/// One handshake can take long for other reasons, so several are looked at where several are made.
const ENOUGH: usize = 3;

#[derive(Default)]
pub(crate) struct Distance {
    seen: Mutex<Seen>,
    far: OnceLock<()>,
    told: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

#[derive(Default)]
struct Seen {
    begun: usize,
    done: usize,
    least: Option<Duration>,
}

impl Seen {
    /// Whether it is far, once that is known.
    fn note(&mut self, took: Duration) -> bool {
        self.done = self.done.saturating_add(1);
        let least = self.least.map_or(took, |least| least.min(took));
        self.least = Some(least);
        let enough = self.done >= ENOUGH.min(self.begun);
        // One alone must be clear.
        least >= FAR && enough && (self.done > 1 || least >= FAR.saturating_mul(2))
    }
}

impl Distance {
    /// What is to happen when it turns out that the servers are far away. Only the first one counts.
    pub(crate) fn when_far(&self, tell: impl Fn() + Send + Sync + 'static) {
        let _ = self.told.set(Box::new(tell));
    }

    pub(super) fn begin(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.begun = seen.begun.saturating_add(1);
    }

    /// A handshake took so long.
    pub(super) fn note(&self, took: Duration) {
        let far = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.note(took)
        };
        if far
            && self.far.set(()).is_ok()
            && let Some(tell) = self.told.get()
        {
            tell();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(begun: usize, took: &[u64]) -> bool {
        let mut seen = Seen {
            begun,
            ..Seen::default()
        };
        took.iter()
            .map(|took| seen.note(Duration::from_millis(*took)))
            .fold(false, |before, far| before | far)
    }

    #[test]
    fn far_is_what_all_of_the_first_handshakes_say() {
        assert!(seen(1, &[50]), "a single one is believed");
        assert!(!seen(4, &[50, 50]), "others will tell more");
        assert!(seen(4, &[50, 50, 20]));
        assert!(!seen(4, &[50, 2, 50, 50]), "the quickest one is right");
        assert!(!seen(1, &[5]));
        assert!(!seen(1, &[20]), "one that is just busy");
    }
}
