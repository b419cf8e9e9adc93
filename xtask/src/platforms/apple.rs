//! macOS: linked here, read here, and never run here.
//!
//! clang with Rust's own linker does what Xcode's tools do. Of Apple's SDK there is only what zig carries: the list of
//! what libSystem exports. For the two frameworks and for libiconv lists of our own stand in (`apple/`), which name
//! what the library calls: it is shown that nothing else is called, and not that Apple's frameworks have it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::binary;
use super::rust;
use super::tools::{self, UNOPTIMISED, quietly, script};
use crate::project;
use crate::test::machine::Context;

/// The oldest that Rust supports, for each kind of processor.
const OLDEST_SYSTEM: [(&str, &str); 2] = [("aarch64", "11.0"), ("x86_64", "10.12")];

/// Where a library lies on a Mac, where its stub lies in an SDK, and what we call of it.
struct Stub {
    install_name: &'static str,
    file: &'static str,
    symbols: &'static str,
}

const STUBS: [Stub; 3] = [
    Stub {
        install_name: "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
        file: "System/Library/Frameworks/CoreFoundation.framework/CoreFoundation.tbd",
        symbols: include_str!("apple/CoreFoundation.txt"),
    },
    Stub {
        install_name: "/System/Library/Frameworks/Security.framework/Versions/A/Security",
        file: "System/Library/Frameworks/Security.framework/Security.tbd",
        symbols: include_str!("apple/Security.txt"),
    },
    Stub {
        install_name: "/usr/lib/libiconv.2.dylib",
        file: "usr/lib/libiconv.tbd",
        symbols: "iconv\niconv_close\niconv_open\n",
    },
];

/// What the library may need: no more than every Mac has.
const SYSTEM: [&str; 4] = [
    "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
    "/System/Library/Frameworks/Security.framework/Versions/A/Security",
    "/usr/lib/libSystem.B.dylib",
    "/usr/lib/libiconv.2.dylib",
];

/// Builds the shared library and reads what came of it.
pub(crate) fn library(context: &Context<'_>, target: &str) -> Result<String> {
    let tools = Tools::new(context, target)?;
    let mut build = rust::cargo(context, "rustc", target)?;
    build
        .args(["--lib", "--crate-type", "cdylib"])
        .args(UNOPTIMISED);
    tools.lend(&mut build);
    tools::compile_c(&mut build, target, tools.compiler)?;
    quietly(&mut build).context("cargo rustc")?;
    inspect(
        &rust::built(target, "debug")?.join("libapsfetch.dylib"),
        target,
    )
}

/// The shared and the static library as they are shipped, in the folder that this gives.
///
/// The linker leaves out what the debugger reads: it names object files of this machine, and nothing may be taken out of
/// the library once it has its signature.
pub(crate) fn release(
    context: &Context<'_>,
    target: &str,
    kind: project::Kind,
    folder: &Path,
) -> Result<PathBuf> {
    let tools = Tools::new(context, target)?;
    let mut build = rust::cargo_into(context, "rustc", target, folder)?;
    build
        .arg("--locked")
        .args(kind.arguments())
        .args(project::WITHOUT_DEBUG_INFORMATION);
    tools.lend(&mut build);
    let flags = project::Flags {
        rust: vec!["-Clink-arg=-Wl,-S".to_owned()],
        c: tools::c_flags()?,
    };
    project::neutral_paths(&mut build, target, &flags)?;
    build.env(format!("CC_{}", target.replace('-', "_")), tools.compiler);
    project::succeed(&mut build).with_context(|| format!("building the library for {target}"))?;
    let made = folder.join(target).join("release");
    inspect(&made.join("libapsfetch.dylib"), target)?;
    Ok(made)
}

/// What builds for macOS here.
struct Tools {
    compiler: &'static str,
    target: String,
    oldest: &'static str,
    driver: PathBuf,
    sdk: PathBuf,
}

