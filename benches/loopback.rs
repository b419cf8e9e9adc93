//! One large file over https on loopback: this library beside `curl` with one stream, in one run.
//!
//! `cargo bench --bench loopback [-- --size-mib N] [--rounds N]`
//!
//! The machine may be shared, so only the ratios mean something: the contestants take turns, and each round
//! gives one ratio. Both write to the same folder and are processes of their own, so that memory can be told.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use apsfetch::{Client, Request};
use apsfetch_sandbox::{Content, Sandbox};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["contestant", url, target, authority] => download(url, target, authority),
        words => compare(words),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What a child process does for the library: prints the growth of its memory in KiB.
fn download(url: &str, target: &str, authority: &str) -> Result<(), Failure> {
    let base = peak_memory()?;
    let client = Client::builder().proxy("")?.ca_file(authority).build()?;
    let request = Request::url(url)?.to_file(target);
    client.download(vec![request], |_| true)?.remove(0)?;
    println!("{}", peak_memory()?.saturating_sub(base));
    Ok(())
}

fn peak_memory() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.ok_or("no VmHWM in /proc/self/status")?.parse()?)
}

fn number(words: &[&str], name: &str, default: u64) -> Result<u64, Failure> {
    match words.iter().position(|word| *word == name) {
        Some(at) => Ok(words.get(at + 1).ok_or("a number is missing")?.parse()?),
        None => Ok(default),
    }
}

fn compare(words: &[&str]) -> Result<(), Failure> {
    let size = number(words, "--size-mib", 1024)? << 20;
    let rounds = number(words, "--rounds", 5)?;
    let sandbox = Sandbox::builder().tls(true).no_samples().start()?;
    let content = Content::synthetic(size, 1);
    sandbox.add_object("bench", "large.bin", content.clone());
    let authority = sandbox.info().ca_file.clone().ok_or("no authority")?;
    let authority = authority.to_str().ok_or("an odd temporary folder")?;
    let client = Client::builder()
        .base_url(&sandbox.info().api)?
        .proxy("")?
        .ca_file(authority)
        .access_token(&sandbox.access_token("data:read"))?
        .build()?;
    let object = Request::object("bench", "large.bin")?.minutes_expiration(60)?;
    let signed = client.sign(&[object], None).remove(0)?;
    let url = signed.url().ok_or("no URL")?;

    // Memory, where there is some: a disk would be measured otherwise.
    let folder = match Path::new("/dev/shm").is_dir() {
        true => tempfile::tempdir_in("/dev/shm")?,
        false => tempfile::tempdir()?,
    };
    let target = folder.path().join("file");
    let target_text = target.to_str().ok_or("an odd temporary folder")?;
    let own = std::env::current_exe()?;
    println!("{} MiB over https on loopback, {rounds} rounds", size >> 20);
    println!(
        "| round | curl, one stream (s) | apsfetch (s) | curl / apsfetch | apsfetch memory (MiB) |"
    );
    println!("|---:|---:|---:|---:|---:|");
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let curl = timed(Command::new("curl").args([
            "-sSf",
            "--cacert",
            authority,
            "-o",
            target_text,
            url,
        ]))?;
        check(&target, &content)?;
        let ours = timed(Command::new(&own).args(["contestant", url, target_text, authority]))?;
        check(&target, &content)?;
        let ratio = curl.0.as_secs_f64() / ours.0.as_secs_f64();
        let memory = ours.1.trim().parse::<u64>()? as f64 / 1024.0;
        println!(
            "| {round} | {:.2} | {:.2} | {ratio:.2} | {memory:.1} |",
            curl.0.as_secs_f64(),
            ours.0.as_secs_f64()
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio: {:.2}", ratios[ratios.len() / 2]);
    sandbox.stop();
    Ok(())
}

fn timed(command: &mut Command) -> Result<(Duration, String), Failure> {
    let begun = Instant::now();
    let output = command.output()?;
    let time = begun.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok((time, String::from_utf8(output.stdout)?))
}

/// A contestant with wrong bytes has no time.
fn check(path: &Path, content: &Content) -> Result<(), Failure> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let (mut ours, mut theirs) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut at = 0;
    loop {
        let read = file.read(&mut ours)?;
        if read == 0 {
            break;
        }
        content.read_at(at, &mut theirs[..read])?;
        if ours[..read] != theirs[..read] {
            return Err(format!("wrong bytes behind {at}").into());
        }
        at += read as u64;
    }
    std::fs::remove_file(path)?;
    match at == content.len() {
        true => Ok(()),
        false => Err("wrong size".into()),
    }
}
