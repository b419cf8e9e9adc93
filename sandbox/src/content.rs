//! The bytes of an object or a derivative, wherever they are.

use crate::synthetic;
use crate::text;
use bytes::Bytes;
use sha1::{Digest as _, Sha1};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// What an object or a derivative contains: given bytes, a file, or bytes computed from their offset. Cheap to clone.
#[derive(Clone)]
pub struct Content(Arc<Inner>);

struct Inner {
    source: Source,
    len: u64,
    etag: String,
    modified: Option<SystemTime>,
    sha1: OnceLock<String>,
}

enum Source {
    Bytes(Bytes),
    File(File),
    /// A temporary file that goes when the last user of the content does.
    Temporary(tempfile::NamedTempFile),
    Synthetic(u64),
}

impl Content {
    /// The given bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Content {
        let bytes = Bytes::from(bytes.into());
        let len = bytes.len() as u64;
        let etag = fingerprint(&["bytes".as_bytes(), &Sha1::digest(&bytes)]);
        Content::new(Source::Bytes(bytes), len, etag, None)
    }

    /// A file, opened now and read as it is asked for. It must not shrink while the sandbox serves it.
    pub fn file(path: impl Into<PathBuf>) -> io::Result<Content> {
        let path = path.into();
        let file = File::open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other(format!(
                "{} is not a file",
                path.display()
            )));
        }
        let modified = metadata.modified().ok();
        let stamp = modified
            .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
            .unwrap_or_default();
        let etag = fingerprint(&[
            b"file",
            path.as_os_str().as_encoded_bytes(),
            &metadata.len().to_le_bytes(),
            &stamp.as_nanos().to_le_bytes(),
        ]);
        Ok(Content::new(
            Source::File(file),
            metadata.len(),
            etag,
            modified,
        ))
    }

    /// `size` bytes that are a function of `seed` and their offset: no disk, no memory, any size.
    pub fn synthetic(size: u64, seed: u64) -> Content {
        let etag = fingerprint(&[b"synthetic", &size.to_le_bytes(), &seed.to_le_bytes()]);
        Content::new(Source::Synthetic(seed), size, etag, None)
    }

    /// What a client uploaded into a temporary file.
    pub(crate) fn temporary(file: tempfile::NamedTempFile, sha1: String) -> io::Result<Content> {
        let len = file.as_file().metadata()?.len();
        let content = Content::new(
            Source::Temporary(file),
            len,
            fingerprint(&[b"upload", sha1.as_bytes()]),
            None,
        );
        let _ = content.0.sha1.set(sha1);
        Ok(content)
    }

    fn new(source: Source, len: u64, etag: String, modified: Option<SystemTime>) -> Content {
        Content(Arc::new(Inner {
            source,
            len,
            etag,
            modified,
            sha1: OnceLock::new(),
        }))
    }

    /// The number of bytes.
    pub fn len(&self) -> u64 {
        self.0.len
    }

    /// True when there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// 32 hex digits that change with the content.
    pub fn etag(&self) -> &str {
        &self.0.etag
    }

    /// When the file was last written, for contents that are files.
    pub(crate) fn modified(&self) -> Option<SystemTime> {
        self.0.modified
    }

    /// True for contents that are computed rather than stored.
    pub(crate) fn is_synthetic(&self) -> bool {
        matches!(self.0.source, Source::Synthetic(_))
    }

    /// Reads at an offset, as much as there is: fewer bytes than `buffer` only at the end.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.0.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let mut done = 0;
        while done < wanted {
            let at = offset + done as u64;
            match &self.0.source {
                Source::Bytes(bytes) => {
                    let start = at as usize;
                    buffer[done..wanted].copy_from_slice(&bytes[start..start + wanted - done]);
                    done = wanted;
                }
                Source::Synthetic(seed) => {
                    let frame = synthetic::frame(*seed, at, wanted - done);
                    buffer[done..done + frame.len()].copy_from_slice(&frame);
                    done += frame.len();
                }
                Source::File(file) => done += read_file(file, at, &mut buffer[done..wanted])?,
                Source::Temporary(file) => {
                    done += read_file(file.as_file(), at, &mut buffer[done..wanted])?
                }
            }
        }
        Ok(done)
    }

    /// The SHA-1 as 40 hex digits. Computed when first asked for, then remembered.
    pub fn sha1_hex(&self) -> io::Result<String> {
        if let Some(known) = self.0.sha1.get() {
            return Ok(known.clone());
        }
        let mut hash = Sha1::new();
        let mut offset = 0;
        let mut buffer = vec![0; 256 * 1024];
        while offset < self.0.len {
            match self.ready(offset, 1 << 20) {
                Some(frame) => {
                    hash.update(&frame);
                    offset += frame.len() as u64;
                }
                None => {
                    let count = self.read_at(offset, &mut buffer)?;
                    hash.update(&buffer[..count]);
                    offset += count as u64;
                }
            }
        }
        let digest = text::hex(&hash.finalize());
        Ok(self.0.sha1.get_or_init(|| digest).clone())
    }

    /// The SHA-1 when it is already known.
    pub(crate) fn known_sha1(&self) -> Option<String> {
        self.0.sha1.get().cloned()
    }

    /// Up to `max` bytes at `offset` without waiting for a disk; `None` for files.
    pub(crate) fn ready(&self, offset: u64, max: usize) -> Option<Bytes> {
        let left = usize::try_from(self.0.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let max = max.min(left);
        match &self.0.source {
            Source::Bytes(bytes) => {
                let start = usize::try_from(offset)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                Some(bytes.slice(start..start + max))
            }
            Source::Synthetic(seed) => Some(synthetic::frame(*seed, offset, max)),
            Source::File(_) | Source::Temporary(_) => None,
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.0.source {
            Source::Bytes(_) => "bytes",
            Source::File(_) => "file",
            Source::Temporary(_) => "upload",
            Source::Synthetic(_) => "synthetic",
        };
        write!(f, "Content({kind}, {} bytes)", self.0.len)
    }
}

fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = sha2::Sha256::default();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    text::hex(&hash.finalize()[..16])
}

#[cfg(unix)]
fn read_file(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    nonzero(std::os::unix::fs::FileExt::read_at(file, buffer, offset)?)
}

#[cfg(windows)]
fn read_file(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    nonzero(std::os::windows::fs::FileExt::seek_read(
        file, buffer, offset,
    )?)
}

fn nonzero(count: usize) -> io::Result<usize> {
    if count == 0 {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the served file became shorter",
        ));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn every_kind_reads_the_same_way() {
        let mut expected = vec![0; 3_000_000];
        let synthetic = Content::synthetic(3_000_000, 3);
        assert_eq!(synthetic.read_at(0, &mut expected).unwrap(), 3_000_000);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&expected).unwrap();
        let from_file = Content::file(file.path()).unwrap();
        let from_bytes = Content::bytes(expected.clone());
        for content in [&synthetic, &from_file, &from_bytes] {
            let mut buffer = vec![0; 10];
            assert_eq!(content.read_at(2_999_995, &mut buffer).unwrap(), 5);
            assert_eq!(buffer[..5], expected[2_999_995..]);
            assert_eq!(content.read_at(3_000_000, &mut buffer).unwrap(), 0);
            assert_eq!(content.sha1_hex().unwrap(), from_bytes.sha1_hex().unwrap());
        }
        assert_ne!(synthetic.etag(), Content::synthetic(3_000_000, 4).etag());
    }

    #[test]
    fn sha1_is_the_known_one() {
        assert_eq!(
            Content::bytes(*b"abc").sha1_hex().unwrap(),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }
}
