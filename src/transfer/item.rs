//! One file of a job, from its request to its result.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::crew::{self, Crew, Next};
use super::disk::Disk;
use super::engine::NewItem;
use super::located::Located;
use super::plan::{self, Cut, Range};
use super::progress::{Counters, ItemProgress};
use super::result::{ItemResult, ItemStatus};
use super::resume::{Due, Resumed};
use super::sink::Sink;
use super::verify::Verify;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{ExistingFile, KnownVersion, Target};

/// The first request for a file of unknown size asks for this much.
pub(super) const FIRST_PART: u64 = 8 * 1024 * 1024;
/// A file that changes on the server is fetched anew this often before it is an error.
const MAX_RESTARTS: u32 = 2;

/// One file of a job.
pub(super) struct Item {
    /// Its place in the job.
    pub(super) index: usize,
    pub(super) disk: Arc<Disk>,
    pub(super) label: String,
    pub(super) target: Target,
    pub(super) existing: ExistingFile,
    pub(super) wanted_sha1: Option<String>,
    pub(super) wanted_size: Option<u64>,
    pub(super) known: Option<KnownVersion>,
    /// Go on with what an earlier run left, and leave something to go on with.
    pub(super) resume: bool,
    /// What tells this source from others, for the journal.
    pub(super) fingerprint: String,
    /// Force everything to the disk before it counts.
    pub(super) durable: bool,
    /// When to note what is written.
    pub(super) due: Due,
    pub(super) state: Mutex<State>,
    /// A renewal of the address is over.
    pub(super) renewed: Condvar,
}

/// What the workers of an item share.
pub(super) struct State {
    pub(super) located: Option<Arc<Located>>,
    /// Counts the addresses, so that one expiry leads to one renewal.
    pub(super) generation: u64,
    pub(super) renewing: bool,
    /// Renewals since the last byte arrived.
    pub(super) barren_renewals: u32,
    pub(super) size: Option<u64>,
    /// The server knows no ranges, or the address works once: one GET from front to back.
    pub(super) streaming: bool,
    pub(super) ranges: Vec<Arc<Range>>,
    /// Who works on the item now: fetching, hashing or opening.
    pub(super) workers: usize,
    pub(super) sink: Option<Arc<Sink>>,
    pub(super) verify: Option<Arc<Verify>>,
    pub(super) hashing: bool,
    /// From a request to the beginning of its reply, of late.
    latency: Duration,
    /// What the first reply of each source said of its version.
    pub(super) versions: Vec<Option<Version>>,
    /// What an earlier run wrote, until the ranges are made of it.
    pub(super) resuming: Option<Resumed>,
    /// Bytes that an earlier run wrote.
    pub(super) resumed: u64,
    /// Sources of which an earlier run has bytes, and no reply has shown yet that they are of this version.
    pub(super) unproven: Vec<bool>,
    /// The server has shown that it knows no ranges.
    pub(super) rangeless: bool,
    restart: Option<Restart>,
    restarts: u32,
    pub(super) error: Option<Error>,
    pub(super) opened: Option<Instant>,
    pub(super) parts: u64,
    pub(super) retries: u64,
    /// The last worker makes the result.
    pub(super) finishing: bool,
    pub(super) outcome: Option<Result<ItemResult>>,
    sized: bool,
}

/// What tells one version of a file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) strong_etag: Option<String>,
    /// A reply left it out, so another server answers there as well, which would refuse it as a condition.
    pub(super) left_out: bool,
    pub(super) last_modified: Option<String>,
}

impl Version {
    /// `Last-Modified`, if it is a date.
    pub(super) fn date(&self) -> Option<&str> {
        let date = self.last_modified.as_deref()?;
        httpdate::parse_http_date(date).ok().map(|_| date)
    }

    /// Whether another reply proves that it speaks of this version.
    pub(super) fn is_proven_by(&self, other: &Version) -> bool {
        match (&self.strong_etag, &other.strong_etag) {
            (Some(a), Some(b)) => a == b,
            (Some(_), None) => false,
            _ => self.date().is_some() && self.date() == other.date(),
        }
    }

    pub(super) fn is_same(&self, other: &Version) -> bool {
        match (&self.strong_etag, &other.strong_etag) {
            (Some(a), Some(b)) => a == b,
            // One server of several may leave the ETag out; the date is the next best.
            _ => match (&self.last_modified, &other.last_modified) {
                (Some(a), Some(b)) => a == b,
                _ => true,
            },
        }
    }
}

#[derive(Debug)]
struct Restart {
    streaming: Option<bool>,
    cause: Error,
}

