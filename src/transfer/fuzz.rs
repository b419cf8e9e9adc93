//! What must hold for the ranges of whatever APS says of a file.

use super::located::pieces;
use super::plan::{Cut, Range, cut};
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
