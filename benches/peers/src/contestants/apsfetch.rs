//! The library, through its C ABI, with its default settings.

use std::process::Command;

use anyhow::Result;

use super::{BOTH, Contestant, Kind, Setup, Task, files};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "apsfetch",
        family: "apsfetch",
        setup: Setup::Ours,
        suits: &[Kind::HttpFile, Kind::File, Kind::Files, Kind::Objects],
        keeps: true,
        command: |task| command(task, false),
    },
    Contestant {
        name: "apsfetch, size told",
        family: "apsfetch",
        setup: Setup::Ours,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, true),
    },
];

fn command(task: &Task<'_>, size_told: bool) -> Result<Command> {
    let mut command = Command::new(&task.programs.contestant);
    command.arg("--ca-file").arg(&task.authority);
    let list = if let Some(service) = &task.service {
        command.env("APS_ACCESS_TOKEN", &service.token).args([
            "--base-url",
            &service.api,
            "--bucket",
            &service.bucket,
        ]);
        files::keys(task)?
    } else {
        files::list(task, |url, target, size| {
            let size = if size_told {
                size.to_string()
            } else {
                "-1".to_owned()
            };
            format!("{size}\t{url}\t{target}\n")
        })?
    };
    command.arg(list);
    Ok(command)
}
