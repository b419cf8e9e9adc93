//! What a reply must be before a byte of it is written.

use super::cut;
use super::fetch::{End, View, Work};
use super::plan::Range;
use super::version::Version;
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
        // The end of a file of another size is another one as well.
        if said.first == from
            && let (Some(size), Some(total)) = (size, said.total)
            && size != total
        {
            return Err(self.another_size(total));
        }
        if said.first != from || said.last >= to {
            return Err(Error::bad_response(format!(
                "{host} answered with the bytes {} to {} instead of {from} to {}.",
                said.first,
                said.last,
                to.saturating_sub(1)
            )));
        }
        match (size, said.total) {
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
            return Err(self.another_size(length));
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
        if !unknown || range.start != 0 || range.written() != 0 {
            return Err(changed_on_server());
        }
        match total {
            Some(0) => {
                range.set_end(0);
                self.found_size(0)?;
                Ok(End::Complete)
            }
            Some(_) => Err(Error::bad_response(format!(
                "{} refuses the first bytes of a file that it says has some.",
                reply.host()
            ))),
            // Empty, or a server that takes no ranges: a plain GET tells.
            None => {
                let error = Error::bad_response(format!(
                    "{} answered 416 and does not say how large the file is.",
                    reply.host()
                ));
                self.item.restart(Some(true), error);
                Ok(End::Leave)
            }
        }
    }

    /// What it is when a source says another size than the one that is known.
    fn another_size(&self, said: u64) -> Error {
        let located = self.item.lock().located.clone();
        // A chunk's size says nothing of the file's.
        match located.is_some_and(|located| located.sources.len() == 1) {
            true => self.item.another_size(said),
            false => changed_on_server(),
        }
    }

    pub(super) fn found_size(&self, size: u64) -> Result<()> {
        if let Some(wanted) = self.item.wanted_size
            && wanted != size
        {
            return Err(self.item.another_size(size));
        }
        let mut cut = self.engine.cut(self.job, self.item);
        if cut.far && !cut::is_worth_connecting(size) {
            cut.connections = cut.connections.min(self.job.kept_connections());
        }
        self.item.discover(size, cut, &self.job.counters)?;
        self.engine.pump(cut.connections);
        Ok(())
    }

    /// Offsets count encoded bytes, files hold decoded ones: an encoding cannot be allowed.
    fn check_encoding(&self, reply: &Reply) -> Result<()> {
        if reply.is_encoded() {
            return Err(Error::bad_response(format!(
                "{} compressed the data although it was asked not to.",
                reply.host()
            )));
        }
        if reply.header("content-type").is_some_and(|kind| {
            kind.trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/byteranges")
        }) {
            return Err(Error::bad_response(format!(
                "{} answered with several ranges where one was asked for.",
                reply.host()
            )));
        }
        Ok(())
    }

    /// A captive portal answers 200 with a page of its own.
    pub(super) fn check_not_a_page(&self, reply: &Reply, view: &View) -> Result<()> {
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

    /// The first bytes of a file of which nothing else is known, neither size nor checksum: an error of S3 or CloudFront
    /// sent with the status of success, or a page without a type.
    pub(super) fn check_beginning(&self, view: &View, is_typed: bool, bytes: &[u8]) -> Result<()> {
        let proven = self.item.wanted_sha1.is_some()
            || self.item.wanted_size.is_some()
            || view.located.size.is_some();
        let suspect = match sniff(bytes) {
            Some(Sniffed::ErrorDocument) => true,
            Some(Sniffed::Page) => !is_typed && !self.item.is_named_html(),
            None => false,
        };
        if proven || !suspect {
            return Ok(());
        }
        Err(Error::bad_response(format!(
            "{} was answered with an error message instead of the file, under the status of success.",
            self.item.label
        )))
    }

    /// Every reply must speak of the version the first one spoke of.
    pub(super) fn check_version(&self, reply: &Reply, source: usize) -> Result<()> {
        let strong_etag = reply.strong_etag().map(str::to_owned);
        let weak_etag = reply.etag().filter(|_| strong_etag.is_none());
        let version = Version {
            // Where there is no date, a weak ETag is the next best: one that differs is another version for sure.
            last_modified: reply
                .header("last-modified")
                .or(weak_etag)
                .map(str::to_owned),
            left_out: strong_etag.is_none(),
            strong_etag,
        };
        let mut state = self.item.lock();
        let unproven = state.unproven.get_mut(source).map(std::mem::take);
        match state.versions.get_mut(source) {
            Some(Some(known)) => {
                let proven = unproven != Some(true) || known.is_proven_by(&version);
                if !proven || !known.is_same(&version) {
                    return Err(changed_on_server());
                }
                // What this reply says and the ones before did not, the next ones are compared with.
                known.left_out |= version.left_out;
                known.strong_etag = known.strong_etag.take().or(version.strong_etag);
                known.last_modified = known.last_modified.take().or(version.last_modified);
            }
            Some(place) => *place = Some(version),
            None => {}
        }
        Ok(())
    }
}

enum Sniffed {
    ErrorDocument,
    Page,
}

/// What a body is that begins so, if it is surely no model.
fn sniff(bytes: &[u8]) -> Option<Sniffed> {
    // Both begin with markup, and every file comes by here.
    let first = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !first.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return Some(Sniffed::Page);
    }
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, root)| root),
        None => text,
    };
    let inside = root.trim_start().strip_prefix("<error>")?;
    inside
        .trim_start()
        .starts_with("<code>")
        .then_some(Sniffed::ErrorDocument)
}

pub(super) fn changed_on_server() -> Error {
    Error::new(
        ErrorKind::Changed,
        "The file changed on the server during the download. Start it again to get the new version.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_documents_and_pages_are_told_from_models() {
        for page in ["<!DOCTYPE html><html>", "\u{feff} <HTML lang=\"en\">"] {
            assert!(
                matches!(sniff(page.as_bytes()), Some(Sniffed::Page)),
                "{page}"
            );
        }
        for error in [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code>",
            "<Error>\n  <Code>InternalError</Code>",
        ] {
            assert!(
                matches!(sniff(error.as_bytes()), Some(Sniffed::ErrorDocument)),
                "{error}"
            );
        }
        for model in [
            "",
            "<?xml version=\"1.0\"?><COLLADA>",
            "<?xml",
            "<Errors><Error><Code>",
            "<svg>",
            "ISO-10303-21;",
            "\u{0}\u{1}<html>",
        ] {
            assert!(sniff(model.as_bytes()).is_none(), "{model}");
        }
    }
}
