//! Python's packages: an sdist that is built from source, and wheels with the library inside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::native::THIRD_PARTY;
use super::platform::Platform;
use super::tools::Tools;
use super::{VERSION, archive};
use crate::{licences, project};

/// Given to hatchling by the names that bindings/python/hatch_build.py knows.
const LIBRARY: &str = "APSFETCH_WHEEL_LIBRARY";
const PLATFORM: &str = "APSFETCH_WHEEL_PLATFORM";
const SBOM: &str = "APSFETCH_WHEEL_SBOM";

/// A library for one wheel.
pub(super) struct Wheel<'a> {
    pub(super) library: &'a Path,
    pub(super) platform: &'a Platform,
    pub(super) sbom: &'a Path,
}

/// Makes the sdist and unpacks it: wheels are made of it, so that nothing is in them that it lacks.
pub(super) struct Source {
    folder: PathBuf,
}

impl Source {
    pub(super) fn make(tools: &Tools, work: &Path, output: &Path) -> Result<Self> {
        let root = project::root();
        let python = root.join("bindings/python");
        for name in licences::OWN {
            ensure!(
                fs::read(root.join(name))? == fs::read(python.join(name))?,
                "bindings/python/{name} is not {name}: copy it"
            );
        }
        let package = fs::read_to_string(python.join("src/apsfetch/__init__.py"))?;
        ensure!(
            package.contains(&format!("\n__version__ = \"{VERSION}\"\n")),
            "the Python package has another __version__ than the library, {VERSION}"
        );
        project::succeed(hatchling(tools, &python, "sdist", output).env_remove(LIBRARY))
            .context("the sdist")?;
        let archive = output.join(format!("apsfetch-{VERSION}.tar.gz"));
        let unpacked = work.join("sdist");
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked)?;
        }
        let file = fs::File::open(&archive).with_context(|| archive.display().to_string())?;
        tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(&unpacked)?;
        let folder = unpacked.join(format!("apsfetch-{VERSION}"));
        archive::ensure_there(
            &folder,
            &[
                "PKG-INFO",
                "LICENSE-MIT",
                "src/apsfetch/py.typed",
                "rust/Cargo.lock",
                "rust/src/lib.rs",
            ],
        )?;
        Ok(Self { folder })
    }

    pub(super) fn wheel(&self, tools: &Tools, wheel: &Wheel<'_>, output: &Path) -> Result<PathBuf> {
        project::write(
            &self.folder.join(THIRD_PARTY),
            &licences::third_party(&[wheel.platform.target])?,
        )?;
        let mut make = hatchling(tools, &self.folder, "wheel", output);
        make.env(LIBRARY, wheel.library)
            .env(PLATFORM, wheel.platform.wheel)
            .env(SBOM, wheel.sbom);
        project::succeed(&mut make)
            .with_context(|| format!("the wheel for {}", wheel.platform.name))?;
        let made = output.join(format!(
            "apsfetch-{VERSION}-py3-none-{}.whl",
            wheel.platform.wheel
        ));
        ensure!(made.is_file(), "hatchling did not make {}", made.display());
        Ok(made)
    }
}

fn hatchling(tools: &Tools, folder: &Path, kind: &str, output: &Path) -> Command {
    let mut command = tools.command("python");
    command
        .args(["-m", "hatchling", "build", "--target", kind, "--directory"])
        .arg(output)
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", archive::TIME.to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
