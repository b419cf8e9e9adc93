//! What a page shows of a terminal: commands, and what they print. Replayed, each must print just that.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::languages::{Program, Workshop};

/// Where the pages' programs run.
const HOME: &str = "/home/me";
/// A line with which a program asks the user to log in: an address, which is opened as a browser would.
const OPEN: &str = "Open ";

pub(crate) struct Transcript {
    steps: Vec<Step>,
}

struct Step {
    /// Of the sandbox.
    options: Vec<String>,
    arguments: Vec<String>,
    output: Vec<String>,
}

impl Transcript {
    /// Commands are `$ apsfetch-sandbox [OPTIONS] -- ./PROGRAM [ARGUMENTS]`; all other lines are output.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let mut steps: Vec<Step> = Vec::new();
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                let command = words(command);
                let mut parts = command.splitn(2, |word| word == "--");
                let sandbox = parts.next().unwrap_or_default();
                let program = parts.next().context("no program in a command")?;
                ensure!(
                    sandbox
                        .first()
                        .is_some_and(|word| word == "apsfetch-sandbox"),
                    "a command of another form: {line}"
                );
                steps.push(Step {
                    options: sandbox[1..].to_vec(),
                    arguments: program.iter().skip(1).cloned().collect(),
                    output: Vec::new(),
                });
            } else {
                let step = steps.last_mut().context("output before a command")?;
                step.output.push(line.to_owned());
            }
        }
        ensure!(!steps.is_empty(), "no command");
        Ok(Self { steps })
    }

    /// All its commands in one folder, which was empty before.
    pub(crate) fn replay(&self, workshop: &Workshop<'_>, program: &Program) -> Result<()> {
        let folder = workshop.empty_folder()?;
        for step in &self.steps {
            let printed = run(workshop, program, &step.options, &step.arguments, &folder)?;
            if printed != step.output {
                bail!(
                    "{:?} printed\n  {}\nand the page says\n  {}",
                    step.arguments,
                    printed.join("\n  "),
                    step.output.join("\n  ")
                );
            }
        }
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}

/// What a program prints that runs inside a sandbox and in this folder. It must succeed.
pub(crate) fn run(
    workshop: &Workshop<'_>,
    program: &Program,
    options: &[String],
    arguments: &[String],
    folder: &Path,
) -> Result<Vec<String>> {
    let mut command = workshop.sandbox(options);
    command.arg("--").args(&program.command).args(arguments);
    command.envs(program.environment.iter().cloned());
    // A proxy of this machine has nothing to do with loopback.
    command.env("no_proxy", "127.0.0.1,localhost");
    // Progress is for the eye; it is told when something went wrong.
    let aside = workshop.aside();
    command.current_dir(folder).stdout(Stdio::piped());
    command
        .stdin(Stdio::null())
        .stderr(fs::File::create(&aside)?);
    let mut child = command.spawn().context("the sandbox")?;
    let output = child.stdout.take().context("its output")?;
    let mut printed = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?.trim_end().to_owned();
        if let Some(address) = line
            .strip_prefix(OPEN)
            .filter(|word| word.starts_with("http"))
        {
            browse(workshop, address)?;
            printed.push(format!("{OPEN}https://developer.api.autodesk.com/…"));
        } else {
            printed.push(line.replace(&folder.display().to_string(), HOME));
        }
    }
    let status = child.wait()?;
    ensure!(
        status.success(),
        "it ended with {status} after printing:\n{}\n{}",
        printed.join("\n"),
        String::from_utf8_lossy(&fs::read(&aside)?)
    );
    Ok(printed)
}

/// What a user does who allows the app everything.
fn browse(workshop: &Workshop<'_>, address: &str) -> Result<()> {
    let script = "import sys, urllib.request as u; \
        u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=20).read()";
    let status = workshop
        .command("python3")
        .args(["-c", script, address])
        .status()?;
    ensure!(status.success(), "the login page: {status}");
    Ok(())
}

/// The words of a command; what stands between single quotes is one.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, piece) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The command itself, for those who only want to run it.
impl Program {
    pub(crate) fn new(command: impl IntoIterator<Item = String>) -> Self {
        Self {
            command: command.into_iter().collect(),
            environment: Vec::new(),
        }
    }
}

/// Where the programs that a page's programs need are looked for.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    ensure!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_their_output_are_told_apart() {
        let text = "$ apsfetch-sandbox --tls --fault '{\"a b\": 1}' -- ./get x y\none\n\ntwo\n$ apsfetch-sandbox -- ./get\n";
        let transcript = Transcript::read(text).unwrap();
        let [first, second] = &transcript.steps[..] else {
            panic!("two commands");
        };
        assert_eq!(first.options, ["--tls", "--fault", "{\"a b\": 1}"]);
        assert_eq!(first.arguments, ["x", "y"]);
        assert_eq!(first.output, ["one", "", "two"]);
        assert!(second.arguments.is_empty() && second.output.is_empty());
        for wrong in ["", "output\n", "$ rm -rf folder\n"] {
            assert!(Transcript::read(wrong).is_err(), "{wrong}");
        }
    }
}
