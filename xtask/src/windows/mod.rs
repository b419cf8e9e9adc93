//! `cargo xtask windows`: the library for Windows, built here and tried here.

pub(crate) mod build;
mod count;
mod csharp;
pub(crate) mod dotnet;
mod programs;
pub(crate) mod tools;

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use build::Built;
use count::Count;

pub(crate) const HELP: &str = "\
Usage: cargo xtask windows [--build] [PART...]

Builds the library for 64-bit Windows into target/windows/library, runs its tests as Windows programs, and says what ran.
Without a PART: unit, windows, c, python. By name only, because they take long:
all-integration, all-c, all-python, csharp.

Options:
  --build   only build

What it uses, from these variables or from PATH:
  APSFETCH_CARGO_WINDOWS    cargo-windows, or cargo with rustup's target x86_64-pc-windows-gnu; and mingw
  APSFETCH_WINE_RUN         wine-run, wine or wine64; nothing on Windows
  APSFETCH_PYTHON_WINDOWS   python-windows; without one the Python wrapper is left out
  APSFETCH_DOTNET_WINDOWS   a dotnet.exe; or else one from PyPI
  CSC_NET8                  csc-net8; without one the C# wrapper is left out
";

/// What is run, each by itself.
struct Part {
    name: &'static str,
    what: &'static str,
    /// Also when it is not named.
    always: bool,
    run: fn(&Built) -> Result<Count>,
    /// Why it cannot be run here.
    missing: fn() -> Option<String>,
}

/// The tests of what is different on Windows, of going on after a process was ended, of hostile servers, and of
/// certificates. All others are a part that is named.
const OWN: [&str; 8] = [
    "--test", "windows", "--test", "resume", "--test", "faults", "--test", "tls",
];

/// All but the one that starts a Python of its own for each command line, which takes seconds under Wine.
const PYTHON: [&str; 11] = [
    "tests.test_async",
    "tests.test_download",
    "tests.test_errors",
    "tests.test_folders",
    "tests.test_header",
    "tests.test_job",
    "tests.test_library",
    "tests.test_manners",
    "tests.test_services",
    "tests.test_tokens",
    "tests.test_uploads",
];
const COMMAND_LINE: &str = "tests.test_cli";

const PARTS: [Part; 8] = [
    Part {
        name: "unit",
        what: "unit tests of the library, compiled for Windows",
        always: true,
        run: |built| programs::rust(built, &["--lib"]),
        missing: || None,
    },
    Part {
        name: "windows",
        what: "tests of what only Windows has, of resuming, hostile servers and certificates, compiled for Windows",
        always: true,
        run: |built| programs::rust(built, &OWN),
        missing: || None,
    },
    Part {
        name: "c",
        what: "C and C++ programs made with mingw, against the DLL",
        always: true,
        run: |built| programs::c(built, &["c_example", "capi"]),
        missing: no_c,
    },
    Part {
        name: "python",
        what: "the Python wrapper in Windows' CPython, but for the command line",
        always: true,
        run: |built| programs::python(built, &PYTHON),
        missing: no_python,
    },
    Part {
        name: "all-integration",
        what: "every integration test, compiled for Windows",
        always: false,
        run: |built| programs::rust(built, &["--test", "*"]),
        missing: || None,
    },
    Part {
        name: "all-c",
        what: "every test that makes programs in C and C++",
        always: false,
        run: |built| {
            let names = crate::test::programs::names()?;
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            programs::c(built, &names)
        },
        missing: no_c,
    },
    Part {
        name: "all-python",
        what: "every test of the Python wrapper",
        always: false,
        run: |built| programs::python(built, &[&PYTHON[..], &[COMMAND_LINE]].concat()),
        missing: no_python,
    },
    Part {
        name: "csharp",
        what: "the C# wrapper on Windows' .NET 8, against the DLL",
        always: false,
        run: csharp::run,
        missing: csharp::missing,
    },
];

fn no_python() -> Option<String> {
    tools::python().err().map(|error| error.to_string())
}

fn no_c() -> Option<String> {
    cfg!(windows).then(|| "the tests build C programs on Unix only".to_owned())
}

