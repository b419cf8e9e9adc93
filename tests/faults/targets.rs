//! Folders and files that are not what a download needs.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::Path;

use apsfetch::ExistingFile;

use super::*;

const SIZE: usize = 3 * PART;

fn server(file: &[u8]) -> RawServer {
    let bytes = file.to_vec();
    RawServer::start(move |asked| vec![Act::Send(good(asked, &bytes, Some("\"a\"")))])
}

fn download(server: &RawServer, target: &Path) -> Result<ItemResult> {
    let client = builder().build().unwrap();
    let request = sized(server, SIZE).to_file(target);
    client.download(vec![request], |_| true).unwrap().remove(0)
}

#[test]
fn a_folder_that_is_not_there_or_is_none_is_said_at_once() {
    let server = server(&data(SIZE, 91));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, OLD).unwrap();
    for target in [
        folder.path().join("none/model"),
        file.join("model"),
        folder.path().to_owned(),
    ] {
        let error = download(&server, &target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{error}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), OLD);
    assert!(
        server.asked().is_empty(),
        "nothing was downloaded for nothing"
    );
}

#[test]
fn a_folder_cannot_be_kept_and_a_file_is_not_named_like_one() {
    let server = server(&data(SIZE, 94));
    let folder = tempfile::tempdir().unwrap();
    let client = builder().build().unwrap();
    let request = sized(&server, SIZE).to_file(folder.path());
    let kept = client
        .download(vec![request.existing_file(ExistingFile::Keep)], |_| true)
        .unwrap();
    let error = kept[0].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(error.message().contains("is a folder"), "{error}");

    let target = folder.path().join("new/");
    let request = sized(&server, SIZE).to_file(&target);
    let error = client.download(vec![request], |_| true).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert!(server.asked().is_empty());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_link_in_place_of_the_part_file_is_not_followed() {
    let server = server(&data(SIZE, 92));
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    std::fs::write(&victim, OLD).unwrap();
    let target = folder.path().join("model");
    symlink(&victim, folder.path().join("model.apsfetch-part")).unwrap();
    let error = download(&server, &target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert_eq!(std::fs::read(&victim).unwrap(), OLD);
    assert!(!is_here(&target));
}

#[test]
fn a_folder_in_place_of_the_part_file_is_an_error() {
    let server = server(&data(SIZE, 93));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("model");
    std::fs::create_dir(folder.path().join("model.apsfetch-part")).unwrap();
    let error = download(&server, &target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(!is_here(&target));
}

#[test]
fn odd_names_are_names() {
    let file = data(SIZE, 94);
    let server = server(&file);
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "two\nlines",
        " blanks ",
        "\u{1f3e0} Haus.rvt",
        "a\\b",
        "-rf",
        "ends.",
        "\u{202e}gpj.exe",
    ] {
        let target = folder.path().join(name);
        download(&server, &target).unwrap();
        assert!(std::fs::read(&target).unwrap() == file, "{name:?}");
    }
}

#[test]
fn a_folder_that_goes_away_meanwhile_is_an_error_and_no_hang() {
    let file = data(SIZE, 95);
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let target = inner.join("model");
    let doomed = inner.clone();
    let server = RawServer::start(move |asked| {
        let _ = std::fs::remove_dir_all(&doomed);
        vec![Act::Send(good(asked, &file, None))]
    });
    let error = download(&server, &target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(!is_here(&inner));
}

#[test]
fn pipes_and_devices_stay_what_they_are() {
    let server = server(&data(SIZE, 96));
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    let link = folder.path().join("link");
    symlink("/dev/null", &link).unwrap();
    for target in [&pipe, &link] {
        let before = std::fs::metadata(target).unwrap().file_type();
        let error = download(&server, target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{error}");
        assert_eq!(std::fs::metadata(target).unwrap().file_type(), before);
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_second_name_of_another_file_in_place_of_the_part_file_is_not_written_to() {
    let server = server(&data(SIZE, 97));
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    std::fs::write(&victim, OLD).unwrap();
    std::fs::hard_link(&victim, folder.path().join("model.apsfetch-part")).unwrap();
    let error = download(&server, &folder.path().join("model")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert_eq!(std::fs::read(&victim).unwrap(), OLD);
}

#[test]
fn the_longest_name_there_is_can_be_downloaded() {
    let file = data(SIZE, 98);
    let server = server(&file);
    let folder = tempfile::tempdir().unwrap();
    for name in ["n".repeat(255), "\u{1f3e0}".repeat(63), "n".repeat(240)] {
        let target = folder.path().join(name);
        download(&server, &target).unwrap();
        assert!(std::fs::read(&target).unwrap() == file);
    }
    let error = download(&server, &folder.path().join("n".repeat(256))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
}

/// What `a_limit_on_file_sizes_is_an_error_and_not_the_end_of_the_host` starts.
#[test]
#[ignore = "the other half of another test"]
fn under_a_limit_on_file_sizes() {
    let server = server(&data(SIZE, 99));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("model");
    std::fs::write(&target, OLD).unwrap();
    let error = download(&server, &target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DiskFull, "{error}");
    assert_eq!(std::fs::read(&target).unwrap(), OLD);
    println!("alive");
}

/// The system's own answer to a file that grows beyond the limit is a signal that ends the process.
#[test]
fn a_limit_on_file_sizes_is_an_error_and_not_the_end_of_the_host() {
    // In blocks of 512 bytes: 256 KiB.
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -f 512; exec \"$0\" --exact targets::under_a_limit_on_file_sizes --ignored --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{:?} {text}", output.status);
    assert!(text.contains("alive"), "{text}");
}

fn is_here(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}
