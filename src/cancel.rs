//! Breaking off a call that blocks.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::transport::Session;

/// Ends blocking calls from another thread. Calls that were given the token fail with
/// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) within 100 ms, wherever they wait, those under way and those
/// to come.
///
/// Jobs have [`Job::cancel`](crate::Job::cancel) instead.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    inner: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    sessions: Vec<Weak<Session>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("cancelled", &self.cancelled)
            .finish_non_exhaustive()
    }
}

impl CancelToken {
    /// A token that is not cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the calls.
    pub fn cancel(&self) {
        let sessions = {
            let mut state = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            state.cancelled = true;
            std::mem::take(&mut state.sessions)
        };
        for session in sessions.iter().filter_map(Weak::upgrade) {
            session.cancel();
        }
    }

    /// Whether it has been cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .cancelled
    }

    /// Lets the token end this session.
    pub(crate) fn watch(&self, session: &Arc<Session>) {
        let cancelled = {
            let mut state = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            state.sessions.retain(|known| known.strong_count() > 0);
            if !state.cancelled {
                state.sessions.push(Arc::downgrade(session));
            }
            state.cancelled
        };
        if cancelled {
            session.cancel();
        }
    }
}
