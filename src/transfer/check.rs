//! What a reply must be before a byte of it is written.

use super::fetch::{End, View, Work};
use super::item::Version;
use super::plan::Range;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{ContentRange, Reply};

impl Work<'_> {
    /// A 206 must be exactly what was asked for, or the first part of it. Returns how many bytes will come.
    pub(super) fn check_partial(
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
    pub(super) fn check_whole(
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
            self.item.lock().rangeless = true;
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
    pub(super) fn unsatisfied(&self, reply: &Reply, range: &Range) -> Result<End> {
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

    pub(super) fn found_size(&self, size: u64) -> Result<()> {
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
    pub(super) fn check_version(
        &self,
        reply: &Reply,
        source: usize,
        known: Option<&Version>,
    ) -> Result<()> {
        let version = Version {
            strong_etag: reply.strong_etag().map(str::to_owned),
            last_modified: reply.header("last-modified").map(str::to_owned),
        };
        let unproven = {
            let mut state = self.item.lock();
            match state.unproven.get_mut(source) {
                Some(unproven) => std::mem::take(unproven),
                None => false,
            }
        };
        if let Some(known) = known {
            let same = match unproven {
                true => known.is_proven_by(&version),
                false => known.is_same(&version),
            };
            return match same {
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
}

pub(super) fn changed_on_server(label: &str) -> Error {
    Error::new(
        ErrorKind::Changed,
        format!(
            "{label} changed on the server during the download. Start it again to get the new version."
        ),
    )
}
