//! The ranges of a file, and how the rest of a slow one is shared.

use std::time::{Duration, Instant};

use super::cut::pieces;
use super::rate::{self, Rate};
use super::still::Still;
use crate::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that are read, written and counted in one go, at the most, by a worker that is alone.
pub(super) const BLOCK: u64 = 1024 * 1024;
/// By one of several.
pub(super) const FIRST_BLOCK: u64 = 256 * 1024;
/// Where there are many workers, and as long as it is not known how fast the connection is.
pub(super) const SMALLEST_BLOCK: u64 = 64 * 1024;
/// On a slow connection fewer, so that its worker does not hold for long what others could fetch; but not fewer than this.
const SLOW_BLOCK: u64 = 16 * 1024;
/// For about how long.
const BLOCK_TIME: f64 = 0.05;
/// And more than the first at once only if it comes in about this time.
const LONG_BLOCK_TIME: f64 = 0.005;
/// What the blocks of all workers together hold in memory, unless that would make them smaller still.
const ALL_BLOCKS: u64 = 4 * 1024 * 1024;
/// A rest smaller than this is not worth a new request.
pub(super) const SMALLEST_SPLIT: u64 = 32 * 1024;
/// And so much is left to whoever has a range, when the rest is cut off.
const SMALLEST_LEFT: u64 = SMALLEST_SPLIT;
/// What sharing a rest must save to be worth a new request and a broken connection.
const SMALLEST_GAIN: Duration = Duration::from_millis(25);
/// And from afar, in round trips: what is on its way to whoever had the rest is lost.
const SMALLEST_GAIN_TRIPS: u32 = 4;

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
    rate: Rate,
    still: Still,
}

