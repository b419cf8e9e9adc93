//! What was measured, as it is kept in JSON, and what follows from it.

mod conditions;
mod markdown;
mod plot;
mod publish;
mod summary;

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::cases;
use crate::contestants::Setup;
use crate::process::Cost;
use crate::programs::Programs;

/// Everything of one call of the benchmark.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sheet {
    pub(crate) machine: String,
    pub(crate) kernel: String,
    pub(crate) date: String,
    /// Of this project.
    pub(crate) commit: String,
    /// Of those who take part.
    pub(crate) versions: Vec<String>,
    pub(crate) cases: Vec<Measured>,
}

/// One case.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) limit: String,
    /// On which day, with which state of the library, on which machine, and how busy that was.
    #[serde(default)]
    pub(crate) when: String,
    pub(crate) size_told: bool,
    pub(crate) bytes: u64,
    pub(crate) files: usize,
    pub(crate) entries: Vec<Entry>,
}

/// One contestant in one case.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) family: String,
    pub(crate) setup: Setup,
    pub(crate) runs: Vec<Run>,
}

/// One contestant in one round.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// None if it failed.
    pub(crate) cost: Option<Cost>,
    /// Why it failed, or what is wrong with its files.
    pub(crate) fault: Option<String>,
    /// What the proxy took of the same processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) road_cpu_seconds: Option<f64>,
    /// How many processes wanted to run in the last minute.
    pub(crate) load: f64,
}

impl Run {
    pub(crate) fn failed(error: &anyhow::Error) -> Self {
        Self {
            cost: None,
            fault: Some(format!("{error:#}")),
            road_cpu_seconds: None,
            load: Sheet::load(),
        }
    }

    /// Of a run whose every byte was right.
    pub(crate) fn good(&self) -> Option<&Cost> {
        match self.fault {
            None => self.cost.as_ref(),
            Some(_) => None,
        }
    }
}

impl Display for Run {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(cost) = &self.cost {
            write!(
                f,
                "{:7.3} s  {:6.2} CPU s  {:6.1} MiB  load {:.1}",
                cost.seconds,
                cost.cpu_seconds,
                cost.peak_bytes as f64 / 1048576.0,
                self.load
            )?;
            if let Some(seconds) = self.road_cpu_seconds {
                write!(f, "  road {seconds:.2} CPU s")?;
            }
        }
        match &self.fault {
            Some(fault) => write!(f, "  FAILED: {fault}"),
            None => Ok(()),
        }
    }
}

/// The middle, and both ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            1 => values[middle],
            _ => (values.get(middle.checked_sub(1)?)? + values[middle]) / 2.0,
        };
        Some(Self {
            median,
            least: *values.first()?,
            most: *values.last()?,
        })
    }
}

impl Entry {
    pub(crate) fn spread(&self, value: impl Fn(&Cost) -> f64) -> Option<Spread> {
        Spread::of(self.runs.iter().filter_map(Run::good).map(value))
    }

    /// Of all rounds. A run that failed counts too, since it will again.
    pub(crate) fn seconds(&self) -> f64 {
        let seconds = |run: &Run| run.cost.as_ref().map_or(10.0, |cost| cost.seconds);
        self.runs.iter().map(seconds).sum()
    }

    pub(crate) fn fault(&self) -> Option<&str> {
        self.runs.iter().find_map(|run| run.fault.as_deref())
    }

    /// How many times as long as the other it took, round by round.
    pub(crate) fn times(&self, other: &Self) -> Option<Spread> {
        Spread::of(
            self.runs
                .iter()
                .zip(&other.runs)
                .filter_map(|(own, other)| Some(own.good()?.seconds / other.good()?.seconds)),
        )
    }
}

impl Sheet {
    pub(crate) fn new(root: &Path, programs: &Programs) -> Self {
        let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = information
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("unknown processor", |(_, model)| model);
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            machine: format!("{processors} × {}", model.trim()),
            kernel: format!("Linux {}", kernel.trim()),
            date: conditions::date(),
            commit: conditions::commit(root),
            versions: conditions::versions(programs),
            cases: Vec::new(),
        }
    }

    pub(crate) fn load() -> f64 {
        std::fs::read_to_string("/proc/loadavg")
            .ok()
            .and_then(|text| text.split_whitespace().next()?.parse().ok())
            .unwrap_or(-1.0)
    }

    /// Whether anything was measured before.
    pub(crate) fn is_in(folder: &Path) -> bool {
        folder.join("bench.json").exists()
    }

    /// What was measured last.
    pub(crate) fn load_from(folder: &Path) -> Result<Self> {
        let path = folder.join("bench.json");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    }

    /// Takes it as measured now, in the place of what was measured of this case before, and in the order in which cases are named.
    pub(crate) fn add(&mut self, mut case: Measured) -> &Measured {
        let runs = case.entries.iter().flat_map(|entry| &entry.runs);
        let load = Spread::of(runs.map(|run| run.load)).map_or(0.0, |load| load.median);
        case.when = format!(
            "on {}, at commit {}, with {}, {}; the load of the machine was {load:.0} (median)",
            self.date, self.commit, self.machine, self.kernel
        );
        let place = |case: &Measured| cases::ALL.iter().position(|one| one.id == case.id);
        self.cases.retain(|other| other.id != case.id);
        let at = self
            .cases
            .partition_point(|other| place(other) <= place(&case));
        self.cases.insert(at, case);
        &self.cases[at]
    }

    /// Fails if the library brought a wrong file or none; `strictly`, also if anybody else could not be run.
    pub(crate) fn complain(&self, strictly: bool) -> Result<()> {
        for case in &self.cases {
            for entry in &case.entries {
                let not_run = entry.runs.iter().any(|run| run.cost.is_none());
                if let Some(fault) = entry.fault()
                    && (entry.setup == Setup::Ours || (strictly && not_run))
                {
                    bail!("({}) {}: {fault}", case.id, entry.name);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let file = |name: &str| folder.join(name);
        std::fs::write(file("bench.json"), serde_json::to_string_pretty(self)?)?;
        std::fs::write(file("bench.md"), self.markdown())?;
        for case in &self.cases {
            std::fs::write(file(&format!("bench-{}.svg", case.id)), case.plot())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_the_middle_and_both_ends() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let expected = |least, median, most| {
            Some(Spread {
                median,
                least,
                most,
            })
        };
        assert_eq!(spread(&[3.0, 1.0, 2.0]), expected(1.0, 2.0, 3.0));
        assert_eq!(spread(&[4.0, 1.0]), expected(1.0, 2.5, 4.0));
        assert_eq!(spread(&[]), None);
    }

    #[test]
    fn ratios_are_by_round_and_leave_out_wrong_files() {
        let run = |seconds, fault: Option<&str>| Run {
            cost: Some(Cost {
                seconds,
                cpu_seconds: 0.0,
                peak_bytes: 0,
            }),
            fault: fault.map(str::to_owned),
            road_cpu_seconds: None,
            load: 0.0,
        };
        let entry = |runs| Entry {
            name: String::new(),
            family: String::new(),
            setup: Setup::Defaults,
            runs,
        };
        let one = entry(vec![
            run(2.0, None),
            run(9.0, Some("wrong bytes")),
            run(6.0, None),
        ]);
        let other = entry(vec![run(1.0, None), run(1.0, None), run(2.0, None)]);
        let times = one.times(&other).unwrap();
        assert_eq!((times.least, times.median, times.most), (2.0, 2.5, 3.0));
    }
}
