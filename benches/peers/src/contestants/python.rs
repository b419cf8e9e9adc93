//! Libraries of Python. They tell their own time, without that of the interpreter's start.

use std::process::Command;

use anyhow::Result;

use super::{BOTH, Contestant, MANY, ONE, Setup, Task, files};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "requests, one stream",
        family: "requests",
        setup: Setup::Defaults,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, "requests_stream", false),
    },
    Contestant {
        name: "requests, ranges of 5 MiB in turn",
        family: "requests",
        setup: Setup::Defaults,
        suits: ONE,
        keeps: true,
        command: |task| command(task, "requests_ranges", false),
    },
    Contestant {
        name: "requests, threads",
        family: "requests",
        setup: Setup::ByHand,
        suits: MANY,
        keeps: true,
        command: |task| command(task, "requests_threads", true),
    },
    Contestant {
        name: "boto3",
        family: "boto3",
        setup: Setup::Defaults,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, "boto3_download", false),
    },
    Contestant {
        name: "boto3",
        family: "boto3",
        setup: Setup::ByHand,
        suits: ONE,
        keeps: true,
        command: |task| command(task, "boto3_download", true),
    },
    Contestant {
        name: "aws-crt",
        family: "awscrt",
        setup: Setup::Defaults,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, "awscrt_s3", false),
    },
    Contestant {
        name: "aws-crt",
        family: "awscrt",
        setup: Setup::ByHand,
        suits: BOTH,
        keeps: true,
        command: |task| command(task, "awscrt_s3", true),
    },
    Contestant {
        name: "hf_transfer",
        family: "hf_transfer",
        setup: Setup::Defaults,
        suits: ONE,
        keeps: true,
        command: |task| command(task, "hf_transfer_download", false),
    },
    Contestant {
        name: "hf_transfer",
        family: "hf_transfer",
        setup: Setup::ByHand,
        suits: ONE,
        keeps: true,
        command: |task| command(task, "hf_transfer_download", true),
    },
];

fn command(task: &Task<'_>, script: &str, by_hand: bool) -> Result<Command> {
    let list = files::list(task, |url, target, size| {
        format!("{size}\t{url}\t{target}\n")
    })?;
    let mut command = Command::new(task.programs.python());
    command
        // Nothing is left in the tree.
        .arg("-B")
        .arg(task.programs.script(&format!("python/{script}.py")))
        .env("SSL_CERT_FILE", &task.authority)
        // What the machine has there would overrule what the script says.
        .env("REQUESTS_CA_BUNDLE", &task.authority)
        .arg("--ca")
        .arg(&task.authority);
    if by_hand {
        command.arg(format!("--connections={}", task.connections));
    }
    command.arg(list);
    Ok(command)
}
