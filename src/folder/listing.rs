//! `apsfetch-listing.json`: what went where, for people, and for the next run to know what is unchanged.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::FileStatus;
use super::name::{fold, safe_path};
use crate::error::{Error, Result};
use crate::transfer::PART_SUFFIX;

/// The name of the listing in its folder.
pub(super) const NAME: &str = "apsfetch-listing.json";
/// No planned file can have this ending, so none can have this name.
#[cfg(windows)]
pub(super) const LOCK_NAME: &str = "apsfetch-listing.lock.apsfetch-part";

const VERSION: u32 = 1;
/// A larger listing is not read: some 300,000 files.
const LARGEST: u64 = 128 * 1024 * 1024;
const ABOUT: &str = "What apsfetch put into this folder. It is read the next time, so that unchanged files are not downloaded again; without it, everything is.";

#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    about: String,
    version: u32,
    files: Vec<Entry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Where the file comes from: the design or the bucket.
    pub(super) source: String,
    /// The derivative's URN or the object's key.
    pub(super) id: String,
    pub(super) status: FileStatus,
    /// Below the folder, with `/`. A skipped file may have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    /// What is known of the file that is there, from `size` to `modified`.
    #[serde(flatten)]
    pub(super) version: Version,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// Which version of a file lies in the folder, by APS's words and by the file system's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha1: Option<String>,
    /// Seconds and nanoseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) modified: Option<String>,
}

impl Version {
    /// Whether the file is still as it was when this was written down.
    pub(super) fn is_in_place(&self, file: &Path) -> bool {
        match (self.size, &self.modified, stat(file)) {
            (Some(size), Some(modified), Some(found)) => found == (size, modified.clone()),
            _ => false,
        }
    }
}

/// Size and time of a file; nothing for a link, a folder, or no file at all.
pub(super) fn stat(file: &Path) -> Option<(u64, String)> {
    let found = std::fs::symlink_metadata(file).ok()?;
    if !found.is_file() {
        return None;
    }
    let time = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let modified = format!("{}.{:09}", time.as_secs(), time.subsec_nanos());
    Some((found.len(), modified))
}

/// The listing of one folder.
#[derive(Default)]
pub(super) struct Listing {
    entries: Vec<Entry>,
    places: HashMap<(String, String), usize>,
}

impl Listing {
    /// Reads the listing of a folder. One that is missing or damaged in any way is empty.
    pub(super) fn read(folder: &Path) -> Self {
        read_document(&folder.join(NAME)).map_or_else(Self::default, |text| Self::of(&text))
    }

    /// Reads the text of a listing. One that is damaged in any way is empty.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut listing = Listing::default();
        let mut paths = HashSet::new();
        for entry in parse_document(text).unwrap_or_default() {
            // A path from a file that anybody can change is believed only if it could be one of ours.
            let usable = entry.path.as_ref().is_none_or(|path| {
                safe_path(path) == *path && fold(path) != NAME && paths.insert(fold(path))
            });
            if usable {
                listing.put(entry);
            }
        }
        listing
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn find(&self, source: &str, id: &str) -> Option<&Entry> {
        let place = self.places.get(&(source.to_owned(), id.to_owned()))?;
        self.entries.get(*place)
    }