impl Tools {
    fn new(context: &Context<'_>, target: &str) -> Result<Self> {
        let compiler = tools::first(context, &["clang"], "Debian package clang")?;
        let linker = rust::linker(context, "ld64.lld")?;
        let zig = tools::zig_libraries()?;
        let sdk = tools::folder()?.join("apple-sdk");
        write_sdk(&sdk, &zig)?;

        let oldest = oldest_system(target)?;
        let driver = tools::folder()?.join(format!("clang-{target}"));
        let arch = if target.starts_with("aarch64") {
            "arm64"
        } else {
            "x86_64"
        };
        script(
            &driver,
            &[
                compiler.to_owned(),
                format!("--target={arch}-apple-macosx{oldest}"),
                format!("-fuse-ld={}", linker.display()),
                format!("-isysroot{}", sdk.display()),
                // Without it clang takes the linker for one that is too old to be told the system's version.
                "-mlinker-version=609".to_owned(),
                "-Wl,--error-limit=0".to_owned(),
            ],
        )?;
        Ok(Self {
            compiler,
            target: target.to_owned(),
            oldest,
            driver,
            sdk,
        })
    }

    fn lend(&self, cargo: &mut Command) {
        cargo
            .env(rust::variable(&self.target, "LINKER"), &self.driver)
            .env("SDKROOT", &self.sdk)
            .env("MACOSX_DEPLOYMENT_TARGET", self.oldest);
    }
}

fn oldest_system(target: &str) -> Result<&'static str> {
    OLDEST_SYSTEM
        .iter()
        .find(|(processor, _)| target.starts_with(processor))
        .map(|(_, oldest)| *oldest)
        .context("a processor that Macs have")
}

fn inspect(library: &Path, target: &str) -> Result<String> {
    let oldest = oldest_system(target)?;
    let exported = binary::exports_only_the_header(library)?;
    let found = binary::mach_o(library)?;
    ensure!(
        found.install_name == "@rpath/libapsfetch.1.dylib",
        "the install name is {:?}",
        found.install_name
    );
    let (major, minor) = found.oldest_system;
    ensure!(
        format!("{major}.{minor}") == oldest,
        "it wants macOS {major}.{minor}, not {oldest}"
    );
    for needed in &found.needs {
        ensure!(SYSTEM.contains(&needed.as_str()), "it needs {needed}");
    }
    // The linker signs for Apple's own processors alone, which load nothing unsigned.
    ensure!(
        found.signed || !target.starts_with("aarch64"),
        "it has no signature at all"
    );
    Ok(format!(
        "libapsfetch.dylib exports the {exported} functions of the header and nothing else, is called {}, wants \
         macOS {major}.{minor} and needs {}; never run",
        found.install_name,
        found
            .needs
            .iter()
            .filter_map(|path| path.rsplit('/').next())
            .collect::<Vec<_>>()
            .join(", ")
    ))
}

/// As much of an SDK as the linker looks at.
fn write_sdk(sdk: &Path, zig: &Path) -> Result<()> {
    let lib = sdk.join("usr/lib");
    fs::create_dir_all(&lib)?;
    let system = zig.join("libc/darwin/libSystem.tbd");
    // A processor of Apple's that linkers do not know yet makes room for the one that libraries are built for.
    let text = fs::read_to_string(&system)
        .with_context(|| system.display().to_string())?
        .replace("arm64e.x1-", "arm64-");
    for name in ["libSystem.tbd", "libc.tbd", "libm.tbd"] {
        fs::write(lib.join(name), &text)?;
    }
    for stub in &STUBS {
        let path: PathBuf = sdk.join(stub.file);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        fs::write(&path, tbd(stub))?;
    }
    Ok(())
}

/// A stub in the notation of Apple's linker: a library's name and what it exports.
fn tbd(stub: &Stub) -> String {
    let targets = "[ x86_64-macos, arm64-macos ]";
    let mut text = format!(
        "--- !tapi-tbd\ntbd-version: 4\ntargets: {targets}\ninstall-name: '{}'\nexports:\n  - targets: {targets}\n    symbols: [",
        stub.install_name
    );
    for (number, symbol) in stub.symbols.split_whitespace().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(text, "{comma} _{symbol}");
    }
    text + " ]\n...\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_names_its_library_and_each_symbol_as_the_linker_does() {
        let text = tbd(&STUBS[2]);
        assert!(
            text.starts_with("--- !tapi-tbd\n") && text.ends_with("...\n"),
            "{text}"
        );
        assert!(
            text.contains("install-name: '/usr/lib/libiconv.2.dylib'"),
            "{text}"
        );
        assert!(
            text.contains("symbols: [ _iconv, _iconv_close, _iconv_open ]"),
            "{text}"
        );
    }

    #[test]
    fn the_lists_are_sorted() {
        for stub in &STUBS {
            let names: Vec<_> = stub.symbols.split_whitespace().collect();
            assert!(names.is_sorted() && !names.is_empty(), "{}", stub.file);
        }
    }
}
