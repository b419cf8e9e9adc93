//! The beginning and the end of an item: its target, its sink, its checksum, its result.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::item::Item;
use super::located::Located;
use super::queue::JobInner;
use super::result::{ItemResult, ItemStatus, Verification};
use super::resume;
use super::sink::{Finished, Sink};
use super::verify::Verify;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{ExistingFile, Target};

impl Item {
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.target {
            Target::File(path) => Some(path),
            Target::Memory(_) => None,
        }
    }

    /// Whether the version that the host knows of is the one at this address, and lies at the target.
    pub(super) fn has(&self, located: &Located) -> bool {
        self.known.as_ref().is_some_and(|known| {
            let size = self
                .path()
                .and_then(|path| std::fs::symlink_metadata(path).ok())
                .filter(std::fs::Metadata::is_file)
                .map(|found| found.len());
            located.etag.as_deref() == Some(known.etag.as_str())
                && located.size == Some(known.size)
                && size == located.size
        })
    }

    pub(super) fn untouched(&self, status: ItemStatus) -> ItemResult {
        let bytes = self
            .path()
            .and_then(|path| std::fs::metadata(path).ok())
            .map_or(0, |found| found.len());
        ItemResult {
            status,
            path: self.path().map(Path::to_owned),
            data: None,
            bytes,
            verification: Verification::None,
            sha1: None,
            etag: None,
            content_type: None,
            resumed_bytes: 0,
            parts: 0,
            retries: 0,
            elapsed: Duration::ZERO,
        }
    }

    /// What the request says about a target that exists already: a result, an error, or go on.
    pub(super) fn look_at_target(&self) -> Result<Option<ItemResult>> {
        let Some(path) = self.path() else {
            return Ok(None);
        };
        if self.existing == ExistingFile::Replace || !path.exists() {
            return Ok(None);
        }
        match self.existing {
            // What is no file cannot be kept as one; the error comes with opening it.
            ExistingFile::Keep if path.is_dir() => Ok(None),
            ExistingFile::Keep => Ok(Some(self.untouched(ItemStatus::Kept))),
            _ => Err(Error::new(
                ErrorKind::FileExists,
                format!("The target {} exists already.", path.display()),
            )),
        }
    }

    /// Makes the sink, with room for the file if its size is known and with what an earlier run left of it.
    pub(super) fn open(&self) -> Result<()> {
        let (located, size) = {
            let mut state = self.lock();
            state.opened = Some(Instant::now());
            (state.located.clone(), state.size)
        };
        self.due.put_off();
        let (sink, found) = match &self.target {
            Target::File(path) => {
                let names = self.names.as_deref();
                Sink::file(path, self.durable, names, &self.disk, self.index)?
            }
            Target::Memory(limit) => (Sink::memory(*limit), None),
        };
        let resuming = found
            .filter(|_| self.resume)
            .zip(located.as_ref())
            .and_then(|(journal, located)| {
                let sha1 = self.wanted_sha1.as_deref();
                resume::accept(journal, &self.fingerprint, self.wanted_size, sha1, located)
            });
        let prepared = match (&resuming, size) {
            (Some(_), _) => Ok(()),
            (None, Some(size)) => sink.clear().and_then(|()| sink.set_size(size)),
            (None, None) => sink.clear(),
        };
        if let Err(error) = prepared {
            sink.discard();
            return Err(error);
        }
        let mut state = self.lock();
        let promised = located.and_then(|located| located.sha1.clone());
        if self.wanted_sha1.is_some() || promised.is_some() {
            state.verify = Some(Arc::new(Verify::new()));
        }
        if let Some(resuming) = &resuming {
            state.size = Some(resuming.size);
        }
        state.resuming = resuming;
        state.sink = Some(Arc::new(sink));
        Ok(())
    }

    pub(super) fn hash_to_frontier(&self, job: &JobInner) -> Result<()> {
        loop {
            let (verify, sink, frontier) = {
                let state = self.lock();
                if state.error.is_some() {
                    return Ok(());
                }
                match (&state.verify, &state.sink) {
                    (Some(verify), Some(sink)) => (verify.clone(), sink.clone(), state.frontier()),
                    _ => return Ok(()),
                }
            };
            job.context.session.check()?;
            if !verify.step(&sink, frontier)? {
                return Ok(());
            }
        }
    }

    /// Makes the result of an item that nobody works on any more: complete, or failed. `None` when it has to be
    /// fetched once more.
    pub(super) fn finish(&self, job: &JobInner) -> Option<Result<ItemResult>> {
        let outcome = self.close(job);
        match outcome {
            Err(error) if self.begin_anew(&error) => None,
            Err(error) => Some(Err(self.give_up(error))),
            Ok(result) => Some(Ok(result)),
        }
    }

    /// Leaves behind what a later run can go on with, or nothing; the error, with what the caller has to know of that.
    fn give_up(&self, error: Error) -> Error {
        let (sink, journal) = {
            let mut state = self.lock();
            (state.sink.take(), self.worth_keeping(&state, &error.kind()))
        };
        // Nobody else works on the item, so nobody else has the sink.
        let Some(sink) = sink.and_then(Arc::into_inner) else {
            return error;
        };
        let Some(journal) = journal else {
            sink.discard();
            return error;
        };
        sink.note(journal);
        match error.kind() {
            ErrorKind::FileLocked => error.and(
                "What was downloaded is kept beside the target, and the next download goes on from it.",
            ),
            _ => error,
        }
    }

    fn close(&self, job: &JobInner) -> Result<ItemResult> {
        let (sink, error, verify, size) = {
            let state = self.lock();
            (
                state.sink.clone(),
                state.error.clone(),
                state.verify.clone(),
                state.size.unwrap_or(0),
            )
        };
        if let Some(error) = error {
            return Err(error);
        }
        let sink =
            sink.ok_or_else(|| Error::new(ErrorKind::Panic, "The file was closed too early."))?;
        sink.complete(size)?;
        let sha1 = self.check(job, &sink, verify.as_deref(), size)?;
        let finished = sink.finish(&job.context.session)?;
        {
            // From now on the file is the host's, also while the job lives: a program that opens it for itself
            // alone must not find it open here. Closing can wait for a drive like writing.
            let _running = self.disk.begin_sync(self.index);
            let held = self.lock().sink.take();
            drop((held, sink));
        }
        let state = self.lock();
        let located = state.located.as_ref();
        let version = state.versions.first().cloned().flatten();
        let (path, data) = match finished {
            Finished::File(path) => (Some(path), None),
            Finished::Memory(data) => (None, Some(Arc::new(data))),
        };
        Ok(ItemResult {
            status: ItemStatus::Downloaded,
            resumed_bytes: state.resumed,
            path,
            data,
            bytes: size,
            verification: match sha1 {
                Some(_) => Verification::Sha1,
                None => Verification::Size,
            },
            sha1,
            etag: located
                .and_then(|located| located.etag.clone())
                .or_else(|| version.and_then(|version| version.strong_etag)),
            content_type: located.and_then(|located| located.content_type.clone()),
            parts: state.parts,
            retries: state.retries,
            elapsed: state.opened.map_or(Duration::ZERO, |at| at.elapsed()),
        })
    }

    /// Compares the SHA-1, if one was promised. All bytes are written.
    fn check(
        &self,
        job: &JobInner,
        sink: &Sink,
        verify: Option<&Verify>,
        size: u64,
    ) -> Result<Option<String>> {
        let promised = {
            let state = self.lock();
            self.wanted_sha1
                .clone()
                .or_else(|| state.located.as_ref()?.sha1.clone())
        };
        let (Some(promised), Some(verify)) = (promised, verify) else {
            return Ok(None);
        };
        while verify.step(sink, size)? {
            job.context.session.check()?;
        }
        let found = verify.hex();
        if found != promised {
            return Err(Error::new(
                ErrorKind::Integrity,
                format!(
                    "The file arrived with the SHA-1 {found} instead of {promised}, so it was not put in place. Try again; if it stays, the object is damaged on the server."
                ),
            ));
        }
        Ok(Some(found))
    }
}
