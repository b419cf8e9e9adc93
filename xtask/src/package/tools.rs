//! The programs from PyPI that packages are made with, in a virtual environment of this project's own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::project;

/// zig brings the C library's symbols as they were in old versions; hatchling makes wheels.
const PACKAGES: [&str; 3] = [
    "cargo-zigbuild==0.24.0",
    "hatchling==1.33.0",
    "ziglang==0.17.1",
];
/// What pip needs to build a wheel from the sdist.
const BACKEND: &str = "hatchling==1.33.0";
/// Written last: what is installed.
const MARKER: &str = "packages.txt";

pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    fn new() -> Result<Self> {
        Ok(Self {
            folder: project::tools()?.join("packaging"),
        })
    }

    /// The tools, if they are installed.
    pub(crate) fn there() -> Option<Self> {
        let tools = Self::new().ok()?;
        let marker = fs::read_to_string(tools.folder.join(MARKER)).ok()?;
        (marker == PACKAGES.join("\n")).then_some(tools)
    }

    /// The tools, which are installed if they are not: from PyPI, into the folder for caches.
    pub(crate) fn ready() -> Result<Self> {
        if let Some(tools) = Self::there() {
            return Ok(tools);
        }
        let tools = Self::new()?;
        println!(
            "==> install: {} from PyPI, into {}",
            PACKAGES.join(" "),
            tools.folder.display()
        );
        if tools.folder.exists() {
            fs::remove_dir_all(&tools.folder)?;
        }
        project::succeed(
            project::command("python3")
                .args(["-m", "venv"])
                .arg(&tools.folder),
        )
        .context("python3 -m venv (Debian packages python3 and python3-venv)")?;
        let pip = |arguments: &[&str]| {
            let mut pip = tools.command("python");
            pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
                .args(arguments);
            pip
        };
        project::succeed(pip(&["install"]).args(PACKAGES))?;
        project::succeed(
            pip(&["download", "--dest"])
                .arg(tools.wheels())
                .arg(BACKEND),
        )?;
        fs::write(tools.folder.join(MARKER), PACKAGES.join("\n"))?;
        Ok(tools)
    }

    /// A folder with the wheels of the build backend, for pip without a network.
    pub(crate) fn wheels(&self) -> PathBuf {
        self.folder.join("wheels")
    }

    /// A command that finds these tools first.
    pub(crate) fn command(&self, program: &str) -> Command {
        let programs = self.programs();
        let own = programs.join(program);
        let mut command = if own.is_file() {
            project::command(&own.to_string_lossy())
        } else {
            project::command(program)
        };
        command.env("PATH", before(&programs));
        command
    }

    fn programs(&self) -> PathBuf {
        self.folder
            .join(if cfg!(windows) { "Scripts" } else { "bin" })
    }
}

fn before(folder: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![folder.to_owned()];
    folders.extend(std::env::split_paths(&path));
    // A folder with the separator in its name could not be in PATH either.
    std::env::join_paths(folders).unwrap_or(path)
}
