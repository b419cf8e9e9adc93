//! `cargo xtask platforms`: the library for other systems and processors, as far as this machine can show it.
//!
//! A task shows one thing of one target. It never claims more than it saw: what was linked is not what was run, and
//! what ran in an emulator did not run on the machine it imitates.

pub(crate) mod aarch64;
pub(crate) mod apple;
pub(crate) mod binary;
mod check;
mod linux;
mod msvc;
mod rust;
mod signature;
mod table;
mod tools;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use lexopt::prelude::*;

use crate::test::machine::{Context, ThisMachine};
pub(crate) use rust::has_standard_library;
use table::{Line, Outcome, Shows, Table};
pub(crate) use tools::Lacking;

pub(crate) const HELP: &str = "\
Usage: cargo xtask platforms [TARGET...]

Shows of each target, or of the named ones, what this machine can: that the library type-checks, is built and
linked, exports what the header declares, and runs in an emulator. Ends with a table; docs/platforms.md says what its
words mean. What is missing for a task is named and the task skipped; the exit code is 0 when nothing failed.

Where the Rust in use lacks a target's standard library, nightly Rust builds it (rustup toolchain install nightly
--component rust-src). `cargo xtask test --all platforms` installs the Debian packages that the tasks want.
";

struct Task {
    target: &'static str,
    shows: Shows,
    what: &'static str,
    /// Short enough to be repeated with all the other tests.
    repeated: bool,
    work: fn(&Context<'_>, &str) -> Result<String>,
}

const fn check(target: &'static str, repeated: bool) -> Task {
    Task {
        target,
        shows: Shows::Checked,
        what: "type check",
        repeated,
        work: check::library,
    }
}

const fn dylib(target: &'static str) -> Task {
    Task {
        target,
        shows: Shows::Linked,
        what: "shared library",
        repeated: false,
        work: apple::library,
    }
}

const TASKS: &[Task] = &[
    check(msvc::TARGET, true),
    // The step `package` builds and reads the libraries for macOS and for Linux on ARM.
    check("aarch64-apple-darwin", false),
    Task {
        target: msvc::TARGET,
        shows: Shows::Linked,
        what: "DLL",
        repeated: false,
        work: |context, _| msvc::linked(context),
    },
    Task {
        target: msvc::TARGET,
        shows: Shows::Run,
        what: "C programs",
        repeated: false,
        work: |context, _| msvc::programs(context),
    },
    dylib("aarch64-apple-darwin"),
    dylib("x86_64-apple-darwin"),
    Task {
        target: linux::TARGET,
        shows: Shows::Checked,
        what: "type check with the oldest Rust",
        repeated: false,
        work: |context, _| linux::oldest_rust(context),
    },
    Task {
        target: linux::TARGET,
        shows: Shows::Linked,
        what: "shared library for glibc 2.17",
        repeated: false,
        work: |_, _| linux::old_glibc(),
    },
    Task {
        target: aarch64::TARGET,
        shows: Shows::Linked,
        what: "shared library",
        repeated: false,
        work: |context, _| aarch64::linked(context),
    },
    Task {
        target: aarch64::TARGET,
        shows: Shows::Run,
        what: "unit tests",
        repeated: true,
        work: |context, _| aarch64::unit_tests(context),
    },
    Task {
        target: aarch64::TARGET,
        shows: Shows::Run,
        what: "C and C++ programs",
        repeated: false,
        work: |context, _| aarch64::c_programs(context),
    },
];

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut named = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            Value(name) => named.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    for name in &named {
        if !TASKS.iter().any(|task| task.target == name) {
            bail!(lexopt::Error::Custom(
                format!(
                    "there is no task for `{name}`; the targets are {}",
                    targets().join(", ")
                )
                .into()
            ));
        }
    }
    let tasks: Vec<&Task> = TASKS
        .iter()
        .filter(|task| named.is_empty() || named.iter().any(|name| name == task.target))
        .collect();
    let lines = ThisMachine::new()?.lend("platforms", |context| perform(context, &tasks))?;
    let table = Table(&lines);
    println!("\n{table}");
    Ok(if table.failures().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is repeated with all the other tests.
pub(crate) fn step(context: &Context<'_>) -> Result<()> {
    let tasks: Vec<&Task> = TASKS.iter().filter(|task| task.repeated).collect();
    let lines = perform(context, &tasks);
    let table = Table(&lines);
    println!("\n{table}");
    for line in &lines {
        if let Outcome::Skipped(Lacking::Program(why)) = &line.outcome {
            context.skip(&format!("{}, {}", line.target, line.what), why)?;
        }
    }
    let failures = table.failures();
    if !failures.is_empty() {
        bail!("{}", failures.join("; "));
    }
    Ok(())
}

fn targets() -> Vec<&'static str> {
    let mut targets: Vec<_> = TASKS.iter().map(|task| task.target).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

fn perform(context: &Context<'_>, tasks: &[&Task]) -> Vec<Line> {
    tasks
        .iter()
        .map(|task| {
            println!("--> {}: {}", task.target, task.what);
            let started = Instant::now();
            let outcome = match (task.work)(context, task.target) {
                Ok(seen) => Outcome::Done(seen),
                Err(error) => match error.downcast::<Lacking>() {
                    Ok(lacking) => Outcome::Skipped(lacking),
                    Err(error) => Outcome::Failed(format!("{error:#}")),
                },
            };
            Line {
                target: task.target,
                shows: task.shows,
                what: task.what,
                outcome,
                seconds: started.elapsed().as_secs_f64(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_skips_and_everything_else_fails() {
        fn task(work: fn(&Context<'_>, &str) -> Result<String>) -> Task {
            Task {
                target: "a-target",
                shows: Shows::Run,
                what: "a task",
                repeated: false,
                work,
            }
        }
        let lacking = task(|_, _| {
            Err(anyhow::Error::from(Lacking::Program("no qemu".to_owned())).context("running"))
        });
        let broken = task(|_, _| bail!("red"));
        let fine = task(|_, target| Ok(target.to_owned()));
        let lines = ThisMachine::new()
            .unwrap()
            .lend("what-is-lacking", |context| {
                perform(context, &[&lacking, &broken, &fine])
            })
            .unwrap();
        let outcomes: Vec<_> = lines.iter().map(|line| &line.outcome).collect();
        assert!(
            matches!(
                outcomes[..],
                [
                    Outcome::Skipped(lacking),
                    Outcome::Failed(why),
                    Outcome::Done(seen),
                ] if lacking.to_string() == "no qemu" && why == "red" && seen == "a-target"
            ),
            "{outcomes:?}"
        );
    }
}
