//! The short form of `cargo bench --bench soak`: many downloads with faults leave nothing behind.

use std::process::{Command, ExitCode};

#[path = "../benches/soak.rs"]
#[allow(dead_code)]
mod soak;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("sandbox" | "--files") => soak::main(),
        // What a test program is asked for its list.
        Some("--list") => ExitCode::SUCCESS,
        _ => {
            let me = std::env::current_exe().unwrap();
            let status = Command::new(me)
                .args(["--files", "500", "--round", "50"])
                .status()
                .unwrap();
            match status.success() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
    }
}
