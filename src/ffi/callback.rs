//! Operations that call back.
//!
//! The operation runs on a thread of its own and asks; the caller's thread calls the callback, and answers.
//! So the callback runs outside the guard: an exception that leaves it passes through the export, which
//! C-unwind defines, and does not meet `catch_unwind`, which would end the process. The thread is none of the
//! client's: a callback that frees the client would wait for itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::error::apsfetch_error;
use super::guard::{self, Outcome};
use super::status::APSFETCH_OK;
use crate::threads::Threads;
use crate::{Error, ErrorKind, Result};

/// An operation that asks with each event whether to go on.
pub(super) type Body<E, T> = Box<dyn FnOnce(&mut dyn FnMut(E) -> bool) -> Result<T> + Send>;

/// Runs an operation to its end. `tell` calls the host's callback; without one, nothing is asked and no thread
/// is needed. An exception that passes through ends the operation first.
///
/// # Safety
///
/// As for [`guard::call`].
pub(super) unsafe fn run<E, T>(
    error: *mut *mut apsfetch_error,
    prepare: impl FnOnce() -> Result<Body<E, T>>,
    tell: Option<impl FnMut(E) -> bool>,
    finish: impl FnOnce(T) -> Result<Outcome>,
) -> i32
where
    E: Send + 'static,
    T: Send + 'static,
{
    let mut running = None;
    let mut outcome = None;
    let is_asked = tell.is_some();
    // SAFETY: the caller vouches for the pointer.
    let started = unsafe {
        guard::call(error, || {
            let body = prepare()?;
            match is_asked {
                true => running = Some(Operation::start(body)?),
                false => outcome = Some(body(&mut |_| true)),
            }
            Ok(Outcome::Done)
        })
    };
    if started != APSFETCH_OK {
        return started;
    }
    if let (Some(operation), Some(mut tell)) = (&running, tell) {
        while let Some(event) = guard::value(None, || Ok(operation.next())) {
            let answer = tell(event);
            guard::value((), || {
                operation.answer(answer);
                Ok(())
            });
        }
        outcome = guard::value(None, || Ok(operation.outcome()));
    }
    drop(running);
    // SAFETY: the caller vouches for the pointer.
    unsafe { guard::call(error, || finish(outcome.ok_or_else(guard::bug)??)) }
}

/// An operation on its thread.
struct Operation<E, T> {
    shared: Arc<Shared<E, T>>,
    threads: Threads,
}

struct Shared<E, T> {
    state: Mutex<State<E, T>>,
    changed: Condvar,
}

struct State<E, T> {
    event: Option<E>,
    answer: Option<bool>,
    /// Nobody answers any more.
    left: bool,
    over: bool,
    outcome: Option<Result<T>>,
}

impl<E: Send + 'static, T: Send + 'static> Operation<E, T> {
    fn start(body: Body<E, T>) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                event: None,
                answer: None,
                left: false,
                over: false,
                outcome: None,
            }),
            changed: Condvar::new(),
        });
        let operation = Operation {
            shared: shared.clone(),
            threads: Threads::default(),
        };
        let run = move || {
            // The body is gone before the caller hears of the end, and with it the client it works for.
            let caught = catch_unwind(AssertUnwindSafe(|| {
                crate::failpoint::here("call");
                body(&mut |event| shared.ask(event))
            }));
            let mut state = shared.lock();
            state.outcome = Some(caught.unwrap_or_else(|_| Err(guard::bug())));
            state.over = true;
            shared.changed.notify_all();
        };
        operation
            .threads
            .spawn("apsfetch-call", run)
            .map_err(|error| {
                Error::new(
                    ErrorKind::Resource,
                    "The operating system refused a thread for the call.",
                )
                .with_os_code(error.raw_os_error())
            })?;
        Ok(operation)
    }
}

impl<E, T> Operation<E, T> {
    /// The next event, which has to be answered, or `None` at the end.
    fn next(&self) -> Option<E> {
        let nothing_new = |state: &mut State<E, T>| state.event.is_none() && !state.over;
        self.shared.wait_while(nothing_new).event.take()
    }

    fn answer(&self, go_on: bool) {
        self.shared.lock().answer = Some(go_on);
        self.shared.changed.notify_all();
    }

    fn outcome(&self) -> Option<Result<T>> {
        self.shared.lock().outcome.take()
    }
}

impl<E, T> Drop for Operation<E, T> {
    fn drop(&mut self) {
        guard::value((), || {
            self.shared.lock().left = true;
            self.shared.changed.notify_all();
            self.threads.join();
            Ok(())
        });
    }
}

impl<E, T> Shared<E, T> {
    fn ask(&self, event: E) -> bool {
        {
            let mut state = self.lock();
            state.event = Some(event);
            state.answer = None;
        }
        self.changed.notify_all();
        let unanswered = |state: &mut State<E, T>| state.answer.is_none() && !state.left;
        let mut state = self.wait_while(unanswered);
        state.event = None;
        state.answer.take().unwrap_or(false)
    }

    fn lock(&self) -> MutexGuard<'_, State<E, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(
        &self,
        condition: impl FnMut(&mut State<E, T>) -> bool,
    ) -> MutexGuard<'_, State<E, T>> {
        self.changed
            .wait_while(self.lock(), condition)
            .unwrap_or_else(PoisonError::into_inner)
    }
}
