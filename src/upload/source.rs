//! The file that is sent: read in large blocks, hashed on the way, and watched for changes.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use sha1::{Digest, Sha1};

use crate::error::{Error, ErrorKind, Result};

/// One read of the file.
const BLOCK: usize = 256 * 1024;

/// Which version of a file is sent. Sending it again must send the same one.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) length: u64,
    modified: Option<SystemTime>,
}

impl Version {
    fn of(found: &Metadata) -> Self {
        Version {
            length: found.len(),
            modified: found.modified().ok(),
        }
    }

    /// Looks at the file without opening it: opening a pipe would wait for its writer.
    pub(super) fn look(path: &Path) -> Result<Self> {
        let found = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if !found.is_file() {
            return Err(Error::invalid(format!(
                "{} is not a file, so it cannot be uploaded.",
                path.display()
            )));
        }
        Ok(Version::of(&found))
    }
}

/// The body of one PUT. It never gives the last byte of a file that is not the one it began with, so that the
/// server keeps nothing of it.
pub(super) struct Source<'a> {
    path: PathBuf,
    file: File,
    version: Version,
    block: Vec<u8>,
    /// What of the block the network has taken.
    taken: usize,
    read: u64,
    given: u64,
    sent: &'a AtomicU64,
    hash: Sha1,
    stall: Duration,
    since: Option<Instant>,
    failure: Option<Error>,
}

impl<'a> Source<'a> {
    /// `sent` is moved on while the bytes go; it never goes back when the file is sent again.
    pub(super) fn open(
        path: &Path,
        version: &Version,
        stall: Duration,
        sent: &'a AtomicU64,
    ) -> Result<Self> {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let source = Source {
            path: path.to_owned(),
            file,
            version: version.clone(),
            block: Vec::new(),
            taken: 0,
            read: 0,
            given: 0,
            sent,
            hash: Sha1::new(),
            stall,
            since: None,
            failure: None,
        };
        source.check()?;
        Ok(source)
    }

    /// Why the body ended early, if it was not the network's fault.
    pub(super) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// The SHA-1 of what was sent, once all of it was.
    pub(super) fn sha1(self) -> Option<String> {
        use std::fmt::Write as _;
        if self.given != self.version.length {
            return None;
        }
        let mut hex = String::with_capacity(40);
        for byte in self.hash.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Some(hex)
    }

    fn check(&self) -> Result<()> {
        let found = self
            .file
            .metadata()
            .map_err(|error| unreadable(&self.path, &error))?;
        if Version::of(&found) != self.version {
            return Err(self.changed());
        }
        Ok(())
    }

    fn changed(&self) -> Error {
        Error::new(
            ErrorKind::File,
            format!(
                "The file {} was changed while it was uploaded, so nothing was stored. Upload it again when no program writes to it.",
                self.path.display()
            ),
        )
    }

