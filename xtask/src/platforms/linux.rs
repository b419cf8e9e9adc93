//! What this machine is, further back: an older glibc, and the oldest Rust.

use anyhow::{Context as _, Result};

use super::binary;
use super::rust;
use super::tools::{self, Lacking, quietly};
use crate::package::{self, platform::Platform};
use crate::project;
use crate::test::machine::Context;

pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The library as it is packaged, which reads the versions of the symbols that it asks for.
pub(crate) fn old_glibc() -> Result<String> {
    let platform = Platform::named("linux-x64").context("a platform of packages")?;
    let (tools, work) = (tools::packaging()?, package::work_folder()?);
    let library = package::linux::build(platform, project::Kind::Shipped, &tools, &work)?
        .join("libapsfetch.so");
    let exported = binary::exports_only_the_header(&library)?;
    Ok(format!(
        "libapsfetch.so asks for no symbol newer than glibc 2.17 and exports the {exported} functions of the header \
         and nothing else; `cargo xtask test package` loads it, with the glibc of this machine"
    ))
}

/// The version that Cargo.toml promises compiles the library, its tests and everything it is tested with.
pub(crate) fn oldest_rust(context: &Context<'_>) -> Result<String> {
    let version = format!("{}.0", env!("CARGO_PKG_RUST_VERSION"));
    let mut check = context.command("rustup");
    check.args(["run", &version, "cargo", "--version"]);
    if rust::said(&mut check).is_none() {
        return Err(Lacking::Rust(format!(
            "no Rust {version} (rustup toolchain install {version} --profile minimal)"
        ))
        .into());
    }
    let mut check = context.command("rustup");
    check
        .args(["run", &version, "cargo", "check", "--locked"])
        .args(["--workspace", "--all-targets", "--target-dir"])
        .arg(rust::target_folder()?.join("oldest-rust"));
    for variable in rust::TOOLCHAIN {
        check.env_remove(variable);
    }
    quietly(&mut check).context("cargo check")?;
    Ok(format!("cargo check --all-targets with Rust {version}"))
}
