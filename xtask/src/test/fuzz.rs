//! A short run of every fuzz target: long enough to see that they work and that nothing is easy to find.
//! `fuzz/README.md` says how to run one for hours.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, ensure};

use super::machine::{Context, succeed};
use crate::project;

/// How long each target runs.
const SECONDS: u32 = 5;

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    let has = |program: &str, arguments: &[&str]| {
        context
            .command(program)
            .args(arguments)
            .output()
            .is_ok_and(|output| output.status.success())
    };
    // No failure: a machine may have no network to get them from, and `tests` goes through the corpus in any case.
    for (what, arguments) in [
        ("nightly Rust", ["run", "nightly", "cargo", "--version"]),
        ("cargo-fuzz", ["run", "nightly", "cargo-fuzz", "--version"]),
    ] {
        if !has("rustup", &arguments) {
            println!("    not run: there is no {what} here");
            return Ok(());
        }
    }
    let folder = project::root().join("fuzz");
    let cargo_fuzz = |arguments: &[&str]| {
        let mut command = context.command("rustup");
        command
            .args(["run", "nightly", "cargo", "fuzz"])
            .args(arguments)
            .current_dir(&folder)
            // They run for a shorter time than optimising them would take.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        command
    };
    succeed(&mut cargo_fuzz(&["build"])).context("cargo fuzz build")?;
    let targets = targets(&folder)?;
    ensure!(
        !targets.is_empty(),
        "there are no targets in {}",
        folder.display()
    );
    // One program uses one processor; what they print is kept apart.
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    for some in targets.chunks(processors) {
        let runs: Vec<Command> = some
            .iter()
            .map(|target| one(context, &folder, target, cargo_fuzz(&["run", target])))
            .collect::<Result<_>>()?;
        let ends = std::thread::scope(|scope| {
            let started: Vec<_> = runs
                .into_iter()
                .map(|mut run| scope.spawn(move || run.output()))
                .collect();
            started
                .into_iter()
                .map(std::thread::ScopedJoinHandle::join)
                .collect::<Vec<_>>()
        });
        for (target, end) in some.iter().zip(ends) {
            let end = end.map_err(|_| anyhow!("a thread of this program panicked"))?;
            let end = end.context("cargo fuzz run")?;
            println!("    {target}, {SECONDS} s");
            print!("{}", String::from_utf8_lossy(&end.stdout));
            eprint!("{}", String::from_utf8_lossy(&end.stderr));
            ensure!(
                end.status.success(),
                "{target}: {}; the input that fails is in fuzz/artifacts",
                end.status
            );
        }
    }
    Ok(())
}

/// A command that runs one target.
fn one(context: &Context<'_>, folder: &Path, target: &str, mut run: Command) -> Result<Command> {
    // What is found goes to a folder of its own; the corpus in the tree is only read.
    let found = context.folder().join(target);
    fs::create_dir(&found)?;
    run.arg(&found)
        .arg(folder.join("corpus").join(target))
        .args([
            "--",
            &format!("-max_total_time={SECONDS}"),
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-max_len=4096",
            "-verbosity=0",
            "-print_funcs=0",
            "-print_final_stats=1",
        ]);
    let dictionary = folder.join("dictionaries").join(format!("{target}.dict"));
    if dictionary.is_file() {
        run.arg(format!("-dict={}", dictionary.display()));
    }
    Ok(run)
}

fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut targets: Vec<String> = fs::read_dir(folder.join("fuzz_targets"))?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    targets.sort();
    Ok(targets)
}
