//! What workers do for a job: locate, open, fetch, hash, finish; and how it is cancelled.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::crew::Next;
use super::end;
use super::engine::Engine;
use super::fetch::Work;
use super::item::Item;
use super::located::Located;
use super::progress::{ItemProgress, Progress};
use super::queue::{JobInner, Unit};
use super::result::{ItemResult, ItemStatus};
use crate::error::{Error, ErrorKind, Result};

/// The checksum follows the download in steps of at least this many bytes.
const HASH_BEHIND: u64 = 4 * 1024 * 1024;

/// How long a cancelled job waits for the disk.
const PATIENCE_WHEN_CANCELLED: Duration = Duration::from_millis(50);

impl Engine {
    pub(super) fn perform(
        self: &Arc<Self>,
        job: &Arc<JobInner>,
        unit: &Unit,
        buffer: &mut Vec<u8>,
    ) {
        match unit {
            Unit::Locate(group) => self.locate(job, group),
            Unit::Open(index) => self.open(job, *index),
            Unit::WarmUp(index) => {
                let url = job.items.get(*index).and_then(|item| item.first_url());
                if let Some(url) = url
                    && job.context.session.warm_up(url.expose())
                {
                    job.keep_connection();
                }
            }
            Unit::Fetch(index, range) => {
                if let Some(item) = job.items.get(*index) {
                    let work = Work {
                        engine: self,
                        job,
                        item,
                        index: *index,
                    };
                    work.run(range, buffer);
                    range.release();
                    self.leave(job, *index);
                }
            }
        }
    }

    /// Puts things right after a panic: what the unit held is given back, with the error as its result.
    pub(super) fn clean_up(self: &Arc<Self>, job: &Arc<JobInner>, unit: &Unit, error: Error) {
        match unit {
            Unit::Locate(group) => {
                job.signed(group.len(), []);
                for index in group {
                    self.conclude(job, *index, Err(error.clone()));
                }
            }
            Unit::Open(index) => self.abandon(job, *index, error),
            // The file itself will do without.
            Unit::WarmUp(_) => {}
            Unit::Fetch(index, range) => {
                range.release();
                self.abandon(job, *index, error);
            }
        }
    }

    fn abandon(self: &Arc<Self>, job: &Arc<JobInner>, index: usize, error: Error) {
        let Some(item) = job.items.get(index) else {
            return;
        };
        item.fail(error.clone());
        self.leave(job, index);
        // The panic may have come while the result was made; then nobody else makes it.
        let unfinished = item.lock().finishing;
        if unfinished {
            self.conclude(job, index, Err(error));
        }
    }

    fn locate(self: &Arc<Self>, job: &Arc<JobInner>, group: &[usize]) {
        // What need not be downloaded need not be signed either.
        let mut wanted = Vec::new();
        for index in group {
            match job.items.get(*index).map(|item| item.look_at_target()) {
                Some(Ok(None)) => wanted.push(*index),
                Some(Ok(Some(kept))) => self.conclude(job, *index, Ok(kept)),
                Some(Err(error)) => self.conclude(job, *index, Err(error)),
                None => {}
            }
        }
        let mut ready = Vec::new();
        if !wanted.is_empty() {
            let answers = job.locator.locate(&job.context, &wanted);
            for (index, answer) in wanted.into_iter().zip(answers) {
                match self.take_answer(job, index, answer) {
                    Ok(None) => ready.push(index),
                    Ok(Some(result)) => self.conclude(job, index, Ok(result)),
                    Err(error) => self.conclude(job, index, Err(error)),
                }
            }
        }
        let count = ready.len();
        job.signed(group.len(), ready);
        if job.cancelled.load(Ordering::Acquire) {
            self.cancel(job);
        }
        self.pump(count.saturating_add(1));
    }

