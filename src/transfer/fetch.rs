//! Fetching one range: ask, check the reply, read, write; and what to do when it goes wrong.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::check::changed_on_server;
use super::engine::Engine;
use super::item::Item;
use super::located::Located;
use super::pace::{Pace, Stop, Turn, fill, patience};
use super::plan::{Claim, FIRST_BLOCK, Range};
use super::queue::JobInner;
use super::renewal::{self, Renewable};
use super::sink::Sink;
use super::state::State;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Backoff, Call, Coming, Reply, is_transient, read_failure};

/// Tries in a row for a reply that breaks the protocol: another server of the same name may do better.
const BAD_REPLIES: u32 = 2;

/// Tries are only counted anew when so much has come since.
const PROGRESS: u64 = 64 * 1024;

/// What a worker works on.
pub(super) struct Work<'a> {
    pub(super) engine: &'a Arc<Engine>,
    pub(super) job: &'a Arc<JobInner>,
    pub(super) item: &'a Arc<Item>,
    pub(super) index: usize,
}

/// How one request ended, other than with an error.
pub(super) enum End {
    /// The range is complete.
    Complete,
    /// The reply is used up and there is more to fetch.
    More,
    /// The worker is needed elsewhere, or the item starts over or has failed.
    Leave,
}

impl Renewable for State {
    fn generation(&self) -> u64 {
        self.generation
    }

    fn renewing(&mut self) -> &mut bool {
        &mut self.renewing
    }
}

/// What is the same for one request.
pub(super) struct View {
    pub(super) located: Arc<Located>,
    size: Option<u64>,
    generation: u64,
    streaming: bool,
    sink: Arc<Sink>,
}

