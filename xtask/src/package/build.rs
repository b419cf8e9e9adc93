//! The library of each platform as it is shipped.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::linux;
use super::platform::Platform;
use super::tools::Tools;
use crate::platforms::{self, Lacking, apple};
use crate::sdk::Tree;
use crate::test::ThisMachine;
use crate::windows::{self, build::Built as BuiltForWindows};
use crate::{project, sdk};

/// What was built for one platform.
pub(super) enum Built {
    /// A folder with the shared and the static library.
    Unix(PathBuf, &'static str),
    Windows(Box<BuiltForWindows>),
}

/// Builds it. An inner error says what this machine lacks to build it.
pub(super) fn library(
    platform: &'static Platform,
    kind: project::Kind,
    tools: &Tools,
    work: &Path,
) -> Result<std::result::Result<Built, Lacking>> {
    if platform.is_windows() {
        return match windows::tools::cargo("build") {
            Ok(_) => Ok(Ok(Built::Windows(Box::new(windows::build::library()?)))),
            Err(missing) => Ok(Err(Lacking::Program(missing.to_string()))),
        };
    }
    if !platforms::has_standard_library(platform.target) {
        return Ok(Err(Lacking::Rust(format!(
            "no Rust for it (rustup target add {})",
            platform.target
        ))));
    }
    let folder = if platform.is_macos() {
        let built = ThisMachine::new()?.lend("macos", |context| {
            apple::release(context, platform.target, kind, &work.join("cargo"))
        })?;
        match built {
            Ok(folder) => folder,
            Err(error) => return Ok(Err(error.downcast::<Lacking>()?)),
        }
    } else {
        linux::build(platform, kind, tools, work)?
    };
    Ok(Ok(Built::Unix(folder, platform.library)))
}

impl Built {
    /// The shared library.
    pub(super) fn shared(&self) -> PathBuf {
        match self {
            Self::Unix(folder, name) => folder.join(name),
            Self::Windows(built) => built.library.clone(),
        }
    }

    /// Makes the SDK's tree.
    pub(super) fn lay_out(
        &self,
        platform: &Platform,
        tree: &Path,
        tools: &Tools,
        work: &Path,
    ) -> Result<()> {
        let kind = Tree {
            target: platform.target,
            system: platform.system,
            seen: platform.seen,
        };
        match self {
            Self::Unix(folder, _) if platform.is_macos() => {
                sdk::macos::lay_out(tree, folder, &kind)
            }
            Self::Unix(folder, _) => sdk::lay_out(tree, folder, &kind),
            Self::Windows(built) => {
                let msvc = msvc_import_library(tools, built, work)?;
                sdk::windows::lay_out(tree, built, &msvc, &kind)
            }
        }
    }
}

/// What Microsoft's linker takes, made by zig's dlltool: the build has one only where LLVM's is installed.
fn msvc_import_library(tools: &Tools, built: &BuiltForWindows, work: &Path) -> Result<PathBuf> {
    let library = work.join("apsfetch.lib");
    let mut dlltool = tools.command("python");
    dlltool
        .args(["-m", "ziglang", "dlltool", "-m", "i386:x86-64", "-d"])
        .arg(&built.definitions)
        .args(["-l", "apsfetch.lib"])
        .current_dir(work);
    project::succeed(&mut dlltool).context("the import library for MSVC")?;
    Ok(library)
}
