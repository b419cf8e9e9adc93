//! What the operating system refuses is an error, or is done without: never the end of the host.

use apsfetch_sandbox::{Content, Sandbox};

use crate::common::c::{self, Workshop};
use crate::common::root;

/// Enough for several connections and for a large block of memory.
const SIZE: u64 = 3 * 1024 * 1024 + 7;

#[cfg(target_os = "linux")]
#[test]
fn threads_sockets_files_and_memory_that_are_refused_are_errors() {
    if c::is_for_windows() {
        return; // There is no way to put something between a program and its system.
    }
    if c::is_watched() {
        // The watchers have their own memory and threads, which must not be refused.
        return;
    }
    let Some(workshop) = Workshop::new("boundary") else {
        return;
    };
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket("refused");
    sandbox.add_object("refused", "a.bin", Content::synthetic(SIZE, 3));
    let info = sandbox.info();
    let output = workshop
        .test_program("refused.c")
        .command()
        .env("LD_PRELOAD", workshop.preload("refuse.c"))
        .arg(info.api.replace("127.0.0.1", "localhost"))
        .arg(root().join("Cargo.toml"))
        .args([&info.client_id, &info.client_secret, "refused", "a.bin"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    println!("{}", String::from_utf8_lossy(&output.stdout));
}
