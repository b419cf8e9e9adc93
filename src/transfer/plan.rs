//! How a file is cut into ranges, and how the rest of a slow range is shared.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that are read, written and counted in one go.
pub(super) const BLOCK: u64 = 256 * 1024;
/// Ranges are not made smaller than this when a file is first cut.
const SMALLEST_RANGE: u64 = 1024 * 1024;
/// Ranges of a file whose SHA-1 is checked: the checksum follows in order, and what lies far ahead of it is
/// still to be hashed when the download is over.
const LARGEST_VERIFIED_RANGE: u64 = 32 * 1024 * 1024;
/// A rest smaller than this is not worth a new request.
const SMALLEST_SPLIT: u64 = 1024 * 1024;
/// What a new request is assumed to cost before its first byte.
const REQUEST_COST: Duration = Duration::from_millis(100);

/// A piece of the file that one worker at a time fetches, from front to back.
pub(super) struct Range {
    /// Which URL it comes from.
    pub(super) source: usize,
    /// Where the bytes of that URL begin in the file.
    pub(super) source_start: u64,
    pub(super) start: u64,
    /// Who is where. Locked for a moment by the worker before and after each block, and by whoever splits.
    state: Mutex<Place>,
}

struct Place {
    /// Everything before it is written.
    written: u64,
    /// Everything before it belongs to the worker: it is being read right now.
    claimed: u64,
    end: u64,
    worker: bool,
    /// The item starts over: nobody may write here any more.
    dead: bool,
    started: Option<(Instant, u64)>,
}

/// What a worker finds when it asks for its next block.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Fetch this many bytes, to go to this offset.
    Block { offset: u64, length: u64 },
    /// All is written.
    Complete,
    /// The item starts over or has failed.
    Dead,
}

