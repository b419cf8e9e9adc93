//! Workers that find their address expired at the same time.

use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use super::every_interleaving;
use super::renewal::{self, Renewable};

#[derive(Default)]
struct State {
    generation: u64,
    renewing: bool,
    failed: bool,
    asked: usize,
}

impl Renewable for State {
    fn generation(&self) -> u64 {
        self.generation
    }

    fn renewing(&mut self) -> &mut bool {
        &mut self.renewing
    }
}

struct Item {
    state: Mutex<State>,
    renewed: Condvar,
}

/// As `Work::renew` does. `brings` is whether the service gives a new address.
fn renew(item: &Item, generation: u64, brings: bool) -> Result<(), ()> {
    let is_wanted = |state: &State| match state.failed {
        true => Err(()),
        false => Ok(()),
    };
    let Some(state) = renewal::turn(&item.state, &item.renewed, generation, is_wanted)? else {
        return Ok(());
    };
    renewal::begin(state);
    {
        // The service is asked without the lock.
        let mut state = item.state.lock().unwrap();
        state.asked += 1;
        match brings {
            true => state.generation += 1,
            false => state.failed = true,
        }
    }
    renewal::end(&item.state, &item.renewed);
    Ok(())
}

fn three_workers(brings: bool) {
    every_interleaving(move || {
        let item = Arc::new(Item {
            state: Mutex::new(State::default()),
            renewed: Condvar::new(),
        });
        let others: Vec<_> = (0..2)
            .map(|_| {
                let item = item.clone();
                thread::spawn(move || renew(&item, 0, brings))
            })
            .collect();
        let _ = renew(&item, 0, brings);
        for other in others {
            let _ = other.join().unwrap();
        }
        let state = item.state.lock().unwrap();
        assert_eq!((state.asked, state.renewing), (1, false));
    });
}

/// The service is asked once, and all go on with what it gave.
pub fn one_renewal_for_all() {
    three_workers(true);
}

/// A renewal that fails is heard of by all who waited for it.
pub fn a_failed_renewal_leaves_nobody_waiting() {
    three_workers(false);
}
