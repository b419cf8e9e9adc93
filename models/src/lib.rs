//! Models of what threads share, each run by loom in every interleaving of its threads.
//!
//! They are made of the library's own files, compiled with loom's locks and atomics in place of the standard ones.
//! loom's time stands still: a wait with a limit never ends by it, so a notification that is lost is a deadlock here,
//! and loom reports it. `tests/models.rs` runs them.
// The library's files have more in them than the models use.
#![allow(dead_code)]

/// What `src/sync.rs` is in the library.
mod sync {
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, RwLock};
    pub(crate) use std::sync::PoisonError;

    pub(crate) mod atomic {
        pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    }
}

#[path = "../../src/transfer/crew.rs"]
mod crew;
#[path = "../../src/transfer/cut.rs"]
mod cut;
#[path = "../../src/transfer/end.rs"]
mod end;
#[path = "../../src/transport/pause.rs"]
mod pause;
#[path = "../../src/transfer/plan.rs"]
mod plan;
#[path = "../../src/transfer/rate.rs"]
mod rate;
#[path = "../../src/transfer/renewal.rs"]
mod renewal;
#[path = "../../src/transfer/still.rs"]
mod still;
#[path = "../../src/ffi/table.rs"]
mod table;

pub mod crews;
pub mod ends;
pub mod handles;
pub mod pauses;
pub mod ranges;
pub mod renewals;

/// Runs a model. Three changes of thread at moments that no lock asks for find what there is to find; each more
/// multiplies the time.
fn every_interleaving(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}
