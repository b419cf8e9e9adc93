//! One operation on a thread of its own: it can be watched, waited for and broken off from any thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::transfer::JobState;
use crate::transport::{Context, Observer, Session};

/// How often a thread that waits without a limit looks up.
const LOOK: Duration = Duration::from_secs(1);

/// What kind of operation it is.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// What its thread is called.
    pub(crate) thread: &'static str,
    /// What messages call it: "upload".
    pub(crate) noun: &'static str,
}

/// An operation under way, or over. Dropping it breaks it off, and waits until it has ended.
pub(crate) struct Task<T> {
    /// Held by the operation alone, so that its connections are free for others as soon as it is over.
    session: Weak<Session>,
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    outcome: Mutex<Option<Result<T>>>,
    over: Condvar,
    watch: Arc<Watch>,
}

/// What can be seen of an operation from outside.
struct Watch {
    /// Whether anybody sees that it stands still for a token.
    is_polled: bool,
    waiting: AtomicBool,
    retries: AtomicU64,
}

impl Observer for Watch {
    fn waiting_for_token(&self, waiting: bool) {
        self.waiting.store(waiting, Ordering::Relaxed);
    }

    fn can_wait_for_token(&self) -> bool {
        self.is_polled
    }

    fn may_retry(&self, _wait: Duration) -> bool {
        self.retries.fetch_add(1, Ordering::Relaxed);
        true
    }
}

impl<T: Clone + Send + 'static> Task<T> {
    /// Starts `body` with the surroundings of its requests. It has to let go of them when it ends.
    pub(crate) fn start(
        client: &Client,
        kind: Kind,
        is_polled: bool,
        cancel: Option<&CancelToken>,
        body: impl FnOnce(Context) -> Result<T> + Send + 'static,
    ) -> Result<Self> {
        let watch = Arc::new(Watch {
            is_polled,
            waiting: AtomicBool::new(false),
            retries: AtomicU64::new(0),
        });
        let context = Context {
            observer: watch.clone(),
            ..client.context(cancel)
        };
        let task = Task {
            session: Arc::downgrade(&context.session),
            shared: Arc::new(Shared {
                outcome: Mutex::new(None),
                over: Condvar::new(),
                watch,
            }),
        };
        let shared = task.shared.clone();
        let run = move || {
            // The body and all it holds are gone before anybody hears of the end, so that nothing outlives it.
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                crate::failpoint::here("task");
                body(context)
            }));
            shared.finish(ended(caught.ok(), kind.noun));
        };
        client
            .api()
            .threads
            .spawn(kind.thread, run)
            .map_err(|error| {
                task.shared.finish(Err(Error::cancelled()));
                Error::new(
                    ErrorKind::Resource,
                    format!(
                        "The operating system refused a thread for the {}.",
                        kind.noun
                    ),
                )
                .with_os_code(error.raw_os_error())
            })?;
        Ok(task)
    }
}

/// `None` stands for a panic.
fn ended<T>(outcome: Option<Result<T>>, noun: &str) -> Result<T> {
    match outcome {
        Some(Err(error)) if error.kind() == ErrorKind::Cancelled => Err(Error::new(
            ErrorKind::Cancelled,
            format!("The {noun} was cancelled."),
        )),
        Some(outcome) => outcome,
        None => Err(Error::new(
            ErrorKind::Panic,
            format!("A bug in apsfetch stopped the {noun}. Please report it."),
        )),
    }
}

impl<T: Clone> Task<T> {
    /// Waits for the end, at most `limit`. Whether it is over.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        self.shared.wait(limit)
    }

    pub(crate) fn outcome(&self) -> Option<Result<T>> {
        self.shared.lock().clone()
    }
}

impl<T> Task<T> {
    pub(crate) fn join(&self) {
        while !self.shared.wait(LOOK) {}
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.shared.lock().is_some()
    }

    pub(crate) fn state(&self) -> JobState {
        match self.is_finished() {
            true => JobState::Finished,
            false => self.state_while_running(),
        }
    }

    pub(crate) fn state_while_running(&self) -> JobState {
        match self.shared.watch.waiting.load(Ordering::Relaxed) {
            true => JobState::WaitingForToken,
            false => JobState::Running,
        }
    }

    /// Requests that had to be sent again.
    pub(crate) fn retries(&self) -> u64 {
        self.shared.watch.retries.load(Ordering::Relaxed)
    }

    /// Breaks it off, and returns at once.
    pub(crate) fn cancel(&self) {
        if let Some(session) = self.session.upgrade() {
            session.cancel();
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.cancel();
        self.join();
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Result<T>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, outcome: Result<T>) {
        *self.lock() = Some(outcome);
        self.over.notify_all();
    }

    fn wait(&self, limit: Duration) -> bool {
        self.over
            .wait_timeout_while(self.lock(), limit, |outcome| outcome.is_none())
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .is_some()
    }
}
