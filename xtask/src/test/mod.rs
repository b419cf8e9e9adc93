//! `cargo xtask test`: every check there is, as steps.

mod bindings;
mod c;
mod deny;
mod dependencies;
mod docs;
mod fuzz;
mod install;
pub(crate) mod machine;
pub(crate) mod need;
mod package;
pub(crate) mod programs;
mod report;
mod run;
mod sandbox;
mod sanitizers;
mod sdk;
mod secrets;
pub(crate) mod step;
pub(crate) mod steps;
mod valgrind;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use lexopt::prelude::*;

pub(crate) use machine::ThisMachine;
use report::Report;

pub(crate) const HELP: &str = "\
Usage: cargo xtask test [--all] [STEP...]
       cargo xtask test --list

Runs the named steps, or every step, and ends with a table of what passed, failed and was skipped.
A step whose programs are missing is skipped; so may be parts of a step. Each skip is listed with its reason.
The exit code is 0 when nothing failed.

Options:
  --all     first install what is missing (Debian and Ubuntu packages with apt-get, Rust components with
            rustup, tools from crates.io into a cache folder), then count every skip as a failure
  --list    list the steps, what each needs, and what of that is missing here; run nothing
";

/// Installs what of this the machine lacks; says what cannot be had.
pub(crate) fn install(needs: &[need::Need]) -> Result<()> {
    install::missing(needs.iter(), &ThisMachine::new()?);
    Ok(())
}

struct Options {
    all: bool,
    list: bool,
    names: Vec<String>,
}

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut options = Options {
        all: false,
        list: false,
        names: Vec::new(),
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("all") => options.all = true,
            Long("list") => options.list = true,
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            Value(name) => options.names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }

    let selected = step::select(steps::ALL, &options.names)?;
    let mut machine = ThisMachine::new()?;
    if options.list {
        print!("{}", report::listing(&selected, &machine));
        return Ok(ExitCode::SUCCESS);
    }
    if options.all {
        let needs = selected
            .iter()
            .flat_map(|step| step.needs.iter().chain(step.wants));
        install::missing(needs, &machine);
    }
    let started = Instant::now();
    let finished = run::all(&selected, options.all, &mut machine);
    let report = Report {
        finished: &finished,
        all: options.all,
        elapsed: started.elapsed(),
    };
    println!("\n{report}");
    Ok(if report.succeeded() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
