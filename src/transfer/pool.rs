//! The worker threads of one client. The only place that names rayon.
//!
//! A private pool, sized for blocking reads instead of for cores; the global pool is the host's and is never
//! touched. Dropping a rayon pool does not wait for its threads, so they are started through [`Threads`] and
//! joined by the owner.

use crate::error::{Error, ErrorKind, Result};
use crate::threads::Threads;

pub(super) struct Pool {
    pool: rayon::ThreadPool,
}

impl Pool {
    /// Starts `wanted` threads, or as many as the operating system gives.
    pub(super) fn new(wanted: usize, threads: &Threads) -> Result<Self> {
        let mut count = wanted.max(1);
        loop {
            let threads = threads.clone();
            let built = rayon::ThreadPoolBuilder::new()
                .num_threads(count)
                .spawn_handler(move |thread| {
                    threads.spawn(&format!("apsfetch-{}", thread.index()), || thread.run())
                })
                // Without a handler rayon aborts the process; ours are caught before they come here.
                .panic_handler(|_| {})
                .build();
            match built {
                Ok(pool) => return Ok(Pool { pool }),
                Err(_) if count > 1 => count /= 2,
                Err(_) => {
                    return Err(Error::new(
                        ErrorKind::Resource,
                        "The operating system refused to start a single thread for the download.",
                    ));
                }
            }
        }
    }

    /// How many threads there are.
    pub(super) fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Runs a task on one of the threads.
    pub(super) fn spawn(&self, task: impl FnOnce() + Send + 'static) {
        self.pool.spawn(task);
    }
}
