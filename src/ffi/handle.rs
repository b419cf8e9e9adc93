//! What C holds instead of pointers: numbers in a table of objects.
//!
//! A handle looks like a pointer and is never used as one, so a freed, forged or confused handle is a failed
//! look-up. Numbers are never given out twice, so a handle cannot come to mean another object after its own is
//! freed. A call works on its own clone of the `Arc`, so an object lives until the last call on it has
//! returned, whoever frees it meanwhile.

use super::table::Entries;
use crate::sync::RwLock;
use crate::sync::atomic::AtomicU64;
use crate::{Error, ErrorKind, Result};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A type of C, and the Rust object behind it. No two have the same object type.
pub(super) trait Handle {
    type Object: Any + Send + Sync;
    /// What to call it in messages.
    const NAME: &'static str;
}

/// The handles of one process.
///
/// A forked child inherits its parent's memory, with locks as they were and without the threads that would
/// unlock them. So it never touches the parent's table but uses the next one, and all tables are made at
/// compile time: nothing needs to be freed when the library is unloaded.
struct Table {
    /// Whose it is; 0 as long as it is nobody's.
    process: AtomicU32,
    objects: Entries<Entry>,
}

struct Entry {
    object: Arc<dyn Any + Send + Sync>,
    name: &'static str,
}

/// One bit that no pointer to an aligned object has, then the table, then the number.
const MARK: u64 = 1;
const GENERATION_BITS: u32 = 5;
/// How deep processes can be forked and use the library anew in each generation.
const GENERATIONS: usize = 1 << GENERATION_BITS;
const NUMBER_SHIFT: u32 = GENERATION_BITS + 1;

static TABLES: [Table; GENERATIONS] = [const {
    Table {
        process: AtomicU32::new(0),
        objects: Entries {
            last_number: AtomicU64::new(0),
            entries: RwLock::new(BTreeMap::new()),
        },
    }
}; GENERATIONS];

/// Which table is this process's.
static GENERATION: AtomicUsize = AtomicUsize::new(0);

/// The table of this process and its place. In a child that has just been forked, takes the next one.
fn current() -> Result<(usize, &'static Table)> {
    let process = std::process::id();
    let mut generation = GENERATION.load(Ordering::Acquire);
    while let Some(table) = TABLES.get(generation) {
        match table
            .process
            .compare_exchange(0, process, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_) => {
                GENERATION.fetch_max(generation, Ordering::AcqRel);
                return Ok((generation, table));
            }
            Err(owner) if owner == process => return Ok((generation, table)),
            Err(_) => generation = generation.saturating_add(1),
        }
    }
    Err(Error::new(
        ErrorKind::Resource,
        "The library cannot be used in a process that was forked this many times.",
    ))
}

/// Where to begin counting: elsewhere in each copy of the library that a process may have loaded, so that a
/// handle of one is not valid in the other.
fn first_number(process: u32) -> u64 {
    let here = (&raw const TABLES) as u64;
    // The lower bits are the ones that differ.
    #[allow(clippy::cast_possible_truncation)]
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos() as u64);
    let mixed = (here ^ now ^ u64::from(process).rotate_left(32))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    // The upper half of the range stays free for numbers to come: more than can ever be used.
    mixed >> (NUMBER_SHIFT + 1)
}

/// Puts an object into the table; the handle is its only owner from now on.
pub(super) fn insert<H: Handle>(object: H::Object) -> Result<*mut H> {
    let (generation, table) = current()?;
    let entry = Entry {
        object: Arc::new(object),
        name: H::NAME,
    };
    let id = table.objects.insert(
        || first_number(std::process::id()),
        |number| (number << NUMBER_SHIFT) | ((generation as u64) << 1) | MARK,
        entry,
    );
    // Pointers have 64 bits: the crate does not compile where they have fewer.
    #[allow(clippy::cast_possible_truncation)]
    let address = id as usize;
    Ok(std::ptr::without_provenance_mut(address))
}

/// The object of a handle.
pub(super) fn get<H: Handle>(handle: *const H) -> Result<Arc<H::Object>> {
    let id = handle.addr() as u64;
    let table = table_of::<H>(id)?;
    table
        .objects
        .get(id, downcast::<H>)
        .unwrap_or_else(|| Err(unknown::<H>()))
}

/// Takes an object out of the table, so that its handle is no longer valid. Calls that are inside it go on.
pub(super) fn remove<H: Handle>(handle: *const H) -> Result<Arc<H::Object>> {
    let id = handle.addr() as u64;
    let table = table_of::<H>(id)?;
    table
        .objects
        .remove(id, downcast::<H>)
        .unwrap_or_else(|| Err(unknown::<H>()))
}

fn downcast<H: Handle>(entry: &Entry) -> Result<Arc<H::Object>> {
    entry
        .object
        .clone()
        .downcast()
        .map_err(|_| invalid(format!("A {} was given for a {}.", entry.name, H::NAME)))
}

/// The table of this process, if the handle can be one of its.
fn table_of<H: Handle>(id: u64) -> Result<&'static Table> {
    if id == 0 {
        return Err(invalid(format!("The {} is NULL.", H::NAME)));
    }
    let (generation, table) = current()?;
    let made_in = (id >> 1) as usize & (GENERATIONS - 1);
    if id & MARK == 0 || made_in > generation {
        return Err(unknown::<H>());
    }
    if made_in < generation {
        return Err(Error::new(
            ErrorKind::WrongProcess,
            format!(
                "The {} was made before the fork, in the parent process. Make a new one in this process.",
                H::NAME
            ),
        ));
    }
    Ok(table)
}

fn unknown<H: Handle>() -> Error {
    invalid(format!(
        "The {} is not valid: it was freed already, or it never was one.",
        H::NAME
    ))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidHandle, message)
}
