//! Takes out of libraries what only a debugger reads, which is most of their size. Names of functions stay.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::project;

/// For whatever system and processor: the one that Rust brings along knows them all, and so does LLVM's.
fn program() -> Result<PathBuf> {
    let mut rustc = project::command("rustc");
    let output = rustc.args(["--print", "target-libdir"]).output()?;
    ensure!(output.status.success(), "rustc --print target-libdir");
    let libraries = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let own = libraries.with_file_name("bin").join("rust-objcopy");
    if own.is_file() {
        return Ok(own);
    }
    project::on_path("llvm-objcopy").context(
        "this Rust has no rust-objcopy, and llvm-objcopy (Debian package llvm) is not on PATH",
    )
}

pub(super) fn without_debug_information(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_file(), "{} was not built", from.display());
    project::succeed(
        project::command(&program()?.to_string_lossy())
            .args(["--strip-debug", "--enable-deterministic-archives"])
            .args([from, to]),
    )
}
