//! What the workers of an item share: its address, its ranges, and how far they are.

use std::sync::Arc;
use std::time::Instant;

use super::crew::Crew;
use super::cut::{self, Cut};
use super::located::Located;
use super::plan::Range;
use super::progress::Counters;
use super::result::ItemResult;
use super::resume::Resumed;
use super::sink::Sink;
use super::verify::Verify;
use super::version::Version;
use super::waits::Waits;
use crate::error::{Error, ErrorKind, Result};

/// The first request for a file of unknown size asks for this much.
const FIRST_PART: u64 = 8 * 1024 * 1024;

/// What the workers of an item share.
#[derive(Default)]
pub(super) struct State {
    pub(super) located: Option<Arc<Located>>,
    /// Counts the addresses, so that one expiry leads to one renewal.
    pub(super) generation: u64,
    pub(super) renewing: bool,
    /// Renewals since the last byte arrived.
    pub(super) barren_renewals: u32,
    pub(super) size: Option<u64>,
    /// The server knows no ranges, or the address works once: one GET from front to back.
    pub(super) streaming: bool,
    pub(super) ranges: Vec<Arc<Range>>,
    /// Who works on the item now: fetching, hashing or opening.
    pub(super) workers: usize,
    pub(super) sink: Option<Arc<Sink>>,
    pub(super) verify: Option<Arc<Verify>>,
    pub(super) hashing: bool,
    pub(super) waits: Waits,
    /// What the first reply of each source said of its version.
    pub(super) versions: Vec<Option<Version>>,
    /// What an earlier run wrote, until the ranges are made of it.
    pub(super) resuming: Option<Resumed>,
    /// Bytes that an earlier run wrote.
    pub(super) resumed: u64,
    /// Sources of which an earlier run has bytes, and no reply has shown yet that they are of this version.
    pub(super) unproven: Vec<bool>,
    /// The server has shown that it knows no ranges.
    pub(super) rangeless: bool,
    /// Ranges may be made longer: they have no size that somebody asked for, and no checksum waits for them in order.
    pub(super) mergeable: bool,
    /// They have the size that somebody asked for.
    pub(super) of_size: bool,
    pub(super) restart: Option<Restart>,
    pub(super) restarts: u32,
    pub(super) error: Option<Error>,
    pub(super) opened: Option<Instant>,
    pub(super) parts: u64,
    pub(super) retries: u64,
    /// The last worker makes the result.
    pub(super) finishing: bool,
    pub(super) outcome: Option<Result<ItemResult>>,
    pub(super) sized: bool,
}

/// Why the file is to be fetched from its beginning, and whether as one stream.
#[derive(Debug)]
pub(super) struct Restart {
    pub(super) streaming: Option<bool>,
    pub(super) cause: Error,
}

impl Crew for State {
    fn workers(&mut self) -> &mut usize {
        &mut self.workers
    }

    fn finishing(&mut self) -> &mut bool {
        &mut self.finishing
    }

    fn is_to_start_over(&self) -> bool {
        self.error.is_none() && self.restart.is_some()
    }

    fn is_over(&self) -> bool {
        self.error.is_some() || self.is_complete()
    }
}

impl State {
    pub(super) fn count_size(&mut self, counters: &Counters) {
        use std::sync::atomic::Ordering::Relaxed;
        if let Some(size) = self.size
            && !self.sized
        {
            self.sized = true;
            counters.bytes_total.fetch_add(size, Relaxed);
            counters.items_sized.fetch_add(1, Relaxed);
        }
    }

