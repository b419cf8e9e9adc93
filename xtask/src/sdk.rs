//! `cargo xtask sdk`: what a program in C or C++ is built with, laid out as it is installed.

pub(crate) mod macos;
pub(crate) mod windows;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{licences, project, sbom};

pub(crate) const HELP: &str = "\
Usage: cargo xtask sdk

Builds the libraries for release and lays out in target/sdk what a program in C or C++ needs: include, lib with
files for pkg-config and CMake, and share/licenses. The tree may be moved anywhere. Linux only so far.
";

/// All packages of the workspace have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// For whom the tree is.
pub(crate) struct Tree<'a> {
    /// As cargo calls it.
    pub(crate) target: &'a str,
    /// For the title of its page.
    pub(crate) system: &'a str,
    /// What was seen of it, and what was not.
    pub(crate) seen: &'a str,
}

/// What this machine builds for itself.
const OWN: Tree<'_> = Tree {
    target: "x86_64-unknown-linux-gnu",
    system: "64-bit Linux (x64)",
    seen: "Built for the glibc of the machine it was built on, and later ones.",
};
/// What the C library's parts were called before glibc 2.34 put them into one.
const SYSTEM_LIBRARIES: [&str; 3] = ["-lpthread", "-ldl", "-lm"];

struct Names {
    soname: String,
    file: String,
}

/// Makes the tree; where it is.
pub(crate) fn run() -> Result<PathBuf> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the SDK is made on 64-bit Linux only so far");
    }
    let target = sbom::target_folder()?;
    let mut build = project::command("cargo");
    build.args(["build", "--release", "--package", "apsfetch", "--lib"]);
    project::succeed(&mut build)?;
    let tree = target.join("sdk");
    lay_out(&tree, &target.join("release"), &OWN)?;
    // What the debugger reads is most of their size. Names of functions stay in both.
    let lib = tree.join("lib");
    project::succeed(project::command("strip").arg("--strip-debug").args([
        lib.join("libapsfetch.so").canonicalize()?,
        lib.join("libapsfetch.a"),
    ]))?;
    Ok(tree)
}

/// Makes the tree anew at `tree`, with the libraries that lie in `built`.
pub(crate) fn lay_out(tree: &Path, built: &Path, kind: &Tree<'_>) -> Result<()> {
    let root = project::root();
    if tree.exists() {
        fs::remove_dir_all(tree).with_context(|| tree.display().to_string())?;
    }
    let names = names(&fs::read_to_string(root.join("include/apsfetch.h"))?)?;
    headers(&root, &tree.join("include"))?;
    guide(&root, tree, include_str!("sdk/README.md"), kind)?;
    libraries(built, &tree.join("lib"), &names)?;
    describe(
        &tree.join("lib"),
        include_str!("sdk/apsfetchConfig.cmake.in"),
        &[("@FILE@", &names.file), ("@SONAME@", &names.soname)],
        &SYSTEM_LIBRARIES,
    )?;
    licences::lay_out(&tree.join("share/licenses/apsfetch"), kind.target)
}

/// The ABI version leads, as in the name by which programs find the library.
fn names(header: &str) -> Result<Names> {
    let abi = header
        .lines()
        .find_map(|line| line.strip_prefix("#define APSFETCH_ABI_VERSION "))
        .context("the header has no APSFETCH_ABI_VERSION")?;
    let soname = format!("libapsfetch.so.{abi}");
    Ok(Names {
        file: format!("{soname}.{VERSION}"),
        soname,
    })
}

pub(crate) fn headers(root: &Path, include: &Path) -> Result<()> {
    project::copy(
        &root.join("include/apsfetch.h"),
        &include.join("apsfetch.h"),
    )?;
    let layer = root.join("bindings/cpp");
    project::copy(&layer.join("apsfetch.hpp"), &include.join("apsfetch.hpp"))?;
    for entry in fs::read_dir(layer.join("apsfetch"))? {
        let entry = entry?;
        project::copy(
            &entry.path(),
            &include.join("apsfetch").join(entry.file_name()),
        )?;
    }
    Ok(())
}

/// A page to begin with, and the examples.
fn guide(root: &Path, tree: &Path, text: &str, kind: &Tree<'_>) -> Result<()> {
    let text = text
        .replace("@VERSION@", VERSION)
        .replace("@SYSTEM@", kind.system)
        .replace("@SEEN@", kind.seen);
    project::write(&tree.join("README.md"), &text)?;
    for file in [
        "c/download.c",
        "cmake/CMakeLists.txt",
        "cpp/design.cpp",
        "cpp/download.cpp",
    ] {
        let to = tree.join("examples").join(file);
        project::copy(&root.join("examples").join(file), &to)?;
    }
    Ok(())
}

fn libraries(built: &Path, lib: &Path, names: &Names) -> Result<()> {
    project::copy(&built.join("libapsfetch.so"), &lib.join(&names.file))?;
    project::copy(&built.join("libapsfetch.a"), &lib.join("libapsfetch.a"))?;
    link(&names.file, &lib.join(&names.soname))?;
    link(&names.soname, &lib.join("libapsfetch.so"))
}

#[cfg(unix)]
fn link(to: &str, at: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, at).with_context(|| at.display().to_string())
}

#[cfg(not(unix))]
fn link(_: &str, at: &Path) -> Result<()> {
    bail!("{}: links are made on Unix only", at.display())
}

/// How pkg-config and CMake find it all. Where the libraries lie is said by CMake's template, with `names` for its gaps.
fn describe(lib: &Path, cmake: &str, names: &[(&str, &str)], system: &[&str]) -> Result<()> {
    let major = VERSION.split('.').next().unwrap_or_default();
    for (file, template, separator) in [
        (
            "pkgconfig/apsfetch.pc",
            include_str!("sdk/apsfetch.pc.in"),
            " ",
        ),
        (
            "pkgconfig/apsfetch-static.pc",
            include_str!("sdk/apsfetch-static.pc.in"),
            " ",
        ),
        ("cmake/apsfetch/apsfetchConfig.cmake", cmake, ";"),
        (
            "cmake/apsfetch/apsfetchConfigVersion.cmake",
            include_str!("sdk/apsfetchConfigVersion.cmake.in"),
            ";",
        ),
    ] {
        let mut text = template
            .replace("@VERSION@", VERSION)
            .replace("@MAJOR@", major)
            .replace("@SYSTEM_LIBRARIES@", &system.join(separator));
        for (gap, name) in names {
            text = text.replace(gap, name);
        }
        ensure!(
            !text.replace("@rpath/", "").contains('@'),
            "{file}: something was not filled in"
        );
        project::write(&lib.join(file), &text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_abi_version_leads_in_the_names() {
        let names = names("#define APSFETCH_ABI_VERSION 7\n").unwrap();
        assert_eq!(names.soname, "libapsfetch.so.7");
        assert!(
            names.file.starts_with("libapsfetch.so.7.0"),
            "{}",
            names.file
        );
        assert!(super::names("").is_err());
    }
}
