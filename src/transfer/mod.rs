//! The engine: puts located sources into files, in parallel ranges.
//!
//! It knows a source only as something that can be located, and located again when its address expires.

mod engine;
mod fetch;
mod item;
mod job;
mod located;
mod part_file;
mod plan;
mod pool;
mod progress;
mod sink;
mod speed;
mod verify;

pub(crate) use engine::{Engine, EngineOptions, JobInner, NewItem};
pub use item::{ItemResult, ItemStatus, Verification};
pub(crate) use located::{Locate, Located, Piece};
pub(crate) use part_file::PART_SUFFIX;
pub use progress::{JobState, Progress};
