//! SHA-1 beside the download: in order, behind the written frontier, from the page cache.

use std::sync::{Mutex, PoisonError};

use sha1::{Digest, Sha1};

use super::sink::Sink;
use crate::error::Result;

const STEP: usize = 256 * 1024;

/// The checksum of one file, as far as it has come.
pub(super) struct Verify {
    /// Held while a step is read and hashed: order is the whole point of it.
    state: Mutex<State>,
}

struct State {
    hasher: Sha1,
    done: u64,
    buffer: Vec<u8>,
}

impl Verify {
    pub(super) fn new() -> Self {
        Verify {
            state: Mutex::new(State {
                hasher: Sha1::new(),
                done: 0,
                buffer: Vec::new(),
            }),
        }
    }

    /// How far the checksum has come.
    pub(super) fn done(&self) -> u64 {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .done
    }

    /// Hashes one more step, up to `frontier` at most. `false` when there is nothing to do.
    pub(super) fn step(&self, sink: &Sink, frontier: u64) -> Result<bool> {
        crate::failpoint::here("checksum");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let left = frontier.saturating_sub(state.done);
        if left == 0 {
            state.buffer = Vec::new();
            return Ok(false);
        }
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(STEP);
        let State {
            hasher,
            done,
            buffer,
        } = &mut *state;
        buffer.resize(count, 0);
        sink.read_at(buffer, *done)?;
        hasher.update(&buffer);
        *done = done.saturating_add(count as u64);
        Ok(true)
    }

    /// The SHA-1 in lower-case hex of everything hashed so far.
    pub(super) fn hex(&self) -> String {
        use std::fmt::Write as _;
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = state.hasher.clone().finalize();
        digest
            .iter()
            .fold(String::with_capacity(40), |mut hex, byte| {
                // Writing to a String cannot fail.
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }

    /// Starts anew, after a restart of the download.
    pub(super) fn reset(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.hasher = Sha1::new();
        state.done = 0;
    }
}
