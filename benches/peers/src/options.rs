//! The command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use lexopt::prelude::*;

use crate::cases::{self, Case};

const HELP: &str = "\
Usage: cargo xtask bench [options]

Downloads the same files with the library and with other programs, in turns, and prints tables of what each took.
They are also kept in target/bench, as bench.md and bench.json.

Options:
  --cases a,b,f      these cases only
  --peers curl,...   these contestants only (apsfetch is one of them)
  --rounds N         how often each takes its turn (5)
  --road SPEC        a road of your own instead of the cases, and as often as you like; SPEC is made of what applies of
                     rtt=ms, rate=MB/s of a connection, slow=EVERY:MB/s, size=MiB or files=COUNT, http,
                     connections=N for those who are set by hand: --road rtt=80,rate=20,size=512
  --quick            small files and one round: whether it works, not how fast
  --install          first install the contestants that are missing (Debian packages, PyPI, npm)
  --add              keep what was measured of other cases before
  --publish          write docs/benchmarks.md and its pictures from what was measured last; measure nothing
  --nice N           the priority of everything that is measured (-10 for root, otherwise as it is)
";

pub(crate) struct Options {
    pub(crate) cases: Vec<String>,
    /// Roads instead of these.
    pub(crate) roads: Vec<Case>,
    pub(crate) peers: Vec<String>,
    pub(crate) rounds: usize,
    /// Whether cases that are not measured now are kept.
    pub(crate) add: bool,
    pub(crate) publish: bool,
    /// Sizes are divided by this.
    pub(crate) shrink: u64,
    pub(crate) nice: Option<i32>,
    /// The project's folder.
    pub(crate) root: PathBuf,
    /// Where the library was built.
    pub(crate) library: PathBuf,
    /// The sandbox's program.
    pub(crate) sandbox: PathBuf,
    /// Where contestants from PyPI and npm were installed.
    pub(crate) tools: PathBuf,
    /// Where the results go.
    pub(crate) out: PathBuf,
}

impl Options {
    /// None if it was only asked what there is.
    pub(crate) fn parse() -> Result<Option<Self>> {
        // Asked of cargo at run time first: two checkouts that share a target folder share this program too.
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own
            .join("../..")
            .canonicalize()
            .context("the project's folder")?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let mut options = Self {
            cases: Vec::new(),
            roads: Vec::new(),
            peers: Vec::new(),
            rounds: 5,
            add: false,
            publish: false,
            shrink: 1,
            nice: None,
            library: target.join("release"),
            sandbox: target.join("release/apsfetch-sandbox"),
            tools: target.join("peers"),
            out: target.join("bench"),
            root,
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("cases") => options.cases = list(&arguments.value()?.string()?),
                Long("peers") => options.peers = list(&arguments.value()?.string()?),
                Long("road") => {
                    options
                        .roads
                        .push(cases::own(&arguments.value()?.string()?)?);
                    // What is published comes from the cases.
                    options.out = target.join("bench/own");
                }
                Long("rounds") => options.rounds = arguments.value()?.parse()?,
                Long("quick") => {
                    (options.shrink, options.rounds) = (64, 1);
                    // What was measured stays.
                    options.out = target.join("bench/quick");
                }
                Long("add") => options.add = true,
                Long("publish") => options.publish = true,
                Long("nice") => options.nice = Some(arguments.value()?.parse()?),
                // For whoever compares two builds.
                Long("library") => options.library = arguments.value()?.into(),
                Long("sandbox") => options.sandbox = arguments.value()?.into(),
                Long("tools") => options.tools = arguments.value()?.into(),
                Long("out") => options.out = arguments.value()?.into(),
                Short('h') | Long("help") => {
                    print!("{HELP}");
                    return Ok(None);
                }
                other => return Err(other.unexpected()).context("`--help` says what there is"),
            }
        }
        ensure!(options.rounds > 0, "there must be a round");
        Ok(Some(options))
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}
