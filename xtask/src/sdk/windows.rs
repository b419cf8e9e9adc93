//! The tree for 64-bit Windows: the DLL in `bin`, and in `lib` what programs are linked with.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Tree, describe, guide, headers};
use crate::windows::build::Built;
use crate::{licences, project};

/// What a program needs besides when the library goes into it.
const SYSTEM_LIBRARIES: [&str; 3] = ["-lws2_32", "-luserenv", "-lntdll"];

/// Makes the tree anew at `tree`, of a build with an import library for Microsoft's linker at `msvc`.
pub(crate) fn lay_out(tree: &Path, built: &Built, msvc: &Path, kind: &Tree<'_>) -> Result<()> {
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| tree.display().to_string())?;
    }
    let root = project::root();
    headers(&root, &tree.join("include"))?;
    guide(&root, tree, include_str!("windows/README.md"), kind)?;
    let library = built.library.file_name().context("a file")?;
    project::copy(&built.library, &tree.join("bin").join(library))?;
    let lib = tree.join("lib");
    for (from, name) in [
        (built.import_library.as_path(), "libapsfetch.dll.a"),
        (built.static_library.as_path(), "libapsfetch.a"),
        (built.definitions.as_path(), "apsfetch.def"),
        (msvc, "apsfetch.lib"),
    ] {
        project::copy(from, &lib.join(name))?;
    }
    let library = library.to_string_lossy();
    describe(
        &lib,
        include_str!("windows/apsfetchConfig.cmake.in"),
        &[("@FILE@", &library)],
        &SYSTEM_LIBRARIES,
    )?;
    licences::lay_out(&tree.join("share/licenses/apsfetch"), kind.target)
}