impl Crew for State {
    fn workers(&mut self) -> &mut usize {
        &mut self.workers
    }

    fn finishing(&mut self) -> &mut bool {
        &mut self.finishing
    }

    fn is_to_start_over(&self) -> bool {
        self.error.is_none() && self.restart.is_some()
    }

    fn is_over(&self) -> bool {
        self.error.is_some() || self.is_complete()
    }
}

impl Item {
    pub(super) fn new(
        index: usize,
        new: NewItem,
        fingerprint: String,
        durable: bool,
        disk: Arc<Disk>,
    ) -> Self {
        Item {
            index,
            disk,
            label: new.label,
            target: new.target,
            existing: new.existing,
            wanted_sha1: new.sha1,
            wanted_size: new.size,
            known: new.known,
            resume: new.resume,
            fingerprint,
            durable,
            due: Due::new(),
            state: Mutex::new(State {
                located: None,
                generation: 0,
                renewing: false,
                barren_renewals: 0,
                size: None,
                streaming: false,
                ranges: Vec::new(),
                workers: 0,
                sink: None,
                verify: None,
                hashing: false,
                latency: Duration::ZERO,
                versions: Vec::new(),
                resuming: None,
                resumed: 0,
                unproven: Vec::new(),
                rangeless: false,
                restart: None,
                restarts: 0,
                error: None,
                opened: None,
                parts: 0,
                retries: 0,
                finishing: false,
                outcome: None,
                sized: false,
            }),
            renewed: Condvar::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self) -> ItemProgress {
        let state = self.lock();
        let (finished, bytes_done) = match &state.outcome {
            Some(Ok(result)) if result.status == ItemStatus::Downloaded => (true, result.bytes),
            Some(_) => (true, 0),
            None => (false, state.written()),
        };
        ItemProgress {
            bytes_done,
            bytes_total: state.size,
            finished,
        }
    }

    /// Notes the first error; the workers stop at their next block.
    pub(super) fn fail(&self, error: Error) {
        let mut state = self.lock();
        if state.error.is_none() {
            state.error = Some(error);
        }
        for range in &state.ranges {
            range.kill();
        }
    }

    /// Asks for the file to be fetched from its beginning, once all workers have left it.
    /// `streaming` changes how, `None` leaves it.
    pub(super) fn restart(&self, streaming: Option<bool>, cause: Error) {
        let mut state = self.lock();
        if state.restart.is_none() && state.error.is_none() {
            state.restart = Some(Restart { streaming, cause });
        }
        for range in &state.ranges {
            range.kill();
        }
    }

    /// Notes what is known of the item from its address: its first one, or a renewed one.
    pub(super) fn set_located(&self, located: Located, counters: &Counters) -> Result<()> {
        let mut state = self.lock();
        if let Some(wanted) = self.wanted_size
            && let Some(size) = located.size
            && wanted != size
        {
            return Err(Error::new(
                ErrorKind::Changed,
                format!(
                    "{} has {size} bytes on the server, not the {wanted} that were asked for.",
                    self.label
                ),
            ));
        }
        if state.size.is_none() {
            state.size = located.size.or(self.wanted_size);
        }
        let first = state.generation == 0;
        let whole_first = first && located.whole_first && self.wanted_size.is_none();
        state.streaming |= located.single_use || whole_first;
        state.located = Some(Arc::new(located));
        state.generation = state.generation.wrapping_add(1);
        state.count_size(counters);
        Ok(())
    }

    /// Makes the ranges of an item whose sink is open.
    pub(super) fn plan(&self, cut: Cut, counters: &Counters) {
        let mut state = self.lock();
        state.plan(cut);
        state.count_size(counters);
        counters.add_resumed(state.resumed);
    }

    /// A stream broke off: goes on behind what is written, in ranges, if replies can be told apart by their version.
    /// Whether it does.
    pub(super) fn go_on_in_ranges(&self, source: usize) -> bool {
        let mut state = self.lock();
        let provable = state
            .versions
            .get(source)
            .and_then(Option::as_ref)
            .is_some_and(|version| version.strong_etag.is_some() || version.date().is_some());
        let single_use = state.located.as_ref().is_some_and(|at| at.single_use);
        if !provable || single_use || state.rangeless || state.size.is_none() {
            return false;
        }
        state.streaming = false;
        true
    }

    /// The size became known with the first reply.
    pub(super) fn discover(&self, size: u64, cut: Cut, counters: &Counters) -> Result<()> {
        let sink = {
            let state = self.lock();
            match (state.size, &state.sink) {
                (None, Some(sink)) => sink.clone(),
                _ => return Ok(()),
            }
        };
        // Only the worker of the first range comes here, so nobody else does the same meanwhile.
        sink.set_size(size)?;
        let mut state = self.lock();
        state.size = Some(size);
        state.count_size(counters);
        let Some(first) = state.ranges.first().cloned() else {
            return Ok(());
        };
        let known = first.rest().map_or(size, |(_, end)| end).min(size);
        first.set_end(known);
        if !state.streaming {
            let more = plan::cut(0, 0, known, size, cut);
            state.ranges.extend(more.into_iter().map(Arc::new));
        }
        Ok(())
    }

    /// A free range, taken for the calling worker.
    pub(super) fn take_range(&self) -> Option<Arc<Range>> {
        let mut state = self.lock();
        if state.error.is_some() || state.restart.is_some() {
            return None;
        }
        let range = state.ranges.iter().find(|range| range.take())?.clone();
        state.workers = state.workers.saturating_add(1);
        Some(range)
    }

    /// Part of the rest of the slowest range, taken for the calling worker.
    pub(super) fn steal_range(&self, now: Instant) -> Option<Arc<Range>> {
        let mut state = self.lock();
        if state.streaming
            || state.size.is_none()
            || state.error.is_some()
            || state.restart.is_some()
        {
            return None;
        }
        let latency = state.latency;
        let tail = plan::steal(state.ranges.iter().map(Arc::as_ref), latency, now)?;
        let tail = Arc::new(tail);
        // Always free: nobody else has seen it.
        let _ = tail.take();
        state.ranges.push(tail.clone());
        state.ranges.sort_by_key(|range| range.start);
        state.workers = state.workers.saturating_add(1);
        Some(tail)
    }

    /// The calling worker leaves the item.
    pub(super) fn leave(&self, cut: Cut, counters: &Counters) -> Next {
        crew::leave(&self.state, || self.start_over(cut, counters))
    }

    /// Prepares the item to be fetched from its beginning. The last worker has just left, and nobody takes a
    /// range before the restart is over.
    fn start_over(&self, cut: Cut, counters: &Counters) {
        let (sink, size) = {
            let mut state = self.lock();
            let single_use = state.located.as_ref().is_some_and(|at| at.single_use);
            if state.restarts >= MAX_RESTARTS || single_use {
                state.error = state.restart.take().map(|restart| restart.cause);
                return;
            }
            state.forget(counters);
            state.size = state.size.or(self.wanted_size);
            (state.sink.clone(), state.size)
        };
        let cleared = match (sink, size) {
            (Some(sink), Some(size)) => sink.clear().and_then(|()| sink.set_size(size)),
            (Some(sink), None) => sink.clear(),
            (None, _) => Ok(()),
        };
        if let Err(error) = cleared {
            self.lock().error = Some(error);
            return;
        }
        let mut state = self.lock();
        if let Some(restart) = state.restart.take() {
            state.restarts = state.restarts.saturating_add(1);
            state.streaming = restart.streaming.unwrap_or(state.streaming);
        }
        state.count_size(counters);
        state.plan(cut);
    }

    /// A file that an earlier run had begun is not what it should be: fetches it from its beginning, once.
    /// Whether it does.
    pub(super) fn begin_anew(&self, error: &Error) -> bool {
        let mut state = self.lock();
        if error.kind() != ErrorKind::Integrity || state.resumed == 0 {
            return false;
        }
        state.error = None;
        state.restart = Some(Restart {
            streaming: None,
            cause: error.clone(),
        });
        state.finishing = false;
        // The caller, who leaves again.
        state.workers = 1;
        true
    }

    /// Whether the target is to be a web page, so that one may be downloaded.
    pub(super) fn is_named_html(&self) -> bool {
        match &self.target {
            Target::Memory(_) => false,
            Target::File(path) => path.extension().is_some_and(|extension| {
                extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
            }),
        }
    }
}

impl State {
    /// Notes how long a reply took to begin.
    pub(super) fn note_latency(&mut self, latest: Duration) {
        self.latency = match self.latency.is_zero() {
            true => latest,
            false => self
                .latency
                .mul_f64(0.75)
                .saturating_add(latest.mul_f64(0.25)),
        };
    }

