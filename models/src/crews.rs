//! The workers of an item, and who makes its result.

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Mutex};
use loom::thread;

use super::crew::{self, Crew, Next};
use super::every_interleaving;

#[derive(Default)]
struct State {
    workers: usize,
    finishing: bool,
    /// Ranges that nobody has, and those that are written.
    free: usize,
    done: usize,
    all: usize,
    restart: bool,
}

impl Crew for State {
    fn workers(&mut self) -> &mut usize {
        &mut self.workers
    }

    fn finishing(&mut self) -> &mut bool {
        &mut self.finishing
    }

    fn is_to_start_over(&self) -> bool {
        self.restart
    }

    fn is_over(&self) -> bool {
        self.done == self.all
    }
}

struct Item {
    state: Mutex<State>,
    finished: AtomicUsize,
}

/// Takes ranges as long as there are any, as the workers of the engine do.
fn work(item: &Item, has_one: bool) {
    let mut has_one = has_one;
    loop {
        if !has_one {
            let mut state = item.state.lock().unwrap();
            if state.restart || state.free == 0 {
                return;
            }
            state.free -= 1;
            state.workers += 1;
        }
        has_one = false;
        item.state.lock().unwrap().done += 1;
        let start_over = || {
            let mut state = item.state.lock().unwrap();
            state.restart = false;
            state.done = 0;
            state.free = state.all;
        };
        if crew::leave(&item.state, start_over) == Next::Finish {
            let state = item.state.lock().unwrap();
            assert_eq!(state.workers, 0, "somebody still works on it");
            assert_eq!(state.done, state.all);
            item.finished.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn finished_once(all: usize, restart: bool) {
    every_interleaving(move || {
        let item = Arc::new(Item {
            state: Mutex::new(State {
                all,
                free: all - 1,
                workers: 1,
                restart,
                ..State::default()
            }),
            finished: AtomicUsize::new(0),
        });
        let others: Vec<_> = (0..2)
            .map(|_| {
                let item = item.clone();
                thread::spawn(move || work(&item, false))
            })
            .collect();
        work(&item, true);
        for other in others {
            other.join().unwrap();
        }
        // A worker that found nothing to do has gone; one that is pumped would come now.
        work(&item, false);
        assert_eq!(item.finished.load(Ordering::Relaxed), 1);
    });
}

/// However the last ones leave, one of them makes the result.
pub fn the_last_worker_finishes_the_item() {
    finished_once(3, false);
}

/// Also when it has to be fetched from its beginning: who prepares that is not the last one any more when others have come.
pub fn an_item_that_starts_over_is_finished_once() {
    finished_once(1, true);
    finished_once(2, true);
}
