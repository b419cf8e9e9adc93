//! Versions
//!
//! A program that loads the library at run time checks `apsfetch_abi_version` first and nothing else:
//! functions and numbers are added under one ABI version, and never changed or taken away.

use std::ffi::{CStr, c_char};

use super::guard;

/// The version of the binary interface this header describes. It is also in the name of the shared library
/// (`libapsfetch.so.1`).
pub const APSFETCH_ABI_VERSION: u32 = 1;

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };

/// The version of the library, such as "1.2.3". Static text.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_version() -> *const c_char {
    guard::value(std::ptr::null(), || Ok(VERSION.as_ptr()))
}

/// The `APSFETCH_ABI_VERSION` the library was built with.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_abi_version() -> u32 {
    guard::value(0, || Ok(APSFETCH_ABI_VERSION))
}
