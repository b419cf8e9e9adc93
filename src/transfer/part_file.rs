//! The part file: `NAME.apsfetch-part` beside the target, where the bytes wait until they are all there.
//!
//! It is locked as long as a download writes to it, so a second download of the same target, in this process
//! or another, is told so instead of mixing its bytes in. The rename at the end is the only moment in which
//! the target changes.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::sink::{read_exact_at, write_all_at};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Session;

/// The ending of a part file.
pub(crate) const PART_SUFFIX: &str = ".apsfetch-part";
/// Virus scanners and CAD programs hold a file for a moment: the rename is tried for about 5 s.
const RENAME_PAUSES: [u64; 8] = [20, 50, 100, 200, 400, 800, 1500, 2000];

pub(super) struct PartFile {
    file: File,
    part: PathBuf,
    target: PathBuf,
}

impl PartFile {
    /// Makes and locks the part file of `target`.
    pub(super) fn create(target: &Path) -> Result<Self> {
        let name = target.file_name().ok_or_else(|| {
            Error::invalid(format!(
                "The target {} names a folder, not a file.",
                target.display()
            ))
        })?;
        let mut part_name = OsString::from(name);
        part_name.push(PART_SUFFIX);
        let part = target.with_file_name(part_name);
        // One look for the two mistakes that would otherwise only show after the whole download.
        match std::fs::metadata(target) {
            Ok(found) if found.is_dir() => {
                return Err(Error::new(
                    ErrorKind::File,
                    format!("The target {} is a folder.", target.display()),
                ));
            }
            Ok(found) if found.permissions().readonly() => {
                return Err(Error::new(
                    ErrorKind::File,
                    format!(
                        "The target {} is read-only. Change its attribute or choose another name.",
                        target.display()
                    ),
                ));
            }
            _ => {}
        }
        let file = open_locked(&part, target)?;
        Ok(PartFile {
            file,
            part,
            target: target.to_owned(),
        })
    }

    pub(super) fn set_size(&self, size: u64) -> Result<()> {
        self.file.set_len(size).map_err(|error| {
            Error::file(
                format_args!("make room for {size} bytes at {}", self.part.display()),
                &error,
            )
        })
    }

    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        write_all_at(&self.file, bytes, offset)
            .map_err(|error| Error::file(format_args!("write to {}", self.part.display()), &error))
    }

    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        read_exact_at(&self.file, buffer, offset)
            .map_err(|error| Error::file(format_args!("read back {}", self.part.display()), &error))
    }

    /// Renames the part file to the target, in one step. `size` is what must be there.
    pub(super) fn finish(self, size: u64, session: &Session) -> Result<PathBuf> {
        let length = self.file.metadata().map(|found| found.len());
        match length {
            Ok(length) if length == size => {}
            Ok(length) => {
                let error = Error::new(
                    ErrorKind::Integrity,
                    format!(
                        "The part file {} has {length} bytes instead of {size}: another program changed it.",
                        self.part.display()
                    ),
                );
                self.discard();
                return Err(error);
            }
            Err(error) => {
                return Err(Error::file(
                    format_args!("look at {}", self.part.display()),
                    &error,
                ));
            }
        }
        let mut pauses = RENAME_PAUSES.iter();
        loop {
            match std::fs::rename(&self.part, &self.target) {
                Ok(()) => return Ok(self.target),
                Err(error) if is_held_open(&error) => match pauses.next() {
                    Some(pause) => {
                        if let Err(cancelled) = session.pause(Duration::from_millis(*pause)) {
                            self.discard();
                            return Err(cancelled);
                        }
                    }
                    None => {
                        return Err(Error::new(
                            ErrorKind::FileLocked,
                            format!(
                                "The target {} is held open by another program. The complete file is kept as {}.",
                                self.target.display(),
                                self.part.display()
                            ),
                        )
                        .with_os_code(error.raw_os_error()));
                    }
                },
                Err(error) => {
                    let error = Error::file(
                        format_args!("rename the part file to {}", self.target.display()),
                        &error,
                    );
                    self.discard();
                    return Err(error);
                }
            }
        }
    }

    /// Removes the part file. A failure to do so is no news to anyone: the download has failed already.
    pub(super) fn discard(self) {
        // While it is still locked, so that no other download takes it over in between.
        let _ = std::fs::remove_file(&self.part);
    }
}

fn is_held_open(error: &io::Error) -> bool {
    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33))
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

/// Opens the part file for this download alone. One that a killed process left behind is taken over.
fn open_locked(part: &Path, target: &Path) -> Result<File> {
    // The file may be renamed or removed by its owner between our opening and our locking it; then the
    // lock is on something that is no longer the part file, and it is tried anew.
    for _ in 0..20 {
        let file = open_options().open(part).map_err(|error| {
            if is_held_open(&error) {
                return busy(target);
            }
            Error::file(
                format_args!("create the part file {}", part.display()),
                &error,
            )
        })?;
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
        if is_still_there(&file, part) {
            file.set_len(0)
                .map_err(|error| Error::file(format_args!("empty {}", part.display()), &error))?;
            return Ok(file);
        }
    }
    Err(busy(target))
}

#[cfg(unix)]
fn open_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // A link planted under the name of the part file must not lead the bytes elsewhere.
    options.custom_flags(libc::O_NOFOLLOW);
    options
}

#[cfg(windows)]
fn open_options() -> OpenOptions {
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

#[cfg(unix)]
fn is_still_there(file: &File, part: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::symlink_metadata(part)) {
        (Ok(ours), Ok(there)) => ours.ino() == there.ino() && ours.dev() == there.dev(),
        _ => false,
    }
}

#[cfg(windows)]
fn is_still_there(_file: &File, _part: &Path) -> bool {
    // Nobody can have it open for writing beside us, so nobody renames it as a finished download.
    true
}
