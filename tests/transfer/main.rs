//! A download is byte-exact or an error, whatever the size, the source and the server's manner.

#[path = "../common/mod.rs"]
mod common;

mod fairness;
mod faults;
mod jobs;
mod limits;
mod roads;
mod sources;

use std::path::Path;
use std::time::Duration;

use apsfetch::{Client, ErrorKind, ExistingFile, ItemStatus, ObjectSigning, Request, Verification};
use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox};
use common::client::{builder, one};

const PART: u64 = 256 * 1024;
const BUCKET: &str = "transfer-tests";

fn sandbox() -> Sandbox {
    common::client::sandbox_with(BUCKET)
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

fn of(origin: Origin, fault: Fault) -> Rule {
    let mut rule = Rule::new(fault);
    rule.matching.origin = Some(origin);
    rule
}

fn check(path: &Path, content: &Content) {
    let mut file = std::fs::File::open(path).unwrap();
    assert_eq!(file.metadata().unwrap().len(), content.len());
    let (mut ours, mut theirs) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut at = 0;
    while at < content.len() {
        let read = std::io::Read::read(&mut file, &mut ours).unwrap();
        assert!(read > 0);
        assert_eq!(content.read_at(at, &mut theirs[..read]).unwrap(), read);
        assert!(ours[..read] == theirs[..read], "bytes differ behind {at}");
        at += read as u64;
    }
}

fn part_files(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("apsfetch-part"))
        .collect()
}
