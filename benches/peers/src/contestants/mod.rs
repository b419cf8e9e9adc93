//! Who takes part, and how each is told what to fetch.

mod aps_sdk;
mod apsfetch;
mod aria2;
mod axel;
mod curl;
mod files;
mod floor;
mod python;
mod s5cmd;
mod signing;
mod wget2;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::content::Source;
use crate::programs::Programs;

/// What is to be fetched, and where to.
pub(crate) struct Task<'a> {
    /// `https://127.0.0.1:PORT/`, and a path before the files' names if there is one.
    pub(crate) origin: String,
    pub(crate) files: &'a [Source],
    /// The folder for the results, empty. A file is to have its source's name.
    pub(crate) targets: &'a Path,
    /// A folder for what else a contestant needs, such as lists.
    pub(crate) work: &'a Path,
    pub(crate) authority: PathBuf,
    /// How many connections a person who knows the road would set.
    pub(crate) connections: u64,
    pub(crate) programs: &'a Programs,
    /// Where objects are signed, if they are.
    pub(crate) service: Option<Service>,
}

/// A service that signs.
pub(crate) struct Service {
    pub(crate) api: String,
    pub(crate) bucket: String,
    pub(crate) token: String,
}

impl Task<'_> {
    fn url(&self, source: &Source) -> String {
        format!("{}{}", self.origin, source.name)
    }

    fn target(&self, source: &Source) -> PathBuf {
        self.targets.join(&source.name)
    }

    /// As S3 sees it: the origin without a slash, and the first part of the path.
    fn endpoint_and_bucket(&self) -> Option<(&str, &str)> {
        self.origin.strip_suffix('/')?.rsplit_once('/')
    }
}

/// Whose doing a contestant's number of connections is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setup {
    Defaults,
    /// Set for the road of each case.
    ByHand,
    /// No downloader, but what the machine can do.
    Floor,
    /// The library itself.
    Ours,
}

/// What would send a contestant elsewhere than it is told to go.
pub(crate) const PROXY_VARIABLES: [&str; 6] = [
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
];

/// What there is to fetch, as far as it matters to contestants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    HttpFile,
    File,
    Files,
    /// Files that must be signed first.
    Objects,
}

impl Contestant {
    /// As in the tables, with the number of connections where it was set.
    pub(crate) fn shown(&self, kind: Kind, connections: u64) -> String {
        let connections = match (self.family, kind) {
            // aria2 takes no more for one file.
            ("aria2c", Kind::HttpFile | Kind::File) => connections.min(aria2::MOST),
            _ => connections,
        };
        match self.setup {
            Setup::ByHand => format!("{}, {connections} connections", self.name),
            _ => self.name.to_owned(),
        }
    }
}

const ONE: &[Kind] = &[Kind::HttpFile, Kind::File];
const MANY: &[Kind] = &[Kind::Files];
const BOTH: &[Kind] = &[Kind::HttpFile, Kind::File, Kind::Files];

pub(crate) struct Contestant {
    /// As in the tables.
    pub(crate) name: &'static str,
    /// As after `--peers`.
    pub(crate) family: &'static str,
    pub(crate) setup: Setup,
    pub(crate) suits: &'static [Kind],
    /// Whether there is a file to look at afterwards.
    pub(crate) keeps: bool,
    pub(crate) command: fn(&Task<'_>) -> Result<Command>,
}

/// In the order of the tables and of each round.
pub(crate) fn all() -> impl Iterator<Item = &'static Contestant> {
    [
        apsfetch::ALL,
        curl::ALL,
        aria2::ALL,
        wget2::ALL,
        axel::ALL,
        python::ALL,
        s5cmd::ALL,
        signing::ALL,
        aps_sdk::ALL,
        floor::ALL,
    ]
    .into_iter()
    .flatten()
}
