//! The library for Linux as it is shipped: it runs wherever glibc 2.17 or later does.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use object::elf;
use object::read::elf::{Dyn as _, ElfFile64, FileHeader as _};

use super::objcopy::without_debug_information;
use super::platform::Platform;
use super::tools::Tools;
use crate::project;

/// That of the wheels called manylinux_2_17.
const GLIBC: Version = Version(2, 17);
/// What manylinux_2_17 lets a library need, as far as this one has any business with it.
const SYSTEM: [&str; 8] = [
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
];
const SONAME: &str = "libapsfetch.so.1";

/// A folder with `libapsfetch.so` and `libapsfetch.a`, built and without what only the debugger reads.
pub(crate) fn build(
    platform: &Platform,
    kind: project::Kind,
    tools: &Tools,
    work: &Path,
) -> Result<PathBuf> {
    let target = work.join("cargo");
    let mut build = tools.command("cargo-zigbuild");
    build
        .args(["rustc", "--locked", "--package", "apsfetch"])
        .args(kind.arguments())
        .args(project::WITHOUT_DEBUG_INFORMATION)
        .args([
            "--target",
            &format!("{}.{}.{}", platform.target, GLIBC.0, GLIBC.1),
        ])
        .env("CARGO_TARGET_DIR", &target);
    project::neutral_paths(&mut build, platform.target, &project::Flags::default())?;
    project::succeed(&mut build)
        .with_context(|| format!("building {} for glibc 2.17", platform.name))?;

    let made = target.join(platform.target).join("release");
    let folder = work.join(platform.name);
    fs::create_dir_all(&folder)?;
    for name in ["libapsfetch.so", "libapsfetch.a"] {
        without_debug_information(&made.join(name), &folder.join(name))?;
    }
    check(&folder.join("libapsfetch.so"))?;
    Ok(folder)
}

/// A version of glibc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

/// What the library asks of the system it is loaded on.
#[derive(Debug, Default)]
struct Needs {
    soname: String,
    libraries: Vec<String>,
    /// Such as `GLIBC_2.17`.
    versions: Vec<String>,
}

fn check(library: &Path) -> Result<()> {
    let bytes = fs::read(library).with_context(|| library.display().to_string())?;
    let needs = needs(&bytes).with_context(|| library.display().to_string())?;
    ensure!(
        needs.soname == SONAME,
        "the library's SONAME is {:?}",
        needs.soname
    );
    for name in &needs.libraries {
        ensure!(
            SYSTEM.contains(&name.as_str()),
            "the library needs {name}, which not every system has"
        );
    }
    ensure!(
        !needs.versions.is_empty(),
        "the library needs no version of glibc: its table was not read"
    );
    for name in &needs.versions {
        if let Some(version) = glibc(name) {
            ensure!(version <= GLIBC, "the library needs {name}");
        }
    }
    Ok(())
}

/// The version in `GLIBC_2.3.4`, as far as it counts here; `None` for versions of something else.
fn glibc(name: &str) -> Option<Version> {
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.');
    // A version that is no number, such as GLIBC_PRIVATE, is above all others: it suits one system alone.
    let mut next = || numbers.next().and_then(|number| number.parse().ok());
    Some(Version(next().unwrap_or(u32::MAX), next().unwrap_or(0)))
}

fn needs(bytes: &[u8]) -> Result<Needs> {
    let file = ElfFile64::<object::Endianness>::parse(bytes)?;
    let (endian, header) = (file.endian(), file.elf_header());
    let sections = header.sections(endian, bytes)?;
    let mut needs = Needs::default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();

    let (dynamic, strings) = sections
        .dynamic(endian, bytes)?
        .context("no dynamic section")?;
    let strings = sections.strings(endian, bytes, strings)?;
    for entry in dynamic {
        let tag = entry.tag(endian);
        if tag == elf::DT_NEEDED {
            needs.libraries.push(text(entry.string(endian, strings)?));
        } else if tag == elf::DT_SONAME {
            needs.soname = text(entry.string(endian, strings)?);
        }
    }

    let (mut files, strings) = sections
        .gnu_verneed(endian, bytes)?
        .context("no versions of symbols")?;
    let strings = sections.strings(endian, bytes, strings)?;
    while let Some((_, mut versions)) = files.next()? {
        while let Some(version) = versions.next()? {
            needs.versions.push(text(version.name(endian, strings)?));
        }
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(glibc("GLIBC_2.9").unwrap() < GLIBC);
        assert!(glibc("GLIBC_2.2.5").unwrap() < GLIBC);
        assert!(glibc("GLIBC_2.18").unwrap() > GLIBC);
        assert!(glibc("GLIBC_PRIVATE").unwrap() > GLIBC);
        assert_eq!(glibc("GCC_3.0"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_program_needs_is_read_from_it() {
        let own = fs::read(std::env::current_exe().unwrap()).unwrap();
        let needs = needs(&own).unwrap();
        assert!(
            needs.libraries.iter().any(|name| name == "libc.so.6"),
            "{needs:?}"
        );
        assert!(
            needs.versions.iter().any(|name| glibc(name).is_some()),
            "{needs:?}"
        );
    }
}
