//! What must hold for names and listings that come from elsewhere.

use std::collections::HashSet;
use std::path::{Component, Path};

use super::directory::join;
use super::layout::{Layout, is_variant};
use super::listing::Listing;
use super::name::{fold, numbered, of_derivative, of_object, safe_path};

/// Each line is a name from the network.
pub(crate) fn file_names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut layout = Layout::default();
    let mut wanted = Vec::new();
    for line in text.split('\n').take(30) {
        for path in [
            safe_path(line),
            of_derivative(line),
            of_object(line, None),
            of_object(line, line.get(..line.len() / 2)),
        ] {
            check_path(&path);
            assert_eq!(safe_path(&path), path, "of {line:?}");
            let name = path.rsplit('/').next().unwrap_or_default();
            let folder = path.strip_suffix(name).unwrap_or_default();
            for number in [2, 999_999] {
                let other = numbered(name, number);
                assert_ne!(other, name);
                check_path(&other);
                assert_eq!(safe_path(&other), other, "of {line:?}");
                assert!(is_variant(&path, &format!("{folder}{other}")), "{line:?}");
            }
        }
        wanted.push(safe_path(line));
    }
    let prepared: Vec<String> = wanted.iter().map(|path| layout.prepare(path)).collect();
    let mut files = HashSet::new();
    for (wanted, prepared) in wanted.iter().zip(&prepared) {
        let placed = layout.place(prepared);
        assert!(placed.is_some());
        let Some(placed) = placed else {
            continue;
        };
        check_path(&placed);
        assert!(is_variant(wanted, &placed), "{wanted:?} became {placed:?}");
        assert!(
            files.insert(fold(&placed)),
            "{placed:?} was given away twice"
        );
    }
    for file in &files {
        let mut folders = file.match_indices('/').filter_map(|(at, _)| file.get(..at));
        assert!(
            !folders.any(|folder| files.contains(folder)),
            "{file:?} lies in a file"
        );
    }
}

/// It stays in its folder, on every system.
fn check_path(path: &str) {
    assert!(
        path.split('/').count() <= 64,
        "{} names deep",
        path.split('/').count()
    );
    let root = Path::new("root");
    let joined = join(root, path);
    let inside = joined.strip_prefix(root).is_ok_and(|rest| {
        rest.components()
            .all(|part| matches!(part, Component::Normal(_)))
    });
    assert!(inside, "{path:?}");
    for name in path.split('/') {
        assert!((1..=200).contains(&name.len()), "{name:?}");
        assert!(!name.ends_with(['.', ' ']), "{name:?}");
        assert!(
            !name.contains(['\\', ':', '<', '>', '"', '|', '?', '*']),
            "{name:?}"
        );
        assert!(!name.chars().any(char::is_control), "{name:?}");
        let lower = name.to_lowercase();
        let is_ours = lower.ends_with(".apsfetch-part") || lower.ends_with(".apsfetch-journal");
        assert!(!is_ours, "{name:?}");
        let stem = lower.split('.').next().unwrap_or_default().trim_end();
        assert!(
            !["con", "prn", "aux", "nul", "com1", "lpt9"].contains(&stem),
            "{name:?}"
        );
    }
}

pub(crate) fn listing_file(data: &[u8]) {
    let listing = Listing::of(data);
    for entry in listing.entries() {
        let found = listing.find(&entry.source, &entry.id);
        assert!(found == Some(entry), "two entries of one file");
        if let Some(path) = &entry.path {
            check_path(path);
            assert_ne!(fold(path), super::listing::NAME);
        }
    }
    let mut paths = HashSet::new();
    let mut given = listing
        .entries()
        .iter()
        .filter_map(|entry| entry.path.as_ref());
    assert!(
        given.all(|path| paths.insert(fold(path))),
        "two files at one path"
    );
    let mut entries = listing.entries().to_vec();
    let written = listing.into_text();
    assert!(written.is_ok());
    let again = Listing::of(&written.unwrap_or_default());
    let mut read = again.entries().to_vec();
    for list in [&mut entries, &mut read] {
        list.sort_by(|a, b| (&a.source, &a.id).cmp(&(&b.source, &b.id)));
    }
    assert!(entries == read, "it is not read as it was written");
}
