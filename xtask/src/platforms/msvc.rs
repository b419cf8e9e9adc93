//! Windows as Microsoft's compiler and linker see it.

use std::process::Command;

use anyhow::Result;

use super::rust;
use super::tools::{self, script};
use crate::test::machine::Context;

pub(crate) const TARGET: &str = "x86_64-pc-windows-msvc";

/// Tells cargo of clang as Microsoft's compiler, and of Rust's linker as Microsoft's librarian.
pub(crate) fn compile_c(context: &Context<'_>, cargo: &mut Command) -> Result<()> {
    let clang = tools::first(context, &["clang"], "Debian package clang")?;
    let linker = rust::linker(context, "lld-link")?;
    let folder = tools::folder()?;
    let compiler = folder.join("clang-cl");
    script(
        &compiler,
        &[clang.to_owned(), "--driver-mode=cl".to_owned()],
    )?;
    let librarian = folder.join("llvm-lib");
    script(
        &librarian,
        &[linker.display().to_string(), "/lib".to_owned()],
    )?;
    tools::compile_c(cargo, TARGET, &compiler.to_string_lossy())?;
    cargo.env(format!("AR_{}", TARGET.replace('-', "_")), librarian);
    Ok(())
}
