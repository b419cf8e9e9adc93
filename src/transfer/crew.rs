//! The workers of an item: the last one to leave finishes it, or begins it anew.

use crate::sync::{Mutex, PoisonError};

/// What a worker has to do after it has left an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Nothing,
    /// There are new ranges for others.
    Pump,
    /// It was the last one, and the item is over.
    Finish,
}

/// What the workers of an item share of their coming and going.
pub(super) trait Crew {
    /// Who works on it now.
    fn workers(&mut self) -> &mut usize;
    /// The result is being made.
    fn finishing(&mut self) -> &mut bool;
    /// It is to be fetched from its beginning once all have left. Nobody comes before that is done.
    fn is_to_start_over(&self) -> bool;
    /// It is complete, or has failed.
    fn is_over(&self) -> bool;
}

/// A worker leaves. `start_over` prepares the item to be fetched anew; it takes the lock itself.
pub(super) fn leave<S: Crew>(state: &Mutex<S>, start_over: impl FnOnce()) -> Next {
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    let mut crew = lock();
    *crew.workers() = crew.workers().saturating_sub(1);
    if *crew.workers() > 0 || *crew.finishing() {
        return Next::Nothing;
    }
    if crew.is_to_start_over() {
        drop(crew);
        start_over();
        crew = lock();
        // The new ranges were there to be taken before the lock was ours again: whoever has come since leaves
        // after us, and may even have been the last one already.
        if *crew.workers() > 0 || *crew.finishing() {
            return Next::Pump;
        }
    }
    if crew.is_over() {
        *crew.finishing() = true;
        return Next::Finish;
    }
    Next::Pump
}