    fn take_answer(
        &self,
        job: &JobInner,
        index: usize,
        answer: Result<Located>,
    ) -> Result<Option<ItemResult>> {
        let located = answer?;
        let Some(item) = job.items.get(index) else {
            return Ok(None);
        };
        if located.not_modified || item.has(&located) {
            let mut result = item.untouched(ItemStatus::NotModified);
            result.etag = located.etag;
            return Ok(Some(result));
        }
        item.set_located(located, &job.counters)?;
        Ok(None)
    }

    fn open(self: &Arc<Self>, job: &Arc<JobInner>, index: usize) {
        let Some(item) = job.items.get(index) else {
            return;
        };
        // The opener is a worker of the item, so nobody finishes it under its hands.
        item.lock().workers = 1;
        if let Err(error) = job.context.session.check().and_then(|()| item.open()) {
            item.fail(error);
            self.leave(job, index);
            return;
        }
        let cut = self.cut(job, item);
        item.plan(cut, &job.counters);
        let session = &job.context.session;
        if session.is_new() && session.distance().is_far() {
            self.warm_up(job, self.options.at_once);
        }
        self.leave(job, index);
    }

    /// A worker leaves an item; the last one finishes it.
    fn leave(self: &Arc<Self>, job: &Arc<JobInner>, index: usize) {
        let Some(item) = job.items.get(index) else {
            return;
        };
        let cut = self.cut(job, item);
        match item.leave(cut, &job.counters) {
            Next::Nothing => {}
            Next::Pump => self.pump(cut.connections),
            Next::Finish => match item.finish(job) {
                Some(outcome) => self.conclude(job, index, outcome),
                None => self.leave(job, index),
            },
        }
    }

    /// Hashes what has been written without a gap, on a thread of its own.
    pub(super) fn hash_behind(
        self: &Arc<Self>,
        job: &Arc<JobInner>,
        item: &Arc<Item>,
        index: usize,
    ) {
        {
            let mut state = item.lock();
            let Some(verify) = state.verify.clone() else {
                return;
            };
            if state.hashing || state.frontier().saturating_sub(verify.done()) < HASH_BEHIND {
                return;
            }
            state.hashing = true;
        }
        let task = |job: &JobInner, item: &Item| {
            if let Err(error) = item.hash_to_frontier(job) {
                item.fail(error);
            }
            item.lock().hashing = false;
        };
        if !self.beside(job, item, index, task) {
            item.lock().hashing = false;
        }
    }

    /// Notes now and then what is written, for a run after this process was killed.
    pub(super) fn note_behind(
        self: &Arc<Self>,
        job: &Arc<JobInner>,
        item: &Arc<Item>,
        index: usize,
    ) {
        if item.resume && item.due.is_over() {
            self.beside(job, item, index, |_, item| item.note());
        }
    }

