//! Which Rust builds for a target, and where what it builds lies.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::tools::Lacking;
use crate::test::machine::Context;
use crate::{project, sbom};

/// cargo with this verb, for this target.
///
/// The Rust in use if it has the target's standard library (`rustup target add` brings it), or else nightly, which
/// can build one from its sources.
pub(crate) fn cargo(context: &Context<'_>, verb: &str, target: &str) -> Result<Command> {
    cargo_into(context, verb, target, &target_folder()?)
}

/// The same, with another folder for what is built.
pub(crate) fn cargo_into(
    context: &Context<'_>,
    verb: &str,
    target: &str,
    folder: &Path,
) -> Result<Command> {
    let mut cargo = if has_standard_library(target) {
        let mut cargo = context.command("cargo");
        cargo.arg(verb);
        cargo
    } else if nightly_has_sources(context) {
        let mut cargo = context.command("rustup");
        cargo.args(["run", "nightly", "cargo", verb, "-Zbuild-std"]);
        for variable in TOOLCHAIN {
            cargo.env_remove(variable);
        }
        cargo
    } else {
        return Err(Lacking::Rust(format!(
            "no Rust for {target} (rustup target add {target}; or nightly with its sources: \
             rustup toolchain install nightly --component rust-src)"
        ))
        .into());
    };
    cargo
        .args(["--package", "apsfetch", "--target", target, "--target-dir"])
        .arg(folder)
        // What a user has set for the programs of this machine is not for another one.
        .env_remove("RUSTFLAGS");
    Ok(cargo)
}

/// What the toolchain that runs this program tells of itself; another one is not to hear it.
pub(crate) const TOOLCHAIN: [&str; 4] = ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"];

/// A folder of its own: another compiler's files among those of the other steps would be built in turns.
pub(crate) fn target_folder() -> Result<PathBuf> {
    Ok(sbom::target_folder()?.join("platforms"))
}

/// Where cargo puts what it builds for a target.
pub(crate) fn built(target: &str, profile: &str) -> Result<PathBuf> {
    Ok(target_folder()?.join(target).join(profile))
}

/// The variable by which cargo is told something of a target, such as its linker.
pub(crate) fn variable(target: &str, what: &str) -> String {
    format!(
        "CARGO_TARGET_{}_{what}",
        target.to_uppercase().replace('-', "_")
    )
}

/// Whether the Rust in use has the standard library for this target.
pub(crate) fn has_standard_library(target: &str) -> bool {
    said(project::command("rustc").args(["--print", "target-libdir", "--target", target]))
        .is_some_and(|folder| {
            std::fs::read_dir(folder).is_ok_and(|files| {
                files
                    .flatten()
                    .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
            })
        })
}

fn nightly_has_sources(context: &Context<'_>) -> bool {
    said(
        context
            .command("rustup")
            .args(["run", "nightly", "rustc", "--print", "sysroot"]),
    )
    .is_some_and(|root| {
        PathBuf::from(root)
            .join("lib/rustlib/src/rust/library/std")
            .exists()
    })
}

/// A linker that Rust brings along, by the name under which it is one of that kind: `ld64.lld` for macOS, `lld-link`
/// for Windows.
pub(crate) fn linker(context: &Context<'_>, name: &str) -> Result<PathBuf> {
    let root = said(context.command("rustc").args(["--print", "sysroot"]))
        .context("rustc --print sysroot")?;
    let rustlib = PathBuf::from(root).join("lib/rustlib");
    for folder in std::fs::read_dir(&rustlib).with_context(|| rustlib.display().to_string())? {
        let linker = folder?.path().join("bin/gcc-ld").join(name);
        if linker.is_file() {
            return Ok(linker);
        }
    }
    Err(Lacking::Rust(format!(
        "this Rust was installed without its linker {name} (rustup's has it)"
    ))
    .into())
}

/// What a program writes to standard output, if it ends well.
pub(crate) fn said(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_told_of_a_target_in_capitals() {
        assert_eq!(
            variable("aarch64-unknown-linux-gnu", "LINKER"),
            "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"
        );
    }
}
