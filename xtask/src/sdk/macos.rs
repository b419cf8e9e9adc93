//! The tree for macOS.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Tree, describe, guide, headers, link};
use crate::{licences, project};

/// By the ABI version, as programs look for it.
const FILE: &str = "libapsfetch.1.dylib";
/// What a program needs besides when the library goes into it.
const SYSTEM_LIBRARIES: [&str; 3] = [
    "-framework CoreFoundation",
    "-framework Security",
    "-liconv",
];

/// Makes the tree anew at `tree`, with the libraries that lie in `built`.
pub(crate) fn lay_out(tree: &Path, built: &Path, kind: &Tree<'_>) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| tree.display().to_string())?;
    }
    let root = project::root();
    headers(&root, &tree.join("include"))?;
    guide(&root, tree, include_str!("macos/README.md"), kind)?;
    let lib = tree.join("lib");
    project::copy(&built.join("libapsfetch.dylib"), &lib.join(FILE))?;
    link(FILE, &lib.join("libapsfetch.dylib"))?;
    project::copy(&built.join("libapsfetch.a"), &lib.join("libapsfetch.a"))?;
    describe(
        &lib,
        include_str!("apsfetchConfig.cmake.in"),
        &[("@FILE@", FILE), ("@SONAME@", &format!("@rpath/{FILE}"))],
        &SYSTEM_LIBRARIES,
    )?;
    licences::lay_out(&tree.join("share/licenses/apsfetch"), kind.target)
}