struct Ran {
    part: &'static Part,
    outcome: Outcome,
    elapsed: Duration,
}

enum Outcome {
    Passed(Count),
    Failed(anyhow::Error),
    Skipped(String),
}

pub(crate) fn run(build_only: bool, names: &[String]) -> Result<()> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !PARTS.iter().any(|part| part.name == **name))
    {
        bail!(lexopt::Error::Custom(
            format!("there is no part `{unknown}`").into()
        ));
    }
    let built = build::library()?;
    println!("{}", built.folder.display());
    if built.msvc_import_library.is_none() {
        println!("no import library for MSVC: llvm-dlltool is not on PATH");
    }
    if build_only {
        return Ok(());
    }
    let ran = parts(&built, names);
    print!("{}", table(&ran));
    judge(&ran)
}

/// The step of `cargo xtask test`. What is left out goes to `skip`, as a name and a reason.
pub(crate) fn check(skip: &mut dyn FnMut(&str, &str) -> Result<()>) -> Result<()> {
    let built = build::library()?;
    let ran = parts(&built, &[]);
    print!("{}", table(&ran));
    for part in &ran {
        if let Outcome::Skipped(why) = &part.outcome {
            skip(part.part.name, why)?;
        }
    }
    judge(&ran)
}

fn parts(built: &Built, names: &[String]) -> Vec<Ran> {
    let mut ran = Vec::new();
    for part in &PARTS {
        let wanted = match names {
            [] => part.always,
            names => names.iter().any(|name| name == part.name),
        };
        if !wanted {
            continue;
        }
        println!("\n--> {}: {}", part.name, part.what);
        let started = Instant::now();
        let outcome = match (part.missing)() {
            Some(why) => Outcome::Skipped(why),
            None => match (part.run)(built) {
                Ok(count) => Outcome::Passed(count),
                Err(error) => Outcome::Failed(error),
            },
        };
        ran.push(Ran {
            part,
            outcome,
            elapsed: started.elapsed(),
        });
    }
    ran
}

fn table(ran: &[Ran]) -> String {
    let mut text = String::from("\nOn Windows, or under Wine:\n");
    for one in ran {
        let result = match &one.outcome {
            Outcome::Passed(count) if count.ignored > 0 => {
                format!("{} passed, {} ignored", count.passed, count.ignored)
            }
            Outcome::Passed(count) => format!("{} passed", count.passed),
            Outcome::Failed(error) => format!("FAILED: {error:#}"),
            Outcome::Skipped(why) => format!("skipped: {why}"),
        };
        text += &format!(
            "{:12} {:6.1} s  {}: {result}\n",
            one.part.name,
            one.elapsed.as_secs_f64(),
            one.part.what
        );
    }
    text
}

fn judge(ran: &[Ran]) -> Result<()> {
    let failed: Vec<&str> = ran
        .iter()
        .filter(|one| matches!(one.outcome, Outcome::Failed(_)))
        .map(|one| one.part.name)
        .collect();
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(outcome: Outcome) -> Ran {
        Ran {
            part: &PARTS[0],
            outcome,
            elapsed: Duration::from_secs(1),
        }
    }

    #[test]
    fn one_part_that_fails_fails_it_all_and_is_named() {
        let passed = || {
            ran(Outcome::Passed(Count {
                passed: 3,
                ..Count::default()
            }))
        };
        assert!(judge(&[passed(), ran(Outcome::Skipped("why".to_owned()))]).is_ok());
        let all = [passed(), ran(Outcome::Failed(anyhow::anyhow!("broke")))];
        assert!(judge(&all).unwrap_err().to_string().contains("unit"));
        let text = table(&all);
        assert!(
            text.contains(": 3 passed\n") && text.contains("FAILED: broke"),
            "{text}"
        );
    }

    #[test]
    fn every_test_of_the_python_wrapper_is_in_a_part() {
        let folder = crate::project::root().join("bindings/python/tests");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
            .filter(|name| name.starts_with("test_"))
            .map(|name| format!("tests.{name}"))
            .collect();
        found.sort();
        let mut run = [&PYTHON[..], &[COMMAND_LINE]].concat();
        run.sort_unstable();
        assert_eq!(found, run);
    }
}
