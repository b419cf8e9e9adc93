//! `cargo xtask recording`: what the README shows of a terminal, recorded from real runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use super::succeed;
use crate::test::ThisMachine;
use crate::{project, sbom};

pub(crate) const HELP: &str = "\
Usage: cargo xtask recording

Runs the quick start and a download by the Python command line, both against the sandbox, records them, and makes the
pictures docs/images/quickstart.svg and get.svg of that. It needs asciinema and termtosvg on PATH:
`pip install asciinema==2.4.0 termtosvg==1.1.0`.
";

/// The README is to load quickly.
const LARGEST: u64 = 150_000;

/// What is typed, how it is run, and how large the terminal is.
struct Recording {
    name: &'static str,
    typed: &'static str,
    run: String,
    columns: u32,
    rows: u32,
}

pub(crate) fn run() -> Result<()> {
    let machine = ThisMachine::new()?;
    for program in ["asciinema", "termtosvg"] {
        ensure!(
            machine.on_path(program),
            "there is no {program}: `pip install asciinema==2.4.0 termtosvg==1.1.0`"
        );
    }
    let mut build = project::command("cargo");
    build.args(["build", "--release", "--package", "apsfetch"]);
    build.args(["--lib", "--example", "quickstart"]);
    succeed(&mut build, "cargo build")?;
    let mut build = project::command("cargo");
    build.args(["build", "--release", "--package", "apsfetch-sandbox"]);
    succeed(&mut build, "cargo build")?;

    let built = sbom::target_folder()?.join("release");
    // Slow enough to see something: two megabytes a second for each connection.
    let fault =
        r#"{"match": {"origin": "s3"}, "fault": {"kind": "rate", "bytes_per_second": 2000000}}"#;
    let recordings = [
        Recording {
            name: "quickstart",
            typed: "cargo run --release --example quickstart",
            run: built.join("examples/quickstart").display().to_string(),
            columns: 104,
            rows: 19,
        },
        Recording {
            name: "get",
            typed: "python -m apsfetch get object apsfetch-sandbox-files medium.bin",
            run: format!(
                "{} --fault '{fault}' -- python3 -m apsfetch get object apsfetch-sandbox-files medium.bin",
                built.join("apsfetch-sandbox").display()
            ),
            columns: 100,
            rows: 6,
        },
    ];
    for recording in &recordings {
        record(&machine, recording, &built)?;
    }
    Ok(())
}

fn record(machine: &ThisMachine, recording: &Recording, built: &Path) -> Result<()> {
    let work = sbom::target_folder()?.join("recording");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let script = work.join("run.sh");
    fs::write(
        &script,
        format!(
            "printf '%s\\n' '$ {}'\nexec {}\n",
            recording.typed, recording.run
        ),
    )?;
    let cast = work.join("run.cast");
    let mut asciinema = in_terminal(machine, "asciinema", &work);
    asciinema.args(["rec", "--quiet", "--idle-time-limit", "2"]);
    asciinema.args(["--cols", &recording.columns.to_string()]);
    asciinema.args(["--rows", &recording.rows.to_string()]);
    asciinema.args(["--command", &format!("sh {}", script.display())]);
    asciinema.arg(&cast);
    asciinema.env("PYTHONPATH", project::root().join("bindings/python/src"));
    asciinema.env("PYTHONDONTWRITEBYTECODE", "1");
    asciinema.env("APSFETCH_LIBRARY", built.join("libapsfetch.so"));
    succeed(&mut asciinema, "asciinema")?;

    let picture = work.join("run.svg");
    let mut render = in_terminal(machine, "termtosvg", &work);
    render.arg("render").arg(&cast).arg(&picture);
    // Five frames a second, and time to read at the end.
    render.args(["--template", "window_frame"]);
    render.args(["--min-frame-duration", "200", "--loop-delay", "5000"]);
    succeed(&mut render, "termtosvg")?;
    let size = fs::metadata(&picture).context("the picture")?.len();
    if size > LARGEST {
        bail!("{} is larger than {LARGEST} bytes: {size}", recording.name);
    }
    let place = project::root()
        .join("docs/images")
        .join(format!("{}.svg", recording.name));
    let text = fs::read_to_string(&picture)?.replace(&work.display().to_string(), "/home/me");
    fs::write(&place, text)?;
    println!("{}", place.display());
    Ok(())
}

fn in_terminal(machine: &ThisMachine, program: &str, folder: &Path) -> Command {
    let mut command = machine.command(program);
    command.current_dir(folder).env("TERM", "xterm-256color");
    command.env("no_proxy", "127.0.0.1");
    command
}
