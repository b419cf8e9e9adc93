//! One file of a job, from its request to its result.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::check::changed_on_server;
use super::crew::{self, Next};
use super::cut::{self, Cut};
use super::disk::Disk;
use super::engine::NewItem;
use super::located::Located;
use super::names::Names;
use super::plan::{self, Range};
use super::progress::{Counters, ItemProgress};
use super::result::ItemStatus;
use super::resume::Due;
use super::state::{Restart, State};
use super::waits::Waits;
use crate::error::{Error, ErrorKind, Result};
use crate::request::{ExistingFile, KnownVersion, Target};
use crate::secret::Secret;

/// A file that changes on the server is fetched anew this often before it is an error.
const MAX_RESTARTS: u32 = 2;

/// One file of a job.
pub(super) struct Item {
    /// Its place in the job.
    pub(super) index: usize,
    pub(super) disk: Arc<Disk>,
    /// What is known of the folders of a job of many files.
    pub(super) names: Option<Arc<Names>>,
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

impl Item {
    pub(super) fn new(
        index: usize,
        new: NewItem,
        fingerprint: String,
        durable: bool,
        disk: Arc<Disk>,
        names: Option<Arc<Names>>,
    ) -> Self {
        Item {
            index,
            disk,
            names,
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
            state: Mutex::default(),
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

    /// What it is when the server says `size` and something else is known: to start again helps only if nobody asked
    /// for a size.
    pub(super) fn another_size(&self, size: u64) -> Error {
        match self.wanted_size {
            Some(wanted) if wanted != size => Error::new(
                ErrorKind::Changed,
                format!(
                    "The file has {size} bytes on the server, not the {wanted} that were asked for."
                ),
            ),
            _ => changed_on_server(),
        }
    }

    /// The size the request says, if the server will be asked all the same. Where nothing has to be fetched nobody would
    /// contradict, and an empty file would take the place of the target.
    fn size_to_plan_by(&self) -> Option<u64> {
        self.wanted_size.filter(|size| *size > 0)
    }

    /// Notes what is known of the item from its address: its first one, or a renewed one.
    pub(super) fn set_located(&self, located: Located, counters: &Counters) -> Result<()> {
        let mut state = self.lock();
        if let Some(wanted) = self.wanted_size
            && let Some(size) = located.size
            && wanted != size
        {
            return Err(self.another_size(size));
        }
        if state.size.is_none() {
            state.size = located.size.or(self.size_to_plan_by());
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
        let end = first.rest().map_or(size, |(_, end)| end).min(size);
        first.set_end(end);
        if !state.streaming {
            let (own, length) = match cut.far {
                // What the first request asked for is more than its share.
                true => cut::behind_the_first(size, cut),
                // Not for more connections than if it had been cut as a whole.
                false => (end, cut::length(size, cut)),
            };
            first.set_end(own.min(end));
            let known = first.rest().map_or(end, |(_, end)| end);
            let more = cut::pieces(0, 0, known, size, length);
            state.ranges.extend(more.into_iter().map(Arc::new));
        }
        Ok(())
    }

    /// Whether its first reply will show how much more there is to fetch, in ranges.
    pub(super) fn may_grow(&self) -> bool {
        let state = self.lock();
        let single_use = state.located.as_ref().is_none_or(|at| at.single_use);
        let is_over = state.error.is_some() || state.outcome.is_some();
        state.size.is_none() && !state.streaming && !single_use && !is_over
    }

    /// Where the first of its bytes are.
    pub(super) fn first_url(&self) -> Option<Secret> {
        let state = self.lock();
        Some(state.located.as_ref()?.sources.first()?.url.clone())
    }

    /// A free range, taken for the calling worker.
    pub(super) fn take_range(&self, permits: usize) -> Option<Arc<Range>> {
        let mut state = self.lock();
        if state.error.is_some() || state.restart.is_some() {
            return None;
        }
        let range = state.take_free(permits)?;
        state.workers = state.workers.saturating_add(1);
        Some(range)
    }

    /// Part of the rest of the slowest range, taken for the calling worker.
    /// `others` is what was waited for at all items.
    pub(super) fn steal_range(&self, now: Instant, others: &Waits) -> Option<Arc<Range>> {
        let mut state = self.lock();
        if state.streaming
            || state.size.is_none()
            || state.error.is_some()
            || state.restart.is_some()
        {
            return None;
        }
        let asking = state.waits.asking(others);
        let tail = plan::steal(state.ranges.iter().map(Arc::as_ref), &asking, now)?;
        let tail = Arc::new(tail);
        // Always free: nobody else has seen it.
        let _ = tail.take();
        state.ranges.push(tail.clone());
        state.ranges.sort_by_key(|range| range.start);
        state.workers = state.workers.saturating_add(1);
        Some(tail)
    }

    /// Ends the connections over which nothing comes any more: their workers ask for what is left over others.
    pub(super) fn hang_up(&self, now: Instant, end: impl Fn(u64) -> bool) {
        let state = self.lock();
        let single_use = state.located.as_ref().is_none_or(|at| at.single_use);
        if state.streaming || single_use || state.size.is_none() {
            return;
        }
        if let Some(patience) = state.waits.patience() {
            for range in &state.ranges {
                range.hang_up(now, patience, &end);
            }
        }
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
            state.size = state.size.or(self.size_to_plan_by());
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
