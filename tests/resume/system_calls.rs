//! Killed at each system call that changes the file system, one after the other.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use super::killed::child;
use super::*;

const SIGKILL: i32 = 9;

/// The same command under strace, which does something to the n-th call of this name.
fn traced(command: &Command, call: &str, what: &str, nth: usize) -> Command {
    let mut traced = Command::new("strace");
    traced
        .args(["-f", "-qq", "-o", "/dev/null"])
        .arg(format!("--trace={call}"))
        .arg(format!("--inject={call}:{what}:when={nth}"))
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        traced.env(name, value.unwrap_or_default());
    }
    traced
}

fn has_strace() -> bool {
    let works = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        super::skipped("kills at system calls", "strace is missing or not allowed");
    }
    works
}

#[test]
fn at_every_instant_the_target_is_the_old_file_or_the_complete_new_one() {
    if !has_strace() {
        return;
    }
    let sandbox = sandbox();
    let content = Content::synthetic(3 * MIB, 7);
    sandbox.add_object(BUCKET, "x", content.clone());
    let whole = bytes(&content);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let (mut killed, mut new_after_a_kill) = (Vec::new(), 0);
    for call in [
        "openat",
        "flock",
        "ftruncate",
        "pwrite64",
        "fdatasync",
        "fsync",
        "rename",
        "unlink",
    ] {
        // The first calls of openat are those of the dynamic linker; our own come last.
        let step = if call == "openat" { 7 } else { 1 };
        for nth in (1..).step_by(step) {
            std::fs::write(&path, b"the old file").unwrap();
            let command = child(&sandbox, &path);
            let status = traced(&command, call, "signal=KILL", nth)
                .env("DURABLE", "1")
                .output()
                .unwrap()
                .status;
            let found = std::fs::read(&path).unwrap();
            assert!(
                found == b"the old file" || found == whole,
                "killed at {call} number {nth}, the target is neither"
            );
            if status.signal() != Some(SIGKILL) {
                // There are no more calls of this kind.
                assert!(status.success(), "{call} number {nth}: {status}");
                assert!(found == whole);
                break;
            }
            killed.push(call);
            new_after_a_kill += usize::from(found == whole);
            // Run again, in peace.
            let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
            one(&client(&sandbox), request).unwrap();
            assert!(std::fs::read(&path).unwrap() == whole, "{call} {nth}");
            assert_eq!(names(folder.path()), ["x"], "{call} {nth}");
        }
    }
    // How often depends on how many bytes come at once, and on where the dynamic linker looks.
    for call in ["openat", "flock", "ftruncate", "fsync", "rename"] {
        assert!(killed.contains(&call), "{call}: {killed:?}");
    }
    let writes = killed.iter().filter(|call| **call == "pwrite64").count();
    assert!(writes >= 2, "{killed:?}");
    assert!(new_after_a_kill >= 1, "no kill came after the rename");
}

#[test]
fn a_system_call_that_fails_is_an_error_and_the_target_stays() {
    if !has_strace() {
        return;
    }
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(3 * MIB, 7));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    for (call, error, words) in [
        ("pwrite64", "ENOSPC", "Free some space"),
        ("pwrite64", "EDQUOT", "Free some space"),
        ("pwrite64", "EIO", "Could not write"),
        ("ftruncate", "EFBIG", "Free some space"),
        ("rename", "EACCES", "Check the permissions"),
        ("rename", "EIO", "Could not rename"),
        ("fsync", "EIO", "to the disk"),
        ("flock", "EIO", "Could not lock"),
    ] {
        let command = child(&sandbox, &path);
        let output = traced(&command, call, &format!("error={error}"), 1)
            .env("DURABLE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(7), "{call} {error}: {said}");
        assert!(said.contains(words), "{call} {error}: {said}");
        assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
        if error == "ENOSPC" {
            assert_eq!(names(folder.path()), ["x"], "the host needs the room");
        }
    }
}

#[test]
fn without_locks_a_download_still_works() {
    if !has_strace() {
        return;
    }
    let sandbox = sandbox();
    let content = Content::synthetic(3 * MIB, 7);
    sandbox.add_object(BUCKET, "x", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let command = child(&sandbox, &path);
    let status = traced(&command, "flock", "error=ENOLCK", 1)
        .status()
        .unwrap();
    assert!(status.success());
    check(&path, &content);
}

/// The drive hangs in the middle of the download. What was said, and after how many milliseconds the job was over.
fn on_a_drive_that_hangs(name: &str, value: &str) -> (String, u64) {
    let sandbox = sandbox();
    sandbox.add_object(BUCKET, "x", Content::synthetic(3 * MIB, 7));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    let command = child(&sandbox, &path);
    let output = traced(&command, "pwrite64", "delay_enter=4s", 3)
        .env(name, value)
        .output()
        .unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(7), "{said}");
    let (_, after) = said.split_once("over after ").unwrap();
    let (after, _) = after.split_once(" ms").unwrap();
    let after = after.parse().unwrap();
    (said, after)
}

#[test]
fn a_drive_that_hangs_is_an_error_after_its_limit() {
    if !has_strace() {
        return;
    }
    let (said, after) = on_a_drive_that_hangs("DISK_TIMEOUT_MS", "300");
    assert!(said.contains("has not answered for 0.3 s"), "{said}");
    assert!((300..3000).contains(&after), "{after} ms");
}

#[test]
fn a_drive_that_hangs_does_not_keep_a_cancelled_job() {
    if !has_strace() {
        return;
    }
    let (said, after) = on_a_drive_that_hangs("CANCEL", "1");
    assert!(said.contains("cancelled"), "{said}");
    assert!(after < 1000, "{after} ms");
}
