//! The NuGet package, laid out as NuGet would, on .NET 8 and on Mono.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use serde_json::json;

use super::Bench;
use crate::package::platform;
use crate::project;
use crate::test::machine::succeed;
use crate::test::sandbox::{BUCKET, KEY};
use crate::windows;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const WINDOWS: &str = "apsfetch-1.dll";
const LINUX: &str = "libapsfetch.so";

pub(super) fn check(bench: &Bench<'_>) -> Result<()> {
    let Some(package) = bench.package(".nupkg")? else {
        return Ok(());
    };
    let folder = bench.folder("nuget")?;
    // Where NuGet keeps packages for everybody, and where it puts them for one old solution.
    let cache = folder.join("cache");
    let solution = folder.join("solution/packages");
    for place in [
        cache.join("apsfetch").join(VERSION),
        solution.join(format!("ApsFetch.{VERSION}")),
    ] {
        zip::ZipArchive::new(File::open(&package)?)?.extract(&place)?;
        layout(&place)?;
    }
    net8(bench, &folder, &cache)?;
    framework(bench, &folder, &solution)
}

fn layout(package: &Path) -> Result<()> {
    let windows = format!("runtimes/win-x64/native/{WINDOWS}");
    let linux = format!("runtimes/linux-x64/native/{LINUX}");
    for file in [
        "[Content_Types].xml",
        "_rels/.rels",
        "ApsFetch.nuspec",
        "README.md",
        "build/ApsFetch.targets",
        "buildTransitive/ApsFetch.targets",
        "lib/net8.0/ApsFetch.dll",
        "lib/net8.0/ApsFetch.xml",
        "lib/netstandard2.0/ApsFetch.dll",
        "lib/netstandard2.0/ApsFetch.xml",
        "licenses/LICENSE-APACHE",
        "licenses/LICENSE-MIT",
        "licenses/LICENSE-third-party.txt",
        &linux,
        &windows,
    ] {
        ensure!(
            package.join(file).is_file(),
            "the NuGet package has no {file}"
        );
    }
    let documentation = fs::read_to_string(package.join("lib/net8.0/ApsFetch.xml"))?;
    ensure!(
        documentation.contains("M:ApsFetch.ApsClient."),
        "the documentation of the package says nothing"
    );
    Ok(())
}

/// As `dotnet build` leaves a program, and as one that finds its packages where NuGet keeps them.
fn net8(bench: &Bench<'_>, folder: &Path, cache: &Path) -> Result<()> {
    let (Some(compiler), Some(runtime)) = (
        program("CSC_NET8", "csc-net8"),
        program("DOTNET8", "dotnet8"),
    ) else {
        println!("    not tried on .NET 8: csc-net8 or dotnet8 is not on PATH");
        return Ok(());
    };
    let package = cache.join("apsfetch").join(VERSION);
    let library = package.join("lib/net8.0/ApsFetch.dll");
    let built = folder.join("net8-built");
    compile(bench, &compiler, &library, &built.join("Console.dll"))?;
    let bare = folder.join("net8-cache");
    project::copy(&built.join("Console.dll"), &bare.join("Console.dll"))?;

    project::copy(&library, &built.join("ApsFetch.dll"))?;
    succeed(
        bench
            .context
            .command("cp")
            .arg("-r")
            .arg(package.join("runtimes"))
            .arg(&built),
    )?;
    let mut run = bench.context.command(&runtime);
    run.arg(built.join("Console.dll"));
    downloads(bench, &mut run, &built.join("run"))?;
    net8_on_windows(bench, &built)?;

    let file = bare.join("Console.deps.json");
    fs::write(&file, dependencies(&package))?;
    let mut run = bench.context.command(&runtime);
    run.arg("--depsfile").arg(&file);
    run.arg("--additionalprobingpath").arg(cache);
    run.arg(bare.join("Console.dll"));
    downloads(bench, &mut run, &bare.join("run"))
}

/// The same program on Windows' own .NET.
fn net8_on_windows(bench: &Bench<'_>, built: &Path) -> Result<()> {
    let runtime = match windows::tools::runner().and_then(|_| windows::dotnet::ready()) {
        Ok(runtime) => runtime,
        Err(missing) => {
            // No failure: it comes from PyPI, and a machine may have no network.
            println!("    not tried on .NET 8 of Windows: {missing:#}");
            return Ok(());
        }
    };
    windows::tools::wake()?;
    let mut run = windows::tools::run(&runtime)?;
    run.arg(windows::tools::path(&built.join("Console.dll")));
    downloads(bench, &mut run, &built.join("run-windows")).context("on .NET 8 of Windows")
}

