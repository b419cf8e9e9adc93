//! The references of the Python package and of the C# wrapper, read from their sources by scripts in Python.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::project;

pub(crate) fn python() -> Result<String> {
    reference("python_reference.py", "bindings/python/src/apsfetch")
}

pub(crate) fn csharp() -> Result<String> {
    reference("csharp_reference.py", "bindings/csharp/ApsFetch")
}

/// The text of the page; without a Python, where to look instead.
fn reference(script: &str, sources: &str) -> Result<String> {
    let root = project::root();
    let output = project::command("python3")
        .arg(root.join("xtask/src/docs").join(script))
        .arg(root.join(sources))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(Stdio::inherit())
        .output();
    let Ok(output) = output else {
        eprintln!("warning: there is no python3, so the site has no reference of {sources}");
        return Ok(format!(
            "This site was built without Python, so the reference is in the sources: `{sources}`.\n"
        ));
    };
    ensure!(
        output.status.success(),
        "reading {sources}: {}",
        output.status
    );
    String::from_utf8(output.stdout).with_context(|| sources.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_references_have_what_users_call() {
        if std::process::Command::new("python3")
            .arg("--version")
            .output()
            .is_err()
        {
            return;
        }
        let python = super::python().unwrap();
        for text in [
            "{#Client.download_object}",
            "{#Job.wait}",
            "**`ca_file`**",
            "{#NotFoundError}",
        ] {
            assert!(python.contains(text), "{text} is not in:\n{python}");
        }
        let csharp = super::csharp().unwrap();
        for text in [
            "{#ApsClient.DownloadAsync}",
            "{#ApsJob.Wait}",
            "`string CaFile { get; set; }`",
            "{#ApsTlsException}",
        ] {
            assert!(csharp.contains(text), "{text} is not in:\n{csharp}");
        }
    }
}
