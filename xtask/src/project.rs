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

/// Tells a cargo that builds what is shipped to keep this machine's folders out of it: the same sources and tools make the
/// same bytes wherever they lie. `flags` are what rustc and the compiler for C get besides.
pub(crate) fn neutral_paths(cargo: &mut Command, target: &str, flags: &Flags) -> Result<()> {
    let folders = neutral_folders()?;
    let mapped = |option: &str| -> Vec<String> {
        let each = folders.iter();
        each.map(|(folder, name)| format!("{option}={}={name}", folder.display()))
            .collect()
    };
    let mut rust = mapped("--remap-path-prefix");
    rust.extend(flags.rust.iter().map(ToString::to_string));
    let mut c = mapped("-ffile-prefix-map");
    // Words are told apart by spaces there.
    c.retain(|flag| !flag.contains(' '));
    c.extend(flags.c.iter().map(ToString::to_string));
    cargo
        .env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}"))
        .env(format!("CFLAGS_{}", target.replace('-', "_")), c.join(" "));
    Ok(())
}

/// For `cargo rustc`, of what is shipped: all of it is optimised as one program, which makes many small files 5 % quicker and
/// the library a ninth smaller. cargo does so only if nothing for Rust programs comes out as well, so the kinds are named.
const SHIPPED: [&str; 8] = [
    "--release",
    "--lib",
    "--crate-type",
    "cdylib,staticlib",
    "--features",
    "silent",
    "--config",
    "profile.release.lto=\"fat\"",
];

/// The same kinds, for what is only read.
const UNOPTIMISED: [&str; 6] = [
    "--release",
    "--lib",
    "--crate-type",
    "cdylib,staticlib",
    "--config",
    "profile.release.opt-level=0",
];

/// What a library is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For users, and for who measures what they get.
    Shipped,
    /// To see that it links and what is in it.
    Read,
}

impl Kind {
    /// For `cargo rustc`.
    pub(crate) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Shipped => &SHIPPED,
            Self::Read => &UNOPTIMISED,
        }
    }
}

/// For cargo, of what is shipped: what only a debugger reads is taken out in any case.
pub(crate) const WITHOUT_DEBUG_INFORMATION: [&str; 2] = ["--config", "profile.release.debug=false"];

/// For cargo, of tests for another platform: compiled in less time than optimised, and not much slower when they run; but the
/// sandbox makes RSA keys.
pub(crate) const QUICK: [&str; 8] = [
    "--config",
    "profile.dev.package.\"*\".opt-level=0",
    "--config",
    "profile.dev.package.apsfetch-sandbox.opt-level=1",
    "--config",
    "profile.dev.package.num-bigint-dig.opt-level=2",
    "--config",
    "profile.dev.package.rsa.opt-level=2",
];

/// See [`neutral_paths`].
#[derive(Default)]
pub(crate) struct Flags {
    pub(crate) rust: Vec<String>,
    pub(crate) c: Vec<String>,
}

/// The folders of this machine that compilers put into what they make, and what they put there instead.
fn neutral_folders() -> Result<Vec<(PathBuf, &'static str)>> {
    let home = std::env::home_dir().context("there is no home folder")?;
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    // The last one that fits counts: folders in the home folder may be any of the others, and a target folder may lie in
    // the tree.
    Ok(vec![
        (home, "/home"),
        (cargo, "/cargo"),
        (root(), "/apsfetch"),
        (sbom::target_folder()?, "/target"),
    ])
}

/// Folders that nothing that is shipped may name.
pub(crate) fn private_folders() -> Result<Vec<PathBuf>> {
    let home = std::env::home_dir();
    let tells = |folder: &PathBuf| {
        // `/` is in every path, and a checkout in `/src` would be found in the paths of others.
        let least = if home.as_ref() == Some(folder) { 2 } else { 3 };
        folder.components().count() >= least
    };
    let folders = neutral_folders()?.into_iter().map(|(folder, _)| folder);
    Ok(folders.filter(tells).collect())
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
