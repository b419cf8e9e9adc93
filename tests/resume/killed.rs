//! Another process, killed in the middle.

use std::process::{Child, Command};

use super::*;

/// This test program again, as a process that downloads one object.
pub(super) fn child(sandbox: &Sandbox, target: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "killed::the_process_that_is_killed"])
        .args(["--ignored", "--nocapture"])
        .env("TARGET", target)
        .env("API", &sandbox.info().api)
        .env("TOKEN", sandbox.access_token("data:read"));
    command
}

#[test]
#[ignore = "started by the tests"]
fn the_process_that_is_killed() {
    let limit = std::env::var("DISK_TIMEOUT_MS").map_or(60_000, |limit| limit.parse().unwrap());
    let client = Client::builder()
        .disk_timeout(Duration::from_millis(limit))
        .unwrap()
        .base_url(&std::env::var("API").unwrap())
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&std::env::var("TOKEN").unwrap())
        .unwrap()
        .max_connections(2)
        .unwrap()
        .durable(std::env::var_os("DURABLE").is_some())
        .build()
        .unwrap();
    let target = std::env::var_os("TARGET").unwrap();
    let request = Request::object(BUCKET, "x").unwrap().to_file(target);
    let job = client.start(vec![request]).unwrap();
    let mut begun = std::time::Instant::now();
    if std::env::var_os("CANCEL").is_some() {
        // By now somebody waits for the disk.
        until(|| job.progress().bytes_done > 0);
        std::thread::sleep(Duration::from_millis(200));
        begun = std::time::Instant::now();
        job.cancel();
    }
    job.join();
    eprintln!("over after {} ms", begun.elapsed().as_millis());
    if let Err(error) = job.result(0).unwrap() {
        eprintln!("{error}");
        // Told apart from a failed test.
        std::process::exit(7);
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_next_process_goes_on() {
    let sandbox = sandbox();
    let content = Content::synthetic(16 * MIB, 7);
    sandbox.add_object(BUCKET, "x", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    let mut rule = Rule::new(Fault::Rate {
        bytes_per_second: 2 * MIB,
    });
    rule.matching.origin = Some(Origin::S3);
    sandbox.fault(rule);
    let process = Killed(child(&sandbox, &path).spawn().unwrap());
    until(|| std::fs::metadata(journal(&path)).is_ok_and(|found| found.len() > 0));
    // Nobody else may write there meanwhile.
    let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
    let error = one(&client(&sandbox), request.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    drop(process);
    assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
    allow(&sandbox);
    let result = one(&client(&sandbox), request).unwrap();
    assert!(result.resumed_bytes > 0, "{result:?}");
    assert_eq!(
        sent(&sandbox, Origin::S3),
        content.len() - result.resumed_bytes
    );
    check(&path, &content);
    assert_eq!(names(folder.path()), ["x"]);
}

/// Killed as soon as there is a part file, and after one, two and three notes of what is written. Each run goes on with what
/// the one before has left.
#[test]
fn killed_at_various_moments_nothing_is_lost_and_nothing_is_wrong() {
    let sandbox = sandbox();
    let content = Content::synthetic(24 * MIB, 8);
    sandbox.add_object(BUCKET, "x", content.clone());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    let mut rule = Rule::new(Fault::Rate {
        bytes_per_second: 2 * MIB,
    });
    rule.matching.origin = Some(Origin::S3);
    sandbox.fault(rule);
    for notes in 0..4 {
        let process = Killed(child(&sandbox, &path).spawn().unwrap());
        until(|| part(&path).exists());
        let mut last = std::fs::read(journal(&path)).unwrap_or_default();
        for _ in 0..notes {
            until(|| std::fs::read(journal(&path)).is_ok_and(|now| now != last));
            last = std::fs::read(journal(&path)).unwrap_or_default();
        }
        drop(process);
        assert_eq!(std::fs::read(&path).unwrap(), b"the old file");
    }
    allow(&sandbox);
    let request = Request::object(BUCKET, "x").unwrap().to_file(&path);
    let result = one(&client(&sandbox), request).unwrap();
    assert!(result.resumed_bytes > 0, "{result:?}");
    assert!(sent(&sandbox, Origin::S3) < content.len());
    check(&path, &content);
    assert_eq!(names(folder.path()), ["x"]);
}
