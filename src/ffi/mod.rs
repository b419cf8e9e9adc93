//! The C boundary: everything that `include/apsfetch.h` declares, and the only unsafe code of the crate.
//!
//! One file for each C noun, in the order of [`build.rs`]'s list of sections. How to add a function:
//!
//! 1. Write it in its noun's file as `#[unsafe(no_mangle)] pub unsafe extern "C" fn apsfetch_noun_verb(…)`,
//!    with `error: *mut *mut apsfetch_error` as the last argument if it can fail. The doc comment becomes the
//!    header's text, so it is written for a C programmer and says only what differs from `contract.txt`.
//! 2. Make its body one call of the guard: [`guard::call`] for a status, [`guard::value`] for anything else.
//! 3. Inside, turn every argument into a checked Rust value with [`arguments`] (text, flags, requests),
//!    [`handle::get`] (handles) and [`output`] (results), then call the Rust API and let `?` do the rest.
//!    One that calls back goes through [`callback::run`] instead of the guard.
//! 4. A new noun also needs its opaque type with `impl Handle`, and a line in `build.rs`'s list of sections.
//! 5. Add the name to `tests/abi/symbols.txt`, run `cargo xtask header`, commit both. The test that passes
//!    NULL for every argument reads the header, so it covers the function at once.
// Reached by the linker, and known to C under these names.
#![allow(unsafe_code, unreachable_pub, non_camel_case_types)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod access_token;
mod arguments;
mod callback;
mod cancel_token;
mod client;
mod config;
mod design_filter;
mod details;
mod download;
mod error;
mod folder;
#[cfg(any(test, feature = "fuzzing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never in a library that is built for use, and a fuzzer has to find what goes wrong"
)]
pub(crate) mod fuzz;
mod guard;
mod handle;
mod job;
mod list_options;
mod login;
mod manifest;
mod manifest_node;
mod manifest_watch;
mod number;
mod object_filter;
mod objects;
mod oss_url;
mod outcome;
mod output;
mod owned_text;
mod plan;
mod progress;
mod release;
mod request;
mod result;
mod signals;
mod signed;
mod signing;
mod status;
mod table;
mod text;
#[cfg(all(windows, target_env = "gnu", target_arch = "x86_64"))]
mod unload;
mod upload;
mod upload_job;
mod upload_options;
mod upload_result;
mod version;

pub(crate) use signals::survive_file_size_limit;

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
mod tests;