impl Range {
    pub(super) fn new(source: usize, source_start: u64, start: u64, end: u64) -> Self {
        Range {
            source,
            source_start,
            start,
            state: Mutex::new(Place {
                written: start,
                claimed: start,
                end,
                worker: false,
                dead: false,
                started: None,
            }),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Place> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the range for one worker. `false` when another has it or nothing is left.
    pub(super) fn take(&self) -> bool {
        let mut place = self.lock();
        let free = !place.worker && !place.dead && place.written < place.end;
        if free {
            place.worker = true;
            place.started = Some((Instant::now(), place.written));
        }
        free
    }

    pub(super) fn release(&self) {
        let mut place = self.lock();
        place.worker = false;
        place.claimed = place.written;
    }

    /// Whether a worker could take it.
    pub(super) fn is_free(&self) -> bool {
        let place = self.lock();
        !place.worker && !place.dead && place.written < place.end
    }

    /// The next bytes to fetch and the end of the range, or `None` when it is complete or dead.
    pub(super) fn rest(&self) -> Option<(u64, u64)> {
        let place = self.lock();
        (!place.dead && place.written < place.end).then_some((place.written, place.end))
    }

    pub(super) fn claim(&self) -> Claim {
        let mut place = self.lock();
        if place.dead {
            return Claim::Dead;
        }
        let length = place.end.saturating_sub(place.written).min(BLOCK);
        if length == 0 {
            return Claim::Complete;
        }
        place.claimed = place.written.saturating_add(length);
        Claim::Block {
            offset: place.written,
            length,
        }
    }

    /// `count` bytes of the claimed block are written.
    pub(super) fn advance(&self, count: u64) {
        let mut place = self.lock();
        place.written = place.written.saturating_add(count).min(place.claimed);
    }

    pub(super) fn kill(&self) {
        self.lock().dead = true;
    }

    pub(super) fn is_complete(&self) -> bool {
        let place = self.lock();
        place.written >= place.end
    }

    /// How many bytes of it are written.
    pub(super) fn written(&self) -> u64 {
        self.lock().written.saturating_sub(self.start)
    }

    /// The end of the file became known while this range was being fetched.
    pub(super) fn set_end(&self, end: u64) {
        let mut place = self.lock();
        place.end = end.max(place.claimed);
    }

    /// The stream is over: what is written is all there is.
    pub(super) fn end_here(&self) {
        let mut place = self.lock();
        place.end = place.written;
    }

    /// The contiguous end of what is written, if it begins at `from`.
    pub(super) fn frontier(&self, from: u64) -> Option<u64> {
        let place = self.lock();
        (self.start <= from && place.written >= from).then_some(place.written)
    }

    /// How long the worker will still need, and how many bytes a second it makes.
    fn outlook(&self, now: Instant) -> Option<(u64, f64)> {
        let place = self.lock();
        let (since, from) = place.started.filter(|_| place.worker && !place.dead)?;
        let rest = place.end.saturating_sub(place.claimed);
        let time = now.saturating_duration_since(since).as_secs_f64();
        let done = place.written.saturating_sub(from) as f64;
        Some((rest, if time > 0.0 { done / time } else { 0.0 }))
    }

    /// Cuts off the part of the rest that another worker should fetch, so that both end at the same time.
    fn split(&self, now: Instant) -> Option<Range> {
        let (rest, rate) = self.outlook(now)?;
        if rest < SMALLEST_SPLIT.saturating_mul(2) {
            return None;
        }
        let expected = if rate > 0.0 {
            rest as f64 / rate
        } else {
            f64::INFINITY
        };
        // A worker that has only just begun has no rate yet; neither is it slow.
        if expected < 2.0 * REQUEST_COST.as_secs_f64() {
            return None;
        }
        let mut place = self.lock();
        let rest = place.end.checked_sub(place.claimed)?;
        if rest < SMALLEST_SPLIT.saturating_mul(2) || place.dead || !place.worker {
            return None;
        }
        let at = place.claimed.checked_add(rest / 2)?;
        let tail = Range::new(self.source, self.source_start, at, place.end);
        place.end = at;
        Some(tail)
    }
}

/// What has to be known to cut a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) connections: usize,
    /// The caller's own part size, or 0.
    pub(super) part_size: u64,
    pub(super) verified: bool,
}

/// Cuts `start..end` of one source into ranges, in order.
pub(super) fn cut(source: usize, source_start: u64, start: u64, end: u64, how: Cut) -> Vec<Range> {
    let size = end.saturating_sub(start);
    let connections = how.connections.max(1) as u64;
    let length = if how.part_size > 0 {
        how.part_size
    } else if how.verified {
        size.checked_div(connections.saturating_mul(4))
            .unwrap_or(size)
            .clamp(SMALLEST_RANGE.saturating_mul(4), LARGEST_VERIFIED_RANGE)
    } else {
        size.div_ceil(connections).max(SMALLEST_RANGE)
    };
    let length = length
        .checked_next_multiple_of(if how.part_size > 0 { 1 } else { BLOCK })
        .unwrap_or(length)
        .max(1);
    let mut ranges = Vec::new();
    let mut at = start;
    while at < end {
        let to = at.saturating_add(length).min(end);
        ranges.push(Range::new(source, source_start, at, to));
        at = to;
    }
    ranges
}

/// Shares the rest of the range that would end last, if that makes the whole end sooner.
pub(super) fn steal<'a>(ranges: impl Iterator<Item = &'a Range>, now: Instant) -> Option<Range> {
    let slowest = ranges
        .filter_map(|range| {
            let (rest, rate) = range.outlook(now)?;
            let left = if rate > 0.0 {
                rest as f64 / rate
            } else {
                f64::MAX
            };
            (rest > 0).then_some((range, left))
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    slowest.0.split(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(ranges: &[Range]) -> Vec<(u64, u64)> {
        ranges
            .iter()
            .map(|range| (range.start, range.lock().end))
            .collect()
    }

    fn how(connections: usize, part_size: u64, verified: bool) -> Cut {
        Cut {
            connections,
            part_size,
            verified,
        }
    }

    #[test]
    fn every_byte_belongs_to_one_range() {
        for size in [1, BLOCK - 1, BLOCK, BLOCK + 1, 10 << 20, (1 << 32) + 7] {
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
        assert_eq!(
            bounds(&cut(0, 0, 0, 10, how(8, 4, false))),
            [(0, 4), (4, 8), (8, 10)]
        );
    }

    #[test]
    fn a_claimed_block_is_never_given_away() {
        let range = Range::new(0, 0, 0, 64 << 20);
        assert!(range.take());
        assert!(!range.take(), "one worker at a time");
        assert_eq!(
            range.claim(),
            Claim::Block {
                offset: 0,
                length: BLOCK
            }
        );
        let later = Instant::now() + Duration::from_secs(10);
        let tail = range.split(later).unwrap();
        let (_, end) = range.rest().unwrap();
        assert!(end >= BLOCK);
        assert_eq!(tail.start, end);
        assert_eq!(tail.rest().unwrap().1, 64 << 20);
    }

    #[test]
    fn small_or_quick_rests_are_left_alone() {
        let small = Range::new(0, 0, 0, SMALLEST_SPLIT);
        assert!(small.take());
        assert!(
            small
                .split(Instant::now() + Duration::from_secs(9))
                .is_none()
        );
        let quick = Range::new(0, 0, 0, 64 << 20);
        assert!(quick.take());
        for _ in 0..240 {
            assert!(matches!(quick.claim(), Claim::Block { .. }));
            quick.advance(BLOCK);
        }
        // 60 MiB in a second: the last 4 MiB are done before another request has its first byte.
        assert!(
            quick
                .split(Instant::now() + Duration::from_secs(1))
                .is_none()
        );
    }
}
