//! A download under way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::error::Result;
use crate::transfer::{Engine, ItemProgress, ItemResult, JobInner, Progress};

/// How often a thread that waits looks whether the disk still answers.
const LOOK: Duration = Duration::from_millis(25);

/// A download of one or more items that runs on threads of its client.
///
/// It can be watched and cancelled from any thread. Dropping it cancels what is not over and waits until
/// nothing of it writes any more, except to a drive that does not answer: what is stuck there goes on when the
/// drive does, and is waited for when the client is dropped.
pub struct Job {
    engine: Arc<Engine>,
    inner: Arc<JobInner>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job")
            .field("progress", &self.progress())
            .finish()
    }
}

impl Job {
    pub(crate) fn new(engine: Arc<Engine>, inner: Arc<JobInner>) -> Self {
        Job { engine, inner }
    }

    /// Waits for the end, at most `limit`. Whether the job is over.
    pub fn wait(&self, limit: Duration) -> bool {
        let begun = Instant::now();
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            if self.inner.wait(Some(left.min(LOOK))) {
                return true;
            }
            self.engine.look_after(&self.inner);
            if left.is_zero() {
                return self.inner.is_finished();
            }
        }
    }

    /// Waits for the end, however long it takes.
    pub fn join(&self) {
        while !self.inner.wait(Some(LOOK)) {
            self.engine.look_after(&self.inner);
        }
    }

    /// Whether the job is over.
    pub fn is_finished(&self) -> bool {
        self.look();
        self.inner.is_finished()
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        self.look();
        self.inner.progress()
    }

    /// Whoever polls instead of waiting gives up a drive that does not answer as well.
    fn look(&self) {
        if !self.inner.is_finished() {
            self.engine.look_after(&self.inner);
        }
    }

    /// How far one item has come, or `None` beyond the last one. `index` is its place in the requests.
    pub fn item_progress(&self, index: usize) -> Option<ItemProgress> {
        self.inner.item_progress(index)
    }

    /// Breaks the job off. It returns at once; the items that are not over fail with
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), and the job ends within 100 ms.
    pub fn cancel(&self) {
        if !self.inner.is_finished() {
            self.engine.cancel(&self.inner);
        }
    }

    /// How many items the job has.
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether the job has no items.
    pub fn is_empty(&self) -> bool {
        self.inner.len() == 0
    }

    /// The result of one item, or `None` while it is not over. `index` is its place in the requests.
    pub fn result(&self, index: usize) -> Option<Result<ItemResult>> {
        self.inner.result(index)
    }

    /// The results of all items; those that are not over count as an error.
    pub fn results(&self) -> Vec<Result<ItemResult>> {
        (0..self.len())
            .map(|index| {
                self.result(index)
                    .unwrap_or_else(|| Err(Client::not_finished()))
            })
            .collect()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.cancel();
        self.join();
    }
}
