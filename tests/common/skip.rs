//! Leaving out what a machine cannot do.
#![allow(unreachable_pub)]

use std::io::Write as _;

/// Says that something could not be tested here. `cargo xtask test` lists what is said.
pub fn skip(name: &str, reason: &str) {
    eprintln!("skipped {name}: {reason}");
    if let Some(path) = std::env::var_os("APSFETCH_TEST_SKIPS") {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        writeln!(file, "{name}: {reason}").unwrap();
    }
}
