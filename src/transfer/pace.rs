//! Reading at the server's pace, and telling a slow one from none.

use std::io::Read;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::transport::{Session, Ticket};

/// A rate below this counts as none: 1 KiB within the usual stall limit, in bytes per second.
const DRIP: u128 = 34;

/// A block that takes longer to fill is handed on as it is, so that it counts, and cannot be lost, early.
const FILLING: Duration = Duration::from_millis(250);

/// How much longer than the replies before it the first try of a range may wait for its reply.
const LATE: u32 = 10;
/// And how long in any case.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it may wait while no reply has shown what is usual.
const PATIENCE_AT_FIRST: Duration = Duration::from_secs(10);

/// How long the first try of a range waits for its reply, where those before it took so long; nothing is none. A server
/// that has forgotten one connection answers on another; one that is only slow gets all of its time with the next try.
pub(super) fn patience(latency: Duration) -> Duration {
    match latency.is_zero() {
        true => PATIENCE_AT_FIRST,
        false => latency.saturating_mul(LATE).max(PATIENCE),
    }
}

/// Why a block was not filled.
pub(super) enum Stop {
    Ended,
    Stalled,
    Failed(std::io::Error),
    /// The job was cancelled while it waited for the limit on the bandwidth.
    Cancelled(Error),
}

/// A reader under the limit on the bandwidth.
pub(super) struct Turn<'a> {
    session: &'a Session,
    ticket: Ticket,
}

impl<'a> Turn<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Turn {
            session,
            ticket: session.throttle().begin(),
        }
    }
}

/// Reads until the block is full, has taken long enough, or something stops it; what was read before is kept. `seen` is
/// told of each read, and how long the block has taken.
pub(super) fn fill(
    reader: &mut impl Read,
    block: &mut [u8],
    pace: &mut Pace,
    turn: &mut Turn<'_>,
    mut seen: impl FnMut(usize, Duration),
) -> (usize, Option<Stop>) {
    let mut filled = 0usize;
    let begun = Instant::now();
    while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let throttle = turn.session.throttle();
        let most = match throttle.read_size() {
            None => rest.len(),
            Some(size) => {
                match throttle.wait(turn.ticket, turn.session) {
                    Ok(waited) => pace.pardon(waited),
                    Err(cancelled) => return (filled, Some(Stop::Cancelled(cancelled))),
                }
                size.min(rest.len())
            }
        };
        match reader.read(rest.get_mut(..most).unwrap_or_default()) {
            Ok(0) => return (filled, Some(Stop::Ended)),
            Ok(count) => {
                throttle.took(&mut turn.ticket, count);
                filled = filled.saturating_add(count);
                let taken = begun.elapsed();
                seen(count, taken);
                if pace.is_dripping(count as u64) {
                    return (filled, Some(Stop::Stalled));
                }
                if taken > FILLING {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(Stop::Failed(error))),
        }
    }
    (filled, None)
}

/// Tells a drip feed from a slow transfer: the limit on a single read does not see one byte every second.
pub(super) struct Pace {
    window: Duration,
    /// So many bytes within the window are enough.
    enough: u64,
    since: Instant,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(window: Duration) -> Self {
        Pace {
            window,
            enough: u64::try_from(window.as_millis().saturating_mul(DRIP) / 1000)
                .unwrap_or(u64::MAX)
                .max(1),
            since: Instant::now(),
            bytes: 0,
        }
    }

    /// Time that was ours, and not the server's.
    fn pardon(&mut self, time: Duration) {
        self.since = self.since.checked_add(time).unwrap_or(self.since);
    }

    fn is_dripping(&mut self, count: u64) -> bool {
        self.bytes = self.bytes.saturating_add(count);
        if self.bytes >= self.enough {
            self.bytes = 0;
            self.since = Instant::now();
            return false;
        }
        self.since.elapsed() > self.window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_try_waits_for_what_is_usual_ten_times_and_never_for_a_minute_unless_that_is_usual() {
        for (latency, milliseconds) in [(0, 10_000), (1, 2000), (300, 3000), (7000, 70_000)] {
            let patience = patience(Duration::from_millis(latency));
            assert_eq!(patience, Duration::from_millis(milliseconds), "{latency}");
        }
    }
}