    /// Runs a task as a worker of the item, on a thread beside those that fetch. Whether it could be started.
    fn beside(
        self: &Arc<Self>,
        job: &Arc<JobInner>,
        item: &Arc<Item>,
        index: usize,
        task: impl FnOnce(&JobInner, &Item) + Send + 'static,
    ) -> bool {
        {
            let mut state = item.lock();
            state.workers = state.workers.saturating_add(1);
        }
        let (job, of_task) = (job.clone(), item.clone());
        let started = self.spawn_aside(move |engine| {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                task(&job, &of_task);
            }));
            if caught.is_err() {
                of_task.fail(Error::new(
                    ErrorKind::Panic,
                    "A bug in apsfetch stopped the download of this file. Please report it.",
                ));
                of_task.lock().hashing = false;
            }
            engine.leave(&job, index);
        });
        if !started {
            let mut state = item.lock();
            state.workers = state.workers.saturating_sub(1);
        }
        started
    }

    /// Notes the result of an item, once; the last one ends the job.
    pub(super) fn conclude(
        self: &Arc<Self>,
        job: &Arc<JobInner>,
        index: usize,
        outcome: Result<ItemResult>,
    ) {
        let Some(item) = job.items.get(index) else {
            return;
        };
        let failed = outcome.is_err();
        {
            let mut state = item.lock();
            if state.outcome.is_some() {
                return;
            }
            state.outcome = Some(outcome.map_err(|error| error.context(&item.label)));
            state.close_size(&job.counters);
            // A worker that waits for the disk will still want to note what it has.
            if state.workers == 0 {
                state.ranges = Vec::new();
                state.located = None;
                state.verify = None;
            }
        }
        if failed {
            job.counters.items_failed.fetch_add(1, Ordering::Relaxed);
        }
        job.counters.items_finished.fetch_add(1, Ordering::Relaxed);
        let over = {
            let mut queue = job.lock_queue();
            queue.active.retain(|other| *other != index);
            queue.open = queue.open.saturating_sub(1);
            queue.open == 0
        };
        if over {
            self.retire(job);
        }
    }

    /// Gives up the files whose disk does not answer, at its limit and at once when the job is cancelled, and connections that stand
    /// still.
    pub(crate) fn look_after(self: &Arc<Self>, job: &Arc<JobInner>) {
        self.watch();
        let now = Instant::now();
        self.hang_up(job, now);
        for index in job.disk.overdue(now) {
            let Some(item) = job.items.get(index) else {
                continue;
            };
            let place = item.path().unwrap_or(std::path::Path::new("")).display();
            let error = Error::new(
                ErrorKind::Timeout,
                format!(
                    "The drive of {place} has not answered for {} s. Check the drive, or the connection to it, and start the download again.",
                    job.disk.limit().as_secs_f32()
                ),
            );
            item.fail(error.clone());
            self.conclude(job, index, Err(error));
        }
        if job.cancelled.load(Ordering::Acquire) {
            for index in job.disk.busy(now, PATIENCE_WHEN_CANCELLED) {
                self.conclude(job, index, Err(Error::cancelled()));
            }
        }
    }

    /// Breaks off what runs and gives every item that is not over its result.
    pub(crate) fn cancel(self: &Arc<Self>, job: &Arc<JobInner>) {
        job.cancelled.store(true, Ordering::Release);
        job.context.session.cancel();
        let (waiting, active) = {
            let mut queue = job.lock_queue();
            let mut waiting: Vec<usize> = queue.unsigned.drain(..).flatten().collect();
            waiting.extend(queue.ready.drain(..));
            (waiting, queue.active.clone())
        };
        for index in waiting {
            self.conclude(job, index, Err(Error::cancelled()));
        }
        for index in active {
            if let Some(item) = job.items.get(index) {
                item.fail(Error::cancelled());
                // If workers are on it, the last of them finishes it; if not, this call is the last.
                let idle = {
                    let mut state = item.lock();
                    let idle = state.workers == 0 && !state.finishing && state.opened.is_some();
                    if idle {
                        state.workers = 1;
                    }
                    idle
                };
                // Not on this thread, which is the host's: the disk may take its time.
                if idle {
                    let leaving = job.clone();
                    if !self.spawn_aside(move |engine| engine.leave(&leaving, index)) {
                        self.leave(job, index);
                    }
                }
            }
        }
    }
}

impl JobInner {
    pub(crate) fn progress(&self) -> Progress {
        self.counters.snapshot(self.items.len())
    }

    pub(crate) fn item_progress(&self, index: usize) -> Option<ItemProgress> {
        Some(self.items.get(index)?.progress())
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.counters.finished.load(Ordering::Acquire)
    }

    /// Waits for the end of the job, at most `limit`. Whether it is over.
    pub(crate) fn wait(&self, limit: Option<Duration>) -> bool {
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        end::wait(&self.queue, &self.over, || self.is_finished(), until)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The result of an item, once it is over.
    pub(crate) fn result(&self, index: usize) -> Option<Result<ItemResult>> {
        self.items.get(index)?.lock().outcome.clone()
    }
}