    fn count_size(&mut self, counters: &Counters) {
        use std::sync::atomic::Ordering::Relaxed;
        if let Some(size) = self.size
            && !self.sized
        {
            self.sized = true;
            counters.bytes_total.fetch_add(size, Relaxed);
            counters.items_sized.fetch_add(1, Relaxed);
        }
    }

    /// An item that is over without a size, such as one that was kept, holds nothing more in store.
    pub(super) fn close_size(&mut self, counters: &Counters) {
        if !self.sized {
            self.sized = true;
            counters
                .items_sized
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn is_complete(&self) -> bool {
        self.size.is_some() && self.ranges.iter().all(|range| range.is_complete())
    }

    fn plan(&mut self, cut: Cut) {
        let Some(located) = self.located.clone() else {
            return;
        };
        self.versions = vec![None; located.sources.len()];
        self.unproven = vec![false; located.sources.len()];
        self.ranges = Vec::new();
        if let Some(resuming) = self.resuming.take() {
            self.plan_rest(&located, resuming, cut);
            return;
        }
        for (index, piece) in located.sources.iter().enumerate() {
            match piece.end.or(self.size) {
                Some(end) if self.streaming => {
                    if end > piece.start {
                        let whole = Range::new(index, piece.start, piece.start, end);
                        self.ranges.push(Arc::new(whole));
                    }
                }
                Some(end) => {
                    let ranges = plan::cut(index, piece.start, piece.start, end, cut);
                    self.ranges.extend(ranges.into_iter().map(Arc::new));
                }
                None => {
                    let end = if self.streaming { u64::MAX } else { FIRST_PART };
                    self.ranges.push(Arc::new(Range::new(index, 0, 0, end)));
                }
            }
        }
    }

    /// Makes the ranges of what an earlier run has not written.
    fn plan_rest(&mut self, located: &Located, resuming: Resumed, cut: Cut) {
        self.streaming = false;
        let mut ends = located.sources.iter().skip(1).map(|piece| piece.start);
        for (index, piece) in located.sources.iter().enumerate() {
            let end = ends.next().unwrap_or(resuming.size);
            let mut at = piece.start;
            for (from, to) in &resuming.written {
                let (from, to) = ((*from).max(piece.start), (*to).min(end));
                if from >= to {
                    continue;
                }
                let gap = plan::cut(index, piece.start, at, from, cut);
                self.ranges.extend(gap.into_iter().map(Arc::new));
                self.ranges
                    .push(Arc::new(Range::done(index, piece.start, from, to)));
                self.resumed = self.resumed.saturating_add(to.saturating_sub(from));
                if let Some(unproven) = self.unproven.get_mut(index) {
                    *unproven = !resuming.vouched;
                }
                at = to;
            }
            let rest = plan::cut(index, piece.start, at, end, cut);
            self.ranges.extend(rest.into_iter().map(Arc::new));
        }
        self.versions = resuming.versions;
    }

    /// Whether the item is about to be fetched from its beginning.
    pub(super) fn is_starting_over(&self) -> bool {
        self.restart.is_some()
    }

    /// What is written, in order, with gaps in between.
    pub(super) fn extents(&self) -> Vec<(u64, u64)> {
        let mut extents: Vec<(u64, u64)> = Vec::new();
        for range in &self.ranges {
            let end = range.start.saturating_add(range.written());
            match extents.last_mut() {
                _ if end <= range.start => {}
                Some(last) if last.1 == range.start => last.1 = end,
                _ => extents.push((range.start, end)),
            }
        }
        extents
    }

    fn written(&self) -> u64 {
        self.ranges
            .iter()
            .fold(0, |sum, range| sum.saturating_add(range.written()))
    }

    /// Takes back what was written, and the size if it may be another one now.
    fn forget(&mut self, counters: &Counters) {
        use std::sync::atomic::Ordering::Relaxed;
        counters.take_back(self.written());
        self.ranges = Vec::new();
        self.resumed = 0;
        if let Some(verify) = &self.verify {
            verify.reset();
        }
        let changed = self
            .restart
            .as_ref()
            .is_some_and(|restart| restart.cause.kind() == ErrorKind::Changed);
        if let Some(size) = self.size.filter(|_| changed && self.sized) {
            counters.bytes_total.fetch_sub(size, Relaxed);
            counters.items_sized.fetch_sub(1, Relaxed);
            self.sized = false;
            self.size = self.located.as_ref().and_then(|located| located.size);
        }
    }

    /// The offset up to which the file is written without a gap.
    pub(super) fn frontier(&self) -> u64 {
        let mut at = 0;
        for range in &self.ranges {
            match range.frontier(at) {
                Some(written) => at = written.max(at),
                None => break,
            }
            if !range.is_complete() {
                break;
            }
        }
        at
    }
}