/// What a new request has to wait for.
pub(super) struct Asking {
    /// Until its reply begins.
    pub(super) latency: Duration,
    /// Before that, until a connection is made for it, which also begins slowly. `None` if one is kept.
    pub(super) connecting: Option<Duration>,
    /// When a reply is overdue, counted from when a worker began to ask.
    pub(super) overdue: Duration,
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

/// How long a block is at the most, where so many workers have one each.
pub(super) fn largest_block(workers: usize) -> u64 {
    if workers <= 1 {
        return BLOCK;
    }
    ALL_BLOCKS
        .checked_div(workers as u64)
        .unwrap_or(FIRST_BLOCK)
        .clamp(SMALLEST_BLOCK, FIRST_BLOCK)
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
                rate: Rate::new(),
                still: Still::default(),
            }),
        }
    }

    /// A range that an earlier run has written.
    pub(super) fn done(source: usize, source_start: u64, start: u64, end: u64) -> Self {
        let range = Range::new(source, source_start, start, end);
        {
            let mut place = range.lock();
            place.written = end;
            place.claimed = end;
        }
        range
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the range for one worker. `false` when another has it or nothing is left.
    pub(super) fn take(&self) -> bool {
        let mut place = self.lock();
        let free = !place.worker && !place.dead && place.written < place.end;
        if free {
            place.worker = true;
            let written = place.written;
            place.rate.ask(written);
        }
        free
    }

    /// The reply has begun, after a request took `latency` of late: from here on the rate counts.
    pub(super) fn begin(&self, latency: Duration) {
        let mut place = self.lock();
        let written = place.written;
        place.rate.begin(latency, written);
    }

    pub(super) fn release(&self) {
        let mut place = self.lock();
        place.worker = false;
        place.claimed = place.written;
    }

    /// What its worker's connections go by from now on.
    pub(super) fn begin_errand(&self, errand: u64) {
        self.lock().still.begin(errand);
    }

    /// The worker waits for the server from here on.
    pub(super) fn wait(&self) {
        self.lock().still.wait();
    }

    /// The server has sent something.
    pub(super) fn stir(&self) {
        self.lock().still.stir();
    }

    /// The worker waits no longer. What its connection went by, if somebody has hung up in the meantime: then what is left is to be
    /// asked for anew.
    pub(super) fn end_wait(&self) -> Option<u64> {
        self.lock().still.end()
    }

    /// Has the worker's connection ended by `end` if nothing has come over it for so long.
    pub(super) fn hang_up(&self, now: Instant, patience: Duration, end: impl FnOnce(u64) -> bool) {
        let mut place = self.lock();
        if place.dead || !place.worker || place.written >= place.end {
            return;
        }
        // Under the lock: while the worker waits, nobody else has this connection.
        place.still.give_up(now, patience, end);
    }

    /// Takes over what lies directly behind it, if nobody has begun with that. Whether it did: then the other is dead.
    pub(super) fn take_over(&self, next: &Range) -> bool {
        let mut place = self.lock();
        let mut other = next.lock();
        let fits = next.source == self.source && next.start == place.end;
        let untouched = !other.worker && !other.dead && other.written == next.start;
        if !fits || !untouched || place.dead {
            return false;
        }
        other.dead = true;
        place.end = other.end;
        true
    }

    /// Whether a worker could take it.
    pub(super) fn is_free(&self) -> bool {
        let place = self.lock();
        !place.worker && !place.dead && place.written < place.end
    }

    /// Whether a worker has it, and more is to come.
    pub(super) fn is_busy(&self) -> bool {
        let place = self.lock();
        place.worker && !place.dead && place.written < place.end
    }

    /// How many bytes of it a worker could take.
    pub(super) fn free(&self) -> Option<u64> {
        let place = self.lock();
        (!place.worker && !place.dead).then(|| place.end.saturating_sub(place.written))
    }

    /// The next bytes to fetch and the end of the range, or `None` when it is complete or dead.
    pub(super) fn rest(&self) -> Option<(u64, u64)> {
        let place = self.lock();
        (!place.dead && place.written < place.end).then_some((place.written, place.end))
    }

    /// The next block: what comes in a moment, `most` at the most.
    pub(super) fn claim(&self, most: u64) -> Claim {
        let mut place = self.lock();
        if place.dead {
            return Claim::Dead;
        }
        let rate = place.rate.so_far(Instant::now(), place.written);
        let block = rate.map_or(SMALLEST_BLOCK, |rate| {
            // Such a cast ends at the type's limits.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let within = |time: f64| (rate * time) as u64;
            let short = within(BLOCK_TIME).clamp(SLOW_BLOCK, FIRST_BLOCK);
            short.max(within(LONG_BLOCK_TIME))
        });
        let mut block = block.min(most);
        if block >= FIRST_BLOCK {
            // Behind a shorter one, to where large pages of the system's cache end: others cost more to write.
            block = block.saturating_sub(place.written % FIRST_BLOCK);
        }
        let length = place.end.saturating_sub(place.written).min(block);
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
        let now = Instant::now();
        let mut place = self.lock();
        place.written = place.written.saturating_add(count).min(place.claimed);
        let written = place.written;
        place.rate.note(now, written);
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

    /// What is left for the worker, and how many bytes a second it will make on average; nothing while that is not
    /// known yet.
    fn outlook(&self, asking: &Asking, now: Instant) -> Option<(u64, f64)> {
        let place = self.lock();
        if !place.worker || place.dead {
            return None;
        }
        let rest = place.end.saturating_sub(place.claimed);
        let rate = place
            .rate
            .outlook(rest, place.written, asking.latency, asking.overdue, now)?;
        Some((rest, rate))
    }

    /// Bytes a second since the reply began, if somebody has worked on it for long enough.
    pub(super) fn overall_rate(&self, now: Instant) -> Option<f64> {
        let place = self.lock();
        if !place.worker || place.dead {
            return None;
        }
        place.rate.overall(now, place.written)
    }

    /// Leaves it with `most` bytes to come, and gives back the rest in pieces of that size.
    pub(super) fn shorten(&self, most: u64) -> Vec<Range> {
        let Some(tail) = self.leave_only(most) else {
            return Vec::new();
        };
        let end = tail.lock().end;
        pieces(self.source, self.source_start, tail.start, end, most.max(1))
    }

    /// Leaves it with `most` bytes to come, and gives back the rest.
    pub(super) fn leave_only(&self, most: u64) -> Option<Range> {
        let rest = {
            let place = self.lock();
            place.end.saturating_sub(place.claimed)
        };
        self.split_off(rest.saturating_sub(most))
    }

    /// Cuts off the last `length` bytes, if that many still belong to nobody.
    pub(super) fn split_off(&self, length: u64) -> Option<Range> {
        let mut place = self.lock();
        let rest = place.end.checked_sub(place.claimed)?;
        // An empty tail would be stolen for ever.
        let fits = length > 0 && rest >= length.saturating_add(SMALLEST_LEFT);
        if !fits || place.dead {
            return None;
        }
        let at = place.end.checked_sub(length)?;
        let tail = Range::new(self.source, self.source_start, at, place.end);
        place.end = at;
        Some(tail)
    }
}

/// Shares the rest of the range that would end last, so that both workers end at the same time. Nothing, if that would
/// save too little for what it costs.
pub(super) fn steal<'a>(
    ranges: impl Iterator<Item = &'a Range>,
    asking: &Asking,
    now: Instant,
) -> Option<Range> {
    let latency = asking.latency;
    let active: Vec<(&Range, u64, f64)> = ranges
        .filter_map(|range| {
            let (rest, rate) = range.outlook(asking, now)?;
            // A connection that stands still has a rate of nearly nothing, not of nothing.
            Some((range, rest, rate.max(1.0)))
        })
        .collect();
    let total: f64 = active.iter().map(|(_, _, rate)| rate).sum();
    // What the new worker can be expected to make: as much as the others on average.
    let usual = total / active.len().max(1) as f64;
    let (range, rest, rate) = active.iter().max_by(|a, b| {
        let (left_a, left_b) = (a.1 as f64 / a.2, b.1 as f64 / b.2);
        left_a.total_cmp(&left_b)
    })?;
    let left = *rest as f64 / rate;
    let mut usual = usual;
    let mut cost = latency;
    if let Some(connecting) = asking.connecting {
        cost = cost.saturating_add(connecting);
        let slow = rate::from_the_beginning(rest / 2, latency);
        usual = slow.map_or(usual, |slow| slow.min(usual));
    }
    let share = (left - cost.as_secs_f64()) / (1.0 / rate + 1.0 / usual);
    let gain = share / rate;
    if *rest < SMALLEST_SPLIT.saturating_mul(2) {
        return None;
    }
    let least = SMALLEST_GAIN
        .max(latency.saturating_mul(SMALLEST_GAIN_TRIPS))
        .as_secs_f64();
    if gain < least {
        return None;
    }
    // Such a cast ends at the type's limits, and a share beyond the rest is cut below.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let share = (share as u64).clamp(SMALLEST_SPLIT, rest.saturating_sub(SMALLEST_SPLIT));
    range.split_off(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Asking = Asking {
        latency: Duration::ZERO,
        connecting: None,
        overdue: Duration::from_millis(50),
    };

    fn after(seconds: u64) -> Asking {
        Asking {
            latency: Duration::from_secs(seconds),
            connecting: None,
            overdue: Duration::from_secs(seconds * 3),
        }
    }

    /// A range on which a worker has made `done` bytes in the last `seconds`.
    fn moving(start: u64, end: u64, done: u64, now: Instant, seconds: f64) -> Range {
        let range = Range::new(0, 0, start, end);
        assert!(range.take());
        let mut place = range.lock();
        place.written = start + done;
        place.claimed = (place.written + BLOCK).min(end);
        let ago = Duration::from_secs_f64(seconds);
        place.rate.backdate(now, ago, start);
        drop(place);
        range
    }

    #[test]
    fn a_claimed_block_is_never_given_away() {
        let now = Instant::now();
        let range = moving(0, 64 << 20, BLOCK, now, 1.0);
        assert!(!range.take(), "one worker at a time");
        let tail = steal([&range].into_iter(), &AT_ONCE, now).unwrap();
        let (_, end) = range.rest().unwrap();
        assert!(end >= 2 * BLOCK);
        assert_eq!(tail.start, end);
        assert_eq!(tail.rest().unwrap().1, 64 << 20);
    }

    #[test]
    fn many_workers_hold_no_more_than_a_few() {
        for (workers, block) in [
            (0, BLOCK),
            (1, BLOCK),
            (2, FIRST_BLOCK),
            (16, FIRST_BLOCK),
            (32, FIRST_BLOCK / 2),
            (64, SMALLEST_BLOCK),
            (128, SMALLEST_BLOCK),
            (256, SMALLEST_BLOCK),
        ] {
            assert_eq!(largest_block(workers), block, "{workers}");
        }
        let now = Instant::now();
        let range = moving(0, 64 << 20, BLOCK, now, 0.0);
        let claim = range.claim(largest_block(32));
        assert_eq!(
            claim,
            Claim::Block {
                offset: BLOCK,
                length: FIRST_BLOCK / 2
            }
        );
    }

    #[test]
    fn the_worker_of_a_slow_connection_holds_little() {
        let now = Instant::now();
        for (rate, block) in [
            (200_000, SLOW_BLOCK),
            (400_000, 20_000),
            (2_000_000, 100_000),
            (40_000_000, FIRST_BLOCK),
            (100_000_000, 500_000),
            (1_000_000_000, BLOCK),
        ] {
            let range = Range::new(0, 0, 0, 64 << 20);
            assert!(range.take());
            let length = |expected| match range.claim(BLOCK) {
                Claim::Block { length, .. } => assert_eq!(length, expected, "{rate}"),
                other => panic!("{other:?}"),
            };
            // Nothing is known of the first one.
            length(SMALLEST_BLOCK);
            {
                let mut place = range.lock();
                let ago = Duration::from_secs(1);
                place.rate.backdate(now, ago, 0);
                place.rate.note(now, rate);
            }
            length(block);
        }
    }

    #[test]
    fn what_follows_the_first_block_is_as_much_as_that_promises_and_ends_with_a_page() {
        let now = Instant::now();
        let length = |written, seconds| {
            let range = moving(0, 64 << 20, written, now, seconds);
            match range.claim(FIRST_BLOCK) {
                Claim::Block { length, .. } => length,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            length(SMALLEST_BLOCK, 0.0001),
            FIRST_BLOCK - SMALLEST_BLOCK,
            "a short window tells enough"
        );
        assert_eq!(length(FIRST_BLOCK, 0.001), FIRST_BLOCK);
        assert_eq!(length(SMALLEST_BLOCK, 10.0), SLOW_BLOCK);
    }

    #[test]
    fn both_end_at_the_same_time() {
        let now = Instant::now();
        // 1 MB/s with 60 MB left, beside others that make 9 MB/s: the new worker gets most of it.
        let slow = moving(0, 61_000_000, 1_000_000, now, 1.0);
        let quick = moving(100_000_000, 110_000_000, 9_000_000, now, 1.0);
        let tail = steal([&slow, &quick].into_iter(), &AT_ONCE, now).unwrap();
        let share = tail.rest().unwrap().1 - tail.start;
        assert!((45_000_000..55_000_000).contains(&share), "{share}");
    }

    #[test]
    fn a_rest_that_stands_still_is_given_away_in_pieces_with_something_in_them() {
        let now = Instant::now();
        for left in [1, 2, 3, 4, 5, 6, 7, 8, 9, 40] {
            // Nothing has come for a minute, so any piece would be a gain.
            let range = moving(0, BLOCK + left * SMALLEST_SPLIT, 0, now, 60.0);
            let mut pieces = 0;
            while let Some(tail) = steal([&range].into_iter(), &AT_ONCE, now) {
                let (from, to) = tail.rest().expect("an empty piece");
                assert!(to - from >= SMALLEST_SPLIT);
                pieces += 1;
            }
            assert!(pieces < left, "{pieces} of {left}");
            assert_eq!(pieces > 0, left > 1, "{pieces} of {left}");
        }
    }

    #[test]
    fn a_connection_that_has_to_be_made_takes_less_than_one_that_is_kept() {
        let now = Instant::now();
        // From 50 ms away, at 5 MB/s.
        let shared = |left: u64, connecting: Option<u64>| {
            let range = moving(0, 10_000_000 + BLOCK + left, 10_000_000, now, 1.0);
            // As fast as before, so it will not get faster.
            let before = now.checked_sub(Duration::from_secs(1)).unwrap();
            range
                .lock()
                .rate
                .backdate(before, Duration::from_secs(1), 0);
            range.lock().rate.note(before, 5_000_000);
            range
                .lock()
                .rate
                .backdate(now, Duration::from_secs(1), 5_000_000);
            range.lock().rate.note(now, 10_000_000);
            let asking = Asking {
                latency: Duration::from_millis(50),
                connecting: connecting.map(Duration::from_millis),
                overdue: Duration::from_millis(150),
            };
            let tail = steal([&range].into_iter(), &asking, now);
            tail.map_or(0, |tail| tail.rest().unwrap().1 - tail.start)
        };
        let kept = shared(8_000_000, None);
        assert!((3_600_000..3_900_000).contains(&kept), "{kept}");
        let new = shared(8_000_000, Some(100));
        assert!((3_500_000..3_700_000).contains(&new), "{new}");
        // A fifth of a second is what it must save from there.
        assert!(shared(2_400_000, None) > 0);
        assert_eq!(shared(2_400_000, Some(100)), 0);
    }

    #[test]
    fn small_or_quick_rests_are_left_alone() {
        let now = Instant::now();
        let small = moving(0, SMALLEST_SPLIT, 1000, now, 1.0);
        let quick = moving(0, 64 << 20, 62 << 20, now, 1.0);
        let new = Range::new(0, 0, 0, 64 << 20);
        assert!(new.take());
        for range in [&small, &quick, &new] {
            assert!(steal([range].into_iter(), &AT_ONCE, now).is_none());
        }
        // What is worth sharing next door is not on a road where a request takes long.
        let range = moving(0, 64 << 20, 32 << 20, now, 1.0);
        assert!(steal([&range].into_iter(), &after(1), now).is_none());
        assert!(steal([&range].into_iter(), &AT_ONCE, now).is_some());
    }
}
