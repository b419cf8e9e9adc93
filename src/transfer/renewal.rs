//! One renewal of an address for all workers that found it expired.

use std::time::Duration;

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How often a worker that waits for another one's renewal looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// What workers share that use one address.
pub(super) trait Renewable {
    /// Counts the addresses.
    fn generation(&self) -> u64;
    /// Whether a worker is renewing the address.
    fn renewing(&mut self) -> &mut bool;
}

/// Waits until it is this worker's turn to renew the address of `generation`, and gives the lock; `None` when
/// another worker has brought a new one. The worker may still step back; if it does not, it calls [`begin`].
pub(super) fn turn<'a, S: Renewable, E>(
    state: &'a Mutex<S>,
    renewed: &Condvar,
    generation: u64,
    is_wanted: impl Fn(&S) -> Result<(), E>,
) -> Result<Option<MutexGuard<'a, S>>, E> {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if state.generation() != generation {
            return Ok(None);
        }
        // Whoever was renewing may have ended without a word.
        is_wanted(&state)?;
        if !*state.renewing() {
            return Ok(Some(state));
        }
        state = renewed
            .wait_timeout(state, LOOK)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}

/// Takes the turn.
pub(super) fn begin<S: Renewable>(mut state: MutexGuard<'_, S>) {
    *state.renewing() = true;
}

/// The renewal is over, whatever it brought: the others look for themselves.
pub(super) fn end<S: Renewable>(state: &Mutex<S>, renewed: &Condvar) {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    *state.renewing() = false;
    renewed.notify_all();
}
