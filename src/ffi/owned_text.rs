//! Texts
//!
//! A secret that is handed over as an object of its own, so that it can be wiped from memory.

use std::ffi::c_char;

use super::handle::{self, Handle};
use super::text::Text;
use super::{guard, release};

/// A text of its own. It does not change, so any thread may read it.
pub struct apsfetch_text {
    _opaque: [u8; 0],
}

impl Handle for apsfetch_text {
    type Object = Text;
    const NAME: &'static str = "text";
}

/// The text. NULL for an invalid handle only.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_text_data(text: *const apsfetch_text) -> *const c_char {
    guard::value(std::ptr::null(), || Ok(handle::get(text)?.as_ptr()))
}

/// Wipes a text and frees it.
#[unsafe(no_mangle)]
pub extern "C" fn apsfetch_text_free(text: *mut apsfetch_text) -> i32 {
    release::free(text, |_| {})
}
