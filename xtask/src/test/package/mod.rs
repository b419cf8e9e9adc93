//! The packages, each installed into an empty place, where a program downloads a file from the sandbox with it.

mod nuget;
mod python;
mod read;
mod sdk;

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::machine::Context;
use super::sandbox::Sandbox;
use crate::package;

/// Takes a minute to build, and is not run here; what could break it breaks its sibling for ARM.
const UNREPEATED: &str = "macos-x64";

/// What each part of the step works with.
struct Bench<'a> {
    context: &'a Context<'a>,
    sandbox: Sandbox,
    /// Where the packages are.
    packages: PathBuf,
}

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return context.skip("package", "packages are made on 64-bit Linux only");
    }
    let chosen: Vec<_> = package::platform::ALL
        .iter()
        .filter(|platform| platform.name != UNREPEATED)
        .collect();
    let made = package::make(&chosen, package::Purpose::Trial)?;
    for reason in &made.left_out {
        context.skip("package", reason)?;
    }
    // No failure even where nothing may be skipped: no step could install it.
    for reason in &made.unobtainable {
        println!("    not made: {reason}");
    }
    let bench = Bench {
        context,
        sandbox: Sandbox::start(context)?,
        packages: made.folder,
    };
    read::check(&bench)?;
    python::check(&bench)?;
    nuget::check(&bench)?;
    sdk::check(&bench)
}

impl Bench<'_> {
    /// A package by the end of its name; none if it was left out.
    fn package(&self, ending: &str) -> Result<Option<PathBuf>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.packages)? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
        ensure!(found.len() < 2, "more than one package ends with {ending}");
        Ok(found.pop())
    }

    /// An empty folder.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.context.folder().join(name);
        std::fs::create_dir_all(folder.parent().unwrap_or(Path::new("/")))?;
        std::fs::create_dir(&folder)?;
        Ok(folder)
    }
}
