//! Whatever happens to the journal and the part file in between: the worst case is starting again.

use super::*;

#[test]
fn a_damaged_journal_means_starting_again() {
    let damage: [fn(&Path); 6] = [
        |journal| std::fs::remove_file(journal).unwrap(),
        |journal| std::fs::write(journal, b"").unwrap(),
        |journal| std::fs::write(journal, b"apsfetch-journal 2 0 0 0\n{}\n").unwrap(),
        |journal| std::fs::write(journal, vec![0xff; 100_000]).unwrap(),
        |journal| {
            let file = std::fs::File::options().write(true).open(journal).unwrap();
            file.set_len(100 * MIB).unwrap();
        },
        |journal| {
            let mut text = std::fs::read(journal).unwrap();
            // In both copies, wherever they are.
            for byte in text.iter_mut().filter(|byte| **byte == b'8') {
                *byte = b'9';
            }
            std::fs::write(journal, text).unwrap();
        },
    ];
    for (index, damage) in damage.iter().enumerate() {
        let begun = begun();
        damage(&journal(&begun.path));
        let result = begun.download().unwrap();
        assert_eq!(result.resumed_bytes, 0, "{index}");
        begun.check();
    }
}

#[test]
fn a_journal_without_its_part_file_is_not_believed() {
    let damage: [fn(&Path); 3] = [
        |part| std::fs::remove_file(part).unwrap(),
        |part| std::fs::write(part, b"short").unwrap(),
        |part| {
            let file = std::fs::File::options().write(true).open(part).unwrap();
            file.set_len(20 * MIB).unwrap();
        },
    ];
    for damage in damage {
        // By a plain URL: no SHA-1 is known that would tell in the end.
        let begun = begun();
        let request = Request::object(BUCKET, "x").unwrap();
        let signed = client(&begun.sandbox).sign(&[request], None).remove(0);
        let url = signed.unwrap().url().unwrap().to_owned();
        let path = begun.folder.path().join("y");
        let download = || {
            let request = Request::url(&url).unwrap().size(begun.content.len());
            one(&client(&begun.sandbox), request.to_file(&path))
        };
        refuse_from(&begun.sandbox, Origin::S3, 4);
        download().unwrap_err();
        assert!(journal(&path).exists());
        allow(&begun.sandbox);
        damage(&part(&path));
        assert_eq!(download().unwrap().resumed_bytes, 0);
        check(&path, &begun.content);
    }
}

#[test]
fn bytes_that_someone_changed_are_found_by_the_sha1_and_fetched_again() {
    let begun = begun();
    let mut bytes = std::fs::read(part(&begun.path)).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(part(&begun.path), bytes).unwrap();
    let result = begun.download().unwrap();
    assert_eq!(result.resumed_bytes, 0);
    begun.check();
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_the_place_of_our_files_are_not_followed() {
    use std::os::unix::fs::symlink;
    let begun = begun();
    let precious = begun.folder.path().join("precious");
    std::fs::write(&precious, b"precious").unwrap();
    for place in [part(&begun.path), journal(&begun.path)] {
        std::fs::remove_file(&place).unwrap();
        symlink(&precious, &place).unwrap();
        let outcome = begun.download();
        // A link for the part file is an error; one for the journal is removed.
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::File, "{error}");
            assert_eq!(std::fs::read(&begun.path).unwrap(), b"the old file");
            std::fs::remove_file(&place).unwrap();
        }
        assert_eq!(std::fs::read(&precious).unwrap(), b"precious");
    }
    check(&begun.path, &begun.content);
}
