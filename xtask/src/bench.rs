//! `cargo xtask bench`: builds the library for release and hands over to `benches/peers`, which is a workspace of its
//! own.

use anyhow::Result;

use crate::project::succeed;
use crate::{project, sbom};

pub(crate) const HELP: &str = "\
Usage: cargo xtask bench [options]

Downloads the same files with the library and with other programs, in turns, and prints tables of what each took.
`cargo xtask bench --help` lists the options, benches/peers/README.md says how it is done.
";

pub(crate) fn run(mut arguments: lexopt::Parser) -> Result<()> {
    let given: Vec<_> = arguments.raw_args()?.collect();
    let target = sbom::target_folder()?;
    let asked_only = given.iter().any(|word| word == "-h" || word == "--help");
    if !asked_only && !given.iter().any(|word| word == "--library") {
        let mut build = project::command("cargo");
        build.args(["build", "--release", "--package", "apsfetch", "--lib"]);
        succeed(&mut build)?;
    }
    let mut bench = project::command("cargo");
    bench
        .args(["run", "--quiet", "--release", "--locked"])
        .args(["--manifest-path", "benches/peers/Cargo.toml", "--"])
        .args(given)
        .env("CARGO_TARGET_DIR", target);
    succeed(&mut bench)
}
