//! aria2, as it comes, and with as many connections as it takes, which is 16 to one server.

use std::process::Command;

use anyhow::Result;

use super::{BOTH, Contestant, Setup, Task, files};

/// To one server.
pub(super) const MOST: u64 = 16;

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "aria2c",
        family: "aria2c",
        setup: Setup::Defaults,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, &[]),
    },
    Contestant {
        name: "aria2c",
        family: "aria2c",
        setup: Setup::ByHand,
        suits: BOTH,
        keeps: true,
        command: |task| {
            let count = task.connections;
            let per_server = count.min(MOST);
            command(
                task,
                &[
                    format!("--split={per_server}"),
                    format!("--max-connection-per-server={per_server}"),
                    "--min-split-size=1M".to_owned(),
                    format!("--max-concurrent-downloads={count}"),
                ],
            )
        },
    },
];

fn command(task: &Task<'_>, settings: &[String]) -> Result<Command> {
    let list = files::list(task, |url, target, _| {
        let name = target.rsplit('/').next().unwrap_or(target);
        format!("{url}\n out={name}\n")
    })?;
    let mut command = Command::new("aria2c");
    command
        .args(["--no-conf", "--quiet", "--ca-certificate"])
        .arg(&task.authority)
        .arg("--dir")
        .arg(task.targets)
        .args(settings)
        .arg("--input-file")
        .arg(list);
    Ok(command)
}
