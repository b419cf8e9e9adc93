//! What is known not to be in a folder.
//!
//! Before a file is fetched, two names are looked for that are hardly ever there: its target and its journal. A look for
//! a name that is missing makes the kernel hold the folder against whoever creates or renames a file in it, so with many
//! small files the workers wait for each other's looks. Their folder is read once instead, and believed for a moment.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A folder is read when so many of its files were asked for within [`BELIEVED`].
const WORTH_READING: u32 = 3;
/// A folder with more names than these is not read to its end: looks are quicker.
const MOST_NAMES: usize = 10_000;
/// So many folders are known at a time: their names take memory.
const MOST_FOLDERS: usize = 8;
/// What another program does in the folder counts after this time.
const BELIEVED: Duration = Duration::from_secs(2);
/// A longer name is looked for, which also shows whether it is too long for the file system.
const LONGEST: usize = 200;

/// The folders of a job's targets.
#[derive(Default)]
pub(super) struct Names {
    folders: Mutex<HashMap<PathBuf, Folder>>,
}

struct Folder {
    since: Instant,
    asked: u32,
    /// Its names in small letters, as some file systems do not tell them apart.
    names: Option<Arc<HashSet<OsString>>>,
}

/// The names of one folder at one time, if they are known.
pub(super) struct Known(Option<Arc<HashSet<OsString>>>);

impl Names {
    /// What is known of the folder that `target` lies in.
    pub(super) fn around(&self, target: &Path) -> Known {
        Known(
            target
                .parent()
                .and_then(|folder| self.of(folder, Instant::now())),
        )
    }

    fn of(&self, folder: &Path, now: Instant) -> Option<Arc<HashSet<OsString>>> {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains_key(folder) {
            folders.insert(folder.to_owned(), Folder::new(now));
        }
        let known = folders.get_mut(folder)?;
        if now.saturating_duration_since(known.since) > BELIEVED {
            *known = Folder::new(now);
        }
        known.asked = known.asked.saturating_add(1);
        if known.asked != WORTH_READING {
            return known.names.clone();
        }
        folders.retain(|_, known| now.saturating_duration_since(known.since) <= BELIEVED);
        if folders
            .values()
            .filter(|known| known.names.is_some())
            .count()
            >= MOST_FOLDERS
        {
            return None;
        }
        // A folder on a slow drive must not hold up those that are asked for others.
        drop(folders);
        let names = read(folder).map(Arc::new);
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = folders.get_mut(folder)
            && known.since <= now
        {
            known.names.clone_from(&names);
        }
        names
    }
}

impl Folder {
    fn new(since: Instant) -> Self {
        Folder {
            since,
            asked: 0,
            names: None,
        }
    }
}

impl Known {
    /// Whether the folder had no such name, for certain.
    pub(super) fn lack(&self, name: &OsStr) -> bool {
        let Some(names) = &self.0 else {
            return false;
        };
        is_plain(name) && !names.contains(&name.to_ascii_lowercase())
    }
}

/// Whether a name can be told from others by its letters, on each file system: no accents that can be written in two ways,
/// nothing that Windows drops or reads as a short name or a stream.
fn is_plain(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.len() <= LONGEST
        && !matches!(bytes.last(), None | Some(b'.' | b' '))
        && bytes
            .iter()
            .all(|byte| matches!(byte, b' '..=b'}') && !matches!(byte, b':' | b'/' | b'\\'))
}

fn read(folder: &Path) -> Option<HashSet<OsString>> {
    // An empty path is the folder that the process works in.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut names = HashSet::new();
    for entry in std::fs::read_dir(folder).ok()? {
        if names.len() >= MOST_NAMES {
            return None;
        }
        names.insert(entry.ok()?.file_name().to_ascii_lowercase());
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(names: &Names, folder: &Path, name: &str, now: Instant) -> bool {
        Known(names.of(folder, now)).lack(OsStr::new(name))
    }

    #[test]
    fn a_folder_is_read_when_it_is_asked_for_often_and_believed_for_a_moment() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("There.txt"), "").unwrap();
        let (names, begun) = (Names::default(), Instant::now());
        for _ in 1..WORTH_READING {
            assert!(!lacks(&names, folder.path(), "new.txt", begun));
        }
        assert!(lacks(&names, folder.path(), "new.txt", begun));
        assert!(!lacks(&names, folder.path(), "There.txt", begun));
        assert!(!lacks(&names, folder.path(), "tHERE.TXT", begun));
        let later = begun + BELIEVED;
        assert!(lacks(&names, folder.path(), "new.txt", later));
        std::fs::write(folder.path().join("new.txt"), "").unwrap();
        let too_late = later + Duration::from_millis(1);
        for _ in 0..=WORTH_READING {
            assert!(!lacks(&names, folder.path(), "new.txt", too_late));
        }
        assert!(lacks(&names, folder.path(), "other.txt", too_late));
    }

    #[test]
    fn not_too_many_folders_are_known_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let (names, begun) = (Names::default(), Instant::now());
        let known = |number: usize, now| {
            let folder = folder.path().join(number.to_string());
            std::fs::create_dir_all(&folder).unwrap();
            (0..WORTH_READING).any(|_| lacks(&names, &folder, "a", now))
        };
        let number = (0..20).filter(|number| known(*number, begun)).count();
        assert_eq!(number, MOST_FOLDERS);
        assert!(known(20, begun + BELIEVED + Duration::from_millis(1)));
        assert_eq!(names.folders.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_not_believed_to_be_empty() {
        let (names, now) = (Names::default(), Instant::now());
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..=WORTH_READING {
            assert!(!lacks(&names, &folder.path().join("none"), "a", now));
        }
    }

    #[test]
    fn a_name_that_can_be_written_in_two_ways_is_not_known() {
        for name in ["a", "Level 1 (2).png", "a.rvt.apsfetch-journal", "-_#%"] {
            assert!(is_plain(OsStr::new(name)), "{name}");
        }
        for name in [
            "", "é", "a.", "a ", "PROGRA~1", "a:b", "a/b", "a\\b", "\u{7f}", "a\nb",
        ] {
            assert!(!is_plain(OsStr::new(name)), "{name}");
        }
        assert!(!is_plain(OsStr::new(&"a".repeat(LONGEST + 1))));
    }
}
