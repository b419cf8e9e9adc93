//! The end of a job, and those who wait for it.

use std::time::Instant;

use crate::sync::{Condvar, Mutex, PoisonError};

/// Brings the end about: `bring` makes true what [`wait`] looks at.
pub(super) fn announce<S>(state: &Mutex<S>, ended: &Condvar, bring: impl FnOnce()) {
    // Under the lock, so that nobody who has just looked goes to sleep.
    let _state = state.lock().unwrap_or_else(PoisonError::into_inner);
    bring();
    ended.notify_all();
}

/// Waits for the end, at most until then. Whether it has come.
pub(super) fn wait<S>(
    state: &Mutex<S>,
    ended: &Condvar,
    is_over: impl Fn() -> bool,
    until: Option<Instant>,
) -> bool {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    while !is_over() {
        state = match until {
            None => ended.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return false;
                }
                ended
                    .wait_timeout(state, left)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
    }
    true
}
