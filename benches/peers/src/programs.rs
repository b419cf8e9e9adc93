//! What is built or installed before the first round.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub(crate) struct Programs {
    /// The C program that uses the library.
    pub(crate) contestant: PathBuf,
}

impl Programs {
    /// `library` is the folder with the shared library. It is copied, so that a build meanwhile changes nothing.
    pub(crate) fn prepare(root: &Path, library: &Path, folder: &Path) -> Result<Self> {
        let own = folder.join("libapsfetch.so.1");
        let built = library.join("libapsfetch.so");
        fs::copy(&built, &own).with_context(|| built.display().to_string())?;
        let contestant = folder.join("contestant");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-std=c99", "-O2", "-Wall", "-Wextra", "-o"])
            .arg(&contestant)
            .arg(root.join("benches/peers/programs/contestant.c"))
            .arg("-I")
            .arg(root.join("include"))
            .arg(&own)
            .arg(format!("-Wl,-rpath,{}", folder.display()));
        ensure!(
            compiler.status().context("cc")?.success(),
            "the C program was not compiled"
        );
        Ok(Self { contestant })
    }
}
