//! Runs the steps one after the other and judges what came of each.

use std::time::{Duration, Instant};

use super::machine::{Machine, Performed};
use super::need::Need;
use super::step::Step;

pub(crate) struct Finished {
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    /// Parts of a step that did run, each as `name: reason`.
    pub(crate) partial_skips: Vec<String>,
    pub(crate) elapsed: Duration,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

/// With `all`, nothing may be skipped.
pub(crate) fn all(steps: &[&Step], all: bool, machine: &mut impl Machine) -> Vec<Finished> {
    let mut finished = Vec::with_capacity(steps.len());
    for (number, step) in (1..).zip(steps) {
        println!(
            "\n==> [{number}/{}] {}: {}",
            steps.len(),
            step.name,
            step.what
        );
        let started = Instant::now();
        let missing: Vec<&Need> = step
            .needs
            .iter()
            .filter(|need| !machine.has(need))
            .collect();
        let performed = if missing.is_empty() {
            Ok(machine.perform(step))
        } else {
            Err(needs(&missing))
        };
        let (verdict, partial_skips) = judge(performed, all);
        let elapsed = started.elapsed();
        match &verdict {
            Verdict::Passed => println!(
                "<== {} passed after {:.1} s",
                step.name,
                elapsed.as_secs_f64()
            ),
            Verdict::Failed(why) => println!(
                "<== {} FAILED after {:.1} s: {why}",
                step.name,
                elapsed.as_secs_f64()
            ),
            Verdict::Skipped(why) => println!("<== {} skipped: {why}", step.name),
        }
        finished.push(Finished {
            name: step.name,
            verdict,
            partial_skips,
            elapsed,
        });
    }
    finished
}

fn needs(missing: &[&Need]) -> String {
    let list: Vec<String> = missing.iter().map(ToString::to_string).collect();
    format!("needs {}", list.join(", "))
}

fn judge(performed: Result<Performed, String>, all: bool) -> (Verdict, Vec<String>) {
    match performed {
        Err(why) if all => (Verdict::Failed(format!("not run: {why}")), Vec::new()),
        Err(why) => (Verdict::Skipped(why), Vec::new()),
        Ok(Performed {
            result: Err(error),
            skips,
        }) => (Verdict::Failed(format!("{error:#}")), skips),
        Ok(Performed {
            result: Ok(()),
            skips,
        }) if all && !skips.is_empty() => (
            Verdict::Failed(format!("left out: {}", skips.join("; "))),
            skips,
        ),
        Ok(Performed {
            result: Ok(()),
            skips,
        }) => (Verdict::Passed, skips),
    }
}

#[cfg(test)]
mod tests {
    use super::super::need::Need;
    use super::*;
    use anyhow::anyhow;

    /// Has every program but `missing`; the step `bad` fails; the step `partial` leaves something out.
    struct FakeMachine {
        performed: Vec<&'static str>,
    }

    impl Machine for FakeMachine {
        fn has(&self, need: &Need) -> bool {
            need.name != "missing"
        }

        fn perform(&mut self, step: &Step) -> Performed {
            self.performed.push(step.name);
            Performed {
                result: if step.name == "bad" {
                    Err(anyhow!("inner").context("outer"))
                } else {
                    Ok(())
                },
                skips: if step.name == "partial" {
                    vec!["c23: gcc is too old".to_owned()]
                } else {
                    Vec::new()
                },
            }
        }
    }

    const fn needing(name: &'static str, needs: &'static [Need]) -> Step {
        Step {
            name,
            what: "",
            needs,
            wants: &[],
            work: &[],
        }
    }

    const STEPS: &[Step] = &[
        needing("bad", &[]),
        needing("good", &[Need::program("present")]),
        needing(
            "lacking",
            &[Need::program("present"), Need::program("missing")],
        ),
        needing("partial", &[]),
    ];

    fn verdicts(all: bool) -> (Vec<Verdict>, Vec<&'static str>) {
        let steps: Vec<&Step> = STEPS.iter().collect();
        let mut machine = FakeMachine {
            performed: Vec::new(),
        };
        let finished = super::all(&steps, all, &mut machine);
        assert_eq!(finished[3].partial_skips, ["c23: gcc is too old"]);
        (
            finished.into_iter().map(|step| step.verdict).collect(),
            machine.performed,
        )
    }

    #[test]
    fn a_missing_program_skips_its_step_and_a_failure_stops_nobody() {
        let (verdicts, performed) = verdicts(false);
        assert_eq!(performed, ["bad", "good", "partial"]);
        assert_eq!(
            verdicts,
            [
                Verdict::Failed("outer: inner".to_owned()),
                Verdict::Passed,
                Verdict::Skipped("needs missing (Debian package missing)".to_owned()),
                Verdict::Passed,
            ]
        );
    }

    #[test]
    fn with_all_every_skip_is_a_failure() {
        let (verdicts, performed) = verdicts(true);
        assert_eq!(performed, ["bad", "good", "partial"]);
        assert_eq!(
            verdicts[2..],
            [
                Verdict::Failed("not run: needs missing (Debian package missing)".to_owned()),
                Verdict::Failed("left out: c23: gcc is too old".to_owned()),
            ]
        );
    }
}