    /// Adds an entry, in place of one of the same file.
    pub(super) fn put(&mut self, entry: Entry) {
        let key = (entry.source.clone(), entry.id.clone());
        match self
            .places
            .get(&key)
            .and_then(|place| self.entries.get_mut(*place))
        {
            Some(old) => *old = entry,
            None => {
                self.places.insert(key, self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    /// Writes the listing, in one step.
    pub(super) fn write(self, folder: &Path) -> Result<PathBuf> {
        let text = self.into_text()?;
        let target = folder.join(NAME);
        replace(&target, &text)
            .map_err(|error| Error::file(format_args!("write {}", target.display()), &error))?;
        Ok(target)
    }

    pub(super) fn into_text(self) -> Result<Vec<u8>> {
        let mut files = self.entries;
        files.sort_by(|a, b| {
            let key = |entry: &Entry| (entry.path.is_none(), entry.path.clone(), entry.id.clone());
            key(a).cmp(&key(b))
        });
        let document = Document {
            about: ABOUT.to_owned(),
            version: VERSION,
            files,
        };
        let mut text = serde_json::to_vec_pretty(&document)
            .map_err(|_| Error::invalid("The listing cannot be written as JSON."))?;
        text.push(b'\n');
        Ok(text)
    }
}

fn read_document(path: &Path) -> Option<Vec<u8>> {
    let found = std::fs::symlink_metadata(path).ok()?;
    if !found.is_file() || found.len() > LARGEST {
        return None;
    }
    let mut text = Vec::new();
    File::open(path)
        .ok()?
        .take(LARGEST)
        .read_to_end(&mut text)
        .ok()?;
    Some(text)
}

fn parse_document(text: &[u8]) -> Option<Vec<Entry>> {
    let document: Document = serde_json::from_slice(text).ok()?;
    (document.version == VERSION).then_some(document.files)
}

/// Puts a file in place by renaming a new one, so that nobody ever reads half of it.
fn replace(target: &Path, text: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{NAME}.{}-{number}{PART_SUFFIX}", std::process::id());
    let new = target.with_file_name(name);
    // Left by a process of the same number that was killed.
    let _ = std::fs::remove_file(&new);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&new)
        .and_then(|mut file| {
            file.write_all(text)?;
            file.sync_all()
        })
        .and_then(|()| rename(&new, target));
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written
}

/// Virus scanners and editors hold a file for a moment on Windows.
fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    for pause in [20, 50, 100, 200] {
        match std::fs::rename(from, to) {
            Err(error) if cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33)) => {
                std::thread::sleep(std::time::Duration::from_millis(pause));
            }
            outcome => return outcome,
        }
    }
    std::fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, path: Option<&str>) -> Entry {
        Entry {
            source: "bucket b".into(),
            id: id.into(),
            status: FileStatus::Downloaded,
            path: path.map(str::to_owned),
            version: Version {
                size: Some(3),
                sha1: Some("ab".repeat(20)),
                ..Version::default()
            },
            error: None,
            reason: None,
        }
    }

    #[test]
    fn it_is_read_as_it_was_written_and_merged_by_id() {
        let folder = tempfile::tempdir().unwrap();
        let mut listing = Listing::default();
        listing.put(entry("two", Some("b/two")));
        listing.put(entry("one", Some("a/one")));
        listing.put(entry("skipped", None));
        listing.put(entry("two", Some("b/two (2)")));
        listing.write(folder.path()).unwrap();
        let read = Listing::read(folder.path());
        let ids: Vec<_> = read
            .entries()
            .iter()
            .map(|entry| entry.id.as_str())
            .collect();
        assert_eq!(ids, ["one", "two", "skipped"]);
        assert_eq!(
            read.find("bucket b", "two"),
            Some(&entry("two", Some("b/two (2)")))
        );
        assert_eq!(read.find("bucket c", "two"), None);
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1, "no temporary file may be left");
    }

    #[test]
    fn a_damaged_listing_is_no_listing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        for text in [
            "",
            "[",
            "{}",
            r#"{"version":1}"#,
            r#"{"version":2,"files":[]}"#,
            r#"{"version":1,"files":[{"source":"s","id":"i","status":"stolen"}]}"#,
            r#"{"version":1,"files":[{"source":"s","id":"i","status":"failed","size":"x"}]}"#,
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(Listing::read(folder.path()).entries().is_empty(), "{text}");
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(Listing::read(folder.path()).entries().is_empty());
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let file = |id: &str, path: &str| {
            format!(r#"{{"source":"s","id":"{id}","status":"downloaded","path":"{path}"}}"#)
        };
        let files = [
            file("1", "../x"),
            file("2", "/x"),
            file("3", "C:x"),
            file("4", "APSFETCH-listing.json"),
            file("5", "x"),
            file("6", "X"),
        ];
        let text = format!(r#"{{"version":1,"files":[{}]}}"#, files.join(","));
        std::fs::write(folder.path().join(NAME), text).unwrap();
        let read = Listing::read(folder.path());
        let ids: Vec<_> = read
            .entries()
            .iter()
            .map(|entry| entry.id.as_str())
            .collect();
        assert_eq!(ids, ["5"]);
    }

    #[test]
    fn a_changed_file_is_not_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        std::fs::write(&file, "abc").unwrap();
        let (size, modified) = stat(&file).unwrap();
        let version = Version {
            size: Some(size),
            modified: Some(modified),
            ..Version::default()
        };
        assert!(version.is_in_place(&file));
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(9);
        File::options()
            .write(true)
            .open(&file)
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert!(!version.is_in_place(&file));
        assert!(!version.is_in_place(folder.path()));
        assert!(!Version::default().is_in_place(&file));
    }
}
