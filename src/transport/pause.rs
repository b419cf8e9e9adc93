//! Pauses that a cancellation cuts short.

use std::time::Instant;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Condvar, Mutex, PoisonError};

/// The pauses of one cancel scope. The flag is the scope's, which others look at as well.
pub(super) struct Pauses {
    paused: Mutex<()>,
    woken: Condvar,
}

impl Pauses {
    pub(super) fn new() -> Self {
        Pauses {
            paused: Mutex::new(()),
            woken: Condvar::new(),
        }
    }

    /// Raises the flag and ends all pauses, now and in future.
    pub(super) fn cancel(&self, cancelled: &AtomicBool) {
        // Under the lock, so that a pause that has just looked at the flag is woken.
        let _paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        cancelled.store(true, Ordering::Release);
        self.woken.notify_all();
    }

    /// Waits until then, or until the flag is raised: then it is `false`.
    pub(super) fn until(&self, then: Instant, cancelled: &AtomicBool) -> bool {
        let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if cancelled.load(Ordering::Acquire) {
                return false;
            }
            let left = then.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            paused = self
                .woken
                .wait_timeout(paused, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
