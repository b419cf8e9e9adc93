//! axel: equal ranges, one file at a time. It cannot be told an authority, so it does not check the certificate.

use std::process::Command;

use anyhow::Result;

use super::{Contestant, ONE, Setup, Task};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "axel",
        family: "axel",
        setup: Setup::Defaults,
        suits: ONE,
        keeps: true,
        command: |task| command(task, None),
    },
    Contestant {
        name: "axel",
        family: "axel",
        setup: Setup::ByHand,
        suits: ONE,
        keeps: true,
        command: |task| command(task, Some(task.connections)),
    },
];

fn command(task: &Task<'_>, connections: Option<u64>) -> Result<Command> {
    let source = &task.files[0];
    let mut command = Command::new("axel");
    command.args(["--quiet", "--insecure"]);
    if let Some(connections) = connections {
        command.arg(format!("--num-connections={connections}"));
    }
    command.arg("--output").arg(task.target(source));
    command.arg(task.url(source));
    Ok(command)
}
