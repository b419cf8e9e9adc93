//! The tests that run C programs, once more, with the library and these programs built with a sanitizer.
//!
//! The tests themselves and the sandbox are the ones of the step `tests`; only the library is built anew.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use super::machine::{Context, succeed};
use super::programs;
use crate::project;

const TARGET: &str = "x86_64-unknown-linux-gnu";

struct Sanitizer {
    /// What compilers call it.
    name: &'static str,
    /// What its runtime is called.
    short: &'static str,
    /// Arguments of cargo beside the common ones.
    build: &'static [&'static str],
    /// A program with one bug that must be found, so that silence means something.
    planted: &'static str,
    found: &'static str,
    options: (&'static str, &'static str),
}

const ADDRESS: Sanitizer = Sanitizer {
    name: "address",
    short: "asan",
    build: &[],
    planted: "leak.c",
    found: "detected memory leaks",
    options: ("ASAN_OPTIONS", "detect_stack_use_after_return=1"),
};

const THREAD: Sanitizer = Sanitizer {
    name: "thread",
    short: "tsan",
    // The standard library as well: of its locks the sanitizer would see nothing, and call every use a race.
    build: &["-Zbuild-std"],
    planted: "race.c",
    found: "data race",
    // A forked child has none of its parent's threads to join, and may start its own.
    options: ("TSAN_OPTIONS", "report_thread_leaks=0:die_after_fork=0"),
};

pub(crate) fn address(context: &Context<'_>) -> Result<()> {
    check(context, &ADDRESS)
}

pub(crate) fn thread(context: &Context<'_>) -> Result<()> {
    check(context, &THREAD)
}

fn check(context: &Context<'_>, sanitizer: &Sanitizer) -> Result<()> {
    let with_sources = !sanitizer.build.is_empty();
    let Some(toolchain) = toolchain(context, with_sources) else {
        // No failure: a machine may have no network to get it from.
        println!(
            "    not run: there is no nightly Rust{} for {TARGET} here \
             (rustup toolchain install nightly --component rust-src)",
            if with_sources {
                " with its sources"
            } else {
                ""
            }
        );
        return Ok(());
    };
    let runtime = toolchain
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib")
        .join(format!("librustc-nightly_rt.{}.a", sanitizer.short));
    ensure!(runtime.is_file(), "{} is missing", runtime.display());
    let compile = format!("-fsanitize={} -fno-omit-frame-pointer", sanitizer.name);
    // The runtime of rustc for both languages, whole, and where the library finds it.
    let link = format!(
        "-Wl,--whole-archive {} -Wl,--no-whole-archive -Wl,--export-dynamic -ldl -lm -lrt",
        runtime.display()
    );
    ensure!(
        finds_what_is_planted(context, sanitizer, &compile, &link)?,
        "{} was not found in tests/c/planted/{}",
        sanitizer.found,
        sanitizer.planted
    );
    let library = build(context, sanitizer)?;
    let mut tests = programs::tests(context)?;
    tests
        .env("APSFETCH_TEST_LIBRARY", library)
        .env("APSFETCH_TEST_CFLAGS", compile)
        .env("APSFETCH_TEST_LDFLAGS", link)
        .env(sanitizer.options.0, sanitizer.options.1);
    succeed(&mut tests).context("cargo test")
}

/// Where nightly Rust is, if it is here, and with its own sources where these are needed.
fn toolchain(context: &Context<'_>, with_sources: bool) -> Option<PathBuf> {
    let output = context
        .command("rustup")
        .args(["run", "nightly", "rustc", "--print", "sysroot"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let root = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    let has = |path: &str| root.join("lib/rustlib").join(path).exists();
    let here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    let sources = !with_sources || has("src/rust/library/std");
    (here && output.status.success() && sources && has(TARGET)).then_some(root)
}

fn build(context: &Context<'_>, sanitizer: &Sanitizer) -> Result<PathBuf> {
    // One folder for both: what runs at build time is the same.
    let folder = target_folder()?.join("sanitized");
    let mut build = context.command("rustup");
    build
        .args(["run", "nightly", "cargo", "build", "--package", "apsfetch"])
        .args(["--lib", "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .args(sanitizer.build)
        .env(
            "RUSTFLAGS",
            format!("-Zsanitizer={} -Cforce-frame-pointers=yes", sanitizer.name),
        )
        // Of the stable toolchain that runs this program.
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTUP_TOOLCHAIN");
    succeed(&mut build).context("building the library")?;
    Ok(folder.join(TARGET).join("debug/libapsfetch.so"))
}

/// This program lies in the folder that cargo builds into, below `debug`.
fn target_folder() -> Result<PathBuf> {
    let own = std::env::current_exe().context("the path of this program")?;
    let folder = own.parent().and_then(Path::parent).context("a folder")?;
    Ok(folder.to_owned())
}

fn finds_what_is_planted(
    context: &Context<'_>,
    sanitizer: &Sanitizer,
    compile: &str,
    link: &str,
) -> Result<bool> {
    let source = project::root()
        .join("tests/c/planted")
        .join(sanitizer.planted);
    let (object, program) = (
        context.folder().join("planted.o"),
        context.folder().join("planted"),
    );
    let mut compiler = context.command("gcc");
    compiler
        .args(compile.split(' '))
        .args(["-g", "-pthread", "-c"])
        .arg(&source)
        .arg("-o")
        .arg(&object);
    succeed(&mut compiler).context("compiling what is planted")?;
    let mut linker = context.command("gcc");
    linker
        .arg("-pthread")
        .arg(&object)
        .arg("-o")
        .arg(&program)
        .args(link.split(' '));
    succeed(&mut linker).context("linking what is planted")?;
    let output = context
        .command(&program.to_string_lossy())
        .output()
        .context("running what is planted")?;
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(!output.status.success() && said.contains(sanitizer.found))
}
