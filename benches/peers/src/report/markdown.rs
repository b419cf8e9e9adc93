//! The tables.

use std::fmt::Write as _;

use super::{Entry, Measured, Sheet, Spread};
use crate::contestants::Setup;

impl Sheet {
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("{}, {}\n", self.machine, self.kernel);
        text.push_str(&format!("\n{}", self.summary()));
        for case in &self.cases {
            text.push('\n');
            text.push_str(&case.markdown());
        }
        text
    }
}

impl Measured {
    /// The library as this case has it: what others are compared with.
    pub(crate) fn ours(&self) -> Option<&Entry> {
        let mut ours = self
            .entries
            .iter()
            .filter(|entry| entry.setup == Setup::Ours);
        match self.size_told {
            true => ours.next_back(),
            false => ours.next(),
        }
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = format!(
            "### ({}) {}\n\nMeasured {}. Limit: {}.\n\n| | s | MB/s | {} is so many times as fast | CPU s/GiB | peak MiB |\n|---|---:|---:|---:|---:|---:|\n",
            self.id,
            self.title,
            self.when,
            self.limit,
            self.ours().map_or("", |ours| &ours.name),
        );
        for entry in &self.entries {
            let name = match entry.setup {
                Setup::Ours => format!("**{}**", entry.name),
                Setup::Floor => format!("*{}*", entry.name),
                _ => entry.name.clone(),
            };
            let Some(seconds) = entry.spread(|cost| cost.seconds) else {
                let fault = entry.fault().unwrap_or("not run").replace('|', "/");
                let _ = writeln!(text, "| {name} | {fault} |||||");
                continue;
            };
            let wrong = entry
                .fault()
                .map_or_else(String::new, |fault| format!(" ({fault})"));
            let gibibytes = self.bytes as f64 / f64::from(1 << 30);
            let cpu = entry.spread(|cost| cost.cpu_seconds / gibibytes);
            let peak = entry.spread(|cost| cost.peak_bytes as f64 / 1048576.0);
            let times = self.ours().and_then(|ours| entry.times(ours));
            let _ = writeln!(
                text,
                "| {name}{wrong} | {} | {:.0} | {} | {:.2} | {:.0} |",
                shown(seconds),
                self.bytes as f64 / 1e6 / seconds.median,
                times.map_or_else(String::new, shown),
                cpu.map_or(0.0, |cpu| cpu.median),
                peak.map_or(0.0, |peak| peak.median),
            );
        }
        text
    }
}

fn shown(spread: Spread) -> String {
    format!(
        "{:.2} ({:.2}–{:.2})",
        spread.median, spread.least, spread.most
    )
}
