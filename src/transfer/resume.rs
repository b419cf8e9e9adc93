//! Going on where an earlier run stopped: what of its part file may be used, and what is noted for the next one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::item::Item;
use super::journal::{self, Journal, JournalSource};
use super::located::Located;
use super::plan::FIRST_BLOCK;
use super::state::State;
use super::version::Version;
use crate::error::ErrorKind;

/// How often what is written is noted: so much is lost at the most when the process is killed.
const EVERY: Duration = Duration::from_secs(1);
/// What is worth keeping after a failure. Less is fetched again more quickly than it is looked after.
const WORTH_KEEPING: u64 = 1024 * 1024;

/// When an item's journal is due.
pub(super) struct Due {
    born: Instant,
    /// Milliseconds after that.
    at: AtomicU64,
}

impl Due {
    pub(super) fn new() -> Self {
        Due {
            born: Instant::now(),
            at: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Puts it off, from now.
    pub(super) fn put_off(&self) {
        let every = u64::try_from(EVERY.as_millis()).unwrap_or(u64::MAX);
        self.at
            .store(self.now().saturating_add(every), Ordering::Relaxed);
    }

    /// Whether it is due; to one caller only.
    pub(super) fn is_over(&self) -> bool {
        let (at, now) = (self.at.load(Ordering::Relaxed), self.now());
        if now < at {
            return false;
        }
        let every = u64::try_from(EVERY.as_millis()).unwrap_or(u64::MAX);
        self.at
            .compare_exchange(
                at,
                now.saturating_add(every),
                Ordering::Relaxed,
                Ordering::Relaxed,
            )
            .is_ok()
    }
}

/// What an item goes on with.
pub(super) struct Resumed {
    /// Offsets of what is written, as in the journal.
    pub(super) written: Vec<(u64, u64)>,
    /// What the replies of each source must say of its version.
    pub(super) versions: Vec<Option<Version>>,
    pub(super) size: u64,
    /// Signing has told that it is the same file; if not, the first reply of each source has to.
    pub(super) vouched: bool,
}

/// Whether a journal speaks of this very file, and what of it may be used.
pub(super) fn accept(
    mut journal: Journal,
    request: &str,
    wanted_size: Option<u64>,
    wanted_sha1: Option<&str>,
    located: &Located,
) -> Option<Resumed> {
    let same_boot = journal.boot.is_some() && journal.boot == journal::boot();
    let size_fits = [wanted_size, located.size]
        .into_iter()
        .flatten()
        .all(|size| size == journal.size);
    let sha1 = wanted_sha1.or(located.sha1.as_deref());
    let same_sources = journal.sources.len() == located.sources.len()
        && journal
            .sources
            .iter()
            .zip(&located.sources)
            .all(|(noted, now)| noted.start == now.start);
    let usable = journal.request == request
        && (journal.synced || same_boot)
        && size_fits
        && journal.sha1.as_deref() == sha1
        && (journal.etag.is_none() || located.etag.is_none() || journal.etag == located.etag)
        && same_sources
        && !located.single_use;
    if !usable {
        return None;
    }
    let vouched = journal.etag.is_some() && journal.etag == located.etag;
    let mut versions = Vec::with_capacity(journal.sources.len());
    let mut ends = located.sources.iter().skip(1).map(|piece| piece.start);
    for source in &journal.sources {
        let end = ends.next().unwrap_or(journal.size);
        let provable = source.etag.is_some() || source.last_modified.is_some();
        if !vouched {
            if provable {
                // So that there is a reply to prove it.
                leave_out_the_end(&mut journal.written, source.start, end);
            } else if sha1.is_none() {
                leave_out(&mut journal.written, source.start, end);
            }
        }
        versions.push(provable.then(|| Version {
            left_out: false,
            strong_etag: source.etag.clone(),
            last_modified: source.last_modified.clone(),
        }));
    }
    Some(Resumed {
        written: journal.written,
        versions,
        size: journal.size,
        vouched,
    })
    .filter(|resumed| !resumed.written.is_empty())
}

/// Takes the last bytes of `start..end` out of what counts as written, if all of it is.
fn leave_out_the_end(written: &mut Vec<(u64, u64)>, start: u64, end: u64) {
    let complete = written.iter().any(|(a, b)| *a <= start && *b >= end);
    if complete {
        leave_out(written, start.max(end.saturating_sub(FIRST_BLOCK)), end);
    }
}

/// Takes `start..end` out of what counts as written.
fn leave_out(written: &mut Vec<(u64, u64)>, start: u64, end: u64) {
    *written = written
        .iter()
        .flat_map(|(a, b)| [(*a, start.min(*b)), (end.max(*a), *b)])
        .filter(|(a, b)| a < b)
        .collect();
}

impl Item {
    /// Notes for a later run what is written, if that run could use it.
    pub(super) fn note(&self) {
        let (sink, journal) = {
            let state = self.lock();
            match (&state.sink, self.journal(&state)) {
                (Some(sink), Some(journal)) => (sink.clone(), journal),
                _ => return,
            }
        };
        sink.note(journal);
    }

    /// What there is to note. `None` when a later run could do nothing with it.
    pub(super) fn journal(&self, state: &State) -> Option<Journal> {
        let located = state.located.as_ref()?;
        let size = state.size?;
        if !self.resume || state.is_starting_over() || located.single_use {
            return None;
        }
        let sha1 = self.wanted_sha1.clone().or_else(|| located.sha1.clone());
        let sources: Vec<JournalSource> = located
            .sources
            .iter()
            .zip(&state.versions)
            .map(|(piece, version)| JournalSource {
                start: piece.start,
                etag: version
                    .as_ref()
                    .and_then(|version| version.strong_etag.clone())
                    .filter(|etag| journal::is_strong_etag(etag)),
                last_modified: version
                    .as_ref()
                    .and_then(|version| version.date().map(str::to_owned)),
            })
            .collect();
        let provable = located.etag.is_some()
            || sha1.is_some()
            || sources
                .iter()
                .any(|source| source.etag.is_some() || source.last_modified.is_some());
        let written = state.extents();
        (provable && !written.is_empty()).then(|| Journal {
            request: self.fingerprint.clone(),
            size,
            etag: located.etag.clone(),
            sha1,
            boot: None,
            synced: false,
            sources,
            written,
        })
    }

    /// What to leave behind after `error`: a journal of what is worth going on with, or nothing.
    pub(super) fn worth_keeping(&self, state: &State, error: &ErrorKind) -> Option<Journal> {
        let hopeless = matches!(
            error,
            // The bytes are wrong, or of a version that is no more.
            ErrorKind::Integrity | ErrorKind::Changed | ErrorKind::NotFound | ErrorKind::Refused
                // The host needs the room.
                | ErrorKind::DiskFull
                | ErrorKind::Unsupported
                | ErrorKind::InvalidArgument
                | ErrorKind::Panic
        );
        if hopeless {
            return None;
        }
        // What is complete is kept however small it is: only the way into its place was barred.
        let least = match error {
            ErrorKind::FileLocked => 0,
            _ => WORTH_KEEPING,
        };
        self.journal(state)
            .filter(|journal| journal.total() >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::transfer::located::Piece;

    fn located(starts: &[u64], etag: Option<&str>) -> Located {
        Located {
            sources: starts
                .iter()
                .map(|start| Piece {
                    url: Secret::new("https://host/"),
                    start: *start,
                    end: None,
                })
                .collect(),
            headers: Vec::new(),
            size: Some(10 << 20),
            etag: etag.map(str::to_owned),
            sha1: None,
            content_type: None,
            renew_at: None,
            single_use: false,
            whole_first: false,
            not_modified: false,
        }
    }

    fn journal(etag: Option<&str>) -> Journal {
        Journal {
            request: "r".into(),
            size: 10 << 20,
            etag: None,
            sha1: None,
            boot: None,
            synced: true,
            sources: vec![JournalSource {
                start: 0,
                etag: etag.map(str::to_owned),
                last_modified: None,
            }],
            written: vec![(0, 1 << 20), (2 << 20, 3 << 20)],
        }
    }

    fn written(journal: Journal, located: &Located) -> Option<Vec<(u64, u64)>> {
        accept(journal, "r", None, None, located).map(|resumed| resumed.written)
    }

    #[test]
    fn only_what_can_be_proven_is_used() {
        let at = located(&[0], None);
        let noted = journal(Some("\"a\""));
        assert_eq!(
            written(noted.clone(), &at),
            Some(vec![(0, 1 << 20), (2 << 20, 3 << 20)])
        );
        assert_eq!(written(journal(None), &at), None, "no proof");
        let changes: [fn(&mut Journal); 6] = [
            |it| it.request = "other".into(),
            |it| it.size += 1,
            |it| it.sha1 = Some("ab".into()),
            |it| it.synced = false,
            |it| it.sources[0].start = 5,
            |it| it.sources.clear(),
        ];
        for change in changes {
            let mut other = noted.clone();
            change(&mut other);
            assert_eq!(written(other, &at), None);
        }
        let mut vouched = journal(None);
        vouched.etag = Some("e".into());
        assert!(written(vouched.clone(), &located(&[0], Some("e"))).is_some());
        assert_eq!(written(vouched, &located(&[0], Some("f"))), None);
    }

    #[test]
    fn bytes_of_another_start_of_the_system_are_used_only_if_they_were_forced_to_the_disk() {
        let mut noted = journal(Some("\"a\""));
        noted.synced = false;
        noted.boot = Some("another".into());
        assert_eq!(written(noted.clone(), &located(&[0], None)), None);
        noted.boot = journal::boot();
        assert_eq!(
            written(noted, &located(&[0], None)).is_some(),
            journal::boot().is_some()
        );
    }

    #[test]
    fn a_complete_file_leaves_a_request_to_prove_its_version() {
        let mut noted = journal(Some("\"a\""));
        noted.written = vec![(0, 10 << 20)];
        let left = written(noted.clone(), &located(&[0], None)).unwrap();
        assert_eq!(left, [(0, (10 << 20) - FIRST_BLOCK)]);
        noted.etag = Some("e".into());
        let left = written(noted, &located(&[0], Some("e"))).unwrap();
        assert_eq!(left, [(0, 10 << 20)]);
    }

    #[test]
    fn each_source_needs_its_own_proof() {
        let mut noted = journal(Some("\"a\""));
        noted.sources.push(JournalSource {
            start: 2 << 20,
            etag: None,
            last_modified: None,
        });
        let left = written(noted, &located(&[0, 2 << 20], None)).unwrap();
        assert_eq!(left, [(0, 1 << 20)]);
    }

    #[test]
    fn leaving_out_cuts_where_it_must() {
        for (start, end, left) in [
            (0, 5, vec![(5, 10), (20, 30)]),
            (3, 5, vec![(0, 3), (5, 10), (20, 30)]),
            (5, 25, vec![(0, 5), (25, 30)]),
            (10, 20, vec![(0, 10), (20, 30)]),
            (0, 40, vec![]),
        ] {
            let mut written = vec![(0, 10), (20, 30)];
            leave_out(&mut written, start, end);
            assert_eq!(written, left, "{start}..{end}");
        }
    }
}
