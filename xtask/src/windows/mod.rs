//! `cargo xtask windows`: the library for Windows, built here and tried here.

pub(crate) mod build;
mod programs;
pub(crate) mod tools;

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub(crate) const HELP: &str = "\
Usage: cargo xtask windows [--build]

Builds the library for 64-bit Windows into target/windows/library, runs its tests as Windows programs, and says what ran.

Options:
  --build   only build

What it uses, from these variables or from PATH:
  APSFETCH_CARGO_WINDOWS    cargo-windows, or cargo with rustup's target x86_64-pc-windows-gnu, and mingw
  APSFETCH_WINE_RUN         wine-run, wine or wine64
  APSFETCH_PYTHON_WINDOWS   python-windows; without one the Python wrapper is left out
";

pub(crate) fn run(build_only: bool) -> Result<()> {
    let built = build::library()?;
    for file in [&built.library, &built.import_library, &built.static_library] {
        println!("{}", file.display());
    }
    match &built.msvc_import_library {
        Some(file) => println!("{}", file.display()),
        None => println!("no import library for MSVC: llvm-dlltool is not on PATH"),
    }
    if build_only {
        return Ok(());
    }
    programs::run(&built)
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{:?}", command.get_program()))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}
