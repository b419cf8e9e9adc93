//! The engine: puts located sources into files, in parallel ranges.
//!
//! It knows a source only as something that can be located, and located again when its address expires.

mod check;
mod crew;
mod cut;
mod disk;
mod end;
mod engine;
mod fetch;
mod finish;
#[cfg(any(test, feature = "fuzzing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never in a library that is built for use, and a fuzzer has to find what goes wrong"
)]
pub(crate) mod fuzz;
mod growth;
mod item;
mod job;
mod journal;
mod journal_file;
mod located;
mod names;
mod pace;
mod part_file;
mod plan;
mod pool;
mod progress;
mod queue;
mod rate;
mod renewal;
mod result;
mod resume;
mod share;
mod sink;
mod speed;
mod state;
mod still;
mod target;
mod verify;
mod version;
mod waits;

pub(crate) use engine::{Engine, EngineOptions, NewItem};
pub(crate) use journal::{JOURNAL_SUFFIX, hex};
pub(crate) use located::{Locate, Located, Piece, pieces};
pub(crate) use part_file::PART_SUFFIX;
pub use progress::{ItemProgress, JobState, Progress};
pub(crate) use queue::JobInner;
pub use result::{ItemResult, ItemStatus, Verification};
pub(crate) use target::{check as check_target, is_device};
