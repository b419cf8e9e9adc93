//! What `--all` does first: install what the selected steps need and the machine lacks.
//!
//! A failure here is only printed. The step that goes without then fails by name, and every other step still runs.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::machine::{Machine, ThisMachine, succeed};
use super::need::{Need, Source};
use crate::project;

pub(crate) fn missing<'a>(needs: impl Iterator<Item = &'a Need>, machine: &ThisMachine) {
    let sources = missing_sources(needs, machine);
    let packages: Vec<&str> = sources
        .iter()
        .filter_map(|source| match source {
            Source::DebianPackage(package) => Some(*package),
            _ => None,
        })
        .collect();
    if !packages.is_empty() {
        complain(debian_packages(&packages, machine));
    }
    for source in sources {
        match source {
            Source::DebianPackage(_) => {}
            Source::RustComponent(component) => complain(rust_component(component)),
            Source::RustTarget(target) => complain(rust_target(target)),
            Source::Elsewhere(what) => eprintln!("warning: nothing installs {what}"),
            Source::RustToolchain { name, component } => {
                complain(rust_toolchain(name, component));
            }
            Source::Python { folder, packages } => {
                complain(python_packages(&machine.tools().join(folder), packages));
            }
            Source::Node { folder, package } => {
                complain(node_package(&machine.tools().join(folder), package));
            }
            Source::PackagingTools => {
                complain(crate::package::tools::Tools::ready().map(|_| ()));
            }
            Source::Crate { name, version } => {
                complain(crate_tool(name, version, None, machine));
            }
            Source::CrateWith {
                name,
                version,
                features,
            } => complain(crate_tool(name, version, Some(features), machine)),
        }
    }
}

/// Each source once, in the order of the needs.
fn missing_sources<'a>(
    needs: impl Iterator<Item = &'a Need>,
    machine: &impl Machine,
) -> Vec<Source> {
    let mut sources = Vec::new();
    for need in needs {
        if !machine.has(need) && !sources.contains(&need.source) {
            sources.push(need.source);
        }
    }
    sources
}

fn complain(result: Result<()>) {
    if let Err(error) = result {
        eprintln!("warning: {error:#}");
    }
}

fn debian_packages(packages: &[&str], machine: &ThisMachine) -> Result<()> {
    let list = packages.join(" ");
    if !machine.on_path("apt-get") {
        bail!(
            "this is not Debian or Ubuntu (no apt-get): install by hand what these packages bring: {list}"
        );
    }
    let root = is_root();
    if !root && !machine.on_path("sudo") {
        bail!("not root and there is no sudo: run `apt-get install {list}` as root");
    }
    let apt_get = |arguments: &[&str]| {
        let mut command = if root {
            project::command("apt-get")
        } else {
            project::command("sudo")
        };
        if !root {
            command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        }
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
            .args(arguments);
        command
    };
    // A stale list may still do, so its failure is not the end.
    complain(run("apt-get update", &mut apt_get(&["update"])));
    let shown = format!("apt-get install {list}");
    run(
        &shown,
        apt_get(&["install", "--yes", "--no-install-recommends"]).args(packages),
    )
}

/// By `id`, since asking the system directly would take unsafe code or a dependency.
fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn rust_component(component: &str) -> Result<()> {
    run(
        &format!("rustup component add {component}"),
        project::command("rustup").args(["component", "add", component]),
    )
}

fn rust_target(target: &str) -> Result<()> {
    run(
        &format!("rustup target add {target}"),
        project::command("rustup").args(["target", "add", target]),
    )
}

fn rust_toolchain(name: &str, component: &str) -> Result<()> {
    run(
        &format!("rustup toolchain install {name} --profile minimal --component {component}"),
        project::command("rustup")
            .args(["toolchain", "install", name])
            .args(["--profile", "minimal", "--component", component]),
    )
}

/// Unoptimised: such a tool runs for a second or two and compiles for minutes.
/// With `features`, it has these and not its usual ones.
fn crate_tool(
    name: &str,
    version: &str,
    features: Option<&str>,
    machine: &ThisMachine,
) -> Result<()> {
    let package = format!("{name}@{version}");
    let mut install = project::command("cargo");
    install
        .args(["install", "--locked", "--debug", "--root"])
        .arg(machine.tools())
        .arg(&package);
    if let Some(features) = features {
        install.args(["--no-default-features", "--features", features]);
    }
    install
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env_remove("CARGO_TARGET_DIR");
    run(
        &format!(
            "cargo install --locked --debug {package}, into {}",
            machine.tools().display()
        ),
        &mut install,
    )
}

fn python_packages(folder: &Path, packages: &[&str]) -> Result<()> {
    run(
        &format!("a Python environment in {}", folder.display()),
        project::command("python3").args(["-m", "venv"]).arg(folder),
    )?;
    let pip = folder.join("bin/pip");
    run(
        &format!("pip install {}", packages.join(" ")),
        project::command(&pip.to_string_lossy())
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(packages),
    )
}

fn node_package(folder: &Path, package: &str) -> Result<()> {
    run(
        &format!("npm install {package}, into {}", folder.display()),
        project::command("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(folder)
            .arg(package),
    )
}

fn run(shown: &str, command: &mut Command) -> Result<()> {
    println!("==> install: {shown}");
    succeed(command).with_context(|| format!("could not install: {shown}"))
}
