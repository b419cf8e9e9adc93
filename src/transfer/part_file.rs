//! The part file: `NAME.apsfetch-part` beside the target, where the bytes wait until they are all there.
//!
//! It is locked as long as a download writes to it, so a second download of the same target, in this process
//! or another, is told so instead of mixing its bytes in. The rename at the end is the only moment in which
//! the target changes. After a failure it stays, with a journal, for the next run to go on with.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::journal::{self, JOURNAL_SUFFIX, Journal};
use super::journal_file::JournalFile;
use super::names::Names;
use super::sink::{read_exact_at, write_all_at};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Session;

/// The ending of a part file.
pub(crate) const PART_SUFFIX: &str = ".apsfetch-part";
/// Virus scanners and CAD programs hold a file for a moment: the rename is tried for about 5 s.
const RENAME_PAUSES: [u64; 8] = [20, 50, 100, 200, 400, 800, 1500, 2000];
/// Longer than a scanner's look, shorter than anybody's patience with a cancel.
const OPEN_PAUSES: [u64; 2] = [20, 50];

/// A file of this size comes in one piece or a few, so there is no room to be kept for the others.
const ONE_WRITE: u64 = 64 * 1024;

/// Bytes of a name that file systems take at the most.
const LONGEST_NAME: usize = 255;

pub(super) struct PartFile {
    file: File,
    /// Which file it is, whatever its name is by now.
    identity: Identity,
    part: PathBuf,
    target: PathBuf,
    journal: Mutex<JournalFile>,
    /// Everything is forced to the disk before it counts.
    durable: bool,
    /// It was found empty, and nobody has written since.
    empty: AtomicBool,
}

impl PartFile {
    /// Makes and locks the part file of `target`, or takes over the one of an earlier run with what its journal
    /// says. Whoever does not go on with that begins with [`PartFile::clear`].
    pub(super) fn open(
        target: &Path,
        durable: bool,
        names: Option<&Names>,
    ) -> Result<(Self, Option<Journal>)> {
        let name = target.file_name().ok_or_else(|| {
            Error::invalid(format!(
                "The target {} names a folder, not a file.",
                target.display()
            ))
        })?;
        let part = target.with_file_name(beside(name, PART_SUFFIX));
        let journal = beside(name, JOURNAL_SUFFIX);
        let known = names.map(|names| names.around(target));
        let is_missing = |name: &OsStr| known.as_ref().is_some_and(|known| known.lack(name));
        if !is_missing(name) {
            check_writable(target)?;
        }
        let (file, identity, length) = open_locked(&part, target)?;
        let begun = length == 0 && is_missing(&journal);
        let journal = target.with_file_name(journal);
        let (journal, found) = if begun {
            (JournalFile::presumed_absent(journal), None)
        } else {
            JournalFile::open(journal)
        };
        let found = found.filter(|journal| journal.size == length);
        let part = PartFile {
            file,
            identity,
            part,
            target: target.to_owned(),
            journal: Mutex::new(journal),
            durable,
            empty: AtomicBool::new(length == 0),
        };
        Ok((part, found))
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, JournalFile> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything that was written, by an earlier run or by this one.
    pub(super) fn clear(&self) -> Result<()> {
        // In this order: a journal that outlived its bytes would be a lie to the next run.
        self.journal().remove()?;
        if self.empty.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        self.file
            .set_len(0)
            .map_err(|error| Error::file(format_args!("empty {}", self.part.display()), &error))
    }

    /// Notes what is written, for a later run. A failure is no harm: that run begins further back.
    pub(super) fn note(&self, mut journal: Journal) {
        // Without a name for this run of the system, nobody could tell later whether the power was lost since.
        journal.boot = journal::boot();
        journal.synced = self.durable || journal.boot.is_none();
        if journal.synced && self.file.sync_data().is_err() {
            return;
        }
        let mut file = self.journal();
        if file.write(&journal).is_ok() && self.durable {
            let _ = file.sync();
        }
    }

    /// Makes room in an empty part file, or says at once that there is none.
    pub(super) fn set_size(&self, size: u64) -> Result<()> {
        if size <= ONE_WRITE {
            // The write itself does so, and thousands of small files are spared a system call each.
            return Ok(());
        }
        self.empty.store(false, Ordering::Relaxed);
        self.file.set_len(size).map_err(|error| {
            Error::file(
                format_args!("make room for {size} bytes at {}", self.part.display()),
                &error,
            )
        })
    }

    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        self.empty.store(false, Ordering::Relaxed);
        write_all_at(&self.file, bytes, offset)
            .map_err(|error| Error::file(format_args!("write to {}", self.part.display()), &error))
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        read_exact_at(&self.file, buffer, offset)
            .map_err(|error| Error::file(format_args!("read back {}", self.part.display()), &error))
    }