    /// An item that is over without a size, such as one that was kept, holds nothing more in store.
    pub(super) fn close_size(&mut self, counters: &Counters) {
        if !self.sized {
            self.sized = true;
            counters
                .items_sized
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.size.is_some() && self.ranges.iter().all(|range| range.is_complete())
    }

    pub(super) fn plan(&mut self, cut: Cut) {
        let Some(located) = self.located.clone() else {
            return;
        };
        self.mergeable = cut.part_size == 0 && !cut.verified;
        self.of_size = cut.part_size > 0;
        self.versions = vec![None; located.sources.len()];
        self.unproven = vec![false; located.sources.len()];
        self.ranges = Vec::new();
        if let Some(resuming) = self.resuming.take() {
            self.plan_rest(&located, resuming, cut);
            return;
        }
        for (index, piece) in located.sources.iter().enumerate() {
            match piece.end.or(self.size) {
                Some(end) if self.streaming => {
                    if end > piece.start {
                        let whole = Range::new(index, piece.start, piece.start, end);
                        self.ranges.push(Arc::new(whole));
                    }
                }
                Some(end) => {
                    let ranges = cut::cut(index, piece.start, piece.start, end, cut);
                    self.ranges.extend(ranges.into_iter().map(Arc::new));
                }
                None => {
                    let end = if self.streaming { u64::MAX } else { FIRST_PART };
                    self.ranges.push(Arc::new(Range::new(index, 0, 0, end)));
                }
            }
        }
    }

    /// Makes the ranges of what an earlier run has not written.
    fn plan_rest(&mut self, located: &Located, resuming: Resumed, cut: Cut) {
        self.streaming = false;
        let mut ends = located.sources.iter().skip(1).map(|piece| piece.start);
        for (index, piece) in located.sources.iter().enumerate() {
            let end = ends.next().unwrap_or(resuming.size);
            let mut at = piece.start;
            for (from, to) in &resuming.written {
                let (from, to) = ((*from).max(piece.start), (*to).min(end));
                if from >= to {
                    continue;
                }
                let gap = cut::cut(index, piece.start, at, from, cut);
                self.ranges.extend(gap.into_iter().map(Arc::new));
                self.ranges
                    .push(Arc::new(Range::done(index, piece.start, from, to)));
                self.resumed = self.resumed.saturating_add(to.saturating_sub(from));
                if let Some(unproven) = self.unproven.get_mut(index) {
                    *unproven = !resuming.vouched;
                }
                at = to;
            }
            let rest = cut::cut(index, piece.start, at, end, cut);
            self.ranges.extend(rest.into_iter().map(Arc::new));
        }
        self.versions = resuming.versions;
    }

    /// Whether the item is about to be fetched from its beginning.
    pub(super) fn is_starting_over(&self) -> bool {
        self.restart.is_some()
    }

    /// What is written, in order, with gaps in between.
    pub(super) fn extents(&self) -> Vec<(u64, u64)> {
        let mut extents: Vec<(u64, u64)> = Vec::new();
        for range in &self.ranges {
            let end = range.start.saturating_add(range.written());
            match extents.last_mut() {
                _ if end <= range.start => {}
                Some(last) if last.1 == range.start => last.1 = end,
                _ => extents.push((range.start, end)),
            }
        }
        extents
    }

    pub(super) fn written(&self) -> u64 {
        self.ranges
            .iter()
            .fold(0, |sum, range| sum.saturating_add(range.written()))
    }

    /// A free range, taken. With few connections it is made longer by the free ones behind it, for a request each would
    /// cost time: the first ones get half of an even share of what is free, and the later ones less and less.
    pub(super) fn take_free(&mut self, permits: usize) -> Option<Arc<Range>> {
        let first = self.ranges.iter().position(|range| range.take())?;
        let range = self.ranges.get(first)?.clone();
        if !self.mergeable {
            return Some(range);
        }
        let free: u64 = self.ranges.iter().filter_map(|range| range.free()).sum();
        let shares = (permits.max(1) as u64).saturating_mul(2);
        let wanted = free.checked_div(shares).unwrap_or(free);
        let behind = first.saturating_add(1);
        while range
            .rest()
            .is_some_and(|(at, end)| end.saturating_sub(at) < wanted)
            && self
                .ranges
                .get(behind)
                .is_some_and(|next| range.take_over(next))
        {
            self.ranges.remove(behind);
        }
        Some(range)
    }

    /// Gives the rests of long ranges back in pieces, for more workers than were expected.
    pub(super) fn recut(&mut self, cut: Cut) {
        if self.of_size || self.streaming {
            return;
        }
        let Some(size) = self.size else {
            return;
        };
        let mut most = cut::length(size, cut);
        if cut.far {
            self.give_back(most);
            most = self.even_length(most, cut.connections);
        }
        let mut pieces = Vec::new();
        for range in &self.ranges {
            pieces.extend(range.shorten(most));
        }
        if !pieces.is_empty() {
            self.ranges.extend(pieces.into_iter().map(Arc::new));
            self.ranges.sort_by_key(|range| range.start);
        }
    }

    /// Leaves those who work on ranges with `most` bytes to come, and makes one range of what is free between two of them.
    fn give_back(&mut self, most: u64) {
        let busy = self.ranges.iter().filter(|range| !range.is_free());
        let rests: Vec<Range> = busy.filter_map(|range| range.leave_only(most)).collect();
        self.ranges.extend(rests.into_iter().map(Arc::new));
        self.ranges.sort_by_key(|range| range.start);
        let ranges = std::mem::take(&mut self.ranges);
        for range in ranges {
            let before = self.ranges.last().filter(|before| before.is_free());
            if !before.is_some_and(|before| before.take_over(&range)) {
                self.ranges.push(range);
            }
        }
    }

    /// How long the pieces of what is free have to be, `least` at the least, so that there is not one too many for so many
    /// connections: that one would be asked for when all others are done.
    fn even_length(&self, least: u64, connections: usize) -> u64 {
        let free: Vec<u64> = self
            .ranges
            .iter()
            .filter_map(|range| range.free())
            .collect();
        let busy = self.ranges.iter().filter(|range| range.is_busy()).count();
        let total: u64 = free.iter().sum();
        let enough = total
            .div_ceil(least.max(1))
            .max(connections.saturating_sub(busy) as u64);
        let step = cut::STEP.max(least / 64);
        let mut length = least;
        while length < least.saturating_mul(2)
            && free.iter().map(|free| free.div_ceil(length)).sum::<u64>() > enough
        {
            length = length.saturating_add(step);
        }
        length
    }

    /// Takes back what was written, and the size if it may be another one now.
    pub(super) fn forget(&mut self, counters: &Counters) {
        use std::sync::atomic::Ordering::Relaxed;
        counters.take_back(self.written());
        self.ranges = Vec::new();
        self.resumed = 0;
        if let Some(verify) = &self.verify {
            verify.reset();
        }
        let changed = self
            .restart
            .as_ref()
            .is_some_and(|restart| restart.cause.kind() == ErrorKind::Changed);
        if let Some(size) = self.size.filter(|_| changed && self.sized) {
            counters.bytes_total.fetch_sub(size, Relaxed);
            counters.items_sized.fetch_sub(1, Relaxed);
            self.sized = false;
            self.size = self.located.as_ref().and_then(|located| located.size);
        }
    }

    /// The offset up to which the file is written without a gap.
    pub(super) fn frontier(&self) -> u64 {
        let mut at = 0;
        for range in &self.ranges {
            match range.frontier(at) {
                Some(written) => at = written.max(at),
                None => break,
            }
            if !range.is_complete() {
                break;
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::BLOCK;
    use super::super::plan::Claim;
    use super::*;

    const MIB: u64 = 1 << 20;

    /// A file of 64 MiB, cut for 64 connections.
    fn file() -> (State, Cut) {
        let cut = Cut {
            connections: 64,
            part_size: 0,
            verified: false,
            far: false,
            each: 0,
        };
        let ranges = cut::cut(0, 0, 0, 64 * MIB, cut);
        let state = State {
            size: Some(64 * MIB),
            mergeable: true,
            ranges: ranges.into_iter().map(Arc::new).collect(),
            ..State::default()
        };
        (state, cut)
    }

    /// Where ranges begin and end, if nothing is written yet and all of them are in order.
    fn lengths(state: &State) -> Vec<u64> {
        let mut at = 0;
        let lengths = state.ranges.iter().map(|range| {
            let (from, to) = range.rest().unwrap();
            assert_eq!(from, at, "a gap, or a byte in two ranges");
            at = to;
            to - from
        });
        let lengths = lengths.collect();
        assert_eq!(Some(at), state.size);
        lengths
    }

    #[test]
    fn few_connections_take_long_ranges_and_many_short_ones() {
        let (mut state, _) = file();
        let taken = |state: &mut State, permits| {
            let (from, to) = state.take_free(permits)?.rest()?;
            Some((to - from) / MIB)
        };
        assert_eq!(taken(&mut state, 4), Some(8));
        assert_eq!(taken(&mut state, 4), Some(7));
        assert_eq!(taken(&mut state, 64), Some(1));
        lengths(&state);
        while taken(&mut state, 4).is_some() {}
        lengths(&state);
    }

    #[test]
    fn long_ranges_are_given_back_when_more_connections_come() {
        let (mut state, cut) = file();
        let first = state.take_free(1).unwrap();
        assert_eq!(first.rest(), Some((0, 32 * MIB)));
        // What is being read stays with its worker.
        let claimed = match first.claim(BLOCK) {
            Claim::Block { length, .. } => length,
            other => panic!("{other:?}"),
        };
        state.recut(cut);
        assert_eq!(first.rest(), Some((0, claimed + MIB)));
        assert!(lengths(&state).iter().all(|length| *length <= 2 * MIB));
        assert_eq!(
            state.ranges.iter().filter(|range| range.is_free()).count(),
            63
        );
        let before = lengths(&state);
        state.recut(cut);
        assert_eq!(lengths(&state), before, "once is enough");
    }

    #[test]
    fn what_nobody_has_begun_with_is_cut_for_more_connections_as_well() {
        let (mut state, cut) = file();
        let far = Cut { far: true, ..cut };
        let few = Cut {
            connections: 8,
            ..cut
        };
        state.ranges = cut::cut(0, 0, 0, 64 * MIB, few)
            .into_iter()
            .map(Arc::new)
            .collect();
        assert_eq!(lengths(&state), [8 * MIB; 8]);
        state.recut(far);
        assert_eq!(lengths(&state), [MIB; 64]);
        // Also where a checksum follows in order.
        let verified = Cut {
            verified: true,
            ..cut
        };
        state.mergeable = false;
        state.ranges = cut::cut(0, 0, 0, 64 * MIB, verified)
            .into_iter()
            .map(Arc::new)
            .collect();
        assert_eq!(lengths(&state), [4 * MIB; 16]);
        state.recut(Cut {
            far: true,
            ..verified
        });
        assert_eq!(lengths(&state), [MIB; 64]);
    }

    #[test]
    fn from_afar_no_range_is_left_over_that_would_be_asked_for_when_all_others_are_done() {
        let size = 20 * MIB;
        let (mut state, cut) = file();
        let far = Cut { far: true, ..cut };
        // Four have begun before it turned out to be far, with some neighbours each.
        state.size = Some(size);
        let near = cut::cut(0, 0, 0, size, cut);
        state.ranges = near.into_iter().map(Arc::new).collect();
        for _ in 0..4 {
            let _ = state.take_free(4).unwrap().claim(BLOCK);
        }
        state.recut(far);
        assert!(
            (60..=64).contains(&state.ranges.len()),
            "{}",
            state.ranges.len()
        );
        let _ = lengths(&state);
        // Its size came with the first reply, to a request for the first part.
        let first = Range::new(0, 0, 0, FIRST_PART);
        assert!(first.take());
        let length = cut::length(size, far);
        let more = cut::pieces(0, 0, FIRST_PART, size, length);
        state.ranges = [first].into_iter().chain(more).map(Arc::new).collect();
        state.recut(far);
        assert_eq!(lengths(&state), vec![length; 64]);
    }

    #[test]
    fn ranges_that_somebody_wants_as_they_are_stay_so() {
        for what in [0, 1] {
            let (mut state, cut) = file();
            let first = state.take_free(1).unwrap();
            match what {
                0 => state.of_size = true,
                _ => state.streaming = true,
            }
            state.recut(cut);
            assert_eq!(first.rest(), Some((0, 32 * MIB)));
        }
    }
}
