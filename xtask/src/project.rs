//! Where the project is, and how a task starts other programs in it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::sbom;

/// The folder with the workspace's `Cargo.toml`.
///
/// Asked of cargo at run time first: two checkouts that share a target folder share this program too.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent()
        .map_or_else(|| here.clone(), Path::to_path_buf)
}

/// A command in the workspace's folder that sees what a shell there would see.
///
/// `cargo run` describes this package to us in the environment. Handed on, that makes build scripts which watch these
/// variables (ring's does) run again each time somebody changes between `cargo test` and `cargo xtask test`.
pub(crate) fn command(program: &str) -> Command {
    let mut command = match program {
        "cargo" => {
            Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
        }
        other => Command::new(other),
    };
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(describes_this_package) {
            command.env_remove(name);
        }
    }
    command.current_dir(root());
    command
}

fn describes_this_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// Runs a command with its output going where ours goes.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{:?}", command.get_program()))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

/// The full path of a program: of one on `PATH`, or of one that is named with its folder.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|file| file.is_file())
}

/// Flags for rustc: what is shipped does not tell where it was built, and is the same wherever it was built.
pub(crate) fn neutral_paths() -> Result<Vec<String>> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()
            .context("there is no home folder")?
            .join(".cargo"),
    };
    let target = sbom::target_folder()?;
    // The last one that fits counts, and a target folder may lie in the tree.
    Ok([
        (&home, "/cargo"),
        (&root(), "/apsfetch"),
        (&target, "/target"),
    ]
    .iter()
    .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
    .collect())
}

/// Where programs of this project's own are installed: outside the tree, so that every checkout and `cargo clean` keep them.
pub(crate) fn tools() -> Result<PathBuf> {
    let folder = |variable: &str| {
        std::env::var_os(variable)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache = folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
        .context("no folder for caches: set XDG_CACHE_HOME or HOME")?;
    Ok(cache.join("apsfetch-tools"))
}

/// Copies a file, and makes the folder it goes to.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("{} to {}", from.display(), to.display()))?;
    Ok(())
}

/// Writes a file, and makes the folder it goes to.
pub(crate) fn write(to: &Path, text: &str) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, text).with_context(|| to.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }

    #[test]
    fn settings_of_the_user_are_handed_on() {
        assert!(describes_this_package("CARGO_PKG_NAME"));
        assert!(!describes_this_package("CARGO_TARGET_DIR"));
        assert!(!describes_this_package("CARGO_HOME"));
    }
}
