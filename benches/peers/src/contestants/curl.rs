//! curl: one stream, which is all it does by itself; and ranges in parallel, put together by `cat`, as scripts do it.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::Result;

use super::{Contestant, MANY, ONE, Setup, Task, files};

pub(super) const ALL: &[Contestant] = &[
    Contestant {
        name: "curl",
        family: "curl",
        setup: Setup::Defaults,
        suits: ONE,
        keeps: true,
        command: one,
    },
    Contestant {
        name: "curl, ranges",
        family: "curl",
        setup: Setup::ByHand,
        suits: ONE,
        keeps: true,
        command: ranges,
    },
    Contestant {
        name: "curl -Z",
        family: "curl",
        setup: Setup::Defaults,
        suits: MANY,
        keeps: true,
        command: |task| many(task, ""),
    },
    Contestant {
        name: "curl -Z",
        family: "curl",
        setup: Setup::ByHand,
        suits: MANY,
        keeps: true,
        command: |task| {
            let settings = format!("parallel-immediate\nparallel-max = {}\n", task.connections);
            many(task, &settings)
        },
    },
];

fn one(task: &Task<'_>) -> Result<Command> {
    let source = &task.files[0];
    let mut command = Command::new("curl");
    command.args(["-sSf", "--cacert"]).arg(&task.authority);
    command.arg("-o").arg(task.target(source));
    command.arg(task.url(source));
    Ok(command)
}

fn ranges(task: &Task<'_>) -> Result<Command> {
    let source = &task.files[0];
    let (url, target) = (task.url(source), task.target(source));
    let parts = task.targets.join("parts");
    fs::create_dir(&parts)?;
    let mut text = format!(
        "silent\nshow-error\nparallel\nparallel-immediate\nparallel-max = {}\n",
        task.connections
    );
    for (number, range) in files::ranges(source.size, task.connections)
        .iter()
        .enumerate()
    {
        if number > 0 {
            text.push_str("next\n");
        }
        let _ = writeln!(
            text,
            "fail\ncacert = {}\nurl = {url}\nrange = {}-{}\noutput = {}/{number:04}",
            task.authority.display(),
            range.start(),
            range.end(),
            parts.display(),
        );
    }
    let list = task.work.join("list");
    fs::write(&list, text)?;
    let mut command = Command::new("sh");
    command.args([
        "-c",
        r#"set -e; curl -K "$0"; cat "$1"/* > "$2"; rm -r "$1""#,
    ]);
    command.arg(list).arg(parts).arg(target);
    Ok(command)
}

fn many(task: &Task<'_>, settings: &str) -> Result<Command> {
    let list = files::list(task, |url, target, _| {
        format!("url = {url}\noutput = {target}\n")
    })?;
    let urls = fs::read_to_string(&list)?;
    fs::write(&list, format!("{settings}{urls}"))?;
    let mut command = Command::new("curl");
    command.args(["-sSfZ", "--cacert"]).arg(&task.authority);
    command.arg("-K").arg(list);
    Ok(command)
}
