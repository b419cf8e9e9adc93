//! What tests have in common that start C programs.
// Each test program uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod c;
pub mod client;
pub mod header;
pub mod null_arguments;
mod skip;

use std::path::{Path, PathBuf};

pub use skip::skip;

/// The folder with the library's Cargo.toml.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The committed header.
pub fn header_text() -> String {
    let path = root().join("include/apsfetch.h");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .replace("\r\n", "\n")
}

/// The shared library that goes with the running test.
///
/// Cargo builds all crate types of the library for a test, next to it. `APSFETCH_TEST_LIBRARY` names another one,
/// such as one with a sanitizer.
pub fn library() -> PathBuf {
    if let Some(other) = std::env::var_os("APSFETCH_TEST_LIBRARY") {
        return other.into();
    }
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().unwrap();
    let name = format!(
        "{}apsfetch{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let library = folder.join(name);
    assert!(
        library.exists(),
        "{} is missing: run `cargo build` first",
        library.display()
    );
    library
}
