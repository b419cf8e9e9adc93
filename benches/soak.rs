//! Many downloads with faults, in one process that must not grow: threads, descriptors and memory stay flat.
//!
//! `cargo bench --bench soak -- --files 10000`
//!
//! The sandbox is a process of its own, so that what is counted is the library's. Each round is a client of its own with
//! jobs of many files: what a client leaves behind would show as well as what a download does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use apsfetch::{Client, Request};
use apsfetch_sandbox::{Content, Fault, Origin, Rule, Sandbox};

type Failure = Box<dyn std::error::Error>;

const BUCKET: &str = "soak";
/// Objects with sizes from nothing to some parts.
const OBJECTS: u64 = 40;
/// Files of one client.
const ROUND: usize = 500;
/// At least so many rounds fill caches and the allocator's arenas; of many rounds it is a third.
const WARM_UP: usize = 2;
/// What memory may grow by after that, in KiB: an allocator is no clock.
const SLACK_KIB: u64 = 6 * 1024;

pub(crate) fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["sandbox"] => serve(),
        words => soak(words),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The other process: a sandbox whose objects are broken off, refused, stalled and forgotten now and then.
fn serve() -> Result<(), Failure> {
    let sandbox = Sandbox::builder().no_samples().start()?;
    for index in 0..OBJECTS {
        sandbox.add_object(BUCKET, &index.to_string(), content(index));
    }
    let failing = |status| Fault::Status {
        status,
        body: String::new(),
        headers: Default::default(),
    };
    for (every, fault) in [
        (11, Fault::Reset { at: 100 }),
        (13, Fault::Truncate { at: 1000 }),
        (17, Fault::Drop { reset: true }),
        (29, failing(503)),
        (31, failing(404)),
        (37, Fault::Expire),
        (41, Fault::Corrupt { at: 0 }),
        (43, Fault::Close),
        (
            47,
            Fault::Garbage {
                text: "not HTTP".to_owned(),
            },
        ),
    ] {
        let mut rule = Rule::new(fault);
        rule.matching.origin = Some(Origin::S3);
        rule.matching.every = Some(every);
        sandbox.fault(rule);
    }
    println!(
        "{} {}",
        sandbox.info().api,
        sandbox.access_token("data:read")
    );
    std::io::stdout().flush()?;
    // The log of requests would grow as the test goes on.
    for line in std::io::stdin().lines() {
        line?;
        sandbox.clear_requests();
    }
    Ok(())
}

fn content(index: u64) -> Content {
    Content::synthetic(index * index * 777 % 500_000, index)
}

/// Ends with its input.
struct Server {
    child: Child,
    api: String,
    token: String,
}

