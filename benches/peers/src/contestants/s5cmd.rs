//! s5cmd, without a signature. It knows no authority of ours, so it does not check the certificate.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{BOTH, Contestant, ONE, Setup, Task};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "s5cmd",
        family: "s5cmd",
        setup: Setup::Defaults,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, None),
    },
    Contestant {
        name: "s5cmd",
        family: "s5cmd",
        setup: Setup::ByHand,
        suits: ONE,
        keeps: true,
        command: |task| command(task, Some(task.connections)),
    },
];

fn command(task: &Task<'_>, connections: Option<u64>) -> Result<Command> {
    let (endpoint, bucket) = task.endpoint_and_bucket().context("a bucket")?;
    let mut settings = String::new();
    if let (Some(connections), [source]) = (connections, task.files) {
        // Parts are given in MiB.
        let part = source.size.div_ceil(connections << 20).max(1);
        settings = format!("--concurrency {connections} --part-size {part} ");
    }
    let lines: String = task
        .files
        .iter()
        .map(|source| {
            let target = task.target(source);
            format!(
                "cp {settings}s3://{bucket}/{} {}\n",
                source.name,
                target.display()
            )
        })
        .collect();
    let list = task.work.join("list");
    fs::write(&list, lines)?;
    let mut command = Command::new(task.programs.python_tool("s5cmd"));
    command
        .env("AWS_REGION", "us-east-1")
        .args(["--no-sign-request", "--no-verify-ssl", "--log", "error"])
        .args(["--endpoint-url", endpoint, "run"])
        .arg(list);
    Ok(command)
}
