//! What was shown for each target, as the table that the task ends with.

use std::fmt::{self, Display, Formatter, Write as _};

use super::tools::Lacking;

/// What a task shows of a target, in the order in which one builds on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shows {
    Checked,
    Linked,
    Run,
}

const COLUMNS: [(Shows, &str); 3] = [
    (Shows::Checked, "type-checked"),
    (Shows::Linked, "built and linked"),
    (Shows::Run, "run"),
];

#[derive(Debug)]
pub(crate) enum Outcome {
    /// What exactly was seen.
    Done(String),
    Skipped(Lacking),
    Failed(String),
}

pub(crate) struct Line {
    pub(crate) target: &'static str,
    pub(crate) shows: Shows,
    pub(crate) what: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) seconds: f64,
}

pub(crate) struct Table<'a>(pub(crate) &'a [Line]);

impl Table<'_> {
    pub(crate) fn failures(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|line| matches!(line.outcome, Outcome::Failed(_)))
            .map(|line| format!("{}: {}", line.target, line.what))
            .collect()
    }

    fn targets(&self) -> Vec<&'static str> {
        let mut targets = Vec::new();
        for line in self.0 {
            if !targets.contains(&line.target) {
                targets.push(line.target);
            }
        }
        targets
    }

    /// One word of all the tasks that show the same of a target: the worst of them.
    fn cell(&self, target: &str, shows: Shows) -> &'static str {
        let outcomes: Vec<&Outcome> = self
            .0
            .iter()
            .filter(|line| line.target == target && line.shows == shows)
            .map(|line| &line.outcome)
            .collect();
        let any = |wanted: fn(&Outcome) -> bool| outcomes.iter().any(|outcome| wanted(outcome));
        if any(|outcome| matches!(outcome, Outcome::Failed(_))) {
            "FAILED"
        } else if any(|outcome| matches!(outcome, Outcome::Skipped(_))) {
            if any(|outcome| matches!(outcome, Outcome::Done(_))) {
                "in part"
            } else {
                "skipped"
            }
        } else if outcomes.is_empty() {
            // What was built had its types checked.
            match shows {
                Shows::Checked if self.cell(target, Shows::Linked) == "yes" => "yes",
                _ => "-",
            }
        } else {
            "yes"
        }
    }
}

impl Display for Table<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let targets = self.targets();
        let widths = targets.iter().map(|target| target.len());
        let width = widths.chain(["target".len()]).max().unwrap_or_default();
        let mut text = format!("{:width$}", "target");
        for (_, title) in COLUMNS {
            write!(text, "  {title}")?;
        }
        for target in targets {
            write!(text, "\n{target:width$}")?;
            for (shows, title) in COLUMNS {
                let column = title.len();
                write!(text, "  {:column$}", self.cell(target, shows))?;
            }
            text.truncate(text.trim_end().len());
        }
        for line in self.0 {
            let (word, detail) = match &line.outcome {
                Outcome::Done(what) => ("done", what.clone()),
                Outcome::Skipped(why) => ("skipped", why.to_string()),
                Outcome::Failed(why) => ("FAILED", why.clone()),
            };
            write!(
                text,
                "\n{}: {}: {word} after {:.0} s: {detail}",
                line.target, line.what, line.seconds
            )?;
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(target: &'static str, shows: Shows, outcome: Outcome) -> Line {
        Line {
            target,
            shows,
            what: "a task",
            outcome,
            seconds: 1.0,
        }
    }

    fn done() -> Outcome {
        Outcome::Done("seen".to_owned())
    }

    #[test]
    fn the_worst_of_a_targets_tasks_is_its_word() {
        let skipped = || Outcome::Skipped(Lacking::Program("no compiler".to_owned()));
        let lines = [
            line("a", Shows::Checked, done()),
            line("a", Shows::Linked, done()),
            line("a", Shows::Linked, skipped()),
            line("b", Shows::Checked, skipped()),
            line("b", Shows::Run, done()),
            line("b", Shows::Run, Outcome::Failed("red".to_owned())),
        ];
        let table = Table(&lines);
        assert_eq!(table.cell("a", Shows::Checked), "yes");
        assert_eq!(table.cell("a", Shows::Linked), "in part");
        assert_eq!(table.cell("a", Shows::Run), "-");
        assert_eq!(table.cell("b", Shows::Checked), "skipped");
        assert_eq!(table.cell("b", Shows::Run), "FAILED");
        assert_eq!(table.failures(), ["b: a task"]);
        let lines = [line("c", Shows::Linked, done())];
        assert_eq!(Table(&lines).cell("c", Shows::Checked), "yes");
        assert_eq!(Table(&lines).cell("c", Shows::Run), "-");
    }

    #[test]
    fn each_target_has_one_row_and_each_task_its_reason() {
        let lines = [
            line("a", Shows::Checked, done()),
            line(
                "a",
                Shows::Run,
                Outcome::Skipped(Lacking::Program("no qemu".to_owned())),
            ),
        ];
        let text = Table(&lines).to_string();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], "target  type-checked  built and linked  run");
        assert_eq!(rows[1], "a       yes           -                 skipped");
        assert_eq!(rows[3], "a: a task: skipped after 1 s: no qemu");
    }
}
