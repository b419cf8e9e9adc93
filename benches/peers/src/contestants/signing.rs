//! Downloading objects with other programs takes a script that has them signed first.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Contestant, Kind, Setup, Task, files};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "a script, then curl -Z",
        family: "curl",
        setup: Setup::Defaults,
        suits: &[Kind::Objects],
        keeps: true,
        command: |task| command(task, &["--then=curl".to_owned()]),
    },
    Contestant {
        name: "a script, then curl -Z",
        family: "curl",
        setup: Setup::ByHand,
        suits: &[Kind::Objects],
        keeps: true,
        command: |task| by_hand(task, "curl"),
    },
    Contestant {
        name: "a script, then aria2c",
        family: "aria2c",
        setup: Setup::Defaults,
        suits: &[Kind::Objects],
        keeps: true,
        command: |task| command(task, &["--then=aria2c".to_owned()]),
    },
    Contestant {
        name: "a script, then aria2c",
        family: "aria2c",
        setup: Setup::ByHand,
        suits: &[Kind::Objects],
        keeps: true,
        command: |task| by_hand(task, "aria2c"),
    },
    Contestant {
        name: "requests, threads",
        family: "requests",
        setup: Setup::ByHand,
        suits: &[Kind::Objects],
        keeps: true,
        command: |task| command(task, &[format!("--threads={}", task.connections)]),
    },
];

fn by_hand(task: &Task<'_>, program: &str) -> Result<Command> {
    let connections = format!("--connections={}", task.connections);
    command(task, &[format!("--then={program}"), connections])
}

fn command(task: &Task<'_>, settings: &[String]) -> Result<Command> {
    let service = task.service.as_ref().context("a service that signs")?;
    let list = files::keys(task)?;
    let mut command = Command::new(task.programs.python());
    command
        .arg("-B")
        .arg(task.programs.script("python/sign.py"))
        .env("APS_ACCESS_TOKEN", &service.token)
        // What the machine has there would overrule what the script says.
        .env("REQUESTS_CA_BUNDLE", &task.authority)
        .arg("--ca")
        .arg(&task.authority)
        .args(["--api", &service.api, "--bucket", &service.bucket])
        .args(settings)
        .arg(list);
    Ok(command)
}
