//! Whether nothing comes any more for a range, so that its worker should ask for the rest over another connection.
//!
//! A packet that is lost is sent again after a fifth of a second, and after twice as long each time that is lost as well. At the
//! end of a download, one such connection keeps all others waiting that have done their part.

use std::time::{Duration, Instant};

/// So many connections of a range are given up: a server that stands still as a whole is not to be asked ever again.
const MOST: u32 = 3;

/// What the worker of a range waits for.
#[derive(Default)]
pub(super) struct Still {
    /// What its connection goes by.
    errand: u64,
    /// It waits for the server, and not for the disk or for a limit of our own.
    waiting: bool,
    /// Who looked first since something came.
    since: Option<Instant>,
    hung_up: bool,
    times: u32,
}

impl Still {
    /// A worker has come.
    pub(super) fn begin(&mut self, errand: u64) {
        (self.errand, self.waiting, self.hung_up) = (errand, false, false);
    }

    /// It begins to wait.
    pub(super) fn wait(&mut self) {
        (self.waiting, self.since) = (true, None);
    }

    /// Something has come.
    pub(super) fn stir(&mut self) {
        self.since = None;
    }

    /// It waits no longer. Whether its connection has been given up.
    pub(super) fn end(&mut self) -> bool {
        self.waiting = false;
        std::mem::take(&mut self.hung_up)
    }

    /// Whose connection is to be given up, if nothing has come for so long; longer after each time that was done.
    pub(super) fn give_up(&mut self, now: Instant, patience: Duration) -> Option<u64> {
        if !self.waiting || self.hung_up || self.times >= MOST {
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let patience = patience.saturating_mul(1 << self.times);
        if now.saturating_duration_since(since) < patience {
            return None;
        }
        self.hung_up = true;
        self.times = self.times.saturating_add(1);
        Some(self.errand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(150);

    #[test]
    fn a_connection_is_given_up_after_a_while_and_later_each_time() {
        let begun = Instant::now();
        let after = |milliseconds| begun + Duration::from_millis(milliseconds);
        let mut still = Still::default();
        still.begin(7);
        assert_eq!(still.give_up(after(0), PATIENCE), None);
        assert_eq!(
            still.give_up(after(500), PATIENCE),
            None,
            "it does not wait"
        );
        for (time, milliseconds) in [(1000u64, 150), (2000, 300), (3000, 600)] {
            still.wait();
            let at = |more| after(time + more);
            assert_eq!(still.give_up(at(0), PATIENCE), None);
            still.stir();
            assert_eq!(still.give_up(at(10), PATIENCE), None);
            assert_eq!(still.give_up(at(milliseconds), PATIENCE), None);
            assert_eq!(still.give_up(at(10 + milliseconds), PATIENCE), Some(7));
            assert_eq!(still.give_up(at(900), PATIENCE), None, "once is enough");
            assert!(still.end());
            assert!(!still.end());
        }
        still.wait();
        assert_eq!(still.give_up(after(9000), PATIENCE), None);
        assert_eq!(still.give_up(after(90_000), PATIENCE), None, "often enough");
    }
}
