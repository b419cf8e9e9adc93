//! A wait for a translation under way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::aps;
use crate::client::Client;
use crate::error::Result;
use crate::manifest::Manifest;
use crate::task::{Kind, Task};
use crate::transfer::JobState;

const WAIT: Kind = Kind {
    thread: "apsfetch-watch",
    noun: "wait for the translation",
};

/// [`Client::wait_for_manifest`] on a thread of its client.
///
/// It can be watched and cancelled from any thread. Dropping it ends the wait; the translation goes on.
pub struct ManifestWatch {
    task: Task<Manifest>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    count: u64,
    latest: Option<Manifest>,
}

impl std::fmt::Debug for ManifestWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ManifestWatch")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl ManifestWatch {
    pub(crate) fn start(client: &Client, urn: &str, wait: Duration) -> Result<Self> {
        let urn = aps::design_urn(urn)?;
        let api = client.api().clone();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shown = seen.clone();
        let task = Task::start(client, WAIT, true, None, move |context| {
            api.wait_for_manifest(context, &urn, wait, &mut |manifest| {
                let mut seen = shown.lock().unwrap_or_else(PoisonError::into_inner);
                seen.count = seen.count.saturating_add(1);
                seen.latest = Some(manifest.clone());
                true
            })
        })?;
        Ok(ManifestWatch { task, seen })
    }

    /// Waits for the end, at most `limit`. Whether the wait for the translation is over.
    pub fn wait(&self, limit: Duration) -> bool {
        self.task.wait(limit)
    }

    /// Waits for the end, however long it takes.
    pub fn join(&self) {
        self.task.join();
    }

    /// What it is doing.
    pub fn state(&self) -> JobState {
        self.task.state()
    }

    /// How many manifests have come so far. Whoever polls need not look at the same one twice.
    pub fn count(&self) -> u64 {
        self.seen().count
    }

    /// The manifest that came last, or `None` before the first.
    pub fn latest(&self) -> Option<Manifest> {
        self.seen().latest.clone()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the wait, within 100 ms. It returns at once; the result is
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    pub fn cancel(&self) {
        self.task.cancel();
    }

    /// The manifest of a translation that is over, or why the wait ended without; `None` while it is not over.
    pub fn result(&self) -> Option<Result<Manifest>> {
        self.task.outcome()
    }
}
