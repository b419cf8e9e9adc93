//! Runs tests with their output going where ours goes, and counts them by what they print.

use std::io::{BufRead as _, BufReader, Read as _};
use std::ops::AddAssign;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// In all secrets of the sandbox.
const SECRET: &str = "CANARY";

/// Tests of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u32,
    pub(super) failed: u32,
    /// Those that a test program itself leaves out.
    pub(super) ignored: u32,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Runs a command to its end. An error when it fails, and when no test ran: a filter that fits nothing proves nothing.
pub(super) fn run(command: &mut Command) -> Result<Count> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{:?}", command.get_program()))?;
    let mut count = Count::default();
    let mut secret = false;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            count += of_line(text.trim());
            secret |= text.contains(SECRET);
            line.clear();
        }
        let _ = output.read_to_end(&mut line);
    }
    let status = child.wait()?;
    ensure!(status.success(), "{:?}: {status}", command.get_program());
    ensure!(
        !secret,
        "a secret of the sandbox was printed: look for {SECRET}"
    );
    ensure!(count.passed > 0, "no test ran");
    Ok(count)
}

/// What a line of cargo's tests says, or the last lines of Python's.
fn of_line(line: &str) -> Count {
    let number_before = |word: &str| -> u32 {
        line.split([';', ',', '.'])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
            .unwrap_or(0)
    };
    // Cargo's tests, and those of the C# wrapper.
    if line.starts_with("test result:") || line.ends_with(" failed") {
        return Count {
            passed: number_before("passed"),
            failed: number_before("failed"),
            ignored: number_before("ignored"),
        };
    }
    if let Some(rest) = line.strip_prefix("Ran ")
        && let Some((number, _)) = rest.split_once(" test")
    {
        return Count {
            passed: number.parse().unwrap_or(0),
            ..Count::default()
        };
    }
    Count::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_by_what_is_printed() {
        let count = |passed, failed, ignored| Count {
            passed,
            failed,
            ignored,
        };
        for (line, wanted) in [
            (
                "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 4 filtered out; finished in 1.03s",
                count(12, 0, 3),
            ),
            (
                "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 66.29s",
                count(1, 2, 0),
            ),
            ("Ran 131 tests in 12.345s", count(131, 0, 0)),
            ("Ran 1 test in 0.1s", count(1, 0, 0)),
            ("97 passed, 1 failed", count(97, 1, 0)),
            ("running 4 tests", count(0, 0, 0)),
        ] {
            assert_eq!(of_line(line), wanted, "{line}");
        }
    }
}
