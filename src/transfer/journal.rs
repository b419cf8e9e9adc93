//! The journal: what a later run has to know to go on with a part file.
//!
//! `NAME.apsfetch-journal` lies beside `NAME.apsfetch-part` and says which bytes of it are written, and of which
//! version of which source. It names the source by a hash only: no address, no token, no cookie is in it.
//!
//! Two copies take turns, each with a sequence number and a checksum, so that a process that is killed while it
//! writes one leaves the other. Whatever is wrong with a journal, the worst that follows is a download from the
//! beginning: a claim that is not proven by its checksum is no claim.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The ending of a journal.
pub(crate) const JOURNAL_SUFFIX: &str = ".apsfetch-journal";
/// Where the second copy begins, and what a copy may have at the most.
pub(super) const SLOT: usize = 1024 * 1024;
/// Begins a copy; the number is the version of the format.
const MAGIC: &str = "apsfetch-journal 1";
/// The longest first line of a copy.
const LONGEST_LINE: usize = 160;
/// The largest journal there can be.
pub(super) const LARGEST: u64 = 2 * SLOT as u64;

/// What a part file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    /// SHA-256 of what was asked for, in hex.
    pub(super) request: String,
    /// The size of the whole file in bytes.
    pub(super) size: u64,
    /// The ETag that signing told.
    pub(super) etag: Option<String>,
    /// The SHA-1 that was promised.
    pub(super) sha1: Option<String>,
    /// The run of the operating system that wrote it; the bytes may have been lost with the power since.
    pub(super) boot: Option<String>,
    /// The bytes were forced to the disk before they were noted here.
    pub(super) synced: bool,
    /// The URLs the file comes from, in order.
    pub(super) sources: Vec<JournalSource>,
    /// What is written: offsets of the first byte and behind the last one, in order, with gaps in between.
    pub(super) written: Vec<(u64, u64)>,
}

/// One URL of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalSource {
    /// Where its bytes begin in the file.
    pub(super) start: u64,
    /// The strong ETag its replies had.
    pub(super) etag: Option<String>,
    /// The `Last-Modified` its replies had.
    pub(super) last_modified: Option<String>,
}

