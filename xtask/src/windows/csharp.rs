//! The tests of the C# wrapper on Windows' own .NET 8.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::build::Built;
use super::count::{self, Count};
use super::{dotnet, programs, tools};
use crate::project;

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
    let command = |arguments: &[&str]| -> Result<Command> {
        // One that does not end takes what Wine has started with it.
        let mut tests = if cfg!(windows) {
            tools::run(&dotnet)?
        } else {
            let mut bounded = project::command("timeout");
            bounded.args(["--signal=KILL", "60"]).arg(tools::runner()?);
            bounded.arg(&dotnet);
            bounded
        };
        tests
            .arg(tools::path(&folder.join("Tests.dll")))
            .args(arguments)
            .env_remove("APSFETCH_LIBRARY")
            .env("APSFETCH_SANDBOX", tools::path(&sandbox))
            .env("APSFETCH_SAMPLES", tools::path(&samples))
            .env("APSFETCH_RUNTIME", tools::path(&dotnet))
            .env(
                "APSFETCH_HEADER",
                tools::path(&project::root().join("include/apsfetch.h")),
            );
        Ok(tests)
    };
    let listed = command(&["--list"])?.output()?;
    ensure!(listed.status.success(), "the tests do not list themselves");
    let listed = String::from_utf8(listed.stdout)?;
    let names: Vec<&str> = listed.lines().map(str::trim).collect();
    let mut all = Count::default();
    let mut failed = Vec::new();
    for name in names {
        // Each in a process of its own: one that does not end under Wine takes no other along.
        match count::run(&mut command(&[&format!("={name}")])?) {
            Ok(count) => all += count,
            Err(error) => failed.push(format!("{name}: {error:#}")),
        }
    }
    ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(all)
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
