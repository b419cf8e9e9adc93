//! The file a journal lies in.
//!
//! Only the holder of the part file's lock touches it. What it says must be true of that part file, so it is
//! removed, for certain, before the part file is begun anew.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::journal::{Journal, LARGEST};
use super::part_file::open_options;
use super::sink::write_all_at;
use crate::error::{Error, Result};

pub(super) struct JournalFile {
    path: PathBuf,
    file: Option<File>,
    sequence: u64,
    /// There is none, for certain. Nobody else makes one while the part file is locked.
    absent: bool,
    /// That is not quite certain.
    presumed: bool,
}

impl JournalFile {
    /// The one at `path`, and what it says if it can be believed.
    pub(super) fn open(path: PathBuf) -> (Self, Option<Journal>) {
        let mut journal_file = JournalFile {
            path,
            file: None,
            sequence: 0,
            absent: false,
            presumed: false,
        };
        let found = std::fs::symlink_metadata(&journal_file.path);
        journal_file.absent =
            matches!(&found, Err(error) if error.kind() == io::ErrorKind::NotFound);
        let Some((sequence, journal)) = found
            .ok()
            .and_then(|found| read(&journal_file.path, &found))
        else {
            return (journal_file, None);
        };
        journal_file.sequence = sequence;
        (journal_file, Some(journal))
    }

    /// The one at `path`, where there was none a moment ago.
    pub(super) fn presumed_absent(path: PathBuf) -> Self {
        JournalFile {
            path,
            file: None,
            sequence: 0,
            absent: true,
            presumed: true,
        }
    }

    /// Makes sure that no journal is there: the bytes it tells of are about to go.
    pub(super) fn remove(&mut self) -> Result<()> {
        if self.absent {
            return Ok(());
        }
        self.file = None;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(
                format_args!(
                    "remove the journal {} of an earlier download",
                    self.path.display()
                ),
                &error,
            )),
            _ => {
                self.absent = true;
                Ok(())
            }
        }
    }

    /// Writes what is known now over the older of the two copies.
    pub(super) fn write(&mut self, journal: &Journal) -> io::Result<()> {
        let sequence = self.sequence.wrapping_add(1);
        let (offset, copy) = journal
            .to_copy(sequence)
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        if self.file.is_none() {
            self.absent = false;
            if self.presumed {
                // What another process left meanwhile would count as the later copy.
                self.remove().map_err(io::Error::other)?;
                (self.absent, self.presumed) = (false, false);
            }
            let file = open_options().open(&self.path)?;
            if !file.metadata()?.is_file() {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            self.file = Some(file);
        }
        if let Some(file) = &self.file {
            write_all_at(file, &copy, offset)?;
        }
        self.sequence = sequence;
        Ok(())
    }

    /// Forces what was written to the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}

fn read(path: &Path, found: &Metadata) -> Option<(u64, Journal)> {
    if !found.is_file() || found.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path)
        .ok()?
        .take(LARGEST)
        .read_to_end(&mut bytes)
        .ok()?;
    Journal::parse(&bytes)
}
