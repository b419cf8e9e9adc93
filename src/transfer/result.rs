//! What became of an item.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What became of an item that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum ItemStatus {
    /// The file was downloaded and is complete.
    Downloaded = 1,
    /// APS says it is not modified since the version the request named; the target was left alone.
    NotModified = 2,
    /// The target existed and the request says to keep it.
    Kept = 3,
}

/// How the bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Verification {
    /// Nothing was downloaded.
    None = 0,
    /// The number of bytes, and that all of them are of one version of the file.
    Size = 1,
    /// The SHA-1 as well.
    Sha1 = 2,
}

/// The result of one item.
#[derive(Clone)]
#[non_exhaustive]
pub struct ItemResult {
    /// What became of it.
    pub status: ItemStatus,
    /// Where the file is; `None` for an item in memory.
    pub path: Option<PathBuf>,
    /// The bytes of an item in memory.
    pub data: Option<Arc<Vec<u8>>>,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// Bytes of it that an earlier run had written, in a part file beside the target.
    pub resumed_bytes: u64,
    /// How the bytes were checked.
    pub verification: Verification,
    /// The SHA-1 that was checked, as 40 hex digits.
    pub sha1: Option<String>,
    /// The version's ETag, as APS or the server gives it.
    pub etag: Option<String>,
    /// The media type, if known.
    pub content_type: Option<String>,
    /// Requests that brought data.
    pub parts: u64,
    /// Requests that had to be sent again.
    pub retries: u64,
    /// From the first look at the target to its rename.
    pub elapsed: Duration,
}

impl std::fmt::Debug for ItemResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ItemResult")
            .field("status", &self.status)
            .field("path", &self.path)
            .field("bytes", &self.bytes)
            .field("verification", &self.verification)
            .field("parts", &self.parts)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}
