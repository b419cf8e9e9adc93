//! No thread outlives its client.
//!
//! One test, in a process of its own: it counts the threads of the whole process.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use apsfetch::{Client, Request};
use apsfetch_sandbox::{Content, Sandbox};

/// The names of the process's threads that belong to the library, with their number.
fn library_threads() -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        // A thread may end while the folder is read.
        let Ok(name) = std::fs::read_to_string(task.unwrap().path().join("comm")) else {
            continue;
        };
        let name = name.trim().to_owned();
        if name.starts_with("apsfetch-") && !name.starts_with("apsfetch-sandbo") {
            *names.entry(name).or_default() += 1;
        }
    }
    names
}

/// What is left of the threads. The kernel lets a join return a moment before it takes the thread, which has run its
/// last instruction by then, off this list.
fn threads_left() -> BTreeMap<String, usize> {
    let give_up = Instant::now() + Duration::from_secs(10);
    while !library_threads().is_empty() && Instant::now() < give_up {
        std::thread::yield_now();
    }
    library_threads()
}

#[test]
fn threads_end_with_the_client() {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_object("threads", "x", Content::synthetic(20 << 20, 1));
    let folder = tempfile::tempdir().unwrap();
    // By name, so that a thread of the resolver is among those that must end.
    let api = sandbox.info().api.replace("127.0.0.1", "localhost");
    let client = || {
        Client::builder()
            .base_url(&api)
            .unwrap()
            .proxy("")
            .unwrap()
            .access_token(&sandbox.access_token("data:read"))
            .unwrap()
            .build()
            .unwrap()
    };
    let request = || {
        Request::object("threads", "x")
            .unwrap()
            .to_file(folder.path().join("x"))
    };
    let mut seen = false;
    for round in 0..20 {
        let first = client();
        assert_eq!(threads_left(), BTreeMap::new(), "none before the first job");
        let job = first.start(vec![request()]).unwrap();
        // A thread names itself, a moment after it was born.
        while library_threads().is_empty() && !job.wait(Duration::from_millis(1)) {}
        seen |= !library_threads().is_empty();
        if round % 2 == 0 {
            job.join();
            job.result(0).unwrap().unwrap();
        }
        drop(first);
        assert_eq!(threads_left(), BTreeMap::new(), "round {round}");
        // A job that outlives its client still has its results.
        assert!(job.is_finished());
        assert!(job.result(0).is_some());
        // A client that is shut down starts nothing more, and no thread either.
        let second = client();
        second.shut_down();
        assert!(second.start(vec![request()]).is_err());
        assert_eq!(threads_left(), BTreeMap::new());
    }
    assert!(seen, "the threads were there to be counted");
}
