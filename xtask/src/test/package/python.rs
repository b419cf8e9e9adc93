//! The wheels, and the sdist with Rust and without.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::Bench;
use crate::package::tools::Tools;
use crate::project;
use crate::test::machine::succeed;
use crate::test::sandbox::{BUCKET, KEY};
use crate::windows::tools as windows;

const PROGRAM: &str = "xtask/src/test/package/download.py";

pub(super) fn check(bench: &Bench<'_>) -> Result<()> {
    wheel(bench)?;
    windows_wheel(bench)?;
    sdist(bench)
}

fn wheel(bench: &Bench<'_>) -> Result<()> {
    let Some(wheel) = bench.package("manylinux_2_17_x86_64.whl")? else {
        return Ok(());
    };
    let place = Environment::new(bench, "wheel")?;
    succeed(place.pip(bench).arg("--no-index").arg(&wheel)).context("pip install of the wheel")?;
    place.downloads(bench)
}

/// Installed from here, and run by Windows' own CPython.
fn windows_wheel(bench: &Bench<'_>) -> Result<()> {
    let Some(wheel) = bench.package("win_amd64.whl")? else {
        return Ok(());
    };
    let mut python = match windows::python() {
        Ok(python) => python,
        Err(missing) => {
            return bench
                .context
                .skip("package, the wheel for Windows", &missing.to_string());
        }
    };
    let place = Environment::new(bench, "windows-wheel")?;
    let site = bench.folder("windows-wheel/site")?;
    let mut pip = place.pip(bench);
    pip.args(["--no-index", "--no-deps", "--only-binary=:all:"])
        .args(["--platform", "win_amd64", "--target"])
        .arg(&site)
        .arg(&wheel);
    succeed(&mut pip).context("pip install of the wheel for Windows")?;
    windows::wake()?;
    python
        .args(["-I", "-B"])
        .arg(windows::path(&project::root().join(PROGRAM)))
        .arg(windows::path(&site));
    downloads(bench, &mut python, &place.run)
}

fn sdist(bench: &Bench<'_>) -> Result<()> {
    let sdist = bench
        .package(&format!("apsfetch-{}.tar.gz", env!("CARGO_PKG_VERSION")))?
        .context("there is no sdist")?;
    let wheels = Tools::ready()?.wheels();
    let install = |place: &Environment| {
        let mut pip = place.pip(bench);
        pip.args(["--no-index", "--find-links"])
            .arg(&wheels)
            .arg(&sdist);
        pip
    };

    let place = Environment::new(bench, "sdist")?;
    // Nothing is fetched, and what was compiled the last time is used. Nobody waits for its speed.
    let mut pip = install(&place);
    pip.env("CARGO_NET_OFFLINE", "true")
        .env(
            "CARGO_TARGET_DIR",
            crate::sbom::target_folder()?.join("packaging/sdist"),
        )
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    succeed(&mut pip).context("pip install of the sdist")?;
    place.downloads(bench)?;

    let bare = Environment::new(bench, "no-rust")?;
    let output = install(&bare)
        .env("PATH", bare.folder.join("bin"))
        .env_remove("CARGO")
        .stderr(Stdio::piped())
        .output()?;
    ensure!(!output.status.success(), "the sdist was built without Rust");
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        said.contains("needs Rust") && said.contains("https://rustup.rs"),
        "the sdist does not say that it needs Rust, but: {said}"
    );
    Ok(())
}

/// A virtual environment of its own, with nothing in it.
struct Environment {
    folder: PathBuf,
    run: PathBuf,
}

impl Environment {
    fn new(bench: &Bench<'_>, name: &str) -> Result<Self> {
        let folder = bench.folder(name)?.join("venv");
        succeed(
            bench
                .context
                .command("python3")
                .args(["-m", "venv"])
                .arg(&folder),
        )
        .context("python3 -m venv")?;
        Ok(Self {
            folder,
            run: bench.folder(&format!("{name}/run"))?,
        })
    }

    fn pip(&self, bench: &Bench<'_>) -> Command {
        let python = self.folder.join("bin/python");
        let mut pip = bench.context.command(&python.to_string_lossy());
        pip.args(["-I", "-m", "pip", "--quiet", "--disable-pip-version-check"])
            .args(["install", "--no-cache-dir"])
            .current_dir(&self.run);
        pip
    }

    fn downloads(&self, bench: &Bench<'_>) -> Result<()> {
        let python = self.folder.join("bin/python");
        let mut program = bench.context.command(&python.to_string_lossy());
        program
            .arg("-I")
            .arg(project::root().join(PROGRAM))
            .arg(&self.folder);
        downloads(bench, &mut program, &self.run)
    }
}

/// Has a Python run the program, in an empty folder, and looks at the file.
fn downloads(bench: &Bench<'_>, python: &mut Command, run: &Path) -> Result<()> {
    python.args([BUCKET, KEY, "file"]).current_dir(run);
    succeed(bench.sandbox.described_to(python))?;
    bench.sandbox.ensure_downloaded(&run.join("file"))
}
