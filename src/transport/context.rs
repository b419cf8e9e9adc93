//! Who is asking: the cancel scope of a request, and whoever wants to know how it goes.

use std::sync::Arc;
use std::time::Duration;

use super::{Network, Session};

/// The surroundings of a request.
pub(crate) struct Context {
    pub(crate) session: Arc<Session>,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Context {
    /// For a call on the host's own thread: nothing cancels it but its limits on time.
    pub(crate) fn alone(network: &Arc<Network>) -> Self {
        Context {
            session: network.session(),
            observer: Arc::new(Nobody),
        }
    }
}

/// Hears about retries and waits, and may refuse more retries.
pub(crate) trait Observer: Send + Sync {
    /// The work stands still until the host sets an access token, or goes on.
    fn waiting_for_token(&self, waiting: bool);
    /// A request failed and would be sent again after `wait`. `false`: the budget is used up.
    fn may_retry(&self, wait: Duration) -> bool;
}

struct Nobody;

impl Observer for Nobody {
    fn waiting_for_token(&self, _waiting: bool) {}
    fn may_retry(&self, _wait: Duration) -> bool {
        true
    }
}
