//! Cancelling a scope while others pause in it.

use std::time::{Duration, Instant};

use loom::sync::Arc;
use loom::sync::atomic::AtomicBool;
use loom::thread;

use super::every_interleaving;
use super::pause::Pauses;

/// However a cancellation falls together with the beginning of a pause, the pause ends.
pub fn a_cancelled_pause_ends() {
    every_interleaving(|| {
        let scope = Arc::new((Pauses::new(), AtomicBool::new(false)));
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let scope = scope.clone();
                thread::spawn(move || {
                    let then = Instant::now() + Duration::from_secs(3600);
                    assert!(!scope.0.until(then, &scope.1));
                })
            })
            .collect();
        scope.0.cancel(&scope.1);
        for worker in workers {
            worker.join().unwrap();
        }
    });
}