impl Work<'_> {
    /// Fetches the range until it is complete or has to be left. Errors go to the item.
    pub(super) fn run(&self, range: &Range, buffer: &mut Vec<u8>) {
        crate::failpoint::here("fetch");
        let errand = self.job.context.session.begin_errand();
        range.begin_errand(errand.number());
        let mut backoff = Backoff::new(self.job.context.session.limits().retry);
        let mut bad_replies = 0u32;
        let mut before = range.written();
        let mut latest: Option<Error> = None;
        loop {
            if let Some(given_up) = self.job.context.observer.given_up() {
                // What happened here says more than that nothing comes through anywhere.
                self.item.fail(latest.unwrap_or(given_up));
                return;
            }
            // A server that has forgotten one connection answers on another; whether it is only slow shows the next try.
            let hurried = latest.is_none();
            let outcome = self.request(range, hurried, buffer);
            // A few bytes with each try are none: a drip feed would be asked for ever.
            if range.written().saturating_sub(before) >= PROGRESS {
                before = range.written();
                backoff.reset();
                bad_replies = 0;
                self.item.lock().barren_renewals = 0;
            }
            let (error, generation) = match outcome {
                Ok(End::Complete | End::Leave) => return,
                Ok(End::More) => continue,
                Err(failed) => failed,
            };
            latest = Some(error.clone());
            if let Err(error) =
                self.recover(range, error, generation, &mut backoff, &mut bad_replies)
            {
                self.item.fail(error);
                return;
            }
        }
    }

    /// Prepares for another try, or gives the error back that ends the item.
    fn recover(
        &self,
        range: &Range,
        error: Error,
        generation: u64,
        backoff: &mut Backoff,
        bad_replies: &mut u32,
    ) -> Result<()> {
        self.job.context.session.check()?;
        let (single_use, streaming) = {
            let state = self.item.lock();
            let single_use = state.located.as_ref().is_some_and(|at| at.single_use);
            (single_use, state.streaming)
        };
        if single_use {
            // The address died with its one GET.
            return Err(error);
        }
        match error.kind() {
            ErrorKind::Expired | ErrorKind::Forbidden | ErrorKind::Auth => {
                return self.renew(generation, Some(error));
            }
            ErrorKind::Changed => {
                self.renew(generation, None)?;
                self.item.restart(None, error);
                return Ok(());
            }
            _ => {}
        }
        let transient = is_transient(&error);
        let wait = if transient {
            backoff.next(&error)
        } else if error.kind() == ErrorKind::BadResponse && *bad_replies < BAD_REPLIES {
            *bad_replies = bad_replies.saturating_add(1);
            Some(Duration::from_millis(200))
        } else {
            None
        };
        let Some(wait) = wait.filter(|wait| self.job.may_retry(*wait)) else {
            return Err(error);
        };
        if matches!(error.http_status(), Some(429 | 503)) {
            self.engine.slow_down();
        }
        {
            let mut state = self.item.lock();
            state.retries = state.retries.saturating_add(1);
        }
        self.job.context.session.pause(wait)?;
        if streaming && range.written() > 0 && !self.item.go_on_in_ranges(range.source) {
            // Without ranges there is no middle to go on from.
            self.item.restart(None, error);
        }
        Ok(())
    }

    /// Has the address signed again: once for all workers that found it expired.
    fn renew(&self, generation: u64, cause: Option<Error>) -> Result<()> {
        let item = self.item;
        let turn = renewal::turn(&item.state, &item.renewed, generation, |state| {
            self.job.context.session.check()?;
            state.error.clone().map_or(Ok(()), Err)
        })?;
        let Some(mut state) = turn else {
            return Ok(());
        };
        if !self.job.locator.can_renew(self.index) {
            return cause.map_or(Ok(()), Err);
        }
        if let Some(cause) = &cause {
            if cause.kind() == ErrorKind::Auth {
                self.job.locator.refused(self.index);
            }
            // A fresh address that is refused as well will not get better by asking again.
            let limit = if cause.kind() == ErrorKind::Expired {
                3
            } else {
                1
            };
            if state.barren_renewals >= limit {
                return Err(cause.clone());
            }
            state.barren_renewals = state.barren_renewals.saturating_add(1);
        }
        let before = state.located.clone();
        renewal::begin(state);
        let answer = self
            .job
            .locator
            .locate(&self.job.context, &[self.index])
            .pop()
            .unwrap_or_else(|| Err(Error::bad_response("APS gave no new address.")));
        let outcome = answer.and_then(|located| {
            let changed = before.is_some_and(|before| !before.is_same_file(&located));
            self.item.set_located(located, &self.job.counters)?;
            match changed {
                true => Err(changed_on_server()),
                false => Ok(()),
            }
        });
        renewal::end(&item.state, &item.renewed);
        match outcome {
            // The new version is fetched as a whole, from the new address.
            Err(error) if error.kind() == ErrorKind::Changed => {
                self.item.restart(None, error);
                Ok(())
            }
            // There is no other token: what the server said of the last one says more.
            Err(error) if error.kind() == ErrorKind::Auth && error.http_status().is_none() => {
                Err(cause.unwrap_or(error))
            }
            other => other,
        }
    }

    fn view(&self) -> Option<View> {
        let state = self.item.lock();
        Some(View {
            located: state.located.clone()?,
            size: state.size,
            generation: state.generation,
            streaming: state.streaming,
            sink: state.sink.clone()?,
        })
    }

    /// One request. An error comes with the generation of the address it happened with.
    fn request(
        &self,
        range: &Range,
        hurried: bool,
        buffer: &mut Vec<u8>,
    ) -> std::result::Result<End, (Error, u64)> {
        let Some(view) = self.view() else {
            return Ok(End::Leave);
        };
        let due = view.located.renew_at.is_some_and(|at| Instant::now() >= at);
        if due && self.job.locator.can_renew(self.index) && !view.located.single_use {
            self.renew(view.generation, None)
                .map_err(|error| (error, view.generation))?;
            return Ok(End::More);
        }
        self.job
            .counters
            .connections
            .fetch_add(1, Ordering::Relaxed);
        let outcome = self.exchange(&view, range, hurried, buffer);
        self.job
            .counters
            .connections
            .fetch_sub(1, Ordering::Relaxed);
        outcome.map_err(|error| (error, view.generation))
    }

    fn exchange(
        &self,
        view: &View,
        range: &Range,
        hurried: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<End> {
        let Some((offset, end)) = range.rest() else {
            return Ok(End::Leave);
        };
        let Some(piece) = view.located.sources.get(range.source) else {
            return Err(changed_on_server());
        };
        let (version, latency) = {
            let state = self.item.lock();
            let version = state.versions.get(range.source).cloned().flatten();
            (version, state.waits.usual())
        };
        let mut call = Call::get(piece.url.expose()).header("Accept-Encoding", "identity");
        for (name, value) in &view.located.headers {
            call = call.bound(name, value);
        }
        if hurried && !view.streaming {
            call.patience = Some(patience(latency));
        }
        let from = offset.saturating_sub(range.source_start);
        let to = end.saturating_sub(range.source_start);
        if !view.streaming {
            // The last part of a direct download is asked to the end, whatever that is by now: a file that has grown
            // tells so by its total, and not by a part that is missing.
            let open = view.located.whole_first && piece.end.or(view.size) == Some(end);
            let last = match open {
                true => String::new(),
                false => to.saturating_sub(1).to_string(),
            };
            call = call.header("Range", format!("bytes={from}-{last}"));
            if let Some(etag) = version
                .filter(|known| !known.left_out)
                .and_then(|known| known.strong_etag)
            {
                call = call.header("If-Match", etag);
            }
        }
        let session = &self.job.context.session;
        let asked = Instant::now();
        session.distance().ask();
        range.wait();
        let reply = session.send(&call);
        if self.has_hung_up(range) {
            return Ok(End::More);
        }
        let reply = reply?;
        let took = asked.elapsed();
        let waited = reply.waited();
        session
            .distance()
            .answered(reply.host(), reply.port(), took);
        self.engine.answered(took, waited, reply.is_https());
        let bytes = match (reply.status, view.streaming) {
            (206, false) => {
                self.check_not_a_page(&reply, view)?;
                self.check_partial(&reply, range, from, to)?
            }
            (200, _) => match self.check_whole(&reply, view, range, offset, piece.end)? {
                Some(bytes) => bytes,
                None => return Ok(End::Leave),
            },
            (416, false) => return self.unsatisfied(&reply, range),
            // The deprecated direct download gives files above 256 MB in ranges only.
            (413, true) if offset == range.source_start && !view.located.single_use => {
                let error = reply.into_error("The download");
                self.item.restart(Some(false), error);
                return Ok(End::Leave);
            }
            (412, false) => return Err(changed_on_server()),
            (200..300, _) => {
                return Err(Error::bad_response(format!(
                    "{} answered {} to a download.",
                    reply.host(),
                    reply.status
                )));
            }
            _ => {
                let error = reply.into_error("The download");
                return Err(self.job.locator.explain(self.index, error));
            }
        };
        self.check_version(&reply, range.source)?;
        let connecting = reply.is_first().then(|| took.saturating_sub(waited));
        self.job.note_wait(waited, connecting);
        {
            let mut state = self.item.lock();
            state.parts = state.parts.saturating_add(1);
            state.waits.note(waited, connecting);
            range.begin(state.waits.least());
        }
        self.receive(reply, view, range, bytes, buffer)
    }

    /// The wait for the server is over. Whether its connection was ended from here, because nothing came over it.
    fn has_hung_up(&self, range: &Range) -> bool {
        let session = &self.job.context.session;
        range
            .end_wait()
            .is_some_and(|errand| !session.is_cancelled() && session.has_hung_up(errand))
    }

    /// Reads the body into the sink. `bytes` is how many will come; `None` for a stream of unknown length.
    fn receive(
        &self,
        reply: Reply,
        view: &View,
        range: &Range,
        bytes: Option<u64>,
        buffer: &mut Vec<u8>,
    ) -> Result<End> {
        // Only a body of the right length is read to its end: behind one that claims more, nothing may come.
        let reusable = reply.is_chunked() || reply.content_length() == bytes;
        let kept = reusable && !reply.is_last();
        let is_typed = reply.header("content-type").is_some();
        let mut left = bytes.unwrap_or(u64::MAX);
        // The length of the body and that of the range may both be lies: no more than either may be waited for.
        let mut to_come = match reply.is_chunked() {
            true => 0,
            false => reply.content_length().map_or(0, |length| length.min(left)),
        };
        let (mut reader, limits, host) = reply.into_reader();
        let mut pace = Pace::new(limits.stall);
        let mut turn = Turn::new(&self.job.context.session);
        let coming = Coming::new();
        if buffer.is_empty() {
            // Not `resize`: what the system gives is empty, and takes no memory until it is used.
            *buffer = vec![0; usize::try_from(FIRST_BLOCK).unwrap_or(usize::MAX)];
        }
        loop {
            let most = self.engine.largest_block();
            coming.alone(most > FIRST_BLOCK);
            let (offset, length) = match range.claim(most) {
                Claim::Block { offset, length } => (offset, length.min(left)),
                Claim::Complete => {
                    if left == 0 && reusable {
                        // One more read tells ureq that the body is over, and the connection can be used again.
                        let _ = reader.read(buffer.get_mut(..1).unwrap_or_default());
                        if kept {
                            self.job.keep_connection();
                        }
                    }
                    return Ok(End::Complete);
                }
                Claim::Dead => return Ok(End::Leave),
            };
            if length == 0 {
                if reusable {
                    let _ = reader.read(buffer.get_mut(..1).unwrap_or_default());
                }
                return Ok(End::More);
            }
            let block = room(buffer, length);
            let mut watched = Duration::ZERO;
            coming.set(to_come);
            range.wait();
            let (filled, failure) =
                fill(&mut reader, block, &mut pace, &mut turn, |count, taken| {
                    range.stir();
                    to_come = to_come.saturating_sub(count as u64);
                    coming.set(to_come);
                    self.engine.read(count, taken, &mut watched);
                });
            let hung_up = self.has_hung_up(range);
            if filled > 0 {
                let written = block.get(..filled).unwrap_or_default();
                if offset == range.source_start {
                    self.check_beginning(view, is_typed, written)?;
                }
                view.sink.write_at(written, offset)?;
                range.advance(filled as u64);
                left = left.saturating_sub(filled as u64);
                self.job.counters.add_bytes(filled as u64);
                self.engine.received(self.job, filled as u64);
                self.engine.hash_behind(self.job, self.item, self.index);
                self.engine.note_behind(self.job, self.item, self.index);
            }
            match failure {
                None if hung_up => return Ok(End::More),
                None => {}
                Some(_) if self.job.context.session.is_cancelled() => {
                    return Err(Error::cancelled());
                }
                Some(Stop::Cancelled(error)) => return Err(error),
                Some(_) if hung_up => return Ok(End::More),
                Some(Stop::Ended) if bytes.is_none() => {
                    return self.stream_ended(range);
                }
                Some(Stop::Ended) => {
                    return Err(Error::new(
                        ErrorKind::Network,
                        format!("The connection to {host} ended in the middle of the data."),
                    ));
                }
                Some(Stop::Failed(error)) => return Err(read_failure(&host, limits, error)),
                Some(Stop::Stalled) => {
                    return Err(Error::new(
                        ErrorKind::Timeout,
                        format!(
                            "{host} sent almost nothing for {} s.",
                            limits.stall.as_secs_f32()
                        ),
                    ));
                }
            }
            self.job.context.session.check()?;
            // What comes in one piece would begin again, and an address for a single use has been used.
            if self.engine.is_needed_elsewhere(self.job) && !self.item.lock().streaming {
                return Ok(End::Leave);
            }
        }
    }

    /// The end of a stream whose length nobody had said.
    fn stream_ended(&self, range: &Range) -> Result<End> {
        let size = range.written();
        range.end_here();
        self.found_size(size)?;
        Ok(End::Complete)
    }
}

/// So much of the buffer, or as much as there is memory for.
fn room(buffer: &mut Vec<u8>, length: u64) -> &mut [u8] {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let more = length.saturating_sub(buffer.len());
    if more > 0 && buffer.try_reserve_exact(more).is_ok() {
        buffer.resize(length, 0);
    }
    let length = length.min(buffer.len());
    buffer.get_mut(..length).unwrap_or_default()
}