/// What the SDK writes beside a program that uses the package.
fn dependencies(folder: &Path) -> String {
    let package = format!("ApsFetch/{VERSION}");
    let mut natives = serde_json::Map::new();
    for platform in &platform::ALL {
        let path = platform.in_nuget();
        if folder.join(&path).is_file() {
            let native = json!({ "rid": platform.runtime, "assetType": "native" });
            natives.insert(path, native);
        }
    }
    json!({
        "runtimeTarget": { "name": ".NETCoreApp,Version=v8.0", "signature": "" },
        "targets": { ".NETCoreApp,Version=v8.0": {
            "Console/1.0.0": {
                "dependencies": { "ApsFetch": VERSION },
                "runtime": { "Console.dll": {} },
            },
            &package: {
                "runtime": { "lib/net8.0/ApsFetch.dll": {} },
                "runtimeTargets": natives,
            },
        } },
        "libraries": {
            "Console/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
            &package: { "type": "package", "serviceable": true, "sha512": "", "path": format!("apsfetch/{VERSION}") },
        },
    })
    .to_string()
}

/// A project with packages.config, built by MSBuild's forerunner that Debian has: the package's own targets bring the
/// native library to the program.
fn framework(bench: &Bench<'_>, folder: &Path, packages: &Path) -> Result<()> {
    let (Some(compiler), Some(mono)) = (program("CSC_NET48", "csc-net48"), program("MONO", "mono"))
    else {
        println!("    not tried on Mono: csc-net48 or mono is not on PATH");
        return Ok(());
    };
    let Some(xbuild) = program("XBUILD", "xbuild") else {
        return bench
            .context
            .skip("package, .NET Framework", "xbuild is not on PATH");
    };
    let solution = packages.parent().context("a folder")?;
    let project_file = solution.join("Console/Console.csproj");
    project::write(
        &project_file,
        &include_str!("Console.csproj.in")
            .replace("@VERSION@", VERSION)
            .replace(
                "@SOURCE@",
                &project::root()
                    .join("bindings/csharp/samples/Console/Program.cs")
                    .to_string_lossy(),
            ),
    )?;
    let compiler = project::on_path(&compiler).context("the compiler has a folder")?;
    let build = |output: &str, options: &[&str]| -> Result<(PathBuf, String)> {
        let output = folder.join(output);
        let mut build = bench.context.command(&xbuild);
        build
            .args(["/nologo", "/verbosity:minimal", "/t:Rebuild"])
            .arg(format!("/p:OutputPath={}/", output.display()))
            .arg(format!(
                "/p:CscToolPath={}",
                compiler.parent().unwrap_or(Path::new("/")).display()
            ))
            .arg(format!(
                "/p:CscToolExe={}",
                compiler.file_name().unwrap_or_default().display()
            ))
            .args(options)
            .arg(&project_file);
        let done = build.output()?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        ensure!(done.status.success(), "xbuild: {said}");
        Ok((output, said))
    };

    let (any, said) = build("framework", &[])?;
    ensure!(
        !said.contains("APSFETCH001"),
        "a warning without a reason: {said}"
    );
    for file in ["ApsFetch.dll", WINDOWS, LINUX] {
        ensure!(
            any.join(file).is_file(),
            "the package did not bring {file} to the program"
        );
    }
    let mut run = bench.context.command(&mono);
    run.arg(any.join("Console.exe"));
    downloads(bench, &mut run, &any.join("run"))?;

    let (_, said) = build("framework-x64", &["/p:PlatformTarget=x64"])?;
    ensure!(
        !said.contains("APSFETCH001"),
        "a warning without a reason: {said}"
    );
    let (_, said) = build("framework-x86", &["/p:PlatformTarget=x86"])?;
    ensure!(
        said.contains("APSFETCH001"),
        "no warning for 32 bits: {said}"
    );
    let (without, _) = build("framework-without", &["/p:ApsFetchCopyNative=false"])?;
    ensure!(
        !without.join(WINDOWS).exists(),
        "ApsFetchCopyNative=false copied nevertheless"
    );
    Ok(())
}

fn compile(bench: &Bench<'_>, compiler: &str, library: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a folder")?)?;
    let mut compile = bench.context.command(compiler);
    compile
        .args(["-target:exe", "-warnaserror", "-langversion:7.3"])
        .arg(format!("-r:{}", library.display()))
        .arg(format!("-out:{}", to.display()))
        .arg(project::root().join("bindings/csharp/samples/Console/Program.cs"));
    succeed(&mut compile).context("compiling a program against the package")
}

/// Runs the program in an empty folder, and looks at the file.
fn downloads(bench: &Bench<'_>, program: &mut Command, folder: &Path) -> Result<()> {
    fs::create_dir(folder)?;
    program
        .args(["object", BUCKET, KEY, "file"])
        .current_dir(folder);
    succeed(bench.sandbox.described_to(program))?;
    bench.sandbox.ensure_downloaded(&folder.join("file"))
}

/// A program that a variable names, or that is on `PATH`.
fn program(variable: &str, name: &str) -> Option<String> {
    let program = std::env::var(variable).unwrap_or_else(|_| name.to_owned());
    project::on_path(&program).map(|_| program)
}
