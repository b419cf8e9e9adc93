//! The rounds: each contestant once, in turns, and again, so that what else the machine does meets all alike.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::cases::{Case, Files, Way};
use crate::content::{self, Source};
use crate::contestants::{Contestant, PROXY_VARIABLES, Service, Task};
use crate::place::Place;
use crate::process;
use crate::programs::Programs;
use crate::report::{Entry, Measured, Run, Sheet};
use crate::road::Proxy;
use crate::servers::{self, Sandbox, Servers};

/// Whoever takes longer is ended, and has no time.
const LIMIT: Duration = Duration::from_secs(120);

/// Seconds that a contestant may take in all rounds of a case together. Whoever has had them is not asked again: it is
/// many times slower than the best, and a median of that tells nothing more.
const PATIENCE: f64 = 10.0;

/// The files on the server.
pub(crate) struct Stock {
    large: Vec<Source>,
    medium: Vec<Source>,
    own: Vec<Source>,
    small: Vec<Source>,
}

impl Stock {
    /// Sizes are divided by `shrink`, for a quick look at whether everything works.
    pub(crate) fn make(cases: &[&Case], folder: &Path, shrink: u64) -> Result<Self> {
        let mut stock = Self {
            large: Vec::new(),
            medium: Vec::new(),
            own: Vec::new(),
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
        for case in cases {
            if let Files::Own(size) = case.files {
                let name = own_name(size);
                if stock.own.iter().all(|source| source.name != name) {
                    let bytes = (size << 20) / shrink;
                    stock.own.push(content::make(folder, &name, bytes, size)?);
                }
            }
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

    /// All of them.
    pub(crate) fn sources(&self) -> Vec<Source> {
        [&self.large, &self.medium, &self.own, &self.small]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    pub(crate) fn files(&self, files: Files, shrink: u64) -> &[Source] {
        match files {
            Files::Large => &self.large,
            Files::Medium => &self.medium,
            Files::Own(size) => {
                let name = own_name(size);
                let place = self.own.iter().position(|source| source.name == name);
                place.map_or(&[], |at| &self.own[at..=at])
            }
            Files::Small(count) => {
                // Ten of them at the least, where there are so many.
                let shrink = shrink.min(count as u64 / 10).max(1);
                &self.small[..count / shrink as usize]
            }
        }
    }
}

fn own_name(size: u64) -> String {
    format!("own-{size}.bin")
}

pub(crate) struct Bench<'a> {
    pub(crate) place: &'a Place,
    pub(crate) servers: &'a Servers,
    pub(crate) sandbox: Option<&'a Sandbox>,
    pub(crate) programs: &'a Programs,
    pub(crate) stock: &'a Stock,
    pub(crate) shrink: u64,
    pub(crate) rounds: usize,
}

impl Bench<'_> {
    pub(crate) fn case(&self, case: &Case, contestants: &[&Contestant]) -> Result<Measured> {
        let files = self.stock.files(case.files, self.shrink);
        let contestants: Vec<&&Contestant> = contestants
            .iter()
            .filter(|one| one.suits.contains(&case.kind()))
            .collect();
        let mut entries: Vec<Entry> = contestants
            .iter()
            .map(|one| Entry {
                name: one.shown(case.kind(), case.connections),
                family: one.family.to_owned(),
                setup: one.setup,
                runs: Vec::new(),
            })
            .collect();
        for round in 1..=self.rounds {
            // Who comes after a heavy one, or first, finds the machine in another state: each round begins elsewhere.
            let first = (round - 1) * contestants.len() / self.rounds;
            for at in (first..contestants.len()).chain(0..first) {
                let (contestant, entry) = (contestants[at], &mut entries[at]);
                if entry.seconds() > PATIENCE {
                    continue;
                }
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
            when: String::new(),
            size_told: case.size_told,
            bytes: files.iter().map(|source| source.size).sum(),
            files: files.len(),
            entries,
        })
    }

    /// One contestant, once, in a proxy of its own. What goes wrong with a contestant is its result.
    fn run(&self, case: &Case, contestant: &Contestant, files: &[Source]) -> Result<Run> {
        let proxy = match case.way {
            Way::Road { road, tls: true } => Some(Proxy::start(road, self.servers.https())?),
            Way::Road { road, tls: false } => Some(Proxy::start(road, self.servers.http())?),
            _ => None,
        };
        let origin = match (&case.way, &proxy) {
            (Way::Road { tls: false, .. }, Some(proxy)) => {
                format!("http://{}/{}", proxy.address(), servers::PLAIN)
            }
            (_, Some(proxy)) => format!("https://{}/{}", proxy.address(), servers::PLAIN),
            (Way::Http, _) => format!("http://{}/{}", self.servers.http(), servers::PLAIN),
            (Way::Https(path), _) => format!("https://{}/{path}", self.servers.https()),
            _ => String::new(),
        };
        let sandbox = match case.way {
            Way::Sandbox => self.sandbox,
            _ => None,
        };
        let (targets, work) = self.place.clear()?;
        self.place
            .warm(files.iter().map(|source| source.size).sum())?;
        let task = Task {
            origin,
            files,
            targets,
            work,
            authority: sandbox.map_or_else(|| self.servers.authority(), |it| it.authority.clone()),
            service: sandbox.map(|sandbox| Service {
                api: sandbox.api.clone(),
                bucket: servers::BUCKET.to_owned(),
                token: sandbox.token.clone(),
            }),
            connections: case.connections,
            programs: self.programs,
        };
        let outcome = (contestant.command)(&task).and_then(|mut command| {
            for variable in PROXY_VARIABLES {
                command.env_remove(variable);
            }
            process::run(&mut command, work, LIMIT)
        });
        let road_cpu_seconds = proxy.map(Proxy::end);
        let run = match outcome {
            Err(error) => Run::failed(&error),
            Ok(cost) => {
                let mut fault = None;
                for source in files.iter().filter(|_| contestant.keeps) {
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
