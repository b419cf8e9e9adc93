//! How a file is cut into ranges.

use super::plan::Range;

/// Ranges are not made smaller than this when a file is first cut,
const SMALLEST_RANGE: u64 = 1024 * 1024;
/// unless each connection takes long for so much: then not smaller than what comes in a tenth of a second, and than this.
const SMALLEST_SLOW: u64 = 64 * 1024;
/// Nor than this on a far road, where each connection begins slowly: ten packets in the first round trip, twice as many in each further
/// one. With its head, so much comes in the first two.
const SMALLEST_FAR: u64 = 40 * 1024;
/// As long as the ranges are smaller than this, it is the slow beginning that counts, and not a rate.
const SLOWLY_BEGUN: u64 = 1024 * 1024;
/// Lengths are multiples of this, so that the last of many connections does not end much before or after the others.
pub(super) const STEP: u64 = 8 * 1024;
/// Ranges of a file whose SHA-1 is checked: the checksum follows in order, and what lies far ahead of it is
/// still to be hashed when the download is over.
const LARGEST_VERIFIED_RANGE: u64 = 32 * 1024 * 1024;
/// Ranges of one source: more, of a file that is or claims to be huge, would only cost memory.
const MOST_RANGES: u64 = 10_000;

/// What has to be known to cut a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) connections: usize,
    /// The caller's own part size, or 0.
    pub(super) part_size: u64,
    pub(super) verified: bool,
    /// The servers are far away, and there are few files.
    pub(super) far: bool,
    /// Bytes a second that a connection brings, or 0 if nobody knows.
    pub(super) each: u64,
}

impl Cut {
    /// Ranges are not made smaller than this.
    fn least(&self) -> u64 {
        match (self.far, self.each) {
            (true, _) => SMALLEST_FAR,
            (false, 0) => SMALLEST_RANGE,
            (false, each) => (each / 10).clamp(SMALLEST_SLOW, SMALLEST_RANGE),
        }
    }
}

/// Cuts `start..end` of one source into ranges, in order.
pub(super) fn cut(source: usize, source_start: u64, start: u64, end: u64, how: Cut) -> Vec<Range> {
    let length = length(end.saturating_sub(start), how);
    pieces(source, source_start, start, end, length)
}

/// How long the ranges of so many bytes are.
pub(super) fn length(size: u64, how: Cut) -> u64 {
    let connections = how.connections.max(1) as u64;
    let length = match how.part_size {
        0 => {
            let share = even_share(size, how);
            let in_order = size
                .checked_div(connections.saturating_mul(4))
                .unwrap_or(size)
                .clamp(SMALLEST_RANGE.saturating_mul(4), LARGEST_VERIFIED_RANGE);
            let length = match (how.verified, how.far) {
                (false, _) => share,
                (true, false) => in_order,
                // What all connections fetch at once is ahead of the checksum in any case.
                (true, true) => in_order.min(share),
            };
            length.checked_next_multiple_of(STEP).unwrap_or(length)
        }
        part_size => part_size,
    };
    length.max(size.div_ceil(MOST_RANGES)).max(1)
}

/// Whether a file, of which one connection brings the beginning already, from afar, is worth making others for: until they bring
/// anything, it has brought eight times as much as it had when they were begun.
pub(super) fn is_worth_connecting(size: u64) -> bool {
    size >= SLOWLY_BEGUN
}

/// How to cut a file of which one connection brings the beginning already, from afar: what that one keeps, and how long the ranges
/// of the others are. It is a round trip ahead of them, so it brings twice as much in the same time as long as all begin slowly.
pub(super) fn behind_the_first(size: u64, how: Cut) -> (u64, u64) {
    let one_more = Cut {
        connections: how.connections.saturating_add(1),
        ..how
    };
    let most = even_share(size, one_more);
    if how.part_size > 0 || most >= SLOWLY_BEGUN {
        let length = length(size, how);
        return (length, length);
    }
    let others = size.saturating_sub(most.saturating_mul(2)).div_ceil(most);
    let length = size.div_ceil(others.saturating_add(2));
    let length = length.checked_next_multiple_of(STEP).unwrap_or(length);
    (length.saturating_mul(2), length)
}

/// What each of so many connections has of a file.
fn even_share(size: u64, how: Cut) -> u64 {
    size.div_ceil(how.connections.max(1) as u64)
        .max(how.least())
}

