//! Where the bytes go: a part file beside the target, or memory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::disk::{Disk, Running};
use super::journal::Journal;
use super::names::Names;
use super::part_file::PartFile;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Session;

/// Takes bytes at their offsets and becomes the finished file, all at once or not at all.
pub(super) enum Sink {
    File(Watched),
    Memory { data: Mutex<Vec<u8>>, limit: u64 },
}

/// A part file whose operations are watched.
pub(super) struct Watched {
    part: PartFile,
    disk: Arc<Disk>,
    item: usize,
}

impl Watched {
    fn begin(&self) -> Running<'_> {
        self.disk.begin(self.item)
    }
}

/// A finished download.
pub(super) enum Finished {
    File(PathBuf),
    Memory(Vec<u8>),
}

impl Sink {
    /// A file, and what an earlier run left of it. Whoever does not go on with that begins with [`Sink::clear`].
    pub(super) fn file(
        target: &Path,
        durable: bool,
        names: Option<&Names>,
        disk: &Arc<Disk>,
        item: usize,
    ) -> Result<(Self, Option<Journal>)> {
        let _running = disk.begin(item);
        let (part, found) = PartFile::open(target, durable, names)?;
        let disk = disk.clone();
        Ok((Sink::File(Watched { part, disk, item }), found))
    }

    pub(super) fn memory(limit: u64) -> Self {
        Sink::Memory {
            data: Mutex::new(Vec::new()),
            limit,
        }
    }

    /// Forgets everything that was written.
    pub(super) fn clear(&self) -> Result<()> {
        match self {
            Sink::File(file) => {
                let _running = file.begin();
                file.part.clear()
            }
            Sink::Memory { data, .. } => {
                data.lock().unwrap_or_else(PoisonError::into_inner).clear();
                Ok(())
            }
        }
    }

    /// Notes what is written, for a later run.
    pub(super) fn note(&self, journal: Journal) {
        if let Sink::File(file) = self {
            let _running = file.disk.begin_sync(file.item);
            file.part.note(journal);
        }
    }

    /// Makes room for `size` bytes, or says at once that there is none.
    pub(super) fn set_size(&self, size: u64) -> Result<()> {
        match self {
            Sink::File(file) => {
                let _running = file.begin();
                file.part.set_size(size)
            }
            Sink::Memory { data, limit } => {
                let too_large = || {
                    Error::new(
                        ErrorKind::Resource,
                        format!(
                            "The file has {size} bytes, more than the {limit} that were allowed for memory. Download it to a file."
                        ),
                    )
                };
                if size > *limit {
                    return Err(too_large());
                }
                let size = usize::try_from(size).map_err(|_| too_large())?;
                let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
                data.clear();
                data.try_reserve_exact(size).map_err(|_| too_large())?;
                data.resize(size, 0);
                Ok(())
            }
        }
    }

    pub(super) fn write_at(&self, bytes: &[u8], offset: u64) -> Result<()> {
        match self {
            Sink::File(file) => {
                let _running = file.begin();
                file.part.write_at(bytes, offset)
            }
            Sink::Memory { data, limit } => {
                let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
                let start = usize::try_from(offset).ok();
                let range = start.and_then(|start| Some(start..start.checked_add(bytes.len())?));
                // A stream of unknown size grows the buffer as it comes.
                if let Some(range) = &range
                    && range.end > data.len()
                    && range.end as u64 <= *limit
                {
                    let more = range.end.saturating_sub(data.len());
                    data.try_reserve(more).map_err(|_| {
                        Error::new(
                            ErrorKind::Resource,
                            "There is no memory left for the file. Download it to a file.",
                        )
                    })?;
                    data.resize(range.end, 0);
                }
                match range.and_then(|range| data.get_mut(range)) {
                    Some(place) => {
                        place.copy_from_slice(bytes);
                        Ok(())
                    }
                    None => Err(Error::new(
                        ErrorKind::Resource,
                        format!(
                            "The file has more than the {limit} bytes that were allowed for memory."
                        ),
                    )),
                }
            }
        }
    }

    /// Reads back what was written, for the checksum.
    pub(super) fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<()> {
        match self {
            Sink::File(file) => {
                let _running = file.begin();
                file.part.read_at(buffer, offset)
            }
            Sink::Memory { data, .. } => {
                let data = data.lock().unwrap_or_else(PoisonError::into_inner);
                let range = usize::try_from(offset)
                    .ok()
                    .and_then(|start| Some(start..start.checked_add(buffer.len())?));
                match range.and_then(|range| data.get(range)) {
                    Some(bytes) => {
                        buffer.copy_from_slice(bytes);
                        Ok(())
                    }
                    None => Err(Error::new(
                        ErrorKind::Panic,
                        "A checksum was asked for bytes that never arrived.",
                    )),
                }
            }
        }
    }

    /// Looks whether all `size` bytes are there.
    pub(super) fn complete(&self, size: u64) -> Result<()> {
        match self {
            Sink::File(file) => {
                let _running = file.disk.begin_sync(file.item);
                file.part.complete(size)
            }
            Sink::Memory { .. } => Ok(()),
        }
    }

    /// Puts the complete and verified file in its place.
    pub(super) fn finish(&self, session: &Session) -> Result<Finished> {
        match self {
            Sink::File(file) => {
                let _running = file.disk.begin_sync(file.item);
                file.part.rename(session).map(Finished::File)
            }
            Sink::Memory { data, .. } => {
                let mut data = data.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(Finished::Memory(std::mem::take(&mut *data)))
            }
        }
    }

    /// Removes what was written so far.
    pub(super) fn discard(self) {
        match self {
            Sink::File(file) => {
                let _running = file.disk.begin(file.item);
                file.part.discard();
            }
            Sink::Memory { .. } => {}
        }
    }
}

/// Writes all of `bytes` at `offset`, whatever the file's own position.
pub(super) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        #[cfg(unix)]
        let written = std::os::unix::fs::FileExt::write_at(file, bytes, offset);
        #[cfg(windows)]
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset);
        match written {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                offset = offset.saturating_add(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Fills `buffer` from `offset`, whatever the file's own position.
pub(super) fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(file, buffer, offset);
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset);
        match read {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                buffer = buffer.get_mut(count..).unwrap_or_default();
                offset = offset.saturating_add(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_outgrows_the_memory_is_an_error_and_not_the_end_of_the_host() {
        let sink = Sink::memory(u64::MAX);
        sink.write_at(b"abc", 0).unwrap();
        let error = sink.write_at(b"abc", i64::MAX as u64 - 3).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Resource);
        let mut first = [0; 3];
        sink.read_at(&mut first, 0).unwrap();
        assert_eq!(&first, b"abc");
    }
}
