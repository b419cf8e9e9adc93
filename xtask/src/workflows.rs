//! What the workflows in .github/workflows say is checked here: on GitHub a mistake in them shows late.

use std::fs;
use std::path::PathBuf;

use crate::project;
use crate::test::{step, steps};

fn workflows() -> Vec<(PathBuf, String)> {
    let folder = project::root().join(".github/workflows");
    let mut workflows: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    workflows.sort();
    assert!(!workflows.is_empty());
    workflows
}

/// The words behind `cargo xtask` in each command of the text.
fn tasks(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once("cargo xtask "))
        .map(|(_, words)| words.split_whitespace().map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_workflow_calls_only_tasks_and_steps_that_there_are() {
    let mut found = 0;
    for (path, text) in workflows() {
        for words in tasks(&text) {
            found += 1;
            let (verb, rest) = words.split_first().unwrap();
            assert!(
                crate::HELP.contains(&format!("\n  {verb} ")),
                "{}: there is no `cargo xtask {verb}`",
                path.display()
            );
            let names: Vec<String> = rest
                .iter()
                .filter(|word| !word.starts_with('-'))
                .cloned()
                .collect();
            if verb == "test"
                && let Err(error) = step::select(steps::ALL, &names)
            {
                panic!("{}: {error}", path.display());
            }
        }
    }
    assert!(found > 3, "only {found} tasks were found");
}

/// A tag can be moved to other code; a commit cannot.
#[test]
fn actions_are_pinned_to_commits_and_their_versions_said() {
    for (path, text) in workflows() {
        for line in text.lines() {
            let Some((_, action)) = line.split_once("uses: ") else {
                continue;
            };
            let pinned = action
                .split_once(" # v")
                .and_then(|(action, _)| action.split_once('@'))
                .is_some_and(|(_, commit)| {
                    commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
                });
            assert!(pinned, "{}: {action}", path.display());
        }
    }
}

/// Whoever may write is named; one job may, and only to make the draft of a release.
#[test]
fn a_workflow_may_read_and_one_job_may_write_releases() {
    for (path, text) in workflows() {
        let shown = path.display();
        assert!(
            text.contains("\npermissions:\n  contents: read\n"),
            "{shown} must say what it may do"
        );
        let writes: Vec<_> = text
            .lines()
            .filter(|line| line.trim_end().ends_with(": write"))
            .collect();
        let allowed = usize::from(path.ends_with("release.yml"));
        assert!(
            writes.len() <= allowed && writes.iter().all(|line| line.trim() == "contents: write"),
            "{shown}: {writes:?}"
        );
        assert!(!text.contains("pull_request_target"), "{shown}");
        assert!(!text.contains("secrets."), "{shown} needs a secret");
    }
}

#[test]
fn each_job_ends() {
    for (path, text) in workflows() {
        let count = |word: &str| {
            text.lines()
                .filter(|line| line.trim().starts_with(word))
                .count()
        };
        assert_eq!(
            count("runs-on:"),
            count("timeout-minutes:"),
            "{}",
            path.display()
        );
    }
}
