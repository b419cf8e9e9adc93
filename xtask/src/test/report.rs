//! What is printed at the end, and by `--list`.

use std::fmt::{self, Display, Formatter, Write as _};
use std::time::Duration;

use super::machine::Machine;
use super::run::{Finished, Verdict};
use super::step::Step;

/// Its last line is `N passed, N failed, N skipped`, counted in steps; other programs may rely on that.
pub(crate) struct Report<'a> {
    pub(crate) finished: &'a [Finished],
    pub(crate) all: bool,
    pub(crate) elapsed: Duration,
}

impl Report<'_> {
    pub(crate) fn succeeded(&self) -> bool {
        self.count(|verdict| matches!(verdict, Verdict::Failed(_))) == 0
    }

    fn count(&self, which: impl Fn(&Verdict) -> bool) -> usize {
        self.finished
            .iter()
            .filter(|step| which(&step.verdict))
            .count()
    }

    fn table(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let width = column(self.finished.iter().map(|step| step.name));
        writeln!(f, "{:width$}  result   seconds", "step")?;
        for step in self.finished {
            let result = match step.verdict {
                Verdict::Passed => "passed",
                Verdict::Failed(_) => "FAILED",
                Verdict::Skipped(_) => "skipped",
            };
            writeln!(
                f,
                "{:width$}  {result:7}  {:7.1}",
                step.name,
                step.elapsed.as_secs_f64()
            )?;
        }
        writeln!(
            f,
            "{:width$}  {:7}  {:7.1}",
            "",
            "",
            self.elapsed.as_secs_f64()
        )
    }

    fn skipped(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for step in self.finished {
            if let Verdict::Skipped(why) = &step.verdict {
                lines.push(format!("  {}: {why}", step.name));
            }
            lines.extend(
                step.partial_skips
                    .iter()
                    .map(|skip| format!("  {}, in part: {skip}", step.name)),
            );
        }
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nSkipped:\n{}", lines.join("\n"))?;
        if !self.all {
            writeln!(
                f,
                "`cargo xtask test --all` installs what is missing first."
            )?;
        }
        Ok(())
    }

    fn failed(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.succeeded() {
            return Ok(());
        }
        writeln!(f, "\nFailed:")?;
        for step in self.finished {
            if let Verdict::Failed(why) = &step.verdict {
                writeln!(f, "  {}: {why}", step.name)?;
            }
        }
        writeln!(f, "`cargo xtask test <step>` runs one alone.")
    }
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.table(f)?;
        self.skipped(f)?;
        self.failed(f)?;
        let passed = self.count(|verdict| *verdict == Verdict::Passed);
        let failed = self.count(|verdict| matches!(verdict, Verdict::Failed(_)));
        let skipped = self.count(|verdict| matches!(verdict, Verdict::Skipped(_)));
        write!(f, "\n{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// What `--list` prints.
pub(crate) fn listing(steps: &[&Step], machine: &impl Machine) -> String {
    let width = column(steps.iter().map(|step| step.name));
    let mut text = String::new();
    for step in steps {
        let _ = writeln!(text, "{:width$}  {}", step.name, step.what);
        for (word, needs) in [("needs", step.needs), ("wants", step.wants)] {
            for need in needs {
                let missing = if machine.has(need) { "" } else { ": missing" };
                let _ = writeln!(text, "{:width$}    {word} {need}{missing}", "");
            }
        }
    }
    text.push_str("\nA step is skipped without what it needs, and leaves out a part of itself without what it wants.\n");
    text
}

fn column<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(str::len).max().unwrap_or(0).max("step".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, verdict: Verdict, partial_skips: &[&str]) -> Finished {
        Finished {
            name,
            verdict,
            partial_skips: partial_skips
                .iter()
                .map(|skip| (*skip).to_owned())
                .collect(),
            elapsed: Duration::from_millis(1250),
        }
    }

    fn report(finished: &[Finished]) -> Report<'_> {
        Report {
            finished,
            all: false,
            elapsed: Duration::from_secs(5),
        }
    }

    fn last_line(finished: &[Finished]) -> String {
        report(finished)
            .to_string()
            .lines()
            .last()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn the_last_line_counts_steps() {
        let finished = [
            step("one", Verdict::Passed, &[]),
            step("two", Verdict::Failed("why".to_owned()), &[]),
            step("three", Verdict::Skipped("why".to_owned()), &[]),
            step("four", Verdict::Passed, &["a: b", "c: d"]),
        ];
        assert_eq!(last_line(&finished), "2 passed, 1 failed, 1 skipped");
        assert_eq!(last_line(&[]), "0 passed, 0 failed, 0 skipped");
    }

    #[test]
    fn only_a_failure_is_a_failure() {
        assert!(
            report(&[
                step("one", Verdict::Passed, &["a: b"]),
                step("two", Verdict::Skipped(String::new()), &[])
            ])
            .succeeded()
        );
        assert!(
            !report(&[
                step("one", Verdict::Passed, &[]),
                step("two", Verdict::Failed(String::new()), &[])
            ])
            .succeeded()
        );
    }

    #[test]
    fn every_skip_and_failure_is_listed_with_its_reason() {
        let finished = [
            step(
                "valgrind",
                Verdict::Skipped("needs valgrind".to_owned()),
                &[],
            ),
            step("c", Verdict::Passed, &["c23: gcc is too old"]),
            step(
                "clippy",
                Verdict::Failed("`cargo clippy`: ended with exit code 101".to_owned()),
                &[],
            ),
        ];
        let text = report(&finished).to_string();
        for line in [
            "valgrind  skipped      1.2",
            "  valgrind: needs valgrind",
            "  c, in part: c23: gcc is too old",
            "`cargo xtask test --all` installs what is missing first.",
            "  clippy: `cargo clippy`: ended with exit code 101",
        ] {
            assert!(
                text.lines().any(|printed| printed == line),
                "{line:?} is not in\n{text}"
            );
        }
    }
}