    fn fill(&mut self) -> Result<()> {
        let left = self.version.length.saturating_sub(self.read);
        let wanted = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        self.block.resize(wanted, 0);
        self.taken = 0;
        self.file
            .read_exact(&mut self.block)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => self.changed(),
                _ => unreadable(&self.path, &error),
            })?;
        self.hash.update(&self.block);
        self.read = self.read.saturating_add(wanted as u64);
        if self.read >= self.version.length {
            self.check()?;
        }
        Ok(())
    }

    /// The limit on the whole of what was handed over last; a write that moves nothing has its own.
    fn check_pace(&self) -> Result<()> {
        match self.since {
            Some(since) if since.elapsed() > self.stall => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "The server takes next to nothing of the upload: less than 16 KiB in {} s.",
                    self.stall.as_secs_f32()
                ),
            )),
            _ => Ok(()),
        }
    }

    fn give(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.check_pace()?;
        // All that was given before is sent now, or the network would not ask for more.
        self.sent.fetch_max(self.given, Ordering::Relaxed);
        if self.taken >= self.block.len() && self.read < self.version.length {
            self.fill()?;
        }
        let rest = self.block.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.taken = self.taken.saturating_add(count);
        self.given = self.given.saturating_add(count as u64);
        self.since = Some(Instant::now());
        Ok(count)
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.give(buffer).map_err(|error| {
            self.failure = Some(error);
            io::Error::other("the body ended early")
        })
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    let what = format!("read the file {} to upload it", path.display());
    match error.kind() {
        io::ErrorKind::NotFound => Error::new(
            ErrorKind::File,
            format!("Could not {what}: there is no such file."),
        )
        .with_os_code(error.raw_os_error()),
        _ => Error::file(what, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Write;

    const LENGTH: usize = 3 * BLOCK + 7;
    const STALL: Duration = Duration::from_secs(30);

    fn sample() -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..LENGTH).map(|at| (at % 251) as u8).collect();
        file.write_all(&bytes).unwrap();
        file
    }

    /// Reads a part, lets the file be changed, reads on. What came out, and why it ended.
    fn read_with_change(change: impl FnOnce(&Path)) -> (usize, Option<Error>) {
        let file = sample();
        let version = Version::look(file.path()).unwrap();
        let sent = AtomicU64::new(0);
        let mut source = Source::open(file.path(), &version, STALL, &sent).unwrap();
        let mut start = vec![0; BLOCK];
        source.read_exact(&mut start).unwrap();
        change(file.path());
        let mut rest = Vec::new();
        let outcome = source.read_to_end(&mut rest);
        assert_eq!(outcome.is_err(), source.failure.is_some());
        (start.len() + rest.len(), source.take_failure())
    }

    #[test]
    fn a_file_that_stays_comes_out_whole() {
        let (count, failure) = read_with_change(|_| {});
        assert_eq!((count, failure.is_none()), (LENGTH, true));
    }

    #[test]
    fn the_last_byte_of_a_changed_file_is_never_given() {
        let grow = |path: &Path| {
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(b"more").unwrap();
        };
        let shrink = |path: &Path| {
            let file = OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(LENGTH as u64 - 1).unwrap();
        };
        let touch = |path: &Path| {
            let file = OpenOptions::new().write(true).open(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        };
        for change in [&grow as &dyn Fn(&Path), &shrink, &touch] {
            let (count, failure) = read_with_change(change);
            assert!(count < LENGTH, "{count}");
            let failure = failure.unwrap();
            assert_eq!(failure.kind(), ErrorKind::File);
            assert!(failure.message().contains("was changed"), "{failure}");
        }
    }

    #[test]
    fn the_hash_is_of_what_was_sent_and_progress_never_goes_back() {
        let file = sample();
        let version = Version::look(file.path()).unwrap();
        let sent = AtomicU64::new(0);
        for _ in 0..2 {
            let mut source = Source::open(file.path(), &version, STALL, &sent).unwrap();
            assert!(source.take_failure().is_none());
            std::io::copy(&mut source, &mut std::io::sink()).unwrap();
            assert_eq!(source.sha1().unwrap().len(), 40);
            assert_eq!(sent.load(Ordering::Relaxed), LENGTH as u64);
        }
        let mut source = Source::open(file.path(), &version, STALL, &sent).unwrap();
        source.read_exact(&mut [0; 10]).unwrap();
        assert_eq!(sent.load(Ordering::Relaxed), LENGTH as u64);
        assert_eq!(source.sha1(), None, "not all of it was sent");
    }

    #[test]
    fn a_server_that_takes_next_to_nothing_is_given_up() {
        let file = sample();
        let version = Version::look(file.path()).unwrap();
        let sent = AtomicU64::new(0);
        let mut source = Source::open(file.path(), &version, STALL, &sent).unwrap();
        source.read_exact(&mut [0; 10]).unwrap();
        source.since = Instant::now().checked_sub(STALL * 2);
        source.read_exact(&mut [0; 10]).unwrap_err();
        assert_eq!(source.take_failure().unwrap().kind(), ErrorKind::Timeout);
    }
}
