//! Starting, stopping, and many clients at once.

use crate::client::{Client, agent, get, try_send};
use apsfetch_sandbox::{Content, Fault, Rule, Sandbox};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[test]
fn after_stop_nothing_listens_and_connections_are_cut() {
    let client = Client::new();
    client.sandbox.fault(Rule::new(Fault::Stall { at: 10 }));
    let url = client.sandbox.info().api.clone();
    let host = url.strip_prefix("http://").unwrap().to_owned();
    let mut open = TcpStream::connect(&host).unwrap();
    write!(open, "GET /sandbox/info HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut byte = [0; 1];
    open.read_exact(&mut byte).unwrap();
    client.sandbox.stop();
    let mut rest = Vec::new();
    // An end or a reset: both are over.
    let _ = open.read_to_end(&mut rest);
    assert!(try_send(&agent(), "GET", &url, &[], b"").is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_outlives_the_sandbox() {
    // A process of its own, since other tests run beside this one.
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lifecycle::threads_alone", "--ignored"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by no_thread_outlives_the_sandbox"]
fn threads_alone() {
    let names = || -> Vec<String> {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok())
            .collect()
    };
    let ours = || {
        names()
            .iter()
            .filter(|name| name.starts_with("apsfetch-sandb"))
            .count()
    };
    let client = Client::new();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![7; 3_000_000]).unwrap();
    client.sandbox.add_object(
        crate::client::FILES,
        "file",
        Content::file(file.path()).unwrap(),
    );
    assert_eq!(get(&client.object_url("file"), &[]).body.len(), 3_000_000);
    assert!(ours() >= 3, "{:?}", names());
    client.sandbox.stop();
    assert_eq!(ours(), 0, "{:?}", names());
}

#[test]
fn it_may_be_dropped_inside_another_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::start().unwrap();
        drop(sandbox);
    });
}

#[test]
fn hundreds_of_clients_are_served_at_once() {
    let client = Client::new();
    let url = client.object_url("odd.bin");
    let bytes = get(&url, &[]).body;
    std::thread::scope(|scope| {
        for _ in 0..300 {
            scope.spawn(|| {
                for _ in 0..3 {
                    assert!(get(&url, &[]).body == bytes);
                }
            });
        }
    });
    let served = client
        .sandbox
        .requests()
        .iter()
        .filter(|record| record.endpoint == "s3")
        .count();
    assert_eq!(served, 901);
}

#[test]
fn the_log_is_in_order_and_can_be_forgotten() {
    let client = Client::new();
    client.get("/one");
    client.get("/two?x=1");
    let records = client.sandbox.requests();
    assert_eq!(
        records
            .iter()
            .map(|record| record.target.as_str())
            .collect::<Vec<_>>(),
        ["/one", "/two?x=1"]
    );
    assert!(records[0].id < records[1].id && records[0].status == 404);
    client.sandbox.clear_requests();
    assert!(client.sandbox.requests().is_empty());
}
