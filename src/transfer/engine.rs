//! Workers, and what they do next: one limit for all jobs of a client, shared fairly.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::cut::Cut;
use super::disk::Disk;
use super::end;
use super::item::Item;
use super::located::Locate;
use super::pool::Pool;
use super::progress::Counters;
use super::queue::{JobInner, Queue, Unit};
use super::share::{self, Sharer};
use super::speed::{MANY_FILES, Speed};
use crate::error::{Error, ErrorKind, Result};
use crate::request::{ExistingFile, KnownVersion, Target};
use crate::threads::Threads;
use crate::transport::{Context, Throttle};

/// Threads beyond the connections: checksums and journals run on them, so that no connection waits for one, and jobs that
/// would have no worker at all.
const SPARE_THREADS: usize = 3;

#[derive(Debug, Clone, Copy)]
pub(crate) struct EngineOptions {
    pub(crate) max_connections: usize,
    /// So many for few files from afar at once.
    pub(crate) at_once: usize,
    /// Bytes, or 0 to let the engine choose.
    pub(crate) part_size: u64,
    /// Force every file to the disk before it counts.
    pub(crate) durable: bool,
    /// How long one operation of the file system may take.
    pub(crate) disk_timeout: Duration,
}

/// What a job is made of.
pub(crate) struct NewItem {
    pub(crate) label: String,
    pub(crate) target: Target,
    pub(crate) existing: ExistingFile,
    pub(crate) sha1: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) known: Option<KnownVersion>,
    pub(crate) resume: bool,
}

/// The workers of one client.
pub(crate) struct Engine {
    pub(super) options: EngineOptions,
    pub(super) throttle: Arc<Throttle>,
    threads: Threads,
    pool: Mutex<Threading>,
    pub(super) state: Mutex<State>,
    /// A worker has ended.
    rested: Condvar,
    pub(super) speed: Mutex<Speed>,
    /// Bytes, and what replies count for.
    pub(super) received: AtomicU64,
    /// Bytes a second that each connection brought of late.
    pub(super) each: AtomicU64,
    /// Copies of what the locks guard, for a look after each block.
    pub(super) permits: AtomicUsize,
    pub(super) workers: AtomicUsize,
    /// Some job has less than its share and could use more.
    pub(super) starving: AtomicBool,
}

/// The worker threads, from the first job to the end of the client.
enum Threading {
    NotYet,
    Running(Arc<Pool>),
    Over,
}

pub(super) struct State {
    pub(super) jobs: Vec<Arc<JobInner>>,
    /// Workers that fetch, and started or queued to do so.
    pub(super) workers: usize,
    /// Tasks beside them.
    aside: usize,
    closed: bool,
}

impl State {
    /// How many files all jobs have.
    pub(super) fn files(&self) -> usize {
        self.jobs.iter().map(|job| job.items.len()).sum()
    }
}

