//! One at a time in a folder: whoever reads the listing to write it again locks it, in this process and others.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

/// The listing is read and written in milliseconds; whoever holds the lock longer hangs.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);

/// Held until it is dropped. Nothing of it stays behind.
pub(super) struct FolderLock {
    _file: Option<File>,
}

impl FolderLock {
    /// Waits for the lock, 2 s at the most.
    pub(super) fn take(folder: &Path) -> Result<Self> {
        let mut denied: u32 = 0;
        for _ in 0..TRIES {
            match try_lock(folder) {
                Ok(Some(file)) => return Ok(FolderLock { _file: Some(file) }),
                Ok(None) => denied = 0,
                Err(error) if is_being_removed(&error) && denied < TRIES / 4 => {
                    denied = denied.saturating_add(1);
                }
                // Some network drives know no locks. The listing is still written in one step.
                Err(_) => return Ok(FolderLock { _file: None }),
            }
            std::thread::sleep(PAUSE);
        }
        Err(Error::new(
            ErrorKind::Busy,
            format!(
                "Another program keeps the listing in {} locked. Try again.",
                folder.display()
            ),
        ))
    }
}

/// ERROR_ACCESS_DENIED of Windows: the lock of another program is just being removed; or, if that is said again and again,
/// nothing may be written to the folder.
fn is_being_removed(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error() == Some(5)
}

#[cfg(unix)]
fn try_lock(folder: &Path) -> io::Result<Option<File>> {
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

/// A folder cannot be locked on Windows: a file that nobody else may open, and that goes with its handle, can.
#[cfg(windows)]
fn try_lock(folder: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let opened = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(0)
        .custom_flags(FILE_FLAG_DELETE_ON_CLOSE | FILE_FLAG_OPEN_REPARSE_POINT)
        .open(folder.join(super::listing::LOCK_NAME));
    match opened {
        Ok(file) => Ok(Some(file)),
        // ERROR_SHARING_VIOLATION.
        Err(error) if error.raw_os_error() == Some(32) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_nothing_left() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        assert!(try_lock(folder.path()).unwrap().is_none());
        drop(first);
        drop(FolderLock::take(folder.path()).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
