//! wget2: it has threads for many files; a single one is split only when told to.

use std::process::Command;

use anyhow::Result;

use super::{BOTH, Contestant, Setup, Task, files};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "wget2",
        family: "wget2",
        setup: Setup::Defaults,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, &[]),
    },
    Contestant {
        name: "wget2",
        family: "wget2",
        setup: Setup::ByHand,
        suits: BOTH,
        keeps: true,
        command: |task| {
            let mut settings = vec![format!("--max-threads={}", task.connections)];
            if let [source] = task.files {
                let part = source.size.div_ceil(task.connections).max(1);
                settings.push(format!("--chunk-size={part}"));
            }
            command(task, &settings)
        },
    },
];

fn command(task: &Task<'_>, settings: &[String]) -> Result<Command> {
    let list = files::list(task, |url, _, _| format!("{url}\n"))?;
    let mut command = Command::new("wget2");
    command
        .args(["--no-config", "--quiet", "--no-robots"])
        .arg(format!("--ca-certificate={}", task.authority.display()))
        .arg(format!("--directory-prefix={}", task.targets.display()))
        .args(settings)
        .arg("--input-file")
        .arg(list);
    Ok(command)
}
