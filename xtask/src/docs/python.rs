//! The reference of the Python package, read from its sources by Python itself.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::project;

/// The text of the page; without a Python, where to look instead.
pub(crate) fn reference() -> Result<String> {
    let output = project::command("python3")
        .arg(project::root().join("xtask/src/docs/python_reference.py"))
        .arg(project::root().join("bindings/python/src/apsfetch"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(Stdio::inherit())
        .output();
    let Ok(output) = output else {
        eprintln!(
            "warning: there is no python3, so the site has no reference of the Python package"
        );
        return Ok("This site was built without Python, so the reference is in the sources: `help(apsfetch.Client)`.\n".to_owned());
    };
    ensure!(
        output.status.success(),
        "reading the Python package: {}",
        output.status
    );
    String::from_utf8(output.stdout).context("the reference of the Python package")
}
