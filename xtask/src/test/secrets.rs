//! Runs a program and looks for secrets in what it prints: every one that the sandbox makes carries one word.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use super::machine::Context;

const MARKER: &str = "CANARY";

/// What the tests in Rust are run with: passing ones show what they print as well.
pub(crate) const RUST_TESTS: &str =
    "cargo test --workspace --exclude xtask --no-fail-fast -- --show-output";

pub(crate) fn rust(context: &Context<'_>) -> Result<()> {
    // Not xtask: a running program cannot be replaced on Windows.
    let mut words = RUST_TESTS.split_whitespace();
    let mut tests = context.command(words.next().unwrap_or_default());
    succeed_without_secrets(tests.args(words))
}

/// Runs a command with its output going where ours goes, and fails if there is a secret in it.
pub(crate) fn succeed_without_secrets(command: &mut Command) -> Result<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| anyhow!("could not be started: {error}"))?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let (found, leaks) = channel();
    std::thread::scope(|scope| {
        let to_output = found.clone();
        scope.spawn(move || pass_on(output, std::io::stdout(), &to_output));
        scope.spawn(move || pass_on(errors, std::io::stderr(), &found));
    });
    let status = child.wait().context("waiting for its end")?;
    match status.code() {
        Some(0) => {}
        Some(code) => bail!("ended with exit code {code}"),
        None => bail!("was killed ({status})"),
    }
    let leaks: Vec<String> = leaks.iter().collect();
    ensure!(
        leaks.is_empty(),
        "printed a secret: {}",
        leaks.join(" | ").chars().take(1000).collect::<String>()
    );
    Ok(())
}

fn pass_on(from: Option<impl Read>, mut to: impl Write, leaks: &Sender<String>) {
    let Some(from) = from else { return };
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|count| count > 0)
    {
        let text = String::from_utf8_lossy(&line);
        if text.contains(MARKER) {
            let _ = leaks.send(text.trim().to_owned());
        }
        // Whoever reads our output may have gone; the tests go on.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        line.clear();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn say(script: &str) -> Result<()> {
        succeed_without_secrets(Command::new("sh").args(["-c", script]))
    }

    #[test]
    fn a_secret_in_either_output_is_a_failure() {
        say("echo hello; echo hello >&2").unwrap();
        for leak in [
            "echo token CANARYabc",
            "echo CANARYabc >&2",
            "printf 'a\\377CANARY'",
        ] {
            let error = say(leak).unwrap_err().to_string();
            assert!(error.contains("printed a secret"), "{error}");
        }
        assert!(
            say("exit 3")
                .unwrap_err()
                .to_string()
                .contains("exit code 3")
        );
    }
}
