//! Objects by number.

use std::collections::BTreeMap;

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{PoisonError, RwLock};

/// Numbers are never given out twice. Nothing of an object runs under the lock: objects are looked at and taken as
/// clones of an `Arc`, of which the table's own is never the last.
pub(super) struct Entries<T> {
    /// 0 as long as there was none.
    pub(super) last_number: AtomicU64,
    pub(super) entries: RwLock<BTreeMap<u64, T>>,
}

impl<T> Entries<T> {
    /// Puts an object in; `id` makes its name of its number. The first number is behind `start`, whoever comes first.
    pub(super) fn insert(
        &self,
        start: impl FnOnce() -> u64,
        id: impl FnOnce(u64) -> u64,
        object: T,
    ) -> u64 {
        if self.last_number.load(Ordering::Relaxed) == 0 {
            // Whoever comes second finds the start of the first.
            let _ =
                self.last_number
                    .compare_exchange(0, start(), Ordering::Relaxed, Ordering::Relaxed);
        }
        let number = self.last_number.fetch_add(1, Ordering::Relaxed);
        let id = id(number.wrapping_add(1));
        self.entries
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, object);
        id
    }

    /// Looks at an object.
    pub(super) fn get<R>(&self, id: u64, look: impl FnOnce(&T) -> R) -> Option<R> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(&id).map(look)
    }

    /// Takes an object out, if `look` does not object. `look` keeps the object alive.
    pub(super) fn remove<R, E>(
        &self,
        id: u64,
        look: impl FnOnce(&T) -> Result<R, E>,
    ) -> Option<Result<R, E>> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let kept = match look(entries.get(&id)?) {
            Ok(kept) => kept,
            Err(error) => return Some(Err(error)),
        };
        entries.remove(&id);
        if entries.is_empty() {
            // An emptied map keeps some memory, which nobody could give back once the library is unloaded.
            *entries = BTreeMap::new();
        }
        Some(Ok(kept))
    }
}
