//! Reading at the server's pace, and telling a slow one from none.

use std::io::Read;
use std::time::{Duration, Instant};

/// A rate below this counts as none: 1 KiB within the usual stall limit, in bytes per second.
const DRIP: u128 = 34;

/// A block that takes longer to fill is handed on as it is, so that it counts, and cannot be lost, early.
const PATIENCE: Duration = Duration::from_millis(250);

/// Why a block was not filled.
pub(super) enum Stop {
    Ended,
    Stalled,
    Failed(std::io::Error),
}

/// Reads until the block is full, has taken long enough, or something stops it; what was read before is kept.
pub(super) fn fill(
    reader: &mut impl Read,
    block: &mut [u8],
    pace: &mut Pace,
) -> (usize, Option<Stop>) {
    let mut filled = 0usize;
    let begun = Instant::now();
    while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => return (filled, Some(Stop::Ended)),
            Ok(count) => {
                filled = filled.saturating_add(count);
                if pace.is_dripping(count as u64) {
                    return (filled, Some(Stop::Stalled));
                }
                if begun.elapsed() > PATIENCE {
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
