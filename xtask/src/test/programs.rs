//! The tests that build and run C programs, which several steps run again in their own way.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use super::machine::Context;
use crate::project;

/// The packages of the step `tests`. cargo decides by them with which features each crate is compiled: whoever names
/// others has most crates compiled once more.
pub(crate) const PACKAGES: [&str; 3] = ["--workspace", "--exclude", "xtask"];

/// A command that runs these tests.
pub(crate) fn tests(context: &Context<'_>) -> Result<Command> {
    let mut tests = context.command("cargo");
    tests.arg("test").args(PACKAGES).arg("--no-fail-fast");
    for test in names()? {
        tests.args(["--test", &test]);
    }
    Ok(tests)
}

/// The tests that build programs do it in a `Workshop`. A test is a file, or a folder with a `main.rs`.
pub(crate) fn names() -> Result<Vec<String>> {
    let mut tests = Vec::new();
    for entry in fs::read_dir(project::root().join("tests"))? {
        let path = entry?.path();
        let mut files = Vec::new();
        if path.join("main.rs").is_file() {
            for file in fs::read_dir(&path)? {
                files.push(file?.path());
            }
        } else if path.is_file() {
            files.push(path.clone());
        }
        files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
        for file in files {
            if fs::read_to_string(&file)?.contains("Workshop")
                && let Some(name) = path.file_stem().and_then(|name| name.to_str())
            {
                tests.push(name.to_owned());
            }
        }
    }
    tests.sort();
    tests.dedup();
    ensure!(!tests.is_empty(), "no test builds a program");
    Ok(tests)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tests_in_files_and_in_folders_are_found() {
        let names = super::names().unwrap();
        for name in ["boundary", "capi"] {
            assert!(names.iter().any(|other| other == name), "{names:?}");
        }
        assert!(!names.iter().any(|name| name == "common"), "{names:?}");
    }
}
