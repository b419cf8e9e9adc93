//! What must hold for the ranges of whatever APS says of a file.

use super::cut::{Cut, cut};
use super::journal::{Journal, SLOT, framed, is_strong_etag};
use super::located::pieces;
use super::plan::Range;
use crate::signed::Signed;

/// However the file is cut, every byte of it belongs to one range, at its own URL; and there is room in memory for
/// the ranges of any size that a server may claim.
pub(crate) fn check_ranges(signed: Signed) {
    let size = signed.size();
    let pieces = pieces(signed.url, signed.chunks, size);
    for (connections, part_size, verified) in [
        (1, 0, false),
        (32, 0, true),
        (8, 0, false),
        (8, 64 * 1024, false),
    ] {
        let how = Cut {
            connections,
            part_size,
            verified,
            far: connections == 32,
            each: 0,
        };
        let mut at = 0;
        for (index, piece) in pieces.iter().enumerate() {
            let Some(end) = piece.end else {
                assert_eq!(
                    pieces.len(),
                    1,
                    "only a single piece may be of unknown size"
                );
                return;
            };
            assert_eq!(piece.start, at);
            let ranges: Vec<Range> = cut(index, piece.start, piece.start, end, how);
            assert!(ranges.len() <= 20_000, "{} ranges", ranges.len());
            for range in &ranges {
                assert!(range.start == at && range.source == index);
                let rest = range.rest();
                assert!(rest.is_some_and(|(from, to)| from == at && to > at));
                at = rest.map_or(at, |(_, to)| to);
            }
            assert_eq!(at, end);
        }
    }
}

/// The bytes as a whole journal, and as the body of one whose checksum is right: the file lies where anybody can change it.
pub(crate) fn journal(data: &[u8]) {
    for file in [data.to_vec(), framed(2, data)] {
        let Some((sequence, journal)) = Journal::parse(&file) else {
            continue;
        };
        check_journal(&journal);
        let Some((offset, copy)) = journal.to_copy(sequence) else {
            continue;
        };
        let mut again = vec![0; if offset == 0 { 0 } else { SLOT }];
        again.extend_from_slice(&copy);
        assert!(Journal::parse(&again) == Some((sequence, journal.clone())));
        check_two_copies(journal, copy, data.len());
    }
}

fn check_journal(journal: &Journal) {
    let mut at = 0;
    for (start, end) in &journal.written {
        assert!(at <= *start && start < end && *end <= journal.size);
        at = *end;
    }
    assert!(journal.total() <= journal.size);
    let first = journal.sources.first();
    assert!(first.is_some_and(|first| first.start == 0));
    for etag in journal
        .sources
        .iter()
        .filter_map(|source| source.etag.as_ref())
    {
        assert!(is_strong_etag(etag) && !etag.contains(['\r', '\n']));
    }
}

/// A copy that is damaged in one byte, or cut off, is not believed; the one before it is.
fn check_two_copies(journal: Journal, mut copy: Vec<u8>, place: usize) {
    let mut older = journal;
    older.synced = !older.synced;
    let Some((_, older_copy)) = older.to_copy(1) else {
        return;
    };
    let place = place % copy.len().saturating_sub(1).max(1);
    let mut cut = copy.clone();
    cut.truncate(place);
    if let Some(byte) = copy.get_mut(place) {
        *byte ^= 1;
    }
    for mut file in [copy, cut] {
        assert!(Journal::parse(&file).is_none(), "damaged at {place}");
        file.resize(SLOT, 0);
        file.extend_from_slice(&older_copy);
        assert!(Journal::parse(&file) == Some((1, older.clone())));
    }
}
