//! How many connections many small files are worth, by what the first replies for them were waited for.

use std::time::Duration;

use super::{MANY_FILES, START_MANY};

/// What the computer does in a small file's time. A connection that waits so many times as long for a reply leaves room for so
/// many others.
const WORK: Duration = Duration::from_micros(60);
/// And what it does, together with the server, to make a connection; if it has to be TLS, and if it hasn't.
const HANDSHAKE: Duration = Duration::from_micros(500);
const CONNECTING: Duration = Duration::from_micros(100);
/// So many files for each connection there is, and new ones are made in time to be of use.
const WORTH_MORE: usize = 6;

/// The first replies to requests for many files.
pub(super) struct Replies {
    files: usize,
    count: usize,
    /// The shortest wait for one of them: what the road takes, without what the server had to do for others.
    least: Duration,
    /// How many connections there were before the handshakes made expect a long road.
    expected_from: Option<usize>,
}

impl Replies {
    /// None if they are not many.
    pub(super) fn for_files(files: usize) -> Option<Self> {
        (files >= MANY_FILES).then_some(Replies {
            files,
            count: 0,
            least: Duration::MAX,
            expected_from: None,
        })
    }

    /// Counts one that was waited for so long, and says how many have come.
    pub(super) fn note(&mut self, waited: Duration) -> usize {
        self.least = self.least.min(waited);
        self.count = self.count.saturating_add(1);
        self.count
    }

    pub(super) fn least(&self) -> Duration {
        self.least
    }

    /// A long road is expected; so many connections there were before.
    pub(super) fn expect(&mut self, before: usize) {
        self.expected_from.get_or_insert(before);
    }

    pub(super) fn expected_from(&self) -> Option<usize> {
        self.expected_from
    }

    /// Whether the files are so many that the connections there are at first will not be done before others could help.
    pub(super) fn come_in_time(&self) -> bool {
        self.files >= START_MANY.saturating_mul(WORTH_MORE)
    }

    /// How many connections are worth having if each request is waited for so long.
    pub(super) fn worth(&self, wait: Duration, https: bool) -> usize {
        let times = |part: Duration| {
            let times = wait.as_micros().checked_div(part.as_micros());
            times.map_or(0, |times| usize::try_from(times).unwrap_or(usize::MAX))
        };
        let connecting = if https { HANDSHAKE } else { CONNECTING };
        // More of them wait less and connect more; this many take the least time for both.
        let both = self.files.saturating_mul(times(connecting)).isqrt();
        times(WORK).min(both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_connections_than_save_what_they_cost_are_not_made() {
        let worth = |files, milliseconds, https| {
            let mut replies = Replies::for_files(files).unwrap();
            replies.note(Duration::from_secs(1));
            assert_eq!(replies.note(Duration::from_millis(milliseconds)), 2);
            replies.worth(replies.least(), https)
        };
        // A handshake takes as long as some requests.
        assert_eq!(worth(200, 5, true), 44);
        assert_eq!(worth(200, 5, false), 83);
        assert_eq!(worth(2000, 2, true), 33);
        assert_eq!(worth(2000, 20, true), 282);
        assert_eq!(worth(2000, 0, true), 0);
        assert!(!Replies::for_files(47).unwrap().come_in_time());
        assert!(Replies::for_files(48).unwrap().come_in_time());
        assert!(Replies::for_files(15).is_none());
    }
}
