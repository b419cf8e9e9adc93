//! The worker threads of one client. The only place that names rayon.
//!
//! Private pools, sized for blocking reads instead of for cores; the global pool is the host's and is never touched. The
//! first one has few threads, and the next one comes when these are all busy: most jobs need no more than a few, and
//! each thread costs time and memory. Dropping a rayon pool does not wait for its threads, so they are started through
//! [`Threads`] and joined by the owner.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, ErrorKind, Result};
use crate::threads::Threads;

/// Threads of the first pool; each further one doubles what there is.
const FIRST: usize = 8;

pub(super) struct Pool {
    threads: Threads,
    pools: Mutex<Vec<Part>>,
    /// How many threads there may be, or fewer once the operating system has refused one.
    most: AtomicUsize,
}

struct Part {
    pool: rayon::ThreadPool,
    /// Tasks that run in it or wait for a thread.
    busy: Arc<AtomicUsize>,
}

impl Pool {
    /// Starts the first threads of `wanted`, or as many as the operating system gives.
    pub(super) fn new(wanted: usize, threads: &Threads) -> Result<Self> {
        let wanted = wanted.max(1);
        let mut count = wanted.min(FIRST);
        let first = loop {
            match Part::new(count, 0, threads) {
                Some(part) => break part,
                None if count > 1 => count /= 2,
                None => {
                    return Err(Error::new(
                        ErrorKind::Resource,
                        "The operating system refused to start a single thread for the download.",
                    ));
                }
            }
        };
        let refused = count < wanted.min(FIRST);
        Ok(Pool {
            threads: threads.clone(),
            pools: Mutex::new(vec![first]),
            most: AtomicUsize::new(if refused { count } else { wanted }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Part>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many threads there can be.
    pub(super) fn threads(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Runs a task on one of the threads; if all are busy and no more can be had, when one of them is free.
    pub(super) fn spawn(&self, task: impl FnOnce() + Send + 'static) {
        let mut pools = self.lock();
        if pools.iter().all(Part::is_full) {
            self.grow(&mut pools);
        }
        let part = pools
            .iter()
            .find(|part| !part.is_full())
            .or_else(|| pools.first());
        let Some(part) = part else {
            return;
        };
        part.busy.fetch_add(1, Ordering::Relaxed);
        let busy = part.busy.clone();
        part.pool.spawn(move || {
            let _done = Done(busy);
            task();
        });
    }

    fn grow(&self, pools: &mut Vec<Part>) {
        let now: usize = pools
            .iter()
            .map(|part| part.pool.current_num_threads())
            .sum();
        let more = self.threads().saturating_sub(now).min(now);
        if more == 0 {
            return;
        }
        match Part::new(more, now, &self.threads) {
            Some(part) => pools.push(part),
            None => self.most.store(now, Ordering::Relaxed),
        }
    }
}

impl Part {
    /// `first` is the number of its first thread among all.
    fn new(count: usize, first: usize, threads: &Threads) -> Option<Self> {
        let threads = threads.clone();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .spawn_handler(move |thread| {
                let number = first.saturating_add(thread.index());
                threads.spawn(&format!("apsfetch-{number}"), || thread.run())
            })
            // Without a handler rayon aborts the process; ours are caught before they come here.
            .panic_handler(|_| {})
            .build()
            .ok()?;
        Some(Part {
            pool,
            busy: Arc::default(),
        })
    }

    fn is_full(&self) -> bool {
        self.busy.load(Ordering::Relaxed) >= self.pool.current_num_threads()
    }
}

/// A task has ended, however it did.
struct Done(Arc<AtomicUsize>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn threads_come_when_the_others_are_busy_and_not_before() {
        let threads = Threads::default();
        let pool = Pool::new(20, &threads).unwrap();
        let (started, starts) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        for number in 1..=20 {
            let (started, gate) = (started.clone(), gate.clone());
            pool.spawn(move || {
                let _ = started.send(());
                // Each waits until the one before it is through, and all until the sender is dropped.
                let _ = gate.lock().unwrap().recv();
            });
            // All of them run at the same time, so none has waited for another.
            starts.recv().unwrap();
            let parts: Vec<_> = {
                let pools = pool.lock();
                pools
                    .iter()
                    .map(|part| part.pool.current_num_threads())
                    .collect()
            };
            let expected: &[usize] = match number {
                1..=8 => &[8],
                9..=16 => &[8, 8],
                _ => &[8, 8, 4],
            };
            assert_eq!(parts, expected, "{number}");
        }
        drop(go);
        drop(pool);
        threads.join();
    }
}
