//! `cargo xtask package`: what users install.

mod archive;
mod build;
pub(crate) mod linux;
mod native;
mod nuget;
mod objcopy;
pub(crate) mod platform;
mod privacy;
mod python;
mod release;
pub(crate) mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use lexopt::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::platforms::Lacking;
use crate::{project, sbom};
use archive::Files;
use platform::Platform;
use tools::Tools;

pub(crate) const HELP: &str = "\
Usage: cargo xtask package [--all] [PLATFORM...]

Makes what users install, in target/package: the SDK for C and C++, Python's wheels and sdist, the NuGet package, what
they are made of (CycloneDX), RELEASE.md, and SHA256SUMS. The same sources and tools make the same bytes.
docs/packaging.md says more.

Without a PLATFORM: all that this machine has the programs for; what is left out is said, with the reason. The
platforms are linux-x64, linux-arm64, macos-arm64, macos-x64 and windows-x64. Made on 64-bit Linux; cargo-zigbuild,
zig and hatchling come from PyPI into the folder for caches.

Options:
  --all   what is left out is an error
";

/// All packages of the workspace have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was made, and what was not.
pub(crate) struct Made {
    pub(crate) folder: PathBuf,
    pub(crate) left_out: Vec<String>,
    /// The same, for want of what neither Debian brings nor, without a network, rustup.
    pub(crate) unobtainable: Vec<String>,
}

impl Made {
    fn lacks(&mut self, platform: &Platform, lacking: Lacking) {
        let reason = format!("{}: {lacking}", platform.name);
        match lacking {
            Lacking::Program(_) => self.left_out.push(reason),
            Lacking::Rust(_) => self.unobtainable.push(reason),
        }
    }
}

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<ExitCode> {
    let mut all = false;
    let mut chosen = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("all") => all = true,
            Value(name) => {
                let name = name.string()?;
                let known = Platform::named(&name).ok_or_else(|| unknown(&name))?;
                if !chosen.contains(&known) {
                    chosen.push(known);
                }
            }
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if chosen.is_empty() {
        chosen.extend(&platform::ALL);
    }
    let made = make(&chosen, Purpose::Release)?;
    print!("{}", fs::read_to_string(made.folder.join(SUMS))?);
    println!("in {}", made.folder.display());
    let left_out: Vec<&String> = made.left_out.iter().chain(&made.unobtainable).collect();
    for reason in &left_out {
        eprintln!("not made: {reason}");
    }
    Ok(if all && !left_out.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn unknown(name: &str) -> lexopt::Error {
    let names: Vec<&str> = platform::ALL.iter().map(|platform| platform.name).collect();
    let known = names.join(", ");
    lexopt::Error::Custom(
        format!("there is no platform `{name}`; the platforms are {known}").into(),
    )
}

/// What packages are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// In `target/package`.
    Release,
    /// In another folder, where nobody takes them for what is released: libraries that do not run here are not optimised,
    /// which would take minutes.
    Trial,
}

impl Purpose {
    fn kind(self, platform: &Platform) -> project::Kind {
        if self == Self::Trial && !platform.is_run() {
            project::Kind::Read
        } else {
            project::Kind::Shipped
        }
    }

    fn output(self) -> Result<PathBuf> {
        let target = sbom::target_folder()?;
        Ok(target.join(match self {
            Self::Release => "package",
            Self::Trial => "packaging/trial",
        }))
    }
}

/// Makes what is for these platforms, as far as it goes here.
pub(crate) fn make(chosen: &[&'static Platform], purpose: Purpose) -> Result<Made> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("packages are made on 64-bit Linux only");
    }
    let (work, output) = (work_folder()?, purpose.output()?);
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| output.display().to_string())?;
    }
    fs::create_dir_all(&output)?;
    let tools = Tools::ready()?;
    let mut made = Made {
        folder: output.clone(),
        left_out: Vec::new(),
        unobtainable: Vec::new(),
    };

    let source = python::Source::make(&tools, &work, &output)?;
    let mut libraries = Vec::new();
    let library_of = |platform: &'static Platform| {
        build::library(platform, purpose.kind(platform), &tools, &work)
    };
    std::thread::scope(|scope| {
        // In a folder of its own, so that cargo does not wait: the last step of each build uses one processor only.
        let mut beside = chosen
            .iter()
            .find(|platform| platform.is_windows())
            .map(|platform| scope.spawn(|| library_of(platform)));
        for platform in chosen {
            println!("==> {}", platform.name);
            let built = match beside.take_if(|_| platform.is_windows()) {
                Some(building) => building
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                None => library_of(platform),
            };
            let built = match built? {
                Ok(built) => built,
                Err(lacking) => {
                    made.lacks(platform, lacking);
                    continue;
                }
            };
            let sbom = materials(platform.target, &output)?;
            let tree = work.join(format!("sdk-{}", platform.name));
            built.lay_out(platform, &tree, &tools, &work)?;
            let files = packed(&platform.folder(), &tree)?;
            fs::write(
                output.join(platform.archive()),
                if platform.is_windows() {
                    files.zip()?
                } else {
                    files.tar_gz()?
                },
            )?;
            let wheel = python::Wheel {
                library: &built.shared(),
                platform,
                sbom: &sbom,
            };
            source.wheel(&tools, &wheel, &output)?;
            libraries.push((*platform, built.shared()));
        }
        anyhow::Ok(())
    })?;
    for_nuget(&libraries, &work, &mut made)?;
    let platforms: Vec<&Platform> = libraries.iter().map(|(platform, _)| *platform).collect();
    release::write(&output, &platforms)?;
    sums(&output)?;
    privacy::check(&output)?;
    Ok(made)
}

/// The NuGet package has the libraries for all platforms that were made; those of Windows and Linux it is never without.
fn for_nuget(
    libraries: &[(&'static Platform, PathBuf)],
    work: &Path,
    made: &mut Made,
) -> Result<()> {
    for name in ["linux-x64", "windows-x64"] {
        if !libraries.iter().any(|(platform, _)| platform.name == name) {
            made.left_out
                .push(format!("the NuGet package: it needs {name}"));
            return Ok(());
        }
    }
    // Also for who makes the NuGet package with the .NET SDK.
    let natives = native::lay_out(work, libraries)?;
    let missing = nuget::missing();
    if missing.is_empty() {
        let platforms: Vec<&Platform> = libraries.iter().map(|(platform, _)| *platform).collect();
        nuget::make(&natives, &platforms, work, &made.folder)?;
    } else {
        made.unobtainable.push(format!(
            "the NuGet package: {} not on PATH",
            missing.join(" and ")
        ));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_released_is_optimised_and_lies_where_no_trial_does() {
        for platform in &platform::ALL {
            assert_eq!(Purpose::Release.kind(platform), project::Kind::Shipped);
            let runs = ["linux-x64", "windows-x64"].contains(&platform.name);
            let tried = Purpose::Trial.kind(platform);
            assert_eq!(tried == project::Kind::Shipped, runs, "{}", platform.name);
        }
        let folders = [Purpose::Release, Purpose::Trial].map(|purpose| purpose.output().unwrap());
        assert_ne!(folders[0], folders[1]);
        let arguments = project::Kind::Shipped.arguments();
        assert!(arguments.contains(&"profile.release.lto=\"fat\""));
        assert!(arguments.contains(&"silent"));
    }
}
