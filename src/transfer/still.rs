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

    /// It waits no longer. What its connection went by, if that has been given up.
    pub(super) fn end(&mut self) -> Option<u64> {
        self.waiting = false;
        std::mem::take(&mut self.hung_up).then_some(self.errand)
    }

    /// Has the connection given up by `end`, if nothing has come for so long; longer after each time that was done. `end` says
    /// whether there was one.
    pub(super) fn give_up(
        &mut self,
        now: Instant,
        patience: Duration,
        end: impl FnOnce(u64) -> bool,
    ) {
        if !self.waiting || self.hung_up || self.times >= MOST {
            return;
        }
        let since = *self.since.get_or_insert(now);
        let patience = patience.saturating_mul(1 << self.times);
        if now.saturating_duration_since(since) >= patience && end(self.errand) {
            self.hung_up = true;
            self.times = self.times.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(150);

    #[test]
    fn a_connection_is_given_up_after_a_while_and_later_each_time() {
        let begun = Instant::now();
        let mut still = Still::default();
        still.begin(7);
        let gives_up = |still: &mut Still, after: u64| {
            let mut ended = None;
            let now = begun + Duration::from_millis(after);
            still.give_up(now, PATIENCE, |errand| {
                ended = Some(errand);
                true
            });
            ended == Some(7)
        };
        assert!(!gives_up(&mut still, 0));
        assert!(!gives_up(&mut still, 500), "it does not wait");
        for (time, milliseconds) in [(1000, 150), (2000, 300), (3000, 600)] {
            still.wait();
            assert!(!gives_up(&mut still, time));
            still.stir();
            assert!(!gives_up(&mut still, time + 10));
            assert!(!gives_up(&mut still, time + milliseconds));
            assert!(gives_up(&mut still, time + 10 + milliseconds));
            assert!(!gives_up(&mut still, time + 900), "once is enough");
            assert_eq!(still.end(), Some(7));
            assert_eq!(still.end(), None);
        }
        still.wait();
        assert!(!gives_up(&mut still, 9000));
        assert!(!gives_up(&mut still, 90_000), "often enough");
    }

    #[test]
    fn where_no_connection_is_used_yet_nothing_has_been_given_up() {
        let now = Instant::now();
        let mut still = Still::default();
        still.begin(7);
        still.wait();
        still.give_up(now, Duration::ZERO, |_| false);
        assert_eq!(still.end(), None);
        still.wait();
        still.give_up(now, Duration::ZERO, |_| true);
        assert_eq!(still.end(), Some(7));
    }
}
