//! Fetching one range: ask, check the reply, read, write; and what to do when it goes wrong.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::engine::{Engine, JobInner};
use super::item::{Item, Version};
use super::located::Located;
use super::plan::{BLOCK, Claim, Range};
use super::sink::Sink;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Backoff, Call, ContentRange, Reply, is_transient, read_failure};

/// Fewer bytes than this within the stall limit count as none.
const DRIP: u64 = 1024;
/// Tries in a row for a reply that breaks the protocol: another server of the same name may do better.
const BAD_REPLIES: u32 = 2;

/// What a worker works on.
pub(super) struct Work<'a> {
    pub(super) engine: &'a Arc<Engine>,
    pub(super) job: &'a Arc<JobInner>,
    pub(super) item: &'a Arc<Item>,
    pub(super) index: usize,
}

/// How one request ended, other than with an error.
enum End {
    /// The range is complete.
    Complete,
    /// The reply is used up and there is more to fetch.
    More,
    /// The worker is needed elsewhere, or the item starts over or has failed.
    Leave,
}

/// What is the same for one request.
struct View {
    located: Arc<Located>,
    generation: u64,
    streaming: bool,
    sink: Arc<Sink>,
}

impl Work<'_> {
    /// Fetches the range until it is complete or has to be left. Errors go to the item.
    pub(super) fn run(&self, range: &Range, buffer: &mut Vec<u8>) {
        let mut backoff = Backoff::new();
        let mut bad_replies = 0u32;
        loop {
            let before = range.written();
            let outcome = self.request(range, buffer);
            if range.written() > before {
                backoff.reset();
                bad_replies = 0;
                self.item.lock().barren_renewals = 0;
            }
            let (error, generation) = match outcome {
                Ok(End::Complete | End::Leave) => return,
                Ok(End::More) => continue,
                Err(failed) => failed,
            };
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
        if streaming && range.written() > 0 {
            // Without ranges there is no middle to go on from.
            self.item.restart(None, error);
        }
        Ok(())
    }

    /// Has the address signed again: once for all workers that found it expired.
    fn renew(&self, generation: u64, cause: Option<Error>) -> Result<()> {
        let mut state = self.item.lock();
        loop {
            self.job.context.session.check()?;
            if state.generation != generation {
                return Ok(());
            }
            if !state.renewing {
                break;
            }
            state = self
                .item
                .renewed
                .wait_timeout(state, Duration::from_millis(50))
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
        if !self.job.locator.can_renew(self.index) {
            return cause.map_or(Ok(()), Err);
        }
        if let Some(cause) = cause {
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
                return Err(cause);
            }
            state.barren_renewals = state.barren_renewals.saturating_add(1);
        }
        state.renewing = true;
        let before = state.located.clone();
        drop(state);
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
                true => Err(changed_on_server(&self.item.label)),
                false => Ok(()),
            }
        });
        let mut state = self.item.lock();
        state.renewing = false;
        self.item.renewed.notify_all();
        drop(state);
        match outcome {
            // The new version is fetched as a whole, from the new address.
            Err(error) if error.kind() == ErrorKind::Changed => {
                self.item.restart(None, error);
                Ok(())
            }
            other => other,
        }
    }

    fn view(&self) -> Option<View> {
        let state = self.item.lock();
        Some(View {
            located: state.located.clone()?,
            generation: state.generation,
            streaming: state.streaming,
            sink: state.sink.clone()?,
        })
    }

    /// One request. An error comes with the generation of the address it happened with.
    fn request(
        &self,
        range: &Range,
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
        let outcome = self.exchange(&view, range, buffer);
        self.job
            .counters
            .connections
            .fetch_sub(1, Ordering::Relaxed);
        outcome.map_err(|error| (error, view.generation))
    }

    fn exchange(&self, view: &View, range: &Range, buffer: &mut Vec<u8>) -> Result<End> {
        let Some((offset, end)) = range.rest() else {
            return Ok(End::Leave);
        };
        let Some(piece) = view.located.sources.get(range.source) else {
            return Err(changed_on_server(&self.item.label));
        };
        let version = {
            let state = self.item.lock();
            state.versions.get(range.source).cloned().flatten()
        };
        let mut call = Call::get(piece.url.expose()).header("Accept-Encoding", "identity");
        for (name, value) in &view.located.headers {
            call = call.bound(name, value);
        }
        let from = offset.saturating_sub(range.source_start);
        let to = end.saturating_sub(range.source_start);
        if !view.streaming {
            call = call.header("Range", format!("bytes={from}-{}", to.saturating_sub(1)));
            if let Some(etag) = version.as_ref().and_then(|known| known.strong_etag.clone()) {
                call = call.header("If-Match", etag);
            }
        }
        let reply = self.job.context.session.send(&call)?;
        let bytes = match (reply.status, view.streaming) {
            (206, false) => self.check_partial(&reply, range, from, to)?,
            (200, _) => match self.check_whole(&reply, view, range, offset, piece.end)? {
                Some(bytes) => bytes,
                None => return Ok(End::Leave),
            },
            (416, false) => return self.unsatisfied(&reply, range),
            // The deprecated direct download gives files above 256 MB in ranges only.
            (413, true) if offset == range.source_start && !view.located.single_use => {
                let error = reply.into_error(&format!("Downloading {}", self.item.label));
                self.item.restart(Some(false), error);
                return Ok(End::Leave);
            }
            (412, false) => return Err(changed_on_server(&self.item.label)),
            (200..300, _) => {
                return Err(Error::bad_response(format!(
                    "{} answered {} to a download.",
                    reply.host(),
                    reply.status
                )));
            }
            _ => {
                let doing = format!("Downloading {}", self.item.label);
                let error = reply.into_error(&doing);
                return Err(self.job.locator.explain(self.index, error));
            }
        };
        self.check_version(&reply, range.source, version.as_ref())?;
        {
            let mut state = self.item.lock();
            state.parts = state.parts.saturating_add(1);
        }
        self.receive(reply, view, range, bytes, buffer)
    }

    /// A 206 must be exactly what was asked for, or the first part of it. Returns how many bytes will come.
    fn check_partial(
        &self,
        reply: &Reply,
        range: &Range,
        from: u64,
        to: u64,
    ) -> Result<Option<u64>> {
        self.check_encoding(reply)?;
        let host = reply.host();
        let said = reply
            .header("content-range")
            .and_then(ContentRange::parse)
            .ok_or_else(|| {
                Error::bad_response(format!(
                    "{host} answered 206 without a readable Content-Range."
                ))
            })?;
        if said.first != from || said.last >= to {
            return Err(Error::bad_response(format!(
                "{host} answered with the bytes {} to {} instead of {from} to {}.",
                said.first,
                said.last,
                to.saturating_sub(1)
            )));
        }
        let size = {
            let state = self.item.lock();
            let piece_end = state
                .located
                .as_ref()
                .and_then(|located| located.sources.get(range.source)?.end);
            piece_end
                .or(state.size)
                .map(|end| end.saturating_sub(range.source_start))
        };
        match (size, said.total) {
            (Some(size), Some(total)) if size != total => {
                return Err(changed_on_server(&self.item.label));
            }
            (None, None) => {
                return Err(Error::bad_response(format!(
                    "{host} does not say how large the file is."
                )));
            }
            (None, Some(total)) => self.found_size(total)?,
            _ => {}
        }
        Ok(Some(said.last.saturating_sub(said.first).saturating_add(1)))
    }

    /// A 200 is the whole source from its first byte. Fine for a stream or when the range is the whole source;
    /// otherwise the server ignores ranges and the item starts over as one stream (`None`).
    fn check_whole(
        &self,
        reply: &Reply,
        view: &View,
        range: &Range,
        offset: u64,
        piece_end: Option<u64>,
    ) -> Result<Option<Option<u64>>> {
        self.check_encoding(reply)?;
        self.check_not_a_page(reply, view)?;
        let length = reply.content_length();
        let (size, only_range) = {
            let state = self.item.lock();
            let end = piece_end.or(state.size);
            let alone = state
                .ranges
                .iter()
                .filter(|other| other.source == range.source)
                .count()
                == 1;
            (end.map(|end| end.saturating_sub(range.source_start)), alone)
        };
        if let (Some(size), Some(length)) = (size, length)
            && size != length
        {
            return Err(changed_on_server(&self.item.label));
        }
        let from_the_start = offset == range.source_start && only_range;
        if !from_the_start {
            self.item.restart(
                Some(true),
                Error::bad_response(format!(
                    "{} ignores ranges and breaks off in the middle.",
                    reply.host()
                )),
            );
            return Ok(None);
        }
        match (size, length) {
            (Some(size), _) => Ok(Some(Some(size))),
            (None, Some(length)) => {
                self.item.lock().streaming = true;
                range.set_end(length);
                self.found_size(length)?;
                Ok(Some(Some(length)))
            }
            (None, None) if reply.is_chunked() => {
                self.item.lock().streaming = true;
                range.set_end(u64::MAX);
                Ok(Some(None))
            }
            (None, None) => Err(Error::bad_response(format!(
                "{} does not say how large the file is, so a complete download cannot be told from a broken one.",
                reply.host()
            ))),
        }
    }

    /// 416: nothing at this offset. For a file of unknown size that is how an empty file answers.
    fn unsatisfied(&self, reply: &Reply, range: &Range) -> Result<End> {
        let total = reply
            .header("content-range")
            .and_then(ContentRange::parse_unsatisfied);
        let unknown = self.item.lock().size.is_none();
        if unknown
            && range.start == 0
            && total.is_none_or(|total| total == 0)
            && range.written() == 0
        {
            range.set_end(0);
            self.found_size(0)?;
            return Ok(End::Complete);
        }
        Err(changed_on_server(&self.item.label))
    }

    fn found_size(&self, size: u64) -> Result<()> {
        let cut = self.engine.cut(self.item);
        self.item.discover(size, cut, &self.job.counters)?;
        self.engine.pump(cut.connections);
        Ok(())
    }

    /// Offsets count encoded bytes, files hold decoded ones: an encoding cannot be allowed.
    fn check_encoding(&self, reply: &Reply) -> Result<()> {
        let encoding = reply.header("content-encoding").unwrap_or("identity");
        if !encoding.trim().eq_ignore_ascii_case("identity") && !encoding.trim().is_empty() {
            return Err(Error::bad_response(format!(
                "{} compressed the data although it was asked not to.",
                reply.host()
            )));
        }
        if reply
            .header("content-type")
            .is_some_and(|kind| kind.trim_start().starts_with("multipart/byteranges"))
        {
            return Err(Error::bad_response(format!(
                "{} answered with several ranges where one was asked for.",
                reply.host()
            )));
        }
        Ok(())
    }

    /// A captive portal answers 200 with a page of its own.
    fn check_not_a_page(&self, reply: &Reply, view: &View) -> Result<()> {
        let is_html = |kind: &str| {
            kind.trim_start()
                .to_ascii_lowercase()
                .starts_with("text/html")
        };
        if !reply.header("content-type").is_some_and(is_html) {
            return Ok(());
        }
        let expected = view.located.content_type.as_deref().is_some_and(is_html);
        if expected || self.item.is_named_html() {
            return Ok(());
        }
        Err(Error::bad_response(format!(
            "{} sent a web page instead of the file. A login page or a captive portal may stand in between: open a browser and look.",
            reply.host()
        )))
    }

    /// Every reply must speak of the version the first one spoke of.
    fn check_version(&self, reply: &Reply, source: usize, known: Option<&Version>) -> Result<()> {
        let version = Version {
            strong_etag: reply.strong_etag().map(str::to_owned),
            last_modified: reply.header("last-modified").map(str::to_owned),
        };
        if let Some(known) = known {
            return match known.is_same(&version) {
                true => Ok(()),
                false => Err(changed_on_server(&self.item.label)),
            };
        }
        let mut state = self.item.lock();
        match state.versions.get_mut(source) {
            Some(Some(known)) if !known.is_same(&version) => {
                Err(changed_on_server(&self.item.label))
            }
            Some(place) => {
                place.get_or_insert(version);
                Ok(())
            }
            None => Ok(()),
        }
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
        let (mut reader, limits, host) = reply.into_reader();
        let mut left = bytes.unwrap_or(u64::MAX);
        let mut pace = Pace::new(limits.stall);
        buffer.resize(BLOCK as usize, 0);
        loop {
            let (offset, length) = match range.claim() {
                Claim::Block { offset, length } => (offset, length.min(left)),
                Claim::Complete => {
                    if left == 0 && reusable {
                        // One more read tells ureq that the body is over, and the connection can be used again.
                        let _ = reader.read(buffer.get_mut(..1).unwrap_or_default());
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
            let block = buffer
                .get_mut(..usize::try_from(length).unwrap_or(0))
                .unwrap_or_default();
            let (filled, failure) = fill(&mut reader, block, &mut pace);
            if filled > 0 {
                let written = block.get(..filled).unwrap_or_default();
                view.sink.write_at(written, offset)?;
                range.advance(filled as u64);
                left = left.saturating_sub(filled as u64);
                self.job.counters.add_bytes(filled as u64);
                self.engine.received(filled as u64);
                self.engine.hash_behind(self.job, self.item, self.index);
            }
            match failure {
                None => {}
                Some(_) if self.job.context.session.is_cancelled() => {
                    return Err(Error::cancelled());
                }
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
            if self.engine.is_needed_elsewhere(self.job) {
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

pub(super) fn changed_on_server(label: &str) -> Error {
    Error::new(
        ErrorKind::Changed,
        format!(
            "{label} changed on the server during the download. Start it again to get the new version."
        ),
    )
}

/// Why a block was not filled.
enum Stop {
    Ended,
    Stalled,
    Failed(std::io::Error),
}

/// Reads until the block is full or something stops it; what was read before is kept.
fn fill(reader: &mut impl Read, block: &mut [u8], pace: &mut Pace) -> (usize, Option<Stop>) {
    let mut filled = 0usize;
    while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => return (filled, Some(Stop::Ended)),
            Ok(count) => {
                filled = filled.saturating_add(count);
                if pace.is_dripping(count as u64) {
                    return (filled, Some(Stop::Stalled));
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(Stop::Failed(error))),
        }
    }
    (filled, None)
}

/// Tells a drip feed from a slow transfer: the limit on a single read does not see one byte every second.
struct Pace {
    window: Duration,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn new(window: Duration) -> Self {
        Pace {
            window,
            since: Instant::now(),
            bytes: 0,
        }
    }

    fn is_dripping(&mut self, count: u64) -> bool {
        self.bytes = self.bytes.saturating_add(count);
        if self.bytes >= DRIP {
            self.bytes = 0;
            self.since = Instant::now();
            return false;
        }
        self.since.elapsed() > self.window
    }
}