    /// Looks whether everything is there, `size` bytes, and on the disk if that was asked for.
    pub(super) fn complete(&self, size: u64) -> Result<()> {
        let Some(length) = length_if_there(&self.file, &self.identity, &self.part) else {
            return Err(Error::new(
                ErrorKind::File,
                format!(
                    "The part file {} was removed or replaced while it was being written, or its folder was. Start the download again.",
                    self.part.display()
                ),
            ));
        };
        if length != size {
            return Err(Error::new(
                ErrorKind::Integrity,
                format!(
                    "The part file {} has {length} bytes instead of {size}: another program changed it.",
                    self.part.display()
                ),
            ));
        }
        if self.durable {
            self.file.sync_all().map_err(|error| {
                Error::file(
                    format_args!("write {} to the disk", self.part.display()),
                    &error,
                )
            })?;
        }
        Ok(())
    }

    /// Renames the part file to the target, in one step. Until then, nothing has happened to the target.
    pub(super) fn rename(&self, session: &Session) -> Result<PathBuf> {
        let mut pauses = RENAME_PAUSES.iter();
        loop {
            match std::fs::rename(&self.part, &self.target) {
                Ok(()) => break,
                Err(error) if is_held_open(&error) => match pauses.next() {
                    Some(pause) => session.pause(Duration::from_millis(*pause))?,
                    None => {
                        // Windows says the same of a file that was made read-only meanwhile.
                        check_writable(&self.target)?;
                        return Err(Error::new(
                            ErrorKind::FileLocked,
                            format!(
                                "The target {} is held open by another program. Close it there and start the download again.",
                                self.target.display()
                            ),
                        )
                        .with_os_code(error.raw_os_error()));
                    }
                },
                Err(error) => {
                    return Err(Error::file(
                        format_args!("rename the part file to {}", self.target.display()),
                        &error,
                    ));
                }
            }
        }
        // If that fails, the next run finds no part file of this length and does not believe it.
        let _ = self.journal().remove();
        if self.durable {
            sync_folder(&self.target);
        }
        Ok(self.target.clone())
    }

    /// Removes the part file. A failure to do so is no news to anyone: the download has failed already.
    pub(super) fn discard(self) {
        // While it is still locked, so that no other download takes it over in between.
        let _ = self.journal().remove();
        let _ = std::fs::remove_file(&self.part);
    }
}

/// One look for the mistakes that would otherwise only show after the whole download.
fn check_writable(target: &Path) -> Result<()> {
    let found = match std::fs::metadata(target) {
        Ok(found) => found,
        // Too long, or with characters that this drive does not take. The part file may have a shorter name.
        Err(error) if error.kind() == std::io::ErrorKind::InvalidFilename => {
            return Err(Error::file(
                format_args!("create the target {}", target.display()),
                &error,
            ));
        }
        Err(_) => return Ok(()),
    };
    let wrong = if found.is_dir() {
        "is a folder."
    } else if !found.is_file() {
        // A pipe or a device: renaming over it would take it away.
        "is a pipe or a device and not a file."
    } else if found.permissions().readonly() {
        "is read-only. Change its attribute or choose another name."
    } else {
        return Ok(());
    };
    Err(Error::new(
        ErrorKind::File,
        format!("The target {} {wrong}", target.display()),
    ))
}

/// The name of a file that lies beside `name` for a while.
fn beside(name: &OsStr, suffix: &str) -> OsString {
    if name.len().saturating_add(suffix.len()) > LONGEST_NAME {
        // The target's name fits, but not with an ending: a name of its own, the same in each run.
        let hash = Sha256::digest(name.as_encoded_bytes());
        let short = journal::hex(hash.get(..16).unwrap_or_default());
        return OsString::from(format!("{short}{suffix}"));
    }
    let mut beside = OsString::from(name);
    beside.push(suffix);
    beside
}

/// Forces the rename to the disk, where folders can be forced.
fn sync_folder(target: &Path) {
    if cfg!(unix)
        && let Some(folder) = target.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

/// Whether a file cannot be replaced because somebody has it open, or has it in memory.
fn is_held_open(error: &io::Error) -> bool {
    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION and ERROR_USER_MAPPED_FILE of Windows.
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33 | 1224))
}

