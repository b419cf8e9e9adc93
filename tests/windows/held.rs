//! Targets that other programs have open, or must not be written to.

use std::fs::{File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use apsfetch::ErrorKind;

use super::*;

const OLD: &str = "the old file";
const SHARE_READ: u32 = 1;

/// As a program does that lets others read, but neither write nor replace.
fn hold(path: &Path, share: u32) -> File {
    let file = OpenOptions::new().read(true).share_mode(share).open(path);
    file.unwrap()
}

fn old_file() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("house.rvt");
    std::fs::write(&path, OLD).unwrap();
    (folder, path)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_target_that_stays_open_is_told_and_the_next_download_goes_on() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let content = Content::synthetic(1 << 20, 3);
    sandbox.add_object(BUCKET, "large", content.clone());
    let download = |path: &Path| {
        let request = Request::object(BUCKET, "large").unwrap();
        one(&client, request.to_file(path))
    };
    let (folder, path) = old_file();
    for share in [0, SHARE_READ] {
        let held = hold(&path, share);
        let began = Instant::now();
        let error = download(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::FileLocked, "{error}");
        assert!(error.os_code().is_some(), "{error}");
        assert!(error.message().contains("Close it there"), "{error}");
        assert!(error.message().contains("kept beside"), "{error}");
        assert!(
            began.elapsed() > Duration::from_secs(4),
            "it is tried for a while"
        );
        drop(held);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), OLD);
        assert_eq!(
            names(folder.path()),
            [
                "house.rvt",
                "house.rvt.apsfetch-journal",
                "house.rvt.apsfetch-part"
            ]
        );
    }
    let result = download(&path).unwrap();
    assert!(result.resumed_bytes > 0, "{result:?}");
    let mut expected = vec![0; 1 << 20];
    content.read_at(0, &mut expected).unwrap();
    assert!(std::fs::read(&path).unwrap() == expected);
    assert_eq!(names(folder.path()), ["house.rvt"]);
}

#[test]
fn a_target_that_is_closed_in_time_is_replaced() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (_folder, path) = old_file();
    let held = hold(&path, SHARE_READ);
    let request = Request::object(BUCKET, "small").unwrap().to_file(&path);
    let job = client.start(vec![request]).unwrap();
    while job.progress().bytes_done < TEXT.len() as u64 {
        std::thread::sleep(Duration::from_millis(5));
    }
    // Some of the tries are over by now; how many does not matter.
    assert!(!job.wait(Duration::from_millis(200)));
    drop(held);
    job.join();
    job.result(0).unwrap().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
}

#[test]
fn waiting_for_a_target_can_be_cancelled() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (folder, path) = old_file();
    let _held = hold(&path, 0);
    let request = Request::object(BUCKET, "small").unwrap().to_file(&path);
    let job = client.start(vec![request]).unwrap();
    while job.progress().bytes_done < TEXT.len() as u64 {
        std::thread::sleep(Duration::from_millis(5));
    }
    job.cancel();
    job.join();
    let error = job.result(0).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    assert_eq!(names(folder.path()), ["house.rvt"]);
}

/// A program that lets its file be deleted keeps what it has opened, and everybody else finds the new one.
#[test]
fn a_target_that_may_be_replaced_while_it_is_open_is() {
    const SHARE_ALL: u32 = 7;
    let sandbox = sandbox();
    let (_folder, path) = old_file();
    let held = hold(&path, SHARE_ALL);
    match download(&client(&sandbox), &path) {
        Ok(_) => {
            assert_eq!(std::io::read_to_string(&held).unwrap(), OLD);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT);
        }
        // Wine, and Windows before 10 1709, cannot rename over an open file.
        Err(error) => assert_eq!(error.kind(), ErrorKind::FileLocked, "{error}"),
    }
}

#[test]
fn a_read_only_target_is_said_at_once_and_left_alone() {
    let sandbox = sandbox();
    let (folder, path) = old_file();
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions.clone()).unwrap();
    let error = download(&client(&sandbox), &path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(error.message().contains("read-only"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), OLD);
    assert_eq!(names(folder.path()), ["house.rvt"]);
    #[allow(
        clippy::permissions_set_readonly_false,
        reason = "there are no others on Windows"
    )]
    permissions.set_readonly(false);
    std::fs::set_permissions(&path, permissions).unwrap();
}

/// The part file is the lock. Somebody else's handle on it is told as what it is: a download, or no right to write.
#[test]
fn a_part_file_that_is_in_use_or_in_the_way() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let (folder, path) = old_file();
    let part = folder.path().join("house.rvt.apsfetch-part");
    std::fs::write(&part, "").unwrap();
    let held = hold(&part, SHARE_READ);
    let error = download(&client, &path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    drop(held);
    std::fs::remove_file(&part).unwrap();
    std::fs::create_dir(&part).unwrap();
    let error = download(&client, &path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    std::fs::remove_dir(&part).unwrap();
    download(&client, &path).unwrap();
    assert_eq!(names(folder.path()), ["house.rvt"]);
}
