//! `cargo xtask header`.
//!
//! The header is made by the library's build script and by nothing else, so what is committed, what a test
//! compares and what a package holds cannot differ. This verb only copies it into the tree.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::project;

const HEADER: &str = "include/apsfetch.h";

pub(crate) fn run(check: bool) -> Result<()> {
    let made = generated()?;
    let made = fs::read_to_string(&made).with_context(|| made.display().to_string())?;
    let target = project::root().join(HEADER);
    // A missing one is as stale as an old one. Git may have given a Windows checkout other line ends.
    let committed = fs::read_to_string(&target).unwrap_or_default();
    if committed.replace("\r\n", "\n") == made {
        println!("{HEADER} is current");
        return Ok(());
    }
    if check {
        bail!("{HEADER} is not what src/ffi says; run `cargo xtask header` and commit it");
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&target, made).with_context(|| target.display().to_string())?;
    println!("{HEADER} is new");
    Ok(())
}

/// Runs the build script, and finds what it wrote in what cargo says of it.
fn generated() -> Result<PathBuf> {
    let output = project::command("cargo")
        .args(["check", "--quiet", "--package", "apsfetch", "--lib"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo")?;
    // The code itself need not compile: the build script has run before.
    let messages = String::from_utf8_lossy(&output.stdout);
    match out_dir(&messages) {
        Some(folder) => Ok(Path::new(&folder).join("apsfetch.h")),
        None => bail!("the build script of the library did not run"),
    }
}

/// `out_dir` of the library's build script, from cargo's messages: one JSON object a line.
fn out_dir(messages: &str) -> Option<String> {
    let ours = messages.lines().find(|line| {
        line.contains(r#""reason":"build-script-executed""#)
            && text_field(line, "package_id").is_some_and(|id| is_library(&id))
    })?;
    text_field(ours, "out_dir")
}

/// The id is the package's address and version: `path+file:///home/me/apsfetch#0.1.0`, with the name before the
/// version if the folder is called otherwise.
fn is_library(id: &str) -> bool {
    let Some((address, version)) = id.split_once('#') else {
        return false;
    };
    let name = match version.split_once('@') {
        Some((name, _)) => name,
        None => address.rsplit('/').next().unwrap_or_default(),
    };
    address.starts_with("path+") && name == "apsfetch"
}

/// A text field of a flat JSON object, without the escapes that a path can have.
fn text_field(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":\""))?;
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_that_of_the_librarys_own_build_script() {
        let messages = concat!(
            r#"{"reason":"build-script-executed","package_id":"registry+x#ring@0.17","out_dir":"/ring"}"#,
            "\n",
            r#"{"reason":"build-script-executed","package_id":"path+file:///home/me/work#apsfetch@0.1.0","env":[],"out_dir":"C:\\me\\out"}"#,
            "\n",
        );
        assert_eq!(out_dir(messages).as_deref(), Some(r"C:\me\out"));
        assert_eq!(out_dir(""), None);
    }

    #[test]
    fn the_library_is_known_by_its_folder_or_by_its_name() {
        assert!(is_library("path+file:///home/me/apsfetch#0.1.0"));
        assert!(is_library("path+file:///home/me/checkout#apsfetch@0.1.0"));
        assert!(!is_library(
            "path+file:///home/me/apsfetch/sandbox#apsfetch-sandbox@0.1.0"
        ));
        assert!(!is_library("path+file:///home/me/apsfetch/xtask#0.1.0"));
    }
}
