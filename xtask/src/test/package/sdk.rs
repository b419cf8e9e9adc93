//! The archives with the SDK, unpacked in an empty place.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::Bench;
use crate::project;
use crate::test::machine::succeed;
use crate::test::sandbox::{BUCKET, KEY};
use crate::test::sdk;
use crate::windows::tools as windows;

pub(super) fn check(bench: &Bench<'_>) -> Result<()> {
    linux(bench)?;
    for_windows(bench)
}

fn linux(bench: &Bench<'_>) -> Result<()> {
    let archive = bench
        .package("-linux-x64.tar.gz")?
        .context("there is no SDK for Linux")?;
    let folder = bench.folder("sdk")?;
    let mut unpack = bench.context.command("tar");
    unpack.arg("xzf").arg(&archive).arg("-C").arg(&folder);
    succeed(unpack.arg("--strip-components=1")).context("unpacking the SDK")?;
    sdk::try_out(bench.context, folder, &bench.sandbox)
}

/// Programs are built with mingw: against the DLL and with the library inside by CMake, and as Microsoft's linker is given it.
fn for_windows(bench: &Bench<'_>) -> Result<()> {
    let Some(archive) = bench.package("-windows-x64.zip")? else {
        return Ok(());
    };
    let (compiler, runner) = (windows::mingw("gcc"), windows::runner());
    if let Err(missing) = runner.and(compiler.map(PathBuf::into_os_string)) {
        return bench
            .context
            .skip("package, the SDK for Windows", &missing.to_string());
    }
    let folder = bench.folder("windows-sdk")?;
    zip::ZipArchive::new(File::open(&archive)?)?.extract(&folder)?;
    let installed = folder.join(archive.file_stem().context("a name")?);
    let examples = project::root().join("examples");

    let built = folder.join("built");
    let mut configure = bench.context.command("cmake");
    configure
        .arg("-S")
        .arg(examples.join("cmake"))
        .arg("-B")
        .arg(&built)
        .arg(format!("-DCMAKE_PREFIX_PATH={}", installed.display()))
        .args([
            "-DCMAKE_SYSTEM_NAME=Windows",
            "-DCMAKE_EXE_LINKER_FLAGS=-static",
        ])
        .arg(format!(
            "-DCMAKE_C_COMPILER={}",
            windows::mingw("gcc")?.display()
        ))
        .arg(format!(
            "-DCMAKE_CXX_COMPILER={}",
            windows::mingw("g++")?.display()
        ));
    succeed(&mut configure).context("cmake for Windows")?;
    succeed(bench.context.command("cmake").arg("--build").arg(&built))?;

    let other = built.join("c-msvc-library.exe");
    let mut compile = bench
        .context
        .command(&windows::mingw("gcc")?.to_string_lossy());
    compile
        .arg(examples.join("c/download.c"))
        .arg(format!("-I{}", installed.join("include").display()))
        .arg(installed.join("lib/apsfetch.lib"))
        .arg("-o")
        .arg(&other);
    succeed(&mut compile).context("linking with apsfetch.lib")?;

    windows::wake()?;
    // Without the DLL first: these have all they need inside.
    for program in ["c-static", "cpp-static"] {
        downloads(bench, &built.join(format!("{program}.exe")))?;
    }
    for entry in std::fs::read_dir(installed.join("bin"))? {
        let library = entry?;
        project::copy(&library.path(), &built.join(library.file_name()))?;
    }
    for program in ["c-apsfetch", "cpp-apsfetch", "c-msvc-library"] {
        downloads(bench, &built.join(format!("{program}.exe")))?;
    }
    Ok(())
}

/// Runs a Windows program in an empty folder, and looks at what it has downloaded.
fn downloads(bench: &Bench<'_>, program: &Path) -> Result<()> {
    ensure!(program.is_file(), "{} was not built", program.display());
    let run = program.with_extension("run");
    std::fs::create_dir(&run)?;
    let mut command = windows::run(program)?;
    // The examples in C take other kinds of files too.
    if program
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("c-"))
    {
        command.arg("--object");
    }
    command.args([BUCKET, KEY, "file"]).current_dir(&run);
    succeed(bench.sandbox.described_to(&mut command))?;
    bench.sandbox.ensure_downloaded(&run.join("file"))?;
    println!("    {}", program.display());
    Ok(())
}
