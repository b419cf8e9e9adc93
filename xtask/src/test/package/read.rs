//! The packages of every platform, read: what is in them is for it, exports what the header declares, and is the same in
//! the SDK, the wheel and the NuGet package. For some platforms that is all that can be done here.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use object::{Architecture, BinaryFormat, Object as _, read::archive::ArchiveFile};

use super::Bench;
use crate::package::platform::{self, Platform};
use crate::platforms::binary;
use crate::test::machine::succeed;

pub(super) fn check(bench: &Bench<'_>) -> Result<()> {
    for platform in &platform::ALL {
        let Some(archive) = bench.package(&platform.archive())? else {
            continue;
        };
        let folder = bench.folder(&format!("read-{}", platform.name))?;
        unpack(bench, &archive, &folder)?;
        one(bench, platform, &folder.join(platform.folder()))
            .with_context(|| format!("the packages for {}", platform.name))?;
        println!("    {}: read", platform.name);
    }
    Ok(())
}

fn unpack(bench: &Bench<'_>, archive: &Path, folder: &Path) -> Result<()> {
    if archive.extension().is_some_and(|ending| ending == "zip") {
        zip::ZipArchive::new(File::open(archive)?)?.extract(folder)?;
        return Ok(());
    }
    let mut tar = bench.context.command("tar");
    succeed(tar.arg("xzf").arg(archive).arg("-C").arg(folder)).context("tar")
}

fn one(bench: &Bench<'_>, platform: &Platform, sdk: &Path) -> Result<()> {
    let page = fs::read_to_string(sdk.join("README.md"))?;
    ensure!(
        page.contains(platform.system) && page.contains(platform.seen),
        "README.md does not say what was seen of it"
    );
    let shared = sdk
        .join(if platform.is_windows() { "bin" } else { "lib" })
        .join(platform.library);
    let bytes = fs::read(&shared).with_context(|| shared.display().to_string())?;
    ensure_for(platform, &bytes)?;
    binary::exports_only_the_header(&shared)?;
    static_library(platform, &sdk.join("lib/libapsfetch.a"))?;

    let wheel = bench
        .package(&format!("-py3-none-{}.whl", platform.wheel))?
        .context("there is no wheel")?;
    let inside = entry(&wheel, &format!("apsfetch/{}", platform.library))?;
    ensure!(
        inside == bytes,
        "the wheel has another library than the SDK"
    );
    let version = env!("CARGO_PKG_VERSION");
    let about = entry(&wheel, &format!("apsfetch-{version}.dist-info/WHEEL"))?;
    let tag = format!("\nTag: py3-none-{}\n", platform.wheel);
    ensure!(
        String::from_utf8_lossy(&about).contains(&tag),
        "the wheel is not tagged {tag:?}"
    );
    if let Some(package) = bench.package(".nupkg")? {
        ensure!(
            entry(&package, &platform.in_nuget())? == bytes,
            "the NuGet package has another library than the SDK"
        );
    }
    Ok(())
}

fn entry(archive: &Path, name: &str) -> Result<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(File::open(archive)?)?;
    let mut file = archive.by_name(name).with_context(|| name.to_owned())?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// By its first object file; those of the compiler and those of C are made for one and the same.
fn static_library(platform: &Platform, library: &Path) -> Result<()> {
    let bytes = fs::read(library).with_context(|| library.display().to_string())?;
    let archive = ArchiveFile::parse(&*bytes)?;
    let mut objects = 0;
    for member in archive.members() {
        let member = member?;
        if member.name().ends_with(b".o") {
            ensure_for(platform, member.data(&*bytes)?)?;
            objects += 1;
        }
    }
    ensure!(objects > 0, "{} holds no object files", library.display());
    Ok(())
}

fn ensure_for(platform: &Platform, bytes: &[u8]) -> Result<()> {
    let object = object::File::parse(bytes)?;
    let found = (object.format(), object.architecture());
    let format = match (platform.is_windows(), platform.is_macos()) {
        (true, _) => [BinaryFormat::Pe, BinaryFormat::Coff],
        (_, true) => [BinaryFormat::MachO; 2],
        _ => [BinaryFormat::Elf; 2],
    };
    let processor = if platform.target.starts_with("aarch64") {
        Architecture::Aarch64
    } else {
        Architecture::X86_64
    };
    ensure!(
        format.contains(&found.0) && found.1 == processor,
        "a file in it is for {found:?}"
    );
    Ok(())
}
