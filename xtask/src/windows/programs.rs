//! The tests that start C programs, with these as Windows programs against the DLL. Tests and sandbox stay what they are.

use anyhow::Result;

use super::build::Built;
use super::{succeed, tools};
use crate::project;

/// Integration tests that build programs in C and C++ and run them.
const TESTS: [&str; 1] = ["c_example"];

pub(super) fn run(built: &Built) -> Result<()> {
    tools::wake()?;
    let mut tests = project::command("cargo");
    tests.args(["test", "--package", "apsfetch"]);
    for test in TESTS {
        tests.args(["--test", test]);
    }
    tests
        .env("APSFETCH_TEST_LIBRARY", &built.library)
        .env("APSFETCH_TEST_IMPORT_LIBRARY", &built.import_library)
        .env("APSFETCH_TEST_CC", tools::mingw("gcc")?)
        .env("APSFETCH_TEST_CXX", tools::gxx()?)
        .env("APSFETCH_TEST_RUNNER", tools::runner()?);
    succeed(&mut tests)
}
