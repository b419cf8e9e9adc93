//! What the machine can do: see `floor.rs` of this program.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Contestant, Kind, Setup, Task};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "a socket, read and thrown away",
        family: "floors",
        setup: Setup::Floor,
        suits: &[Kind::HttpFile],
        keeps: false,
        command: |task| command(task, "read"),
    },
    Contestant {
        name: "a socket, written to a file",
        family: "floors",
        setup: Setup::Floor,
        suits: &[Kind::HttpFile],
        keeps: true,
        command: |task| command(task, "write"),
    },
    Contestant {
        name: "a socket, spliced to a file",
        family: "floors",
        setup: Setup::Floor,
        suits: &[Kind::HttpFile],
        keeps: true,
        command: |task| command(task, "splice"),
    },
];

fn command(task: &Task<'_>, what: &str) -> Result<Command> {
    let source = &task.files[0];
    let url = task.url(source);
    let rest = url.strip_prefix("http://").context("floors are for http")?;
    let (host, path) = rest.split_once('/').context("a path")?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["floor", what, host, &format!("/{path}")]);
    command.arg(task.target(source));
    Ok(command)
}
