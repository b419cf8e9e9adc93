//! The tests of the C# wrapper on Windows' own .NET 8.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::build::Built;
use super::count::{self, Count};
use super::{dotnet, programs, tools};
use crate::project;

/// What Wine cannot do, by name, and why. `!` leaves a test out.
#[cfg(not(windows))]
const WITHOUT: &[&str] = &[
    // Wine never comes back from loading a file that is no library.
    "!LibraryTests.EveryPlaceIsListed",
];
#[cfg(windows)]
const WITHOUT: &[&str] = &[];

/// A compiler for .NET 8; see `bindings/csharp/run-tests`.
const COMPILER: &str = "CSC_NET8";

pub(super) fn missing() -> Option<String> {
    compiler().is_none().then(|| {
        format!("there is no C# compiler: csc-net8 is not on PATH, nor named in {COMPILER}")
    })
}

fn compiler() -> Option<PathBuf> {
    tools::named(COMPILER).or_else(|| tools::on_path("csc-net8"))
}

pub(super) fn run(built: &Built) -> Result<Count> {
    let dotnet = dotnet::ready()?;
    let sandbox = programs::sandbox()?;
    let folder = tools::target_folder()?.join("csharp");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let samples = folder.join("samples");
    fs::create_dir_all(&samples)?;

    let wrapper = sources(&["ApsFetch", "ApsFetch/Interop"])?;
    let tests = [wrapper.clone(), sources(&["ApsFetch.Tests"])?].concat();
    let assembly = samples.join("ApsFetch.dll");
    compile("exe", &["-unsafe"], &tests, &folder.join("Tests.dll"))?;
    compile("library", &["-unsafe"], &wrapper, &assembly)?;
    let reference = format!("-r:{}", assembly.display());
    for sample in ["Console", "AddIn"] {
        let files = sources(&[&format!("samples/{sample}")])?;
        let program = samples.join(sample).with_extension("dll");
        compile("exe", &[&reference], &files, &program)?;
    }
    // As a package puts it for the tests, and beside the assembly for the samples.
    let native = folder.join("runtimes/win-x64/native");
    for place in [&native, &samples] {
        let name = built.library.file_name().unwrap_or_default();
        project::copy(&built.library, &place.join(name))?;
    }

    tools::wake()?;
    let mut tests = tools::run(&dotnet)?;
    tests
        .arg(tools::path(&folder.join("Tests.dll")))
        .args(WITHOUT)
        .env_remove("APSFETCH_LIBRARY")
        .env("APSFETCH_SANDBOX", tools::path(&sandbox))
        .env("APSFETCH_SAMPLES", tools::path(&samples))
        .env("APSFETCH_RUNTIME", tools::path(&dotnet))
        .env(
            "APSFETCH_HEADER",
            tools::path(&project::root().join("include/apsfetch.h")),
        );
    count::run(&mut tests)
}

fn sources(folders: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(project::root().join("bindings/csharp").join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "cs") {
                files.push(path);
            }
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "no source in {}", folders.join(", "));
    Ok(files)
}

fn compile(kind: &str, options: &[&str], files: &[PathBuf], to: &Path) -> Result<()> {
    let compiler = compiler().unwrap_or_default();
    project::succeed(
        project::command(&compiler.to_string_lossy())
            .arg(format!("-target:{kind}"))
            .args(["-langversion:7.3", "-warnaserror"])
            .args(options)
            .arg(format!("-out:{}", to.display()))
            .args(files),
    )
}
