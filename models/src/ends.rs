//! Waiting for a job that ends in this moment.

use std::time::{Duration, Instant};

use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use super::end;
use super::every_interleaving;

struct Job {
    queue: Mutex<()>,
    over: Condvar,
    finished: AtomicBool,
}

/// Nobody misses the end, with a limit or without one.
pub fn everybody_hears_of_the_end() {
    every_interleaving(|| {
        let job = Arc::new(Job {
            queue: Mutex::new(()),
            over: Condvar::new(),
            finished: AtomicBool::new(false),
        });
        let waiting: Vec<_> = [None, Some(Duration::from_secs(3600))]
            .into_iter()
            .map(|limit| {
                let job = job.clone();
                thread::spawn(move || {
                    let until = limit.map(|limit| Instant::now() + limit);
                    let is_over = || job.finished.load(Ordering::Acquire);
                    assert!(end::wait(&job.queue, &job.over, is_over, until));
                })
            })
            .collect();
        end::announce(&job.queue, &job.over, || {
            job.finished.store(true, Ordering::Release);
        });
        for thread in waiting {
            thread.join().unwrap();
        }
    });
}
