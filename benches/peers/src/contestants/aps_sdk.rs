//! Autodesk's own SDK for Node. It signs by itself, so nginx answers that too (see `servers/nginx.rs`).

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Contestant, Kind, Setup, Task, files};

pub(super) const ALL: &[Contestant] = &[Contestant {
    name: "@aps_sdk/oss 1.3.3",
    family: "aps_sdk",
    setup: Setup::Defaults,
    suits: &[Kind::HttpFile, Kind::File, Kind::Files, Kind::Objects],
    keeps: true,
    command,
}];

fn command(task: &Task<'_>) -> Result<Command> {
    let list = files::keys(task)?;
    let mut command = Command::new("node");
    command
        .env("NODE_EXTRA_CA_CERTS", &task.authority)
        .env("PEERS_NODE", task.programs.node())
        .arg(task.programs.script("node/aps_sdk.mjs"));
    match &task.service {
        Some(service) => command
            .env("APS_ACCESS_TOKEN", &service.token)
            .args([&service.api, &service.bucket]),
        None => {
            let (endpoint, bucket) = task.endpoint_and_bucket().context("a bucket")?;
            command.args([endpoint, bucket])
        }
    };
    command.arg(list);
    Ok(command)
}
