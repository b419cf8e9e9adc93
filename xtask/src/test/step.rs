//! What a step is, and which steps were asked for.

use anyhow::Result;

use super::machine::Context;
use super::need::Need;

/// One check. The table in `steps.rs` has them all.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// One line, for `--list` and for the line printed when the step starts.
    pub(crate) what: &'static str,
    /// Without one of these the step is skipped.
    pub(crate) needs: &'static [Need],
    /// Without one of these the step runs, leaves out a part of itself and says so.
    pub(crate) wants: &'static [Need],
    /// Done in order, up to the first failure.
    pub(crate) work: &'static [Work],
}

pub(crate) enum Work {
    Run(Program),
    /// Something that takes more than one command line to say. It may leave out parts of itself and say so.
    Check {
        shown: &'static str,
        check: fn(&Context<'_>) -> Result<()>,
    },
}

/// A command line, run in the workspace's folder.
pub(crate) struct Program {
    pub(crate) program: &'static str,
    /// Separated by spaces; none has one inside.
    pub(crate) arguments: &'static str,
    pub(crate) environment: &'static [(&'static str, &'static str)],
}

impl Work {
    pub(crate) const fn cargo(arguments: &'static str) -> Self {
        Self::Run(Program {
            program: "cargo",
            arguments,
            environment: &[],
        })
    }
}

/// The command line as one would type it.
impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, value) in self.environment {
            write!(f, "{name}='{value}' ")?;
        }
        write!(f, "{} {}", self.program, self.arguments)
    }
}

/// The steps with these names, in the order of the table; all of them when there are no names.
pub(crate) fn select<'a>(
    steps: &'a [Step],
    names: &[String],
) -> Result<Vec<&'a Step>, lexopt::Error> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !steps.iter().any(|step| step.name == **name))
    {
        let known: Vec<&str> = steps.iter().map(|step| step.name).collect();
        return Err(lexopt::Error::Custom(
            format!(
                "there is no step `{unknown}`; the steps are {}",
                known.join(", ")
            )
            .into(),
        ));
    }
    Ok(steps
        .iter()
        .filter(|step| names.is_empty() || names.iter().any(|name| name == step.name))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn named(name: &'static str) -> Step {
        Step {
            name,
            what: "",
            needs: &[],
            wants: &[],
            work: &[],
        }
    }

    const STEPS: &[Step] = &[named("one"), named("two"), named("three")];

    fn selected(names: &[&str]) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        select(STEPS, &names)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect()
    }

    #[test]
    fn no_name_means_every_step() {
        assert_eq!(selected(&[]), ["one", "two", "three"]);
    }

    #[test]
    fn names_select_in_the_order_of_the_table_and_once() {
        assert_eq!(selected(&["three", "one", "three"]), ["one", "three"]);
    }

    #[test]
    fn a_wrong_name_is_an_error_that_lists_the_right_ones() {
        let error = select(STEPS, &["one".to_owned(), "tow".to_owned()])
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.contains("`tow`") && error.contains("one, two, three"),
            "{error}"
        );
    }

    #[test]
    fn a_command_reads_as_one_would_type_it() {
        let doc = Program {
            program: "cargo",
            arguments: "doc --no-deps",
            environment: &[("RUSTDOCFLAGS", "-D warnings")],
        };
        assert_eq!(
            doc.to_string(),
            "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps"
        );
    }
}
