//! The licences of the library: ours, and those of each crate that is in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{project, sbom};

/// Ours.
pub(crate) const OWN: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];
/// What comes with the compiler, and so is not among the crates.
const STANDARD_LIBRARY: &str = "Rust's standard library: MIT OR Apache-2.0\n";

/// A crate in the library.
struct Part {
    name: String,
    licence: String,
    files: Vec<PathBuf>,
}

/// Ours, a list of what the library is made of, and a folder with the texts for each of these.
pub(crate) fn lay_out(folder: &Path, platform: &str) -> Result<()> {
    for name in OWN {
        project::copy(&project::root().join(name), &folder.join(name))?;
    }
    let parts = parts(&[platform])?;
    for part in &parts {
        let target = folder.join("third-party").join(&part.name);
        for file in &part.files {
            project::copy(file, &target.join(file.file_name().context("a file")?))?;
        }
    }
    project::write(&folder.join("third-party.txt"), &list(&parts))
}

/// The list and all texts in one file, each text once.
pub(crate) fn third_party(platforms: &[&str]) -> Result<String> {
    let parts = parts(platforms)?;
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in &parts {
        for file in &part.files {
            let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
            let text = text.replace("\r\n", "\n").trim().to_owned();
            let named = texts.entry(text).or_default();
            if named.last() != Some(&part.name) {
                named.push(part.name.clone());
            }
        }
    }
    let mut all: Vec<(Vec<String>, String)> = texts
        .into_iter()
        .map(|(text, named)| (named, text))
        .collect();
    all.sort();
    let mut whole = list(&parts);
    for (named, text) in all {
        let rule = "=".repeat(80);
        whole += &format!("\n{rule}\n{}\n{rule}\n\n{text}\n", named.join("\n"));
    }
    Ok(whole)
}

fn list(parts: &[Part]) -> String {
    let mut list = String::from("What the library is made of, and under which licence:\n\n");
    for part in parts {
        list += &format!("{}: {}\n", part.name, part.licence);
    }
    list + STANDARD_LIBRARY
}

/// What is in the library for any of these platforms.
fn parts(platforms: &[&str]) -> Result<Vec<Part>> {
    let output = project::command("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata")?;
    let mut parts = Vec::new();
    let mut crates = BTreeMap::new();
    for platform in platforms {
        crates.extend(sbom::crates(platform)?);
    }
    for ((name, version), licence) in crates {
        let package = packages
            .iter()
            .find(|package| package["name"] == name && package["version"] == version)
            .with_context(|| format!("cargo metadata knows no {name} {version}"))?;
        let manifest = Path::new(package["manifest_path"].as_str().context("a path")?);
        let mut files = Vec::new();
        for entry in fs::read_dir(manifest.parent().context("a folder")?)? {
            let entry = entry?;
            if is_licence(&entry.file_name().to_string_lossy()) && entry.path().is_file() {
                files.push(entry.path());
            }
        }
        files.sort();
        parts.push(Part {
            name: format!("{name}-{version}"),
            licence,
            files,
        });
    }
    Ok(parts)
}

fn is_licence(file: &str) -> bool {
    let name = file.to_uppercase();
    [
        "LICENSE",
        "LICENCE",
        "COPYING",
        "COPYRIGHT",
        "NOTICE",
        "UNLICENSE",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_by_their_names() {
        for name in ["LICENSE", "LICENSE-MIT", "license.md", "COPYING", "NOTICE"] {
            assert!(is_licence(name), "{name}");
        }
        assert!(!is_licence("README.md"));
    }
}