fn busy(target: &Path) -> Error {
    Error::new(
        ErrorKind::Busy,
        format!(
            "Another download is writing to {}. Wait for it or choose another target.",
            target.display()
        ),
    )
}

/// A second name of a file that is somebody else's must not lead the bytes there, no more than a link may.
#[cfg(unix)]
fn has_one_name(found: &std::fs::Metadata) -> bool {
    // None at all when its owner has just renamed or removed it, which is looked at later.
    std::os::unix::fs::MetadataExt::nlink(found) <= 1
}

#[cfg(windows)]
fn has_one_name(_found: &std::fs::Metadata) -> bool {
    true
}

/// Opens the part file for this download alone. One that a killed process left behind is taken over.
fn open_locked(part: &Path, target: &Path) -> Result<(File, Identity, u64)> {
    // The file may be renamed or removed by its owner between our opening and our locking it; then the
    // lock is on something that is no longer the part file, and it is tried anew.
    for _ in 0..20 {
        let file = open_patiently(part).map_err(|error| {
            // ERROR_SHARING_VIOLATION of Windows: that is the lock.
            if cfg!(windows) && error.raw_os_error() == Some(32) {
                return busy(target);
            }
            Error::file(
                format_args!("create the part file {}", part.display()),
                &error,
            )
        })?;
        let found = file.metadata().ok();
        let found = found.filter(|found| found.is_file() && has_one_name(found));
        let Some(found) = found else {
            return Err(Error::new(
                ErrorKind::File,
                format!(
                    "{} is in the way: it is not a file of its own. Remove it or choose another target.",
                    part.display()
                ),
            ));
        };
        match lock(&file) {
            Ok(true) => {}
            Ok(false) => return Err(busy(target)),
            Err(error) => {
                return Err(Error::file(
                    format_args!("lock the part file {}", part.display()),
                    &error,
                ));
            }
        }
        let identity = Identity::of(&found);
        if let Some(length) = length_if_there(&file, &identity, part) {
            return Ok((file, identity, length));
        }
    }
    Err(busy(target))
}

/// Opens a file beside the target. On Windows a virus scanner may just look at what an earlier run left, and one that is
/// being removed is there until its last handle is closed.
fn open_patiently(path: &Path) -> io::Result<File> {
    for pause in OPEN_PAUSES {
        match open_options().open(path) {
            Err(error) if is_held_open(&error) => {
                std::thread::sleep(Duration::from_millis(pause));
            }
            outcome => return outcome,
        }
    }
    open_options().open(path)
}

/// How a file beside the target is opened.
#[cfg(unix)]
pub(super) fn open_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // A link planted under the name of the part file must not lead the bytes elsewhere, and a pipe must not
    // keep us waiting for its other end.
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options
}

#[cfg(windows)]
pub(super) fn open_options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_SHARE_READ: u32 = 1;
    const FILE_SHARE_DELETE: u32 = 4;
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // Not shared for writing: that is the lock. Shared for deletion: the rename needs it.
    options.share_mode(FILE_SHARE_READ | FILE_SHARE_DELETE);
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
    options
}

/// Takes the lock; `false` when another download has it. A file system without locks (some network shares)
/// is used without: the rename still keeps the target whole.
#[cfg(unix)]
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => match error.raw_os_error() {
            Some(libc::ENOLCK | libc::ENOTSUP | libc::ENOSYS | libc::EINVAL) => Ok(true),
            _ => Err(error),
        },
    }
}

#[cfg(windows)]
fn lock(_file: &File) -> io::Result<bool> {
    Ok(true)
}

/// Which file this is: device and number.
#[cfg(unix)]
#[derive(PartialEq, Eq)]
struct Identity(u64, u64);

/// Nobody can have it open for writing beside us, so nobody renames it as a finished download.
#[cfg(windows)]
struct Identity;

impl Identity {
    #[cfg(unix)]
    fn of(found: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Identity(found.dev(), found.ino())
    }

    #[cfg(windows)]
    fn of(_found: &std::fs::Metadata) -> Self {
        Identity
    }
}

/// How long the part file is, if it still is the file of that name.
#[cfg(unix)]
fn length_if_there(_file: &File, ours: &Identity, part: &Path) -> Option<u64> {
    let there = std::fs::symlink_metadata(part).ok()?;
    (Identity::of(&there) == *ours).then_some(there.len())
}

#[cfg(windows)]
fn length_if_there(file: &File, _ours: &Identity, _part: &Path) -> Option<u64> {
    file.metadata().ok().map(|found| found.len())
}

#[cfg(test)]
mod tests;
