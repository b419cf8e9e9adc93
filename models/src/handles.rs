//! The handles of C, used and freed on several threads.

use std::collections::BTreeMap;

use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use loom::sync::{Arc, RwLock};
use loom::thread;

use super::every_interleaving;
use super::table::Entries;

fn table<T>() -> Arc<Entries<T>> {
    Arc::new(Entries {
        last_number: AtomicU64::new(0),
        entries: RwLock::new(BTreeMap::new()),
    })
}

/// Counts how often it is dropped.
struct Object(Arc<AtomicUsize>);

impl Drop for Object {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A call works on an object that is alive, whoever frees it meanwhile; one free succeeds, and it is dropped once.
pub fn an_object_is_freed_once_and_never_in_use() {
    every_interleaving(|| {
        let dropped = Arc::new(AtomicUsize::new(0));
        let table = table();
        let id = table.insert(
            || 1000,
            |number| number,
            std::sync::Arc::new(Object(dropped.clone())),
        );
        let call = {
            let (table, dropped) = (table.clone(), dropped.clone());
            thread::spawn(move || {
                if let Some(object) = table.get(id, std::sync::Arc::clone) {
                    assert_eq!(dropped.load(Ordering::Relaxed), 0, "used after its end");
                    drop(object);
                }
            })
        };
        let other = {
            let table = table.clone();
            thread::spawn(move || free(&table, id))
        };
        let freed = free(&table, id);
        assert!(table.get(id, std::sync::Arc::clone).is_none());
        assert_ne!(freed, other.join().unwrap(), "one of two succeeds");
        call.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

fn free(table: &Entries<std::sync::Arc<Object>>, id: u64) -> bool {
    let kept = table.remove(id, |object| Ok::<_, ()>(object.clone()));
    matches!(kept, Some(Ok(_)))
}

/// Two threads that make the first handles of a process get different numbers, and both behind the start.
pub fn first_handles_differ_and_begin_at_the_start() {
    every_interleaving(|| {
        let table = table();
        let other = {
            let table = table.clone();
            thread::spawn(move || table.insert(|| 2000, |number| number, ()))
        };
        let mine = table.insert(|| 1000, |number| number, ());
        let theirs = other.join().unwrap();
        assert_ne!(mine, theirs);
        assert!(mine > 1000 && theirs > 1000, "{mine} {theirs}");
    });
}
