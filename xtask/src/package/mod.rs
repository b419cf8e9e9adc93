//! `cargo xtask package`: what users install.

mod archive;
pub(crate) mod linux;
mod native;
mod nuget;
mod python;
pub(crate) mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use lexopt::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::{project, sbom, sdk, windows};
use archive::Files;
use tools::Tools;

pub(crate) const HELP: &str = "\
Usage: cargo xtask package [--all]

Makes what users install, in target/package: the SDK for C and C++, Python's wheels and sdist, the NuGet package, what
they are made of (CycloneDX), and SHA256SUMS. The same sources and tools make the same bytes. docs/packaging.md says more.
What this machine has no programs for is left out, with the reason. Made on 64-bit Linux; cargo-zigbuild, zig and
hatchling come from PyPI into the folder for caches.

Options:
  --all   what is left out is an error
";

/// All packages of the workspace have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const LINUX: &str = "x86_64-unknown-linux-gnu";
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// What was made, and what was not.
pub(crate) struct Made {
    pub(crate) folder: PathBuf,
    pub(crate) left_out: Vec<String>,
    /// The same, for want of compilers that neither Debian nor rustup brings.
    pub(crate) without_compiler: Option<String>,
}

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut all = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("all") => all = true,
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let made = make()?;
    print!("{}", fs::read_to_string(made.folder.join(SUMS))?);
    println!("in {}", made.folder.display());
    let left_out: Vec<&String> = made.left_out.iter().chain(&made.without_compiler).collect();
    for reason in &left_out {
        eprintln!("not made: {reason}");
    }
    Ok(if all && !left_out.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

pub(crate) fn make() -> Result<Made> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("packages are made on 64-bit Linux only");
    }
    let target = sbom::target_folder()?;
    let (work, output) = (work_folder()?, target.join("package"));
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| output.display().to_string())?;
    }
    fs::create_dir_all(&output)?;
    let tools = Tools::ready()?;
    let mut left_out = Vec::new();
    let mut without_compiler = None;

    let linux = linux::build(&tools, &work)?;
    let linux_sbom = materials(LINUX, &output)?;
    let tree = work.join("sdk-linux-x64");
    sdk::lay_out(&tree, &linux)?;
    let name = format!("apsfetch-{VERSION}-linux-x64");
    fs::write(
        output.join(format!("{name}.tar.gz")),
        packed(&name, &tree)?.tar_gz()?,
    )?;

    let source = python::Source::make(&tools, &work, &output)?;
    let wheel = python::Wheel {
        library: &linux.join("libapsfetch.so"),
        platform: "manylinux_2_17_x86_64",
        target: LINUX,
        sbom: &linux_sbom,
    };
    source.wheel(&tools, &wheel, &output)?;

    match for_windows()? {
        Ok(built) => {
            let sbom = materials(WINDOWS, &output)?;
            let tree = work.join("sdk-windows-x64");
            let msvc = msvc_import_library(&tools, &built, &work)?;
            sdk::windows::lay_out(&tree, &built, &msvc)?;
            let name = format!("apsfetch-{VERSION}-windows-x64");
            fs::write(output.join(format!("{name}.zip")), packed(&name, &tree)?.zip()?)?;
            let wheel = python::Wheel {
                library: &built.library,
                platform: "win_amd64",
                target: WINDOWS,
                sbom: &sbom,
            };
            source.wheel(&tools, &wheel, &output)?;
            // Also for who makes the NuGet package with the .NET SDK.
            let libraries = [linux.join("libapsfetch.so"), built.library];
            let natives = native::lay_out(&work, &libraries, &[LINUX, WINDOWS])?;
            let missing = nuget::missing();
            if missing.is_empty() {
                nuget::make(&natives, &work, &output)?;
            } else {
                without_compiler =
                    Some(format!("the NuGet package: {} not on PATH", missing.join(" and ")));
            }
        }
        Err(reason) => left_out.push(format!(
            "the SDK and the wheel for Windows, and the NuGet package, which needs both systems: {reason}"
        )),
    }

    sums(&output)?;
    Ok(Made {
        folder: output,
        left_out,
        without_compiler,
    })
}

/// The library for Windows. An inner error says what this machine lacks to build it.
fn for_windows() -> Result<std::result::Result<windows::build::Built, String>> {
    match windows::tools::cargo("build") {
        Ok(_) => windows::build::library().map(Ok),
        Err(missing) => Ok(Err(missing.to_string())),
    }
}

/// What Microsoft's linker takes, made by zig's dlltool: the build has one only where LLVM's is installed.
fn msvc_import_library(
    tools: &Tools,
    built: &windows::build::Built,
    work: &Path,
) -> Result<PathBuf> {
    let library = work.join("apsfetch.lib");
    let mut dlltool = tools.command("python");
    dlltool
        .args(["-m", "ziglang", "dlltool", "-m", "i386:x86-64", "-d"])
        .arg(&built.definitions)
        .arg("-l")
        .arg(&library);
    project::succeed(&mut dlltool).context("the import library for MSVC")?;
    Ok(library)
}

/// A folder as the files of an archive that has one folder at its top.
fn packed(name: &str, tree: &Path) -> Result<Files> {
    let mut files = Files::default();
    files.add_folder(&format!("{name}/"), tree)?;
    Ok(files)
}

/// Where what packages are made of is built.
pub(crate) fn work_folder() -> Result<PathBuf> {
    Ok(sbom::target_folder()?.join("packaging"))
}

/// Writes what the library is made of for a platform.
fn materials(platform: &str, output: &Path) -> Result<PathBuf> {
    let file = output.join(format!("apsfetch-{VERSION}-{platform}.cdx.json"));
    fs::write(&file, sbom::text(platform)?)?;
    Ok(file)
}

const SUMS: &str = "SHA256SUMS";

/// Writes what `sha256sum --check` reads.
fn sums(folder: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a name")?;
        let digest = Sha256::digest(fs::read(entry.path())?);
        let sum: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        lines.push((name, sum));
    }
    ensure!(!lines.is_empty(), "nothing was made");
    lines.sort();
    let text: String = lines
        .iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect();
    Ok(fs::write(folder.join(SUMS), text)?)
}
