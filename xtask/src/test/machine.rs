//! The machine the steps run on: what it has, and how it does a step's work.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};

use super::need::{Need, Probe};
use super::step::{Step, Work};
use crate::project;

/// Names the file to which a test appends a line `name: reason` for each part of itself that it had to leave out.
const SKIPS_VARIABLE: &str = "APSFETCH_TEST_SKIPS";

/// What running the steps needs of a machine; the tests have one of their own.
pub(crate) trait Machine {
    fn has(&self, need: &Need) -> bool;
    /// Does the work of a step whose needs are met.
    fn perform(&mut self, step: &Step) -> Performed;
}

pub(crate) struct Performed {
    pub(crate) result: Result<()>,
    /// Parts that were left out, each as `name: reason`.
    pub(crate) skips: Vec<String>,
}

pub(crate) struct ThisMachine {
    path: OsString,
    tools: PathBuf,
}

impl ThisMachine {
    pub(crate) fn new() -> Result<Self> {
        let tools = project::tools()?;
        let mut folders = vec![tools.join("bin")];
        folders.extend(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ));
        Ok(Self {
            path: std::env::join_paths(folders).context("PATH")?,
            tools,
        })
    }

    /// Where `--all` puts programs from crates.io: outside the tree, so that every checkout and `cargo clean` keep them.
    pub(crate) fn tools(&self) -> &Path {
        &self.tools
    }

    pub(crate) fn on_path(&self, program: &str) -> bool {
        let file = format!("{program}{EXE_SUFFIX}");
        std::env::split_paths(&self.path).any(|folder| is_program(&folder.join(&file)))
    }

    /// What a step's check gets, for something that is no step.
    pub(crate) fn lend<T>(
        &self,
        name: &'static str,
        use_it: impl FnOnce(&Context<'_>) -> T,
    ) -> Result<T> {
        let scratch = Scratch::new(name)?;
        Ok(use_it(&Context {
            machine: self,
            scratch: &scratch,
        }))
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = project::command(program);
        // Steps never ask anybody anything.
        command.env("PATH", &self.path).stdin(Stdio::null());
        command
    }

    fn work(&self, step: &Step, scratch: &Scratch) -> Result<()> {
        let context = Context {
            machine: self,
            scratch,
        };
        for work in step.work {
            match work {
                Work::Run(program) => {
                    println!("    $ {program}");
                    let mut command = context.command(program.program);
                    command
                        .args(program.arguments.split_whitespace())
                        .envs(program.environment.iter().copied());
                    succeed(&mut command).with_context(|| format!("`{program}`"))?;
                }
                Work::Check { shown, check } => {
                    println!("    {shown}");
                    check(&context)?;
                }
            }
        }
        Ok(())
    }
}

/// What a check of this program gets to work with.
pub(crate) struct Context<'a> {
    machine: &'a ThisMachine,
    scratch: &'a Scratch,
}

impl Context<'_> {
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.machine.command(program);
        command.env(SKIPS_VARIABLE, &self.scratch.skips);
        command
    }

    pub(crate) fn on_path(&self, program: &str) -> bool {
        self.machine.on_path(program)
    }

    /// Says that a part of the step is left out, as tests do through their environment.
    pub(crate) fn skip(&self, name: &str, reason: &str) -> Result<()> {
        let mut file = OpenOptions::new().append(true).open(&self.scratch.skips)?;
        Ok(writeln!(file, "{name}: {reason}")?)
    }

    /// An empty folder that is gone when the step ends.
    pub(crate) fn folder(&self) -> &Path {
        &self.scratch.folder
    }
}

impl Machine for ThisMachine {
    fn has(&self, need: &Need) -> bool {
        match need.probe {
            Probe::OnPath(program) => self.on_path(program),
            Probe::Is(there) => there(),
            Probe::Succeeds(program, arguments) => self
                .command(program)
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
        }
    }

