//! Who takes part, and how each is told what to fetch.

mod apsfetch;
mod aria2;
mod curl;
mod files;

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
}

impl Task<'_> {
    fn url(&self, source: &Source) -> String {
        format!("{}{}", self.origin, source.name)
    }

    fn target(&self, source: &Source) -> PathBuf {
        self.targets.join(&source.name)
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

/// What a contestant can fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suits {
    OneFile,
    ManyFiles,
    Both,
}

pub(crate) struct Contestant {
    /// As in the tables.
    pub(crate) name: &'static str,
    /// As after `--peers`.
    pub(crate) family: &'static str,
    pub(crate) setup: Setup,
    pub(crate) suits: Suits,
    pub(crate) command: fn(&Task<'_>) -> Result<Command>,
}

/// In the order of the tables and of each round.
pub(crate) fn all() -> impl Iterator<Item = &'static Contestant> {
    [apsfetch::ALL, curl::ALL, aria2::ALL].into_iter().flatten()
}