impl Engine {
    pub(crate) fn new(
        options: EngineOptions,
        throttle: Arc<Throttle>,
        threads: Threads,
    ) -> Arc<Self> {
        let mut speed = Speed::new(
            options.max_connections.max(1),
            options.at_once.max(1),
            Instant::now(),
        );
        speed.limit(throttle.connections());
        Arc::new(Engine {
            throttle,
            options,
            threads,
            pool: Mutex::new(Threading::NotYet),
            state: Mutex::new(State {
                jobs: Vec::new(),
                workers: 0,
                aside: 0,
                closed: false,
            }),
            rested: Condvar::new(),
            speed: Mutex::new(speed),
            received: AtomicU64::new(0),
            each: AtomicU64::new(0),
            permits: AtomicUsize::new(usize::MAX),
            workers: AtomicUsize::new(0),
            starving: AtomicBool::new(false),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn speed(&self) -> MutexGuard<'_, Speed> {
        self.speed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The threads, started with the first job.
    fn pool(&self) -> Result<Arc<Pool>> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        match &*pool {
            Threading::Running(pool) => Ok(pool.clone()),
            Threading::Over => Err(Error::new(
                ErrorKind::InvalidState,
                "The client has been shut down.",
            )),
            Threading::NotYet => {
                let wanted = self.options.max_connections.saturating_add(SPARE_THREADS);
                let made = Arc::new(Pool::new(wanted, &self.threads)?);
                *pool = Threading::Running(made.clone());
                Ok(made)
            }
        }
    }

    /// Starts a job.
    pub(crate) fn start(
        self: &Arc<Self>,
        items: Vec<NewItem>,
        locator: Box<dyn Locate>,
        session: Arc<crate::transport::Session>,
    ) -> Result<Arc<JobInner>> {
        self.pool()?;
        let counters = Arc::new(Counters::new(
            items.len(),
            self.options.max_connections,
            session.limits().retry,
        ));
        let disk = Arc::new(Disk::new(self.options.disk_timeout));
        let names = (items.len() >= MANY_FILES).then(Arc::default);
        let job = Arc::new(JobInner {
            disk: disk.clone(),
            queue: Mutex::new(Queue {
                unsigned: locator.groups().into(),
                signing: 0,
                ready: VecDeque::new(),
                warm: Vec::new(),
                warmed: 0,
                active: Vec::new(),
                open: items.len(),
            }),
            waits: Mutex::default(),
            items: items
                .into_iter()
                .enumerate()
                .map(|(index, new)| {
                    let fingerprint = locator.fingerprint(index);
                    let durable = self.options.durable;
                    let (disk, names) = (disk.clone(), names.clone());
                    Arc::new(Item::new(index, new, fingerprint, durable, disk, names))
                })
                .collect(),
            locator,
            context: Context {
                session,
                observer: counters.clone(),
            },
            counters,
            over: Condvar::new(),
            workers: AtomicUsize::new(0),
            share: AtomicUsize::new(1),
            served: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
        });
        {
            let mut state = self.lock();
            if state.closed {
                return Err(Error::new(
                    ErrorKind::InvalidState,
                    "The client is being freed.",
                ));
            }
            let files = state.files().saturating_add(job.items.len());
            if state.workers == 0 {
                let received = self.received.load(Ordering::Relaxed);
                self.speed().wake(Instant::now(), received, files);
            } else {
                self.speed().join(files);
            }
            let others = state.jobs.iter();
            let least = others.map(|job| job.served.load(Ordering::Relaxed)).min();
            job.served.store(least.unwrap_or(0), Ordering::Relaxed);
            state.jobs.push(job.clone());
        }
        if job.items.is_empty() {
            self.retire(&job);
        }
        self.pump(job.items.len());
        Ok(job)
    }

    /// How to cut a file of this job now.
    pub(super) fn cut(&self, job: &JobInner, item: &Item) -> Cut {
        // More than are used now: one that comes later must find a range of its own.
        let connections = self.options.at_once.min(self.throttle.connections());
        self.cut_for(job, item, connections)
    }

    /// How to cut it for so many connections.
    pub(super) fn cut_for(&self, job: &JobInner, item: &Item, connections: usize) -> Cut {
        // Many files keep the connections busy as they are.
        let far = job.context.session.distance().is_far() && job.items.len() < MANY_FILES;
        Cut {
            connections: match far {
                true => job.share_of(item, connections),
                false => connections,
            },
            part_size: self.options.part_size,
            verified: item.lock().verify.is_some(),
            far,
            each: self.each(),
        }
    }

    /// Lets up to `wanted` more workers look for something to do.
    pub(super) fn pump(self: &Arc<Self>, wanted: usize) {
        let Ok(pool) = self.pool() else {
            return;
        };
        let permits = self.speed().permits().min(pool.threads());
        let mut state = self.lock();
        if state.closed && state.jobs.is_empty() {
            return;
        }
        let jobs = state.jobs.len().max(1);
        let sharers = state.jobs.iter().map(|job| Sharer {
            served: job.served.load(Ordering::Relaxed),
            share: job.share.load(Ordering::Relaxed),
        });
        let shares = share::shares(permits, &sharers.collect::<Vec<_>>());
        for (job, share) in state.jobs.iter().zip(shares) {
            job.share.store(share, Ordering::Relaxed);
        }
        let starving = jobs > 1
            && state
                .jobs
                .iter()
                .any(|job| job.lacks_workers() && job.has_work());
        self.starving.store(starving, Ordering::Relaxed);
        self.permits.store(permits, Ordering::Relaxed);
        // Each job gets at least one worker, even beyond the permits: those of another may all hang in a request.
        let idle = state
            .jobs
            .iter()
            .filter(|job| job.workers.load(Ordering::Relaxed) == 0 && job.has_work())
            .count();
        let limit = permits.saturating_add(idle).max(jobs).min(pool.threads());
        let more = wanted.min(limit.saturating_sub(state.workers));
        self.set_workers(&mut state, |workers| workers.saturating_add(more));
        drop(state);
        for _ in 0..more {
            let engine = self.clone();
            pool.spawn(move || engine.work());
        }
    }

    fn set_workers(&self, state: &mut State, change: impl FnOnce(usize) -> usize) {
        state.workers = change(state.workers);
        self.workers.store(state.workers, Ordering::Relaxed);
        if state.workers == 0 {
            self.rested.notify_all();
        }
    }

    /// The life of a worker: one unit after the other, until there are none.
    fn work(self: &Arc<Self>) {
        let mut buffer = Vec::new();
        loop {
            let (job, unit) = match caught(|| self.next()) {
                Some(Some(next)) => next,
                Some(None) => return,
                None => return self.give_up(),
            };
            if caught(|| self.perform(&job, &unit, &mut buffer)).is_none() {
                self.put_right(&job, &unit);
            }
            job.workers.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// After a panic: the unit's items get it as their result. A second one on the way must not leave anybody
    /// waiting for them.
    fn put_right(self: &Arc<Self>, job: &Arc<JobInner>, unit: &Unit) {
        let error = Error::new(
            ErrorKind::Panic,
            "A bug in apsfetch stopped the download of this file. Please report it.",
        );
        if caught(|| self.clean_up(job, unit, error.clone())).is_none() {
            let items = match unit {
                Unit::Locate(group) => group.as_slice(),
                Unit::Open(index) | Unit::Fetch(index, _) => std::slice::from_ref(index),
                Unit::WarmUp(_) => &[],
            };
            for index in items {
                let _ = caught(|| self.conclude(job, *index, Err(error.clone())));
            }
        }
        self.retire_what_is_over();
    }

    /// After a panic, which may have come when all items of a job had their results already.
    fn retire_what_is_over(self: &Arc<Self>) {
        let jobs = self.lock().jobs.clone();
        for job in jobs {
            let unretired = job.lock_queue().open == 0 && !job.is_finished();
            if unretired {
                let _ = caught(|| self.retire(&job));
            }
        }
    }

    /// After a panic between two units, which can be any job's: the worker ends, and all jobs do.
    fn give_up(self: &Arc<Self>) {
        let jobs = {
            let mut state = self.lock();
            self.set_workers(&mut state, |workers| workers.saturating_sub(1));
            state.jobs.clone()
        };
        for job in jobs {
            let _ = caught(|| self.cancel(&job));
        }
    }

    /// The next unit, of the job with the fewest workers; `None` ends the worker.
    fn next(self: &Arc<Self>) -> Option<(Arc<JobInner>, Unit)> {
        crate::failpoint::here("next");
        let mut state = self.lock();
        let mut jobs: Vec<_> = state.jobs.iter().collect();
        // Whoever lacks most of its share comes first, then whoever has got least.
        jobs.sort_by_key(|job| {
            let (workers, share) = (&job.workers, &job.share);
            let left = share
                .load(Ordering::Relaxed)
                .saturating_sub(workers.load(Ordering::Relaxed));
            let served = job.served.load(Ordering::Relaxed);
            (
                std::cmp::Reverse(left),
                workers.load(Ordering::Relaxed),
                served,
            )
        });
        let permits = self.speed().permits();
        let over = state.workers > permits;
        let unit = jobs.iter().find_map(|job| {
            // With fewer permits than workers, only a job that has less than its share keeps one.
            let full = job.workers.load(Ordering::Relaxed) >= job.share.load(Ordering::Relaxed);
            if full && over {
                return None;
            }
            let (unit, shared) = job.take_unit(permits)?;
            job.workers.fetch_add(1, Ordering::Relaxed);
            Some(((*job).clone(), unit, shared))
        });
        if unit.is_none() {
            self.set_workers(&mut state, |workers| workers.saturating_sub(1));
        }
        drop(state);
        let (job, unit, shared) = unit?;
        if shared {
            self.pump(1);
        }
        Some((job, unit))
    }

    /// Runs a task beside the connections.
    pub(super) fn spawn_aside(
        self: &Arc<Self>,
        task: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> bool {
        let Ok(pool) = self.pool() else {
            return false;
        };
        {
            let mut state = self.lock();
            state.aside = state.aside.saturating_add(1);
        }
        let engine = self.clone();
        pool.spawn(move || {
            // A panic in here is the job's to report; the count must be right whatever happens.
            if caught(|| task(&engine)).is_none() {
                engine.retire_what_is_over();
            }
            let mut state = engine.lock();
            state.aside = state.aside.saturating_sub(1);
            engine.rested.notify_all();
        });
        true
    }

    /// Takes a job that is over off the list.
    pub(super) fn retire(self: &Arc<Self>, job: &Arc<JobInner>) {
        crate::failpoint::here("retire");
        {
            let mut state = self.lock();
            state.jobs.retain(|other| !Arc::ptr_eq(other, job));
        }
        job.context.session.cool_down();
        end::announce(&job.queue, &job.over, || {
            job.counters.finished.store(true, Ordering::Release);
        });
        // The others get its share.
        self.pump(self.options.max_connections);
    }

    /// Cancels all jobs, waits for the workers and ends their threads.
    pub(crate) fn shut_down(self: &Arc<Self>) {
        let jobs = {
            let mut state = self.lock();
            state.closed = true;
            state.jobs.clone()
        };
        for job in jobs {
            self.cancel(&job);
        }
        let mut state = self.lock();
        while state.workers > 0 || state.aside > 0 {
            state = self
                .rested
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let pool = std::mem::replace(
            &mut *self.pool.lock().unwrap_or_else(PoisonError::into_inner),
            Threading::Over,
        );
        drop(pool);
        self.threads.join();
    }
}

/// What comes of something, or `None` if it panicked. What it was about is put right by the caller.
fn caught<T>(something: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(something)).ok()
}
