//! `cargo xtask docs`: the site, from `docs/`, the header and the sources.

mod header;
mod links;
mod pages;
pub(crate) mod recording;
mod sources;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::test::ThisMachine;
use crate::{project, sbom};

pub(crate) const HELP: &str = "\
Usage: cargo xtask docs

Builds the site from docs/ into target/book, with the references of the C header, of Python, C# and Rust, and looks
whether every link in it leads somewhere. It needs no network, and mdBook:
`cargo xtask test --all docs` installs it.
";

/// What mdBook calls to have the generated pages added: `cargo xtask docs-pages`, see docs/book.toml.
pub(crate) use pages::preprocess;

/// The program that makes the site, and the version of it that the project is written for.
pub(crate) const MDBOOK: &str = "mdbook";
pub(crate) const MDBOOK_VERSION: &str = "0.5.4";

/// Builds the site and checks its links. The folder it is in.
pub(crate) fn run() -> Result<PathBuf> {
    let machine = ThisMachine::new()?;
    ensure!(
        machine.on_path(MDBOOK),
        "there is no mdbook: `cargo install --locked {MDBOOK}@{MDBOOK_VERSION}`, or `cargo xtask test --all docs`"
    );
    let book = sbom::target_folder()?.join("book");
    if book.exists() {
        fs::remove_dir_all(&book).with_context(|| book.display().to_string())?;
    }
    let mut build = machine.command(MDBOOK);
    build.arg("build").arg(project::root().join("docs"));
    build.arg("--dest-dir").arg(&book);
    // This very program, instead of one that cargo would look for while it is still running us.
    build.env(
        "MDBOOK_PREPROCESSOR__PAGES__COMMAND",
        format!("{} docs-pages", std::env::current_exe()?.display()),
    );
    succeed(&mut build, "mdbook build")?;
    rust(&book.join("rust"))?;
    links::check(&book)?;
    Ok(book)
}

/// The crate's own documentation, beside the book's pages.
fn rust(to: &Path) -> Result<()> {
    let mut doc = project::command("cargo");
    doc.args(["doc", "--no-deps", "--quiet", "--package", "apsfetch"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    succeed(&mut doc, "cargo doc")?;
    copy(&sbom::target_folder()?.join("doc"), to)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            fs::copy(entry.path(), target)?;
        } else if belongs(&entry.file_name()) {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

/// The folder of cargo doc holds every crate that was ever documented.
fn belongs(folder: &OsStr) -> bool {
    folder != "xtask" && folder != "apsfetch_sandbox"
}

fn succeed(command: &mut Command, shown: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{shown} could not be started"))?;
    ensure!(status.success(), "{shown}: {status}");
    Ok(())
}
