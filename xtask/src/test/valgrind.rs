//! The tests that run C programs, once more, with valgrind watching these programs.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use super::machine::{Context, succeed};
use super::programs;

/// Tests that start C programs put these words, separated by spaces, before the program's own command line.
const RUNNER_VARIABLE: &str = "APSFETCH_TEST_RUNNER";

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    let suppressions = context.folder().join("suppressions");
    fs::write(&suppressions, include_str!("valgrind.supp"))?;
    let logs = context.folder().join("logs");
    fs::create_dir(&logs)?;
    // valgrind runs one thread at a time. By its own choice, one that does not wait may keep all others from running for ever.
    let runner = format!(
        "valgrind --quiet --fair-sched=try --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions={} --log-file={}/%p",
        suppressions.display(),
        logs.display()
    );
    let mut tests = programs::tests(context)?;
    tests.env(RUNNER_VARIABLE, runner);
    let tests = succeed(&mut tests).context("cargo test");
    judge(&logs, tests)
}

/// valgrind makes a log for each process, and with `--quiet` writes to it only what is wrong.
fn judge(logs: &Path, tests: Result<()>) -> Result<()> {
    let mut programs = 0;
    let mut complaints = 0;
    for log in fs::read_dir(logs)? {
        let text = fs::read(log?.path())?;
        programs += 1;
        if !text.is_empty() {
            complaints += 1;
            println!("{}", String::from_utf8_lossy(&text));
        }
    }
    tests?;
    ensure!(
        programs > 0,
        "no program ran under valgrind: the tests must heed {RUNNER_VARIABLE}"
    );
    if complaints > 0 {
        bail!("valgrind complains about {complaints} of {programs} programs");
    }
    println!("    {programs} programs ran under valgrind");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, logs: &[&str]) -> std::path::PathBuf {
        let folder =
            std::env::temp_dir().join(format!("apsfetch-valgrind-{}-{name}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        for (number, log) in logs.iter().enumerate() {
            fs::write(folder.join(number.to_string()), log).unwrap();
        }
        folder
    }

    fn judged(name: &str, logs: &[&str]) -> Result<()> {
        let folder = folder(name, logs);
        let result = judge(&folder, Ok(()));
        fs::remove_dir_all(folder).unwrap();
        result
    }

    #[test]
    fn silence_of_every_program_is_a_pass_and_one_complaint_is_not() {
        assert!(judged("silent", &["", ""]).is_ok());
        assert!(
            judged("one", &["", "Invalid read"])
                .unwrap_err()
                .to_string()
                .contains("1 of 2")
        );
    }

    #[test]
    fn nothing_watched_proves_nothing() {
        assert!(judged("none", &[]).is_err());
    }
}
