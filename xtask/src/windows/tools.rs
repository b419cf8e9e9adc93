//! The programs that build for Windows and run what was built.
//!
//! Each comes from an environment variable, or else from `PATH`. On a machine with rustup they are cargo itself with the
//! target `x86_64-pc-windows-gnu`, mingw, and Wine; on Windows nothing stands between us and the programs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::project::{self, Flags};
use crate::sbom;

pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";

/// A cargo that adds the target and what it needs to build for it by itself.
const CARGO: &str = "APSFETCH_CARGO_WINDOWS";
/// What Windows programs are started with, such as `wine`.
const RUNNER: &str = "APSFETCH_WINE_RUN";
/// A Python for Windows, or a program that starts one.
const PYTHON: &str = "APSFETCH_PYTHON_WINDOWS";
/// Where Windows programs find the root of this machine's files.
#[cfg(not(windows))]
const DRIVE: &str = "Z:";

/// Everything for Windows is built below here, so that each task finds what another one has built.
pub(crate) fn target_folder() -> Result<PathBuf> {
    Ok(sbom::target_folder()?.join("windows"))
}

/// `cargo VERB` for Windows; an error that says what is missing.
pub(crate) fn cargo(verb: &str) -> Result<Command> {
    let mut command = if let Some(program) = named(CARGO).or_else(|| on_path("cargo-windows")) {
        let mut command = project::command(&program.to_string_lossy());
        command.arg(verb);
        command
    } else if has_target() {
        let mut command = project::command("cargo");
        command.args([verb, "--target", TARGET]);
        if cfg!(not(windows)) {
            command
                .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", gcc()?)
                .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", runner()?);
        }
        command
    } else {
        bail!(
            "nothing here builds for Windows: `rustup target add {TARGET}` and mingw (Debian package mingw-w64), or name a cargo that does in {CARGO}"
        );
    };
    command.arg("--target-dir").arg(target_folder()?);
    // For tests as well as for what is shipped: with flags of their own, everything would be built twice.
    let flags = Flags {
        // The time at which it was linked.
        rust: vec!["-Clink-arg=-Wl,--no-insert-timestamp".to_owned()],
        ..Flags::default()
    };
    project::neutral_paths(&mut command, TARGET, &flags)?;
    Ok(command)
}

/// What stands before the name of a Windows program to run it; empty on Windows.
pub(crate) fn runner() -> Result<OsString> {
    if cfg!(windows) {
        return Ok(OsString::new());
    }
    named(RUNNER)
        .or_else(|| on_path("wine-run"))
        .or_else(|| on_path("wine"))
        .or_else(|| on_path("wine64"))
        .map(PathBuf::into_os_string)
        .with_context(|| {
            format!("Windows programs do not run here: install Wine, or name a program that runs them in {RUNNER}")
        })
}

/// A command that runs a Windows program.
pub(crate) fn run(program: &Path) -> Result<Command> {
    let runner = runner()?;
    if runner.is_empty() {
        return Ok(project::command(&program.to_string_lossy()));
    }
    let mut command = project::command(&runner.to_string_lossy());
    command.arg(program);
    Ok(command)
}

/// Starts what Wine keeps running in the background, for a minute after the last program. It holds on to the outputs of
/// whoever started it, and who reads a program's output to its end waits for that minute; so nobody waits for this.
pub(crate) fn wake() -> Result<()> {
    let runner = runner()?;
    if !runner.is_empty() {
        let started = project::command(&runner.to_string_lossy())
            .args(["cmd", "/c", "exit"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        if let Ok(mut child) = started {
            std::thread::spawn(move || child.wait());
        }
    }
    Ok(())
}

/// Windows' own CPython.
pub(crate) fn python() -> Result<Command> {
    let program = named(PYTHON)
        .or_else(|| on_path("python-windows"))
        .or_else(|| cfg!(windows).then(|| on_path("python")).flatten())
        .with_context(|| {
            format!("there is no Python for Windows: name one, or a program that starts one, in {PYTHON}")
        })?;
    Ok(project::command(&program.to_string_lossy()))
}

/// A tool of mingw, such as `gcc`.
pub(crate) fn mingw(tool: &str) -> Result<PathBuf> {
    let name = format!("x86_64-w64-mingw32-{tool}");
    on_path(&name)
        .with_context(|| format!("{name} is not on PATH: install mingw (Debian package mingw-w64)"))
}

fn gcc() -> Result<PathBuf> {
    mingw("gcc")
}

/// The compiler for C++. Debian's usual one has no `std::thread`; the one with POSIX threads has.
pub(crate) fn gxx() -> Result<PathBuf> {
    mingw("g++-posix").or_else(|_| mingw("g++"))
}

/// What a Windows program calls a file of this machine.
pub(crate) fn path(file: &Path) -> OsString {
    #[cfg(windows)]
    {
        file.as_os_str().to_owned()
    }
    #[cfg(not(windows))]
    {
        OsString::from(format!("{DRIVE}{}", file.display()).replace('/', "\\"))
    }
}

pub(crate) fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The full path of a program.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|file| file.is_file())
}

/// Whether the Rust in use has the standard library for the target.
fn has_target() -> bool {
    let Ok(output) = project::command("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
    else {
        return false;
    };
    output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(windows))]
    #[test]
    fn a_path_gets_a_drive_and_its_slashes_turned() {
        assert_eq!(path(Path::new("/tmp/a b/c")), r"Z:\tmp\a b\c");
    }

    #[test]
    fn a_program_is_found_with_its_folder() {
        assert!(on_path("cargo").is_some_and(|file| file.is_absolute()));
        assert_eq!(on_path("no-such-program"), None);
    }
}
