//! Locks and atomics of what is pure shared state, and is checked by the models in `models/`.
//!
//! There, the files that import from here are compiled with a module of the same names that is made of loom's types:
//! it runs every interleaving of the threads of a model.

#[cfg(feature = "capi")]
pub(crate) use std::sync::RwLock;
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(crate) mod atomic {
    #[cfg(feature = "capi")]
    pub(crate) use std::sync::atomic::AtomicU64;
    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
}
