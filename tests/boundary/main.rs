//! Never a crash: whatever a host does at the C boundary, or the system refuses to the library, is a status.
#![cfg(unix)]

mod arguments;
#[path = "../common/mod.rs"]
mod common;
mod refused;
mod wrong_arguments;
