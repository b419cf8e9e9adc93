//! A download that failed, was cancelled or was killed goes on where it was, and never with the wrong bytes.

#[path = "../common/mod.rs"]
mod common;

mod changed;
mod damage;
mod goes_on;
mod killed;
#[cfg(target_os = "linux")]
mod system_calls;

use std::path::{Path, PathBuf};
use std::time::Duration;

use apsfetch::{Client, ErrorKind, ItemResult, Request, Result};
use apsfetch_sandbox::{Content, Fault, Origin, Rule, Sandbox};
use common::client::{builder, one};

const BUCKET: &str = "resume-tests";
const MIB: u64 = 1 << 20;

fn sandbox() -> Sandbox {
    common::client::sandbox_with(BUCKET)
}

/// One connection and parts of a mebibyte: what arrives, arrives in order.
fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox)
        .max_connections(1)
        .unwrap()
        .part_size(MIB)
        .unwrap()
        .build()
        .unwrap()
}

/// From its n-th request on, the server refuses, for good.
fn refuse_from(sandbox: &Sandbox, origin: Origin, from: u64) {
    let mut rule = Rule::new(Fault::Status {
        status: 400,
        body: String::new(),
        headers: Default::default(),
    });
    rule.matching.origin = Some(origin);
    rule.matching.from = Some(from);
    sandbox.fault(rule);
}

fn allow(sandbox: &Sandbox) {
    sandbox.clear_faults();
    sandbox.clear_requests();
}

/// Body bytes that one of the servers has sent.
fn sent(sandbox: &Sandbox, origin: Origin) -> u64 {
    sandbox
        .requests()
        .iter()
        .filter(|request| request.origin == origin && request.status < 300)
        .map(|request| request.bytes_sent)
        .sum()
}

fn bytes(content: &Content) -> Vec<u8> {
    let mut bytes = vec![0; content.len() as usize];
    assert_eq!(content.read_at(0, &mut bytes).unwrap(), bytes.len());
    bytes
}

fn check(path: &Path, content: &Content) {
    assert!(
        std::fs::read(path).unwrap() == bytes(content),
        "the bytes differ"
    );
}

fn part(target: &Path) -> PathBuf {
    beside(target, ".apsfetch-part")
}

fn journal(target: &Path) -> PathBuf {
    beside(target, ".apsfetch-journal")
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.file_name().unwrap().to_owned();
    name.push(ending);
    target.with_file_name(name)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A folder in which a download of `x` (8 MiB) has stopped after 3 MiB.
struct Begun {
    sandbox: Sandbox,
    content: Content,
    folder: tempfile::TempDir,
    path: PathBuf,
}

fn begun() -> Begun {
    begun_with(|_| {})
}

fn begun_with(prepare: impl FnOnce(&Sandbox)) -> Begun {
    let sandbox = sandbox();
    let content = Content::synthetic(8 * MIB + 5, 7);
    sandbox.add_object(BUCKET, "x", content.clone());
    prepare(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, b"the old file").unwrap();
    refuse_from(&sandbox, Origin::S3, 4);
    let begun = Begun {
        sandbox,
        content,
        folder,
        path,
    };
    let error = begun.download().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Http, "{error}");
    assert_eq!(std::fs::read(&begun.path).unwrap(), b"the old file");
    assert!(part(&begun.path).exists() && journal(&begun.path).exists());
    allow(&begun.sandbox);
    begun
}

impl Begun {
    fn request(&self) -> Request {
        Request::object(BUCKET, "x").unwrap().to_file(&self.path)
    }

    fn download(&self) -> Result<ItemResult> {
        one(&client(&self.sandbox), self.request())
    }

    /// The file is there, and nothing beside it.
    fn check(&self) {
        check(&self.path, &self.content);
        assert_eq!(names(self.folder.path()), ["x"]);
    }
}

#[cfg(target_os = "linux")]
use common::skip as skipped;

/// Until something is so. It will be, or the test hangs and is ended by its runner.
fn until(mut it_is_so: impl FnMut() -> bool) {
    while !it_is_so() {
        std::thread::sleep(Duration::from_millis(5));
    }
}
