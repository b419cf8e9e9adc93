//! The library, through its C ABI, with its default settings.

use std::process::Command;

use anyhow::Result;

use super::{Contestant, Setup, Suits, Task, files};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "apsfetch",
        family: "apsfetch",
        setup: Setup::Ours,
        suits: Suits::Both,
        command: |task| command(task, false),
    },
    Contestant {
        name: "apsfetch, size told",
        family: "apsfetch",
        setup: Setup::Ours,
        suits: Suits::Both,
        command: |task| command(task, true),
    },
];

fn command(task: &Task<'_>, size_told: bool) -> Result<Command> {
    let list = files::list(task, |url, target, size| {
        let size = if size_told {
            size.to_string()
        } else {
            "-1".to_owned()
        };
        format!("{size}\t{url}\t{target}\n")
    })?;
    let mut command = Command::new(&task.programs.contestant);
    command.arg("--ca-file").arg(&task.authority).arg(list);
    Ok(command)
}