impl Journal {
    /// Reads a journal file: the later of its two copies that is whole, and its sequence number.
    pub(crate) fn parse(file: &[u8]) -> Option<(u64, Journal)> {
        let first = parse_copy(file.get(..SLOT.min(file.len()))?);
        let second = file.get(SLOT..).and_then(parse_copy);
        match (first, second) {
            (Some(a), Some(b)) => Some(if a.0 >= b.0 { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// One copy, and where it belongs in the file. `None` for one that is too large to be kept.
    pub(super) fn to_copy(&self, sequence: u64) -> Option<(u64, Vec<u8>)> {
        let copy = framed(sequence, &serde_json::to_vec(self).ok()?);
        let offset = if sequence.is_multiple_of(2) { 0 } else { SLOT };
        (copy.len() <= SLOT).then_some((offset as u64, copy))
    }

    /// How many bytes are written.
    pub(super) fn total(&self) -> u64 {
        self.written.iter().fold(0u64, |sum, (start, end)| {
            sum.saturating_add(end.saturating_sub(*start))
        })
    }

    /// Whether it can be true at all.
    fn is_plausible(&self) -> bool {
        let mut at = None;
        for source in &self.sources {
            let in_order = match at {
                None => source.start == 0,
                Some(before) => source.start > before,
            };
            let etag_fits = source.etag.as_deref().is_none_or(is_strong_etag);
            if !in_order || !etag_fits || source.start > self.size {
                return false;
            }
            at = Some(source.start);
        }
        let mut at = 0;
        for (index, (start, end)) in self.written.iter().enumerate() {
            // Neighbours that touch would have been written as one.
            let in_order = *start > at || (index == 0 && *start == 0);
            if !in_order || end <= start || *end > self.size {
                return false;
            }
            at = *end;
        }
        !self.sources.is_empty()
    }
}

/// Goes into a header of the next request, so it must be what it claims to be.
pub(super) fn is_strong_etag(etag: &str) -> bool {
    etag.len() >= 2
        && etag.len() <= 1024
        && etag.starts_with('"')
        && etag.ends_with('"')
        && etag.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

fn parse_copy(slot: &[u8]) -> Option<(u64, Journal)> {
    let line_end = slot
        .iter()
        .take(LONGEST_LINE)
        .position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(slot.get(..line_end)?).ok()?;
    let mut words = line.strip_prefix(MAGIC)?.strip_prefix(' ')?.split(' ');
    let sequence: u64 = words.next()?.parse().ok()?;
    let length: usize = words.next()?.parse().ok()?;
    let sum = words.next()?;
    if words.next().is_some() {
        return None;
    }
    let start = line_end.checked_add(1)?;
    let body = slot.get(start..start.checked_add(length)?)?;
    if checksum(sequence, body) != sum {
        return None;
    }
    let journal: Journal = serde_json::from_slice(body).ok()?;
    journal.is_plausible().then_some((sequence, journal))
}

/// A body with the line before it that vouches for it.
pub(super) fn framed(sequence: u64, body: &[u8]) -> Vec<u8> {
    let sum = checksum(sequence, body);
    let mut copy = format!("{MAGIC} {sequence} {} {sum}\n", body.len()).into_bytes();
    copy.extend_from_slice(body);
    copy.push(b'\n');
    copy
}

fn checksum(sequence: u64, body: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(MAGIC);
    hasher.update(sequence.to_le_bytes());
    hasher.update(body);
    hex(&hasher.finalize())
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The name of this run of the operating system, where it has one. Bytes that were written but not forced to
/// the disk are there for certain only as long as it lasts.
pub(super) fn boot() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty() && id.len() <= 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Journal {
        Journal {
            request: "ab".repeat(32),
            size: 100,
            etag: Some("\"e\"".into()),
            sha1: None,
            boot: boot(),
            synced: false,
            sources: vec![
                JournalSource {
                    start: 0,
                    etag: Some("\"a\"".into()),
                    last_modified: None,
                },
                JournalSource {
                    start: 50,
                    etag: None,
                    last_modified: Some("Sat, 21 Nov 2026 10:00:00 GMT".into()),
                },
            ],
            written: vec![(0, 20), (30, 60)],
        }
    }

    fn file(copies: &[(u64, Vec<u8>)]) -> Vec<u8> {
        let mut file = Vec::new();
        for (offset, copy) in copies {
            let end = *offset as usize + copy.len();
            if file.len() < end {
                file.resize(end, 0);
            }
            file[*offset as usize..end].copy_from_slice(copy);
        }
        file
    }

    #[test]
    fn the_later_whole_copy_counts() {
        let old = journal();
        let mut new = journal();
        new.written = vec![(0, 60)];
        let whole = file(&[old.to_copy(4).unwrap(), new.to_copy(5).unwrap()]);
        assert_eq!(Journal::parse(&whole), Some((5, new.clone())));
        // Killed in the middle of the second copy: the first one is still there.
        let torn = &whole[..whole.len() - 10];
        assert_eq!(Journal::parse(torn), Some((4, old.clone())));
        let mut damaged = whole.clone();
        damaged[20] ^= 1;
        assert_eq!(Journal::parse(&damaged), Some((5, new)));
        assert_eq!(
            Journal::parse(&file(&[old.to_copy(7).unwrap()])),
            Some((7, old))
        );
    }

    #[test]
    fn no_damage_to_one_byte_goes_unnoticed() {
        let (_, copy) = journal().to_copy(2).unwrap();
        for place in 0..copy.len() - 1 {
            for change in [1, 0x20, 0x80] {
                let mut damaged = copy.clone();
                damaged[place] ^= change;
                assert_eq!(Journal::parse(&damaged), None, "at {place}");
            }
        }
        for length in 0..copy.len() - 1 {
            assert_eq!(Journal::parse(&copy[..length]), None, "{length} bytes");
        }
        assert_eq!(Journal::parse(&copy), Some((2, journal())));
    }

    #[test]
    fn what_cannot_be_true_is_not_believed() {
        let wrong: [fn(&mut Journal); 10] = [
            |it| it.written = vec![(0, 101)],
            |it| it.written = vec![(5, 5)],
            |it| it.written = vec![(20, 30), (0, 10)],
            |it| it.written = vec![(0, 30), (20, 40)],
            |it| it.written = vec![(0, 30), (30, 40)],
            |it| it.sources.clear(),
            |it| it.sources[0].start = 1,
            |it| it.sources[1].start = 0,
            |it| it.sources[1].start = 101,
            |it| it.sources[0].etag = Some("\"a\"\r\nHost: b\"".into()),
        ];
        for change in wrong {
            let mut journal = journal();
            change(&mut journal);
            let (_, copy) = journal.to_copy(2).unwrap();
            assert_eq!(Journal::parse(&copy), None, "{journal:?}");
        }
    }

    #[test]
    fn one_that_is_too_large_is_not_written() {
        let mut large = journal();
        large.size = u64::MAX;
        large.written = (0..100_000).map(|at| (at * 10, at * 10 + 5)).collect();
        assert_eq!(large.to_copy(2), None);
    }
}
