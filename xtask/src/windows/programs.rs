//! What is run of the tests, and how.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::build::Built;
use super::count::{self, Count};
use super::tools;
use crate::project;
use crate::test::programs::PACKAGES;

/// The tests that start programs in C and C++, with these as Windows programs linked against the DLL. Tests and sandbox are
/// programs of this machine, so that no compiler has to run under Wine.
pub(super) fn c(built: &Built, names: &[&str]) -> Result<Count> {
    let command = || {
        let mut tests = project::command("cargo");
        tests.arg("test").args(PACKAGES).arg("--no-fail-fast");
        for test in names {
            tests.args(["--test", test]);
        }
        tests
    };
    built_first(command())?;
    count::run(
        command()
            .env("APSFETCH_TEST_LIBRARY", &built.library)
            .env("APSFETCH_TEST_IMPORT_LIBRARY", &built.import_library)
            .env("APSFETCH_TEST_CC", tools::mingw("gcc")?)
            .env("APSFETCH_TEST_CXX", tools::gxx()?)
            .env("APSFETCH_TEST_RUNNER", tools::runner()?),
    )
}

/// Builds the tests of a command that runs them, and only then starts what Wine keeps running in the background: that ends
/// when it has nothing to do for a minute.
fn built_first(mut tests: Command) -> Result<()> {
    project::succeed(tests.arg("--no-run"))?;
    tools::wake()
}

/// Tests of Rust, all of it for Windows: the library, the tests, and the sandbox inside of them.
pub(super) fn rust(built: &Built, what: &[&str]) -> Result<Count> {
    built_first(cargo_test(what)?)?;
    count::run(
        cargo_test(what)?
            .arg("--no-fail-fast")
            .env("APSFETCH_TEST_LIBRARY", tools::path(&built.library)),
    )
}

fn cargo_test(what: &[&str]) -> Result<Command> {
    let mut test = tools::cargo("test")?;
    // Not for release: that takes three times as long to compile, and it is what the DLL is.
    test.args(PACKAGES).args(what).args(project::QUICK);
    Ok(test)
}

/// `python -m unittest`, but what it says goes to standard output.
const PYTHON_TESTS: &str = "import sys, unittest; unittest.main(module=None, \
    argv=['tests', *sys.argv[1:]], testRunner=unittest.TextTestRunner(stream=sys.stdout))";

/// The sandbox as a Windows program.
pub(super) fn sandbox() -> Result<PathBuf> {
    let mut build = tools::cargo("build")?;
    // With a test, which is there already: by itself it would be made of crates with fewer features, all compiled anew.
    build
        .args(PACKAGES)
        .args(["--bins", "--test", "tls"])
        .args(project::QUICK);
    project::succeed(&mut build).context("building the sandbox")?;
    Ok(tools::target_folder()?
        .join(tools::TARGET)
        .join("debug/apsfetch-sandbox.exe"))
}

/// Tests of the Python wrapper in Windows' own CPython.
pub(super) fn python(built: &Built, modules: &[&str]) -> Result<Count> {
    let sandbox = sandbox()?;
    tools::wake()?;
    let wrapper = project::root().join("bindings/python");
    let mut tests = tools::python()?;
    tests
        .args(["-c", PYTHON_TESTS])
        .args(modules)
        .current_dir(&wrapper)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", "src")
        .env("APSFETCH_LIBRARY", tools::path(&built.library))
        .env("APSFETCH_SANDBOX", tools::path(&sandbox));
    count::run(&mut tests)
}