/// Ranges of one length, and a last one with what is left.
pub(super) fn pieces(
    source: usize,
    source_start: u64,
    start: u64,
    end: u64,
    length: u64,
) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut at = start;
    while at < end {
        let to = at.saturating_add(length).min(end);
        ranges.push(Range::new(source, source_start, at, to));
        at = to;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::super::plan::FIRST_BLOCK;
    use super::*;

    fn bounds(ranges: &[Range]) -> Vec<(u64, u64)> {
        ranges.iter().filter_map(Range::rest).collect()
    }

    fn how(connections: usize, part_size: u64, verified: bool) -> Cut {
        Cut {
            connections,
            part_size,
            verified,
            far: false,
            each: 0,
        }
    }

    #[test]
    fn small_files_from_afar_are_cut_for_more_connections() {
        let near = how(64, 0, false);
        let far = Cut { far: true, ..near };
        assert_eq!(cut(0, 0, 0, 8 << 20, near).len(), 8);
        assert_eq!(cut(0, 0, 0, 2 << 20, far).len(), 52);
        assert_eq!(cut(0, 0, 0, 100 << 20, far).len(), 64);
        assert_eq!(cut(0, 0, 0, SMALLEST_FAR, far).len(), 1);
        // With a checksum, too, as long as all of them are fetched at once.
        let near = how(64, 0, true);
        let far = Cut { far: true, ..near };
        assert_eq!(cut(0, 0, 0, 8 << 20, near).len(), 2);
        assert_eq!(cut(0, 0, 0, 2 << 20, far).len(), 52);
        for how in [near, far] {
            assert_eq!(cut(0, 0, 0, 4 << 30, how).len(), 256);
        }
    }

    #[test]
    fn where_each_connection_is_slow_small_files_are_cut_for_more_of_them() {
        let pieces = |each| {
            let slow = Cut {
                each,
                ..how(64, 0, false)
            };
            cut(0, 0, 0, 5 << 20, slow).len()
        };
        assert_eq!(pieces(0), 5);
        assert_eq!(pieces(100_000_000), 5);
        assert_eq!(pieces(1_000_000), 50);
        assert_eq!(pieces(1), 64);
    }

    #[test]
    fn from_afar_the_first_connection_keeps_twice_as_much_as_the_others_get() {
        let far = |connections| Cut {
            far: true,
            ..how(connections, 0, false)
        };
        for connections in [0, 1, 2, 7, 64] {
            for size in [
                1,
                SMALLEST_FAR,
                SMALLEST_FAR * 2 + 1,
                300_000,
                1 << 20,
                20 << 20,
            ] {
                let (own, length) = behind_the_first(size, far(connections));
                let others = size.saturating_sub(own).div_ceil(length);
                assert!(others < connections.max(1) as u64, "{connections} {size}");
                if others > 0 && length < SLOWLY_BEGUN {
                    assert_eq!(own, length * 2, "{connections} {size}");
                    // No piece is much smaller than the others: it would be asked for in vain.
                    assert!(own + (others - 1) * length < size);
                    assert!(length >= SMALLEST_FAR * 2 / 3, "{connections} {size}");
                }
            }
        }
        // Nothing to gain where all have long come up to their rates when they end, and what was set is kept to.
        assert_eq!(behind_the_first(1 << 30, far(64)), (1 << 24, 1 << 24));
        let set = Cut {
            part_size: 100_000,
            ..far(64)
        };
        assert_eq!(behind_the_first(1 << 20, set), (100_000, 100_000));
    }

    #[test]
    fn every_byte_belongs_to_one_range() {
        for size in [
            1,
            FIRST_BLOCK - 1,
            FIRST_BLOCK,
            FIRST_BLOCK + 1,
            10 << 20,
            (1 << 32) + 7,
        ] {
            for how in [how(1, 0, false), how(8, 0, true), how(8, 5 << 20, false)] {
                let ranges = cut(0, 0, 0, size, how);
                let mut at = 0;
                for (start, end) in bounds(&ranges) {
                    assert_eq!(start, at);
                    assert!(end > start);
                    at = end;
                }
                assert_eq!(at, size, "{how:?}");
            }
        }
        assert!(cut(0, 0, 0, 0, how(8, 0, false)).is_empty());
        for how in [how(8, 64 * 1024, false), how(8, 0, true)] {
            assert!(cut(0, 0, 0, u64::MAX, how).len() as u64 <= MOST_RANGES);
        }
        assert_eq!(
            bounds(&cut(0, 0, 0, 10, how(8, 4, false))),
            [(0, 4), (4, 8), (8, 10)]
        );
    }
}
