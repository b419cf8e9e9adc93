//! What the library pulls into its host's process.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};

use super::machine::Context;

/// Each platform we ship for, and how many crates the library may be made of there (itself included, procedural macros not).
/// Raising a number is a decision, so it is a change that a reviewer sees.
const LIMITS: [(&str, usize); 3] = [
    ("x86_64-unknown-linux-gnu", 56),
    ("x86_64-pc-windows-msvc", 55),
    ("aarch64-apple-darwin", 58),
];

/// A plug-in shares its process with others: no second runtime, and no OpenSSL that could be the host's.
const FORBIDDEN: [&str; 10] = [
    "async-std",
    "aws-lc-rs",
    "aws-lc-sys",
    "hyper",
    "native-tls",
    "openssl",
    "openssl-sys",
    "reqwest",
    "smol",
    "tokio",
];

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    for (target, limit) in LIMITS {
        let tree = tree(context, target)?;
        let crates = crates(&tree);
        judge(target, limit, &crates)?;
        println!("    {target}: {} crates (at most {limit})", crates.len());
    }
    Ok(())
}

fn tree(context: &Context<'_>, target: &str) -> Result<String> {
    let output = context
        .command("cargo")
        .args([
            "tree",
            "--package",
            "apsfetch",
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--target",
            target,
        ])
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo tree")?;
    ensure!(output.status.success(), "cargo tree: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// From lines such as `rustls v0.23.46 (*)`, each name and version once.
fn crates(tree: &str) -> BTreeSet<(&str, &str)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect()
}

fn judge(target: &str, limit: usize, crates: &BTreeSet<(&str, &str)>) -> Result<()> {
    ensure!(
        crates.iter().any(|(name, _)| *name == "apsfetch"),
        "cargo tree did not print the library's own tree"
    );
    let forbidden: Vec<&str> = crates
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| FORBIDDEN.contains(name))
        .collect();
    if !forbidden.is_empty() {
        bail!(
            "the library must not depend on {} (`cargo tree --package apsfetch --edges normal --target {target}`)",
            forbidden.join(", ")
        );
    }
    ensure!(
        crates.len() <= limit,
        "the library is made of {} crates for {target}, {limit} are allowed",
        crates.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "apsfetch v0.1.0 (/somewhere)\nring v0.17.14\nlibc v0.2.1\nbase64 v0.22.1\nbase64 v0.23.1\nlibc v0.2.1\nring v0.17.14 (*)\n";

    #[test]
    fn crates_are_counted_once_and_versions_apart() {
        assert_eq!(crates(TREE).len(), 5);
    }

    #[test]
    fn the_limit_holds() {
        assert!(judge("here", 5, &crates(TREE)).is_ok());
        assert!(
            judge("here", 4, &crates(TREE))
                .unwrap_err()
                .to_string()
                .contains("5 crates")
        );
    }

    #[test]
    fn a_forbidden_crate_is_named_and_one_that_only_sounds_like_it_is_not() {
        let tree = format!("{TREE}openssl-probe v0.2.2\n");
        assert!(judge("here", 9, &crates(&tree)).is_ok());
        let tree = format!("{tree}tokio v1.0.0\n");
        assert!(
            judge("here", 9, &crates(&tree))
                .unwrap_err()
                .to_string()
                .contains("tokio")
        );
    }

    #[test]
    fn a_tree_that_is_not_ours_proves_nothing() {
        assert!(judge("here", 9, &crates("")).is_err());
    }
}
