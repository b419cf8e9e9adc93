//! Buckets and objects of the Object Storage Service.

use crate::content::Content;
use crate::text;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Computing a SHA-1 takes about a second for each gigabyte and two; beyond this size nobody waits for it unasked.
const SHA1_UNASKED_LIMIT: u64 = 1 << 30;

pub(crate) struct Bucket {
    pub(crate) key: String,
    pub(crate) region: String,
    pub(crate) created: SystemTime,
    pub(crate) objects: BTreeMap<String, Object>,
}

impl Bucket {
    pub(crate) fn new(key: &str, region: &str, created: SystemTime) -> Bucket {
        Bucket {
            key: key.to_owned(),
            region: region.to_owned(),
            created,
            objects: BTreeMap::new(),
        }
    }

    /// `^[-_.a-z0-9]{3,128}$`
    pub(crate) fn valid_key(key: &str) -> bool {
        (3..=128).contains(&key.len())
            && key
                .bytes()
                .all(|b| matches!(b, b'-' | b'_' | b'.' | b'a'..=b'z' | b'0'..=b'9'))
    }
}

#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) key: String,
    pub(crate) content: Content,
    pub(crate) content_type: String,
    pub(crate) modified: SystemTime,
    /// Where an unmerged resumable upload is cut: the lengths of its chunks, in order. Empty for a merged object.
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) sha1: Sha1Policy,
}

#[derive(Clone)]
pub(crate) struct Chunk {
    pub(crate) id: String,
    pub(crate) start: u64,
    pub(crate) len: u64,
}

/// Whether APS tells the SHA-1 of an object.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Sha1Policy {
    /// Yes, unless computing it would take long.
    Usual,
    /// As right after an upload.
    Hidden,
    /// Yes, however long it takes.
    Always,
    /// This value, true or not.
    Claimed(String),
}

impl Object {
    pub(crate) fn new(key: &str, content: Content, now: SystemTime) -> Object {
        Object {
            key: key.to_owned(),
            content_type: text::media_type(key).to_owned(),
            modified: content.modified().unwrap_or(now),
            content,
            chunks: Vec::new(),
            sha1: Sha1Policy::Usual,
        }
    }

    pub(crate) fn set_chunks(&mut self, lengths: &[u64]) {
        let mut start = 0;
        self.chunks.clear();
        for &len in lengths {
            self.chunks.push(Chunk {
                id: format!("uuid-{}", text::uuid()),
                start,
                len,
            });
            start += len;
        }
    }

    /// The SHA-1 that APS would tell. May read the whole content: call it on a thread that may wait.
    pub(crate) fn sha1(&self) -> Option<String> {
        match &self.sha1 {
            Sha1Policy::Hidden => None,
            Sha1Policy::Claimed(value) => Some(value.clone()),
            Sha1Policy::Always => self.content.sha1_hex().ok(),
            Sha1Policy::Usual
                if self.content.is_synthetic() && self.content.len() > SHA1_UNASKED_LIMIT =>
            {
                self.content.known_sha1()
            }
            Sha1Policy::Usual => self.content.sha1_hex().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_keys_are_checked() {
        for good in ["abc", "a.b_c-9", &"x".repeat(128)] {
            assert!(Bucket::valid_key(good), "{good}");
        }
        for bad in ["ab", "Abc", "a b c", "a/b", &"x".repeat(129)] {
            assert!(!Bucket::valid_key(bad), "{bad}");
        }
    }
}
