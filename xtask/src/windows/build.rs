//! The library for Windows: the DLL, what programs are linked against, and the static library.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::tools;
use crate::project;

/// What the build gives.
pub(crate) struct Built {
    /// Holds all of the files below and nothing else.
    pub(crate) folder: PathBuf,
    /// `apsfetch-1.dll`.
    pub(crate) library: PathBuf,
    /// `libapsfetch.dll.a`, for mingw.
    pub(crate) import_library: PathBuf,
    /// `apsfetch.lib`, for Microsoft's linker and lld-link; `None` without llvm-dlltool.
    pub(crate) msvc_import_library: Option<PathBuf>,
    /// `libapsfetch.a`, for mingw.
    pub(crate) static_library: PathBuf,
    /// `apsfetch.def`, from which both import libraries are made.
    pub(crate) definitions: PathBuf,
}

/// Builds the library for release and lays it out in `target/windows/library`.
pub(crate) fn library() -> Result<Built> {
    let mut build = tools::cargo("rustc")?;
    build
        .args(["--package", "apsfetch"])
        .args(project::Kind::Shipped.arguments());
    build.args(project::WITHOUT_DEBUG_INFORMATION);
    project::succeed(&mut build)?;

    let root = project::root();
    let target = tools::target_folder()?;
    let made = target.join(tools::TARGET).join("release");
    let folder = target.join("library");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(&folder)?;

    let name = file_name(&fs::read_to_string(root.join("include/apsfetch.h"))?)?;
    let built = Built {
        library: folder.join(&name),
        import_library: folder.join("libapsfetch.dll.a"),
        msvc_import_library: tools::on_path("llvm-dlltool").map(|_| folder.join("apsfetch.lib")),
        static_library: folder.join("libapsfetch.a"),
        definitions: folder.join("apsfetch.def"),
        folder,
    };
    strip(&made.join("apsfetch.dll"), &built.library)?;
    strip(&made.join("libapsfetch.a"), &built.static_library)?;
    let symbols = fs::read_to_string(root.join("tests/abi/symbols.txt"))?;
    fs::write(&built.definitions, definitions(&name, &symbols))?;
    let dlltool = tools::mingw("dlltool")?;
    import_library(
        &dlltool.to_string_lossy(),
        &built.definitions,
        &built.import_library,
    )?;
    if let Some(library) = &built.msvc_import_library {
        import_library("llvm-dlltool", &built.definitions, library)?;
    }
    Ok(built)
}

/// The ABI version is in the name: of two libraries with one name in a process, programs that were linked against the
/// second one get the first, whatever it is.
fn file_name(header: &str) -> Result<String> {
    let abi = header
        .lines()
        .find_map(|line| line.strip_prefix("#define APSFETCH_ABI_VERSION "))
        .context("the header has no APSFETCH_ABI_VERSION")?;
    Ok(format!("apsfetch-{abi}.dll"))
}

fn definitions(name: &str, symbols: &str) -> String {
    let mut text = format!("LIBRARY \"{name}\"\nEXPORTS\n");
    for symbol in symbols.lines() {
        text += &format!("    {symbol}\n");
    }
    text
}

/// What the debugger reads is most of their size. Names of functions stay.
fn strip(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.is_file(), "{} was not built", from.display());
    let strip = tools::mingw("strip")?;
    project::succeed(
        project::command(&strip.to_string_lossy())
            .args(["--strip-debug", "--enable-deterministic-archives"])
            // Without it a DLL is given the time of now.
            .args(["--preserve-dates", "-o"])
            .args([to, from]),
    )
}

/// By their names alone: GNU's tool makes symbols of the path it is given.
fn import_library(dlltool: &str, definitions: &Path, library: &Path) -> Result<()> {
    project::succeed(
        project::command(dlltool)
            .args(["-m", "i386:x86-64", "-d"])
            .arg(definitions.file_name().context("a file")?)
            .arg("-l")
            .arg(library.file_name().context("a file")?)
            .current_dir(library.parent().context("a folder")?),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_has_the_abi_version_and_the_definitions_have_the_name() {
        let name = file_name("#define APSFETCH_ABI_VERSION 7\n").unwrap();
        assert_eq!(name, "apsfetch-7.dll");
        assert_eq!(
            definitions(&name, "a\nb\n"),
            "LIBRARY \"apsfetch-7.dll\"\nEXPORTS\n    a\n    b\n"
        );
        assert!(file_name("").is_err());
    }
}
