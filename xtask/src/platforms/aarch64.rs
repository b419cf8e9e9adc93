//! Linux on 64-bit ARM: built by Debian's cross compiler, run in an emulator of the processor.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::binary;
use super::rust;
use super::tools::{self, passed, quietly};
use crate::project;
use crate::test::machine::Context;
use crate::test::programs;

pub(crate) const TARGET: &str = "aarch64-unknown-linux-gnu";
const COMPILER: &str = "aarch64-linux-gnu-gcc";
/// Where Debian's packages for cross compilers put the target's C library.
const SYSTEM: &str = "/usr/aarch64-linux-gnu";

/// Not for an emulator: one test wants an answer within 100 ms, and one starts itself nineteen times, with a minute each.
const TIMED: [&str; 2] = [
    "an_address_that_leads_nowhere_costs_a_head_start",
    "a_panic_at_any_place_is_a_status_and_all_else_goes_on",
];
/// qemu's own bookkeeping of threads does not survive a fork beside them. Another test forks, too.
const FORKS: &str = "a_forked_child_gets_a_status_and_can_begin_anew";

/// Whether programs in C can be compiled for it. The compiler's package does not bring the library.
pub(crate) fn has_c_library() -> bool {
    Path::new(SYSTEM).join("include/stdio.h").exists()
}

fn compiler(context: &Context<'_>, name: &'static str) -> Result<&'static str> {
    let source =
        "Debian packages gcc-aarch64-linux-gnu, g++-aarch64-linux-gnu and libc6-dev-arm64-cross";
    if !has_c_library() {
        return Err(tools::Lacking::Program(format!("no C library for it ({source})")).into());
    }
    tools::first(context, &[name], source)
}

/// The emulator with the words that tell it where the C library is.
fn runner(context: &Context<'_>) -> Result<String> {
    let emulator = tools::first(
        context,
        &["qemu-aarch64", "qemu-aarch64-static"],
        "Debian package qemu-user",
    )?;
    Ok(format!("{emulator} -L {SYSTEM}"))
}

fn cargo(context: &Context<'_>, verb: &str) -> Result<std::process::Command> {
    let linker = compiler(context, COMPILER)?;
    let mut cargo = rust::cargo(context, verb, TARGET)?;
    cargo
        .args(project::QUICK)
        .env(rust::variable(TARGET, "LINKER"), linker);
    Ok(cargo)
}

/// The shared library as the tests below use it.
fn library(context: &Context<'_>) -> Result<PathBuf> {
    quietly(cargo(context, "build")?.arg("--lib")).context("cargo build")?;
    Ok(rust::built(TARGET, "debug")?.join("libapsfetch.so"))
}

pub(crate) fn linked(context: &Context<'_>) -> Result<String> {
    let library = library(context)?;
    let exported = binary::exports_only_the_header(&library)?;
    Ok(format!(
        "libapsfetch.so exports the {exported} functions of the header and nothing else"
    ))
}

/// The tests that are inside of the library's sources.
pub(crate) fn unit_tests(context: &Context<'_>) -> Result<String> {
    let runner = runner(context)?;
    let text = quietly(
        cargo(context, "test")?
            .arg("--lib")
            .env(rust::variable(TARGET, "RUNNER"), &runner)
            // For tests that start themselves again.
            .env("APSFETCH_TEST_RUNNER", &runner)
            .args(["--", "--skip", TIMED[0], "--skip", TIMED[1]]),
    )
    .context("cargo test")?;
    let passed = passed(&text);
    ensure!(passed > 0, "no unit test ran");
    Ok(format!(
        "{passed} unit tests under qemu-aarch64, without two that an emulator is too slow for"
    ))
}

/// The tests that build C and C++ programs: tests and sandbox are this machine's, library and programs are the other's.
pub(crate) fn c_programs(context: &Context<'_>) -> Result<String> {
    let runner = runner(context)?;
    let c = compiler(context, COMPILER)?;
    let cxx = compiler(context, "aarch64-linux-gnu-g++")?;
    let mut tests = programs::tests(context)?;
    tests
        .env("APSFETCH_TEST_LIBRARY", library(context)?)
        .env("APSFETCH_TEST_CC", c)
        .env("APSFETCH_TEST_CXX", cxx)
        .env("APSFETCH_TEST_RUNNER", runner)
        .args(["--", "--skip", FORKS]);
    let passed = passed(&quietly(&mut tests).context("cargo test")?);
    ensure!(passed > 0, "no test of a C program ran");
    Ok(format!(
        "{passed} tests with C and C++ programs under qemu-aarch64, without one whose fork qemu does not survive"
    ))
}