    fn perform(&mut self, step: &Step) -> Performed {
        let scratch = match Scratch::new(step.name) {
            Ok(scratch) => scratch,
            Err(error) => {
                return Performed {
                    result: Err(error),
                    skips: Vec::new(),
                };
            }
        };
        let result = self.work(step, &scratch);
        match scratch.skipped() {
            Ok(skips) => Performed { result, skips },
            Err(error) => Performed {
                result: result.and(Err(error)),
                skips: Vec::new(),
            },
        }
    }
}

/// The files of one step for as long as it runs.
struct Scratch {
    whole: PathBuf,
    folder: PathBuf,
    skips: PathBuf,
}

impl Scratch {
    fn new(step: &str) -> Result<Self> {
        let whole =
            std::env::temp_dir().join(format!("apsfetch-test-{}-{step}", std::process::id()));
        // May have been left by a process of the same number that was killed.
        let _ = fs::remove_dir_all(&whole);
        let scratch = Self {
            folder: whole.join("work"),
            skips: whole.join("skips"),
            whole,
        };
        scratch
            .create()
            .with_context(|| scratch.whole.display().to_string())?;
        Ok(scratch)
    }

    fn create(&self) -> std::io::Result<()> {
        fs::create_dir(&self.whole)?;
        fs::create_dir(&self.folder)?;
        fs::write(&self.skips, "")
    }

    /// Each different line once: several tests may lack the same thing.
    fn skipped(&self) -> Result<Vec<String>> {
        let text = fs::read(&self.skips).context("the list of skips")?;
        let mut lines: Vec<String> = Vec::new();
        for line in String::from_utf8_lossy(&text).lines().map(str::trim) {
            if !line.is_empty() && !lines.iter().any(|known| known == line) {
                lines.push(line.to_owned());
            }
        }
        Ok(lines)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.whole);
    }
}

/// Runs a command with its output going where ours goes.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|error| anyhow!("could not be started: {error}"))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => bail!("ended with exit code {code}"),
        None => bail!("was killed ({status})"),
    }
}

fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(file)
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        file.is_file()
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::Program;
    use super::*;

    fn step(work: &'static [Work]) -> Step {
        Step {
            name: "a-step",
            what: "",
            needs: &[],
            wants: &[],
            work,
        }
    }

    #[test]
    fn work_stops_at_the_first_failure() {
        const WORK: &[Work] = &[
            Work::cargo("--version"),
            Work::cargo("no-such-subcommand"),
            Work::Check {
                shown: "never",
                check: |_| panic!("reached"),
            },
        ];
        let performed = ThisMachine::new().unwrap().perform(&step(WORK));
        let error = format!("{:#}", performed.result.unwrap_err());
        assert!(
            error.contains("`cargo no-such-subcommand`") && error.contains("exit code 101"),
            "{error}"
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        const WORK: &[Work] = &[Work::Run(Program {
            program: "no-such-program",
            arguments: "--flag",
            environment: &[],
        })];
        let performed = ThisMachine::new().unwrap().perform(&step(WORK));
        let error = format!("{:#}", performed.result.unwrap_err());
        assert!(
            error.contains("`no-such-program --flag`: could not be started"),
            "{error}"
        );
    }

    #[test]
    fn skips_are_kept_when_the_step_fails_and_the_folder_is_gone_afterwards() {
        const WORK: &[Work] = &[Work::Check {
            shown: "a check",
            check: |context| {
                context.skip("c23", "gcc is too old")?;
                context.skip("c23", "gcc is too old")?;
                context.skip("clang", "not found")?;
                bail!("{}", context.folder().display())
            },
        }];
        let performed = ThisMachine::new().unwrap().perform(&Step {
            name: "skips",
            ..step(WORK)
        });
        assert_eq!(performed.skips, ["c23: gcc is too old", "clang: not found"]);
        let folder = performed.result.unwrap_err().to_string();
        assert!(!Path::new(&folder).exists());
    }

    #[test]
    fn programs_are_found_by_their_name() {
        let machine = ThisMachine::new().unwrap();
        assert!(machine.on_path("cargo"));
        assert!(!machine.on_path("no-such-program"));
    }
}
