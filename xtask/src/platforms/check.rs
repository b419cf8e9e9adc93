//! Type checks: every line that is compiled for a target is read by the compiler, and nothing is linked.

use anyhow::{Context as _, Result};

use super::msvc;
use super::rust;
use super::tools::{self, quietly};
use crate::test::machine::Context;

/// The library and its C boundary, for a target.
pub(crate) fn library(context: &Context<'_>, target: &str) -> Result<String> {
    let mut check = rust::cargo(context, "check", target)?;
    check.arg("--lib");
    if target.ends_with("-msvc") {
        msvc::compile_c(context, &mut check)?;
    } else {
        let clang = tools::first(context, &["clang"], "Debian package clang")?;
        tools::compile_c(&mut check, target, clang)?;
    }
    quietly(&mut check).context("cargo check")?;
    Ok("cargo check".to_owned())
}
