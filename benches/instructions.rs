//! How many instructions the library needs for what it does most: a guard against getting slower, that a busy machine
//! does not disturb.
//!
//! `cargo bench --bench instructions`, also a step of `cargo xtask test`. It needs valgrind.
//!
//! The library downloads in a process of its own under callgrind, which counts the instructions of the program and none
//! of the kernel, on a processor that is the same everywhere; the sandbox is in this process and is not counted. Each
//! work is done twice, small and large, and the difference is what counts: what a start costs is in neither.

use std::path::Path;
use std::process::{Command, ExitCode};

use apsfetch::{Client, Request};
use apsfetch_sandbox::{Content, Sandbox};

type Failure = Box<dyn std::error::Error>;

const MIB: u64 = 1 << 20;
const BUCKET: &str = "instructions";
/// Few and always the same: how many would be best depends on the time things take, and here they take long.
const CONNECTIONS: u32 = 2;

/// A kind of work, and what it may cost.
struct Work {
    what: &'static str,
    tls: bool,
    /// Bytes of each file.
    size: u64,
    /// How many files, in the small and in the large run.
    files: (u64, u64),
    /// Whether the files are one object for each of them, or the parts of one: its size is then counted in MiB.
    unit: &'static str,
    /// Thousands of instructions for each unit, at the most: a fifth more than was counted when this was written.
    bound: u64,
}

const WORKS: &[Work] = &[
    Work {
        what: "a large file over http",
        tls: false,
        size: 16 * MIB,
        files: (1, 3),
        unit: "MiB",
        bound: BOUND_HTTP,
    },
    Work {
        what: "a large file over https",
        tls: true,
        size: 16 * MIB,
        files: (1, 3),
        unit: "MiB",
        bound: BOUND_HTTPS,
    },
    Work {
        what: "a small file over https",
        tls: true,
        size: 10_000,
        files: (50, 150),
        unit: "file",
        bound: BOUND_SMALL,
    },
];
const BOUND_HTTP: u64 = 2_020;
const BOUND_HTTPS: u64 = 9_400;
const BOUND_SMALL: u64 = 310;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["contestant", folder, authority, urls @ ..] => download(folder, authority, urls),
        _ => guard(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What is counted.
fn download(folder: &str, authority: &str, urls: &[&str]) -> Result<(), Failure> {
    let mut builder = Client::builder().proxy("")?.max_connections(CONNECTIONS)?;
    if !authority.is_empty() {
        builder = builder.ca_file(authority);
    }
    let client = builder.build()?;
    let requests: Result<Vec<_>, _> = urls
        .iter()
        .enumerate()
        .map(|(index, url)| {
            let target = Path::new(folder).join(index.to_string());
            Request::url(url).map(|request| request.to_file(target))
        })
        .collect();
    for result in client.download(requests?, |_| true)? {
        result?;
    }
    Ok(())
}

fn guard() -> Result<(), Failure> {
    let mut failures = Vec::new();
    for work in WORKS {
        let (small, large) = work.files;
        let (few, many) = (count(work, small)?, count(work, large)?);
        let units = match work.unit {
            "MiB" => (large - small) * work.size / MIB,
            _ => large - small,
        };
        let thousands = many.saturating_sub(few) / units / 1000;
        println!(
            "{}: {thousands} thousand instructions for each {}, of {} at the most",
            work.what, work.unit, work.bound
        );
        if thousands > work.bound {
            failures.push(work.what);
        }
    }
    match failures.as_slice() {
        [] => Ok(()),
        works => Err(format!(
            "more instructions than allowed for: {}. If it is worth it, raise the bound in benches/instructions.rs.",
            works.join(", ")
        )
        .into()),
    }
}

/// The instructions of a process that downloads so many files.
fn count(work: &Work, files: u64) -> Result<u64, Failure> {
    let sandbox = Sandbox::builder().tls(work.tls).no_samples().start()?;
    sandbox.add_bucket(BUCKET);
    let authority = match &sandbox.info().ca_file {
        Some(file) => file.to_str().ok_or("an odd temporary folder")?.to_owned(),
        None => String::new(),
    };
    let mut builder = Client::builder()
        .base_url(&sandbox.info().api)?
        .proxy("")?
        .access_token(&sandbox.access_token("data:read"))?;
    if work.tls {
        builder = builder.ca_file(&authority);
    }
    let objects: Result<Vec<_>, _> = (0..files)
        .map(|number| {
            let key = number.to_string();
            sandbox.add_object(BUCKET, &key, Content::synthetic(work.size, number));
            Request::object(BUCKET, &key).and_then(|request| request.minutes_expiration(60))
        })
        .collect();
    let mut urls = Vec::new();
    for signed in builder.build()?.sign(&objects?, None) {
        urls.push(signed?.url().ok_or("no URL")?.to_owned());
    }
    let folder = tempfile::tempdir()?;
    let counts = folder.path().join("counts");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(std::env::current_exe()?)
        .arg("contestant")
        .arg(folder.path())
        .arg(&authority)
        .args(&urls)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    for number in 0..files {
        let length = std::fs::metadata(folder.path().join(number.to_string()))?.len();
        if length != work.size {
            return Err(format!("file {number} has {length} bytes").into());
        }
    }
    sandbox.stop();
    let counts = std::fs::read_to_string(&counts)?;
    let total = counts
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind gave no total")?.trim().parse()?)
}
