//! The rounds: each contestant once, in turns, and again, so that what else the machine does meets all alike.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::cases::{Case, Files, Way};
use crate::content::{self, Source};
use crate::contestants::{Contestant, Setup, Suits, Task};
use crate::place::Place;
use crate::process;
use crate::programs::Programs;
use crate::report::{Entry, Measured, Run, Sheet};
use crate::road::Proxy;
use crate::servers::Servers;

/// Whoever takes longer is ended, and has no time.
const LIMIT: Duration = Duration::from_secs(120);

/// The files on the server.
pub(crate) struct Stock {
    large: Vec<Source>,
    medium: Vec<Source>,
    small: Vec<Source>,
}

impl Stock {
    /// Sizes are divided by `shrink`, for a quick look at whether everything works.
    pub(crate) fn make(cases: &[&Case], folder: &Path, shrink: u64) -> Result<Self> {
        let mut stock = Self {
            large: Vec::new(),
            medium: Vec::new(),
            small: Vec::new(),
        };
        if cases.iter().any(|case| case.files == Files::Large) {
            stock
                .large
                .push(content::make(folder, "large.bin", (1 << 30) / shrink, 1)?);
        }
        if cases.iter().any(|case| case.files == Files::Medium) {
            stock.medium.push(content::make(
                folder,
                "medium.bin",
                (256 << 20) / shrink,
                2,
            )?);
        }
        let count = cases
            .iter()
            .map(|case| match case.files {
                Files::Small(count) => count,
                _ => 0,
            })
            .max()
            .unwrap_or(0);
        for (number, size) in content::sizes(count, 3).into_iter().enumerate() {
            let name = format!("part-{number:04}.bin");
            stock
                .small
                .push(content::make(folder, &name, size, 1000 + number as u64)?);
        }
        Ok(stock)
    }

    fn files(&self, files: Files, shrink: u64) -> &[Source] {
        match files {
            Files::Large => &self.large,
            Files::Medium => &self.medium,
            Files::Small(count) => &self.small[..count / shrink.min(count as u64 / 10) as usize],
        }
    }
}

pub(crate) struct Bench<'a> {
    pub(crate) place: &'a Place,
    pub(crate) servers: &'a Servers,
    pub(crate) programs: &'a Programs,
    pub(crate) stock: &'a Stock,
    pub(crate) shrink: u64,
    pub(crate) rounds: usize,
}

impl Bench<'_> {
    pub(crate) fn case(&self, case: &Case, contestants: &[&Contestant]) -> Result<Measured> {
        let files = self.stock.files(case.files, self.shrink);
        let many = matches!(case.files, Files::Small(_));
        let contestants: Vec<&&Contestant> = contestants
            .iter()
            .filter(|one| match one.suits {
                Suits::Both => true,
                Suits::OneFile => !many,
                Suits::ManyFiles => many,
            })
            .collect();
        let mut entries: Vec<Entry> = contestants
            .iter()
            .map(|one| Entry {
                name: match one.setup {
                    Setup::ByHand => format!("{}, {} connections", one.name, case.connections),
                    _ => one.name.to_owned(),
                },
                family: one.family.to_owned(),
                setup: one.setup,
                runs: Vec::new(),
            })
            .collect();
        for round in 1..=self.rounds {
            for (contestant, entry) in contestants.iter().zip(&mut entries) {
                let run = self.run(case, contestant, files)?;
                eprintln!(
                    "{} {round}/{} {:32} {run}",
                    case.id, self.rounds, entry.name
                );
                entry.runs.push(run);
            }
        }
        Ok(Measured {
            id: case.id.to_owned(),
            title: case.title.to_owned(),
            limit: case.limit.to_owned(),
            size_told: case.size_told,
            bytes: files.iter().map(|source| source.size).sum(),
            files: files.len(),
            entries,
        })
    }

    /// One contestant, once, in a proxy of its own. What goes wrong with a contestant is its result.
    fn run(&self, case: &Case, contestant: &Contestant, files: &[Source]) -> Result<Run> {
        let proxy = match case.way {
            Way::Road(road) => Some(Proxy::start(road, self.servers.https())?),
            _ => None,
        };
        let origin = match (&case.way, &proxy) {
            (_, Some(proxy)) => format!("https://{}/", proxy.address()),
            (Way::Http, _) => format!("http://{}/", self.servers.http()),
            (Way::HttpsBelow(path), _) => format!("https://{}/{path}", self.servers.https()),
            _ => format!("https://{}/", self.servers.https()),
        };
        let (targets, work) = self.place.clear()?;
        self.place
            .warm(files.iter().map(|source| source.size).sum())?;
        let task = Task {
            origin,
            files,
            targets,
            work,
            authority: self.servers.authority(),
            connections: case.connections,
            programs: self.programs,
        };
        let outcome = (contestant.command)(&task)
            .and_then(|mut command| process::run(&mut command, work, LIMIT));
        let road_cpu_seconds = proxy.map(Proxy::end);
        let run = match outcome {
            Err(error) => Run::failed(&error),
            Ok(cost) => {
                let mut fault = None;
                for source in files {
                    fault = content::fault(source, &targets.join(&source.name))?
                        .map(|what| format!("{}: {what}", source.name));
                    if fault.is_some() {
                        break;
                    }
                }
                Run {
                    cost: Some(cost),
                    fault,
                    road_cpu_seconds,
                    load: Sheet::load(),
                }
            }
        };
        self.place.clear()?;
        Ok(run)
    }
}