impl Server {
    fn start() -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("sandbox")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let (api, token) = line
            .trim()
            .split_once(' ')
            .ok_or("the sandbox did not start")?;
        Ok(Server {
            child,
            api: api.to_owned(),
            token: token.to_owned(),
        })
    }

    fn forget(&mut self) -> Result<(), Failure> {
        let input = self.child.stdin.as_mut().ok_or("no input")?;
        Ok(writeln!(input)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What the process holds.
#[derive(Clone, Copy)]
struct Held {
    threads: u64,
    descriptors: u64,
    memory_kib: u64,
}

fn held() -> Result<Held, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| -> Result<u64, Failure> {
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(number.ok_or("/proc/self/status lacks a field")?.parse()?)
    };
    Ok(Held {
        threads: field("Threads:")?,
        descriptors: std::fs::read_dir("/proc/self/fd")?.count() as u64,
        memory_kib: field("VmRSS:")?,
    })
}

fn number(words: &[&str], name: &str, default: usize) -> Result<usize, Failure> {
    match words.iter().position(|word| *word == name) {
        Some(at) => Ok(words.get(at + 1).ok_or("a number is missing")?.parse()?),
        None => Ok(default),
    }
}

fn soak(words: &[&str]) -> Result<(), Failure> {
    let files = number(words, "--files", 10_000)?;
    let round = number(words, "--round", ROUND)?.clamp(1, files.max(1));
    if !cfg!(target_os = "linux") {
        println!("Only Linux tells what a process holds: nothing is measured.");
        return Ok(());
    }
    let mut server = Server::start()?;
    let folder = tempfile::tempdir()?;
    let began = Instant::now();
    let mut table: Vec<Held> = Vec::new();
    let (mut good, mut failed) = (0, 0);
    println!("  files   good  failed  threads  descriptors  memory KiB  seconds");
    let mut done = 0;
    while done < files {
        let count = round.min(files - done);
        let (ok, bad) = download(&server, folder.path(), done, count)?;
        (good, failed, done) = (good + ok, failed + bad, done + count);
        server.forget()?;
        let now = settled(table.first())?;
        table.push(now);
        println!(
            "{done:7} {good:6} {failed:7} {:8} {:12} {:11} {:8.1}",
            now.threads,
            now.descriptors,
            now.memory_kib,
            began.elapsed().as_secs_f64()
        );
    }
    judge(&table, good)
}

/// What is held when the kernel has taken the ended threads off its list.
fn settled(first: Option<&Held>) -> Result<Held, Failure> {
    let mut now = held()?;
    let waiting = Instant::now();
    while first.is_some_and(|first| now.threads > first.threads) && waiting.elapsed().as_secs() < 2
    {
        std::thread::yield_now();
        now = held()?;
    }
    Ok(now)
}

fn judge(table: &[Held], good: usize) -> Result<(), Failure> {
    if good == 0 {
        return Err("Nothing was downloaded at all.".into());
    }
    let warm_up = WARM_UP.max(table.len() / 3);
    let (Some(first), Some(last)) = (
        table.get(warm_up.min(table.len().saturating_sub(1))),
        table.last(),
    ) else {
        return Err("Nothing was measured.".into());
    };
    for (what, first, last, slack) in [
        ("threads", first.threads, last.threads, 0),
        ("descriptors", first.descriptors, last.descriptors, 0),
        (
            "memory in KiB",
            first.memory_kib,
            last.memory_kib,
            SLACK_KIB,
        ),
    ] {
        if last > first + slack {
            return Err(format!("It grows: {what} went from {first} to {last}.").into());
        }
    }
    println!("Flat after {warm_up} rounds.");
    Ok(())
}

/// One client, and `count` files with it. How many arrived and how many did not; a wrong one is a failure of everything.
fn download(
    server: &Server,
    folder: &std::path::Path,
    from: usize,
    count: usize,
) -> Result<(usize, usize), Failure> {
    let client = Client::builder()
        .base_url(&server.api)?
        .proxy("")?
        .access_token(&server.token)?
        .build()?;
    let requests = (from..from + count)
        .map(|number| {
            let key = (number as u64 % OBJECTS).to_string();
            Ok(Request::object(BUCKET, &key)?.to_file(folder.join(number.to_string())))
        })
        .collect::<Result<Vec<_>, apsfetch::Error>>()?;
    let results = client.download(requests, |_| true)?;
    let mut good = 0;
    for (number, result) in (from..).zip(&results) {
        let Ok(result) = result else { continue };
        let path = result.path.as_deref().ok_or("no path")?;
        let found = std::fs::read(path)?;
        let expected = content(number as u64 % OBJECTS);
        let mut bytes = vec![0; found.len()];
        let same = expected.len() == found.len() as u64
            && expected.read_at(0, &mut bytes)? == found.len()
            && bytes == found;
        if !same {
            return Err(format!("{} is not what was asked for.", path.display()).into());
        }
        good += 1;
    }
    for entry in std::fs::read_dir(folder)? {
        std::fs::remove_file(entry?.path())?;
    }
    Ok((good, count - good))
}
