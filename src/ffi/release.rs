//! What all `_free` functions have in common.

use std::sync::Arc;

use super::handle::{self, Handle};
use super::{guard, status::APSFETCH_OK};

/// Makes a handle invalid, then lets `end` stop what its object does. NULL is fine.
pub(super) fn free<H: Handle>(handle: *mut H, end: impl FnOnce(&H::Object)) -> i32 {
    guard::number(|| {
        if handle.is_null() {
            return Ok(APSFETCH_OK);
        }
        let object: Arc<H::Object> = handle::remove(handle)?;
        end(&object);
        Ok(APSFETCH_OK)
    })
}
