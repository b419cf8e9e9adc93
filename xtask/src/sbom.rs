//! `cargo xtask sbom`: what the library as shipped is made of, for each platform, as CycloneDX 1.5.
//!
//! As cargo resolves it for the shared library alone: normal dependencies, with the features that are in use, without
//! procedural macros and build scripts, of which nothing is shipped. Checksums are those of `Cargo.lock`. The result is the
//! same for the same lock file: there is no time and no chance in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::project;

pub(crate) const HELP: &str = "\
Usage: cargo xtask sbom

Writes what the library is made of to target/sbom/apsfetch-<platform>.cdx.json, one CycloneDX 1.5 file for each
platform it is shipped for: crates, versions, licences, checksums, and who needs whom.
";

/// Each platform we ship for.
const PLATFORMS: [&str; 6] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-gnu",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
];
const LIBRARY: &str = "apsfetch";

/// A crate by name and version.
pub(crate) type Id = (String, String);

/// What cargo says of the crates in the library: the licence of each, and what it needs itself.
#[derive(Default)]
struct Tree {
    root: Option<Id>,
    licences: BTreeMap<Id, String>,
    needs: BTreeMap<Id, BTreeSet<Id>>,
}

pub(crate) fn run() -> Result<()> {
    let folder = target_folder()?.join("sbom");
    fs::create_dir_all(&folder)?;
    for platform in PLATFORMS {
        let file = folder.join(format!("{LIBRARY}-{platform}.cdx.json"));
        fs::write(&file, text(platform)?)?;
        println!("{}", file.display());
    }
    Ok(())
}

/// The document for one platform.
pub(crate) fn text(platform: &str) -> Result<String> {
    let checksums = checksums(&fs::read_to_string(project::root().join("Cargo.lock"))?);
    let document = document(&tree(platform)?, &checksums, platform)?;
    Ok(format!("{document:#}\n"))
}

/// The crates in the library as it is shipped for a platform, without itself, each with its licence.
pub(crate) fn crates(platform: &str) -> Result<Vec<(Id, String)>> {
    let tree = tree(platform)?;
    let root = tree.root.context("cargo tree wrote nothing")?;
    let others = tree.licences.into_iter().filter(|(id, _)| *id != root);
    Ok(others.collect())
}

pub(crate) fn target_folder() -> Result<PathBuf> {
    let output = project::command("cargo")
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo metadata")?;
    Ok(folder.into())
}

fn tree(platform: &str) -> Result<Tree> {
    let output = project::command("cargo")
        .args([
            "tree",
            "--locked",
            "--package",
            LIBRARY,
            "--target",
            platform,
        ])
        .args([
            "--edges",
            "normal,no-proc-macro",
            "--no-dedupe",
            "--prefix",
            "depth",
        ])
        .args(["--format", "|{p}|{l}"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo tree")?;
    ensure!(output.status.success(), "cargo tree: {}", output.status);
    parse(&String::from_utf8(output.stdout)?)
}

/// From lines such as `2|ring v0.17.14|Apache-2.0 AND ISC`, where the number is how deep the crate stands.
fn parse(text: &str) -> Result<Tree> {
    let mut tree = Tree::default();
    let mut path: Vec<Id> = Vec::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split('|').collect();
        let [depth, package, licence] = parts[..] else {
            anyhow::bail!("cargo tree wrote {line:?}");
        };
        let depth: usize = depth
            .parse()
            .with_context(|| format!("cargo tree wrote {line:?}"))?;
        let mut words = package.split_whitespace();
        let name = words.next().context("a crate without a name")?;
        let version = words.next().context("a crate without a version")?;
        let id = (name.to_owned(), version.trim_start_matches('v').to_owned());
        ensure!(depth <= path.len(), "cargo tree skipped a level: {line:?}");
        path.truncate(depth);
        match path.last() {
            Some(parent) => {
                tree.needs
                    .entry(parent.clone())
                    .or_default()
                    .insert(id.clone());
            }
            None => tree.root = Some(id.clone()),
        }
        tree.licences.insert(id.clone(), licence.to_owned());
        tree.needs.entry(id.clone()).or_default();
        path.push(id);
    }
    Ok(tree)
}

/// The SHA-256 of each crate from a registry, from the lock file.
fn checksums(lock: &str) -> BTreeMap<Id, String> {
    let mut checksums = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            package.lines().find_map(|line| {
                let value = line.strip_prefix(name)?.strip_prefix(" = \"")?;
                Some(value.strip_suffix('"')?.to_owned())
            })
        };
        if let (Some(name), Some(version), Some(sum)) =
            (field("name"), field("version"), field("checksum"))
        {
            checksums.insert((name, version), sum);
        }
    }
    checksums
}

