//! Who is asking: the cancel scope of a request, and whoever wants to know how it goes.

use std::sync::Arc;
use std::time::Duration;

use super::{Network, Session};
use crate::cancel::CancelToken;
use crate::error::Error;

/// The surroundings of a request.
pub(crate) struct Context {
    pub(crate) session: Arc<Session>,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Context {
    /// For a call on the host's own thread: its limits on time end it, or the token.
    pub(crate) fn alone(network: &Arc<Network>, cancel: Option<&CancelToken>) -> Self {
        let session = network.session();
        if let Some(cancel) = cancel {
            cancel.watch(&session);
        }
        Context {
            session,
            observer: Arc::new(Nobody),
        }
    }
}

/// Hears about retries and waits, and may refuse more retries.
pub(crate) trait Observer: Send + Sync {
    /// The work stands still until the host sets an access token, or goes on.
    fn waiting_for_token(&self, waiting: bool);
    /// Whether anybody sees that the work stands still. A blocking call does not wait: nobody would know for what.
    fn can_wait_for_token(&self) -> bool {
        false
    }
    /// A request failed and would be sent again after `wait`. `false`: the budget is used up.
    fn may_retry(&self, wait: Duration) -> bool;
    /// Why nothing more is to be sent at all, if so.
    fn given_up(&self) -> Option<Error> {
        None
    }
}

struct Nobody;

impl Observer for Nobody {
    fn waiting_for_token(&self, _waiting: bool) {}
    fn may_retry(&self, _wait: Duration) -> bool {
        true
    }
}
