//! The tests of the wrappers for other languages, against the library and the sandbox as just built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::machine::{Context, succeed};
use super::programs;
use super::secrets::succeed_without_secrets;

/// What the wrappers' own tests look for in their environment.
const LIBRARY: &str = "APSFETCH_LIBRARY";
const SANDBOX: &str = "APSFETCH_SANDBOX";

pub(crate) fn python(context: &Context<'_>) -> Result<()> {
    let mut tests = context.command("python3");
    tests
        .args(["-m", "unittest", "discover", "-s", "tests", "-t", "."])
        .current_dir(crate::project::root().join("bindings/python"))
        // Nothing is left in the tree.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", "src");
    run(context, &mut tests)?;
    if !context.on_path("mypy") {
        return context.skip("mypy", "it is not on PATH, so no types were checked");
    }
    let mut types = context.command("mypy");
    types
        .arg("--cache-dir")
        .arg(context.folder())
        .current_dir(crate::project::root().join("bindings/python"));
    succeed(&mut types).context("checking the types")
}

pub(crate) fn csharp(context: &Context<'_>) -> Result<()> {
    let script = crate::project::root().join("bindings/csharp/run-tests");
    run(context, &mut context.command(&script.to_string_lossy()))
}

/// Builds the library and the sandbox. A test is built as well: with one, cargo takes the crates as they are for tests.
pub(crate) fn build(context: &Context<'_>) -> Result<()> {
    let mut build = context.command("cargo");
    build.arg("build").args(programs::PACKAGES);
    build.args(["--lib", "--bins", "--test", "header"]);
    succeed(&mut build).context("building the library and the sandbox")
}

fn run(context: &Context<'_>, tests: &mut Command) -> Result<()> {
    build(context)?;
    let folder = built()?;
    tests
        .env(LIBRARY, existing(&folder, &shared_library())?)
        .env(SANDBOX, existing(&folder, &program("apsfetch-sandbox"))?);
    succeed_without_secrets(tests)
}

/// The folder that cargo builds into: this program was built there too.
pub(crate) fn built() -> Result<PathBuf> {
    let own = std::env::current_exe().context("the path of this program")?;
    Ok(own.parent().context("a folder")?.to_owned())
}

fn existing(folder: &Path, name: &str) -> Result<PathBuf> {
    let file = folder.join(name);
    ensure!(file.is_file(), "{} was not built", file.display());
    Ok(file)
}

pub(crate) fn shared_library() -> String {
    format!(
        "{}apsfetch{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

pub(crate) fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_there_is_an_error_and_not_a_pass() {
        let error = existing(Path::new("/nowhere"), &shared_library()).unwrap_err();
        assert!(error.to_string().contains("was not built"), "{error}");
    }
}
