use super::super::journal::JournalSource;
use super::*;

/// Names of a folder that was read just now.
fn read(folder: &Path) -> Names {
    let names = Names::default();
    for _ in 0..3 {
        names.around(&folder.join("any"));
    }
    names
}

fn journal(size: u64) -> Journal {
    Journal {
        request: String::new(),
        size,
        etag: None,
        sha1: None,
        boot: None,
        synced: true,
        sources: vec![JournalSource {
            start: 0,
            etag: None,
            last_modified: None,
        }],
        written: vec![(0, size)],
    }
}

#[test]
fn a_target_that_is_there_is_looked_at_although_its_folder_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("model");
    std::fs::create_dir(&target).unwrap();
    let names = read(folder.path());
    let error = PartFile::open(&target, false, Some(&names)).err().unwrap();
    assert!(error.to_string().contains("is a folder"), "{error}");
}

#[test]
fn a_journal_that_appears_after_its_folder_was_read_is_neither_believed_nor_mixed_in() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("model");
    let names = read(folder.path());
    let stale = folder.path().join("model.apsfetch-journal");
    let (mut other, _) = JournalFile::open(stale);
    for _ in 0..5 {
        other.write(&journal(7)).unwrap();
    }
    drop(other);
    let (part, found) = PartFile::open(&target, false, Some(&names)).unwrap();
    assert_eq!(found, None);
    part.write_at(b"abc", 0).unwrap();
    part.note(journal(3));
    drop(part);
    let (_part, found) = PartFile::open(&target, false, Some(&names)).unwrap();
    assert_eq!(found.unwrap().written, [(0, 3)]);
}
