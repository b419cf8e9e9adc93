//! Text for C to read.

use std::ffi::c_char;

use zeroize::Zeroize;

/// NUL-terminated UTF-8. It is wiped when dropped, since it may be a signed URL or a cookie.
pub(super) struct Text(Vec<u8>);

impl Text {
    /// A NUL within the text, which no text of APS has, is replaced.
    pub(super) fn new(text: &str) -> Self {
        let replaced;
        let text = if text.contains('\0') {
            replaced = text.replace('\0', "\u{fffd}");
            replaced.as_str()
        } else {
            text
        };
        // Of the right size at once: growing would leave copies behind.
        let mut bytes = Vec::with_capacity(text.len().saturating_add(1));
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        Text(bytes)
    }

    /// [`Text::new`] of what may be missing.
    pub(super) fn maybe(text: Option<&str>) -> Option<Self> {
        text.map(Text::new)
    }

    /// Valid as long as the text.
    pub(super) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The pointer to a text, or NULL for none.
pub(super) fn pointer(text: Option<&Text>) -> *const c_char {
    text.map_or(std::ptr::null(), Text::as_ptr)
}