fn document(tree: &Tree, checksums: &BTreeMap<Id, String>, platform: &str) -> Result<Value> {
    let root = tree.root.as_ref().context("cargo tree wrote nothing")?;
    let mut components = Vec::new();
    for id in tree.licences.keys().filter(|id| *id != root) {
        let sum = checksums
            .get(id)
            .with_context(|| format!("{} {} is not in Cargo.lock", id.0, id.1))?;
        let mut component = component(id, &tree.licences[id], "library");
        component["scope"] = "required".into();
        component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        components.push(component);
    }
    let dependencies: Vec<Value> = tree
        .needs
        .iter()
        .map(|(id, needs)| {
            let needs: Vec<String> = needs.iter().map(purl).collect();
            json!({ "ref": purl(id), "dependsOn": needs })
        })
        .collect();
    let mut main = component(root, &tree.licences[root], "library");
    main["properties"] = json!([{ "name": "cargo:target", "value": platform }]);
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "build" }],
            "tools": { "components": [{ "type": "application", "name": "cargo xtask sbom" }] },
            "component": main,
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(id: &Id, licence: &str, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": purl(id),
        "name": id.0,
        "version": id.1,
        "purl": purl(id),
    });
    if !licence.is_empty() {
        // Older crates write `MIT/Apache-2.0`.
        let expression = licence.replace('/', " OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    component
}

fn purl((name, version): &Id) -> String {
    // A `+`, of build metadata, is the only character of a version that has to be encoded.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "0|apsfetch v0.1.0 (/somewhere)|MIT OR Apache-2.0\n\
        1|ring v0.17.14|Apache-2.0 AND ISC\n2|libc v0.2.1|MIT/Apache-2.0\n\
        1|libc v0.2.1|MIT/Apache-2.0\n";
    const LOCK: &str = "[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nchecksum = \"aa\"\n\n\
        [[package]]\nname = \"ring\"\nversion = \"0.17.14\"\nchecksum = \"bb\"\n";

    #[test]
    fn who_needs_whom_is_read_from_the_depths() {
        let tree = parse(TREE).unwrap();
        let document = document(&tree, &checksums(LOCK), "here").unwrap();
        let components = document["components"].as_array().unwrap();
        assert_eq!(
            components.len(),
            2,
            "each once, and the library is not its own component"
        );
        assert_eq!(components[0]["purl"], "pkg:cargo/libc@0.2.1");
        assert_eq!(
            components[0]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
        assert_eq!(components[1]["hashes"][0]["content"], "bb");
        let needs = |name: &str| {
            let all = document["dependencies"].as_array().unwrap();
            let one = all.iter().find(|one| one["ref"] == name).unwrap();
            one["dependsOn"].as_array().unwrap().len()
        };
        assert_eq!(needs("pkg:cargo/apsfetch@0.1.0"), 2);
        assert_eq!(needs("pkg:cargo/ring@0.17.14"), 1);
        assert_eq!(needs("pkg:cargo/libc@0.2.1"), 0);
    }

    #[test]
    fn a_crate_that_is_not_in_the_lock_file_is_an_error() {
        let tree = parse(TREE).unwrap();
        let error = document(&tree, &BTreeMap::new(), "here").unwrap_err();
        assert!(error.to_string().contains("libc 0.2.1"), "{error}");
    }

    #[test]
    fn the_real_ones_agree_with_the_lock_file() {
        let lock = fs::read_to_string(project::root().join("Cargo.lock")).unwrap();
        let checksums = checksums(&lock);
        for platform in PLATFORMS {
            let tree = tree(platform).unwrap();
            let document = document(&tree, &checksums, platform).unwrap();
            let components = document["components"].as_array().unwrap();
            let names: Vec<&str> = components
                .iter()
                .map(|component| component["name"].as_str().unwrap())
                .collect();
            for name in ["rustls", "ring", "ureq", "serde_json"] {
                assert!(names.contains(&name), "{platform}: {name}");
            }
            // What only builds, tests or imitates is not shipped.
            for name in [
                "cbindgen",
                "tokio",
                "serde_derive",
                "apsfetch-sandbox",
                "cc",
            ] {
                assert!(!names.contains(&name), "{platform}: {name}");
            }
            for component in components {
                let known = (
                    component["name"].as_str().unwrap().to_owned(),
                    component["version"].as_str().unwrap().to_owned(),
                );
                let sum = component["hashes"][0]["content"].as_str().unwrap();
                assert_eq!(checksums[&known], sum);
                assert_eq!(sum.len(), 64);
                assert!(
                    component["licenses"][0]["expression"].is_string(),
                    "{known:?}"
                );
            }
        }
    }

    /// The versions that deny.toml bans, against the lock file: here on every machine, whether it has cargo-deny or not.
    #[test]
    fn no_version_with_a_known_fault_is_in_the_lock_file() {
        let read = |name: &str| fs::read_to_string(project::root().join(name)).unwrap();
        let (rules, locked) = (read("deny.toml"), checksums(&read("Cargo.lock")));
        let banned: Vec<(&str, &str)> = rules
            .lines()
            .filter(|line| line.contains("RUSTSEC-"))
            .map(|line| {
                let spec = line.split('"').nth(1).unwrap();
                // With an `@` in its place cargo-deny takes the rule and never applies it.
                spec.split_once(":<").expect(line)
            })
            .collect();
        assert!(banned.len() >= 9, "{banned:?}");
        for (name, least) in banned {
            for (_, version) in locked.keys().filter(|(locked, _)| locked == name) {
                assert!(
                    numbers(version) >= numbers(least),
                    "{name} {version} is below {least}, see deny.toml"
                );
            }
        }
    }

    fn numbers(version: &str) -> Vec<u64> {
        let plain = version.split(['-', '+']).next().unwrap();
        let mut numbers: Vec<u64> = plain.split('.').map(|part| part.parse().unwrap()).collect();
        numbers.resize(3, 0);
        numbers
    }
}
