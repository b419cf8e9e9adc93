//! The sandbox as a process of its own, with one file whose bytes are known here.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::bindings;
use super::machine::Context;

pub(crate) const BUCKET: &str = "packages";
/// What is no plain ASCII letter is encoded in addresses, and has to arrive nevertheless.
pub(crate) const KEY: &str = "models/house 1+2.bin";
/// More than one part, and not a round number of anything.
const SIZE: usize = 3_000_017;

/// A running sandbox. It ends when this object does.
pub(crate) struct Sandbox {
    child: Child,
    info: Value,
    content: Vec<u8>,
}

impl Sandbox {
    pub(crate) fn start(context: &Context<'_>) -> Result<Self> {
        let content = content();
        let data = context.folder().join("sandbox");
        let file = data.join("buckets").join(BUCKET).join(KEY);
        fs::create_dir_all(file.parent().context("a folder")?)?;
        fs::write(&file, &content)?;
        bindings::build(context)?;
        let program = bindings::built()?.join(bindings::program("apsfetch-sandbox"));
        let mut child = context
            .command(&program.to_string_lossy())
            .arg("--until-stdin-closes")
            .arg("--data")
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the sandbox")?;
        let mut line = String::new();
        let out = child.stdout.take().context("its output")?;
        let read = BufReader::new(out).read_line(&mut line);
        let mut sandbox = Self {
            child,
            info: Value::Null,
            content,
        };
        read?;
        if line.is_empty() {
            bail!("the sandbox did not start");
        }
        sandbox.info = serde_json::from_str(&line)?;
        Ok(sandbox)
    }

    /// Tells a program where the sandbox is, by the variables that all examples know.
    pub(crate) fn described_to<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for (variable, field) in [
            ("APS_BASE_URL", "api"),
            ("APS_CLIENT_ID", "client_id"),
            ("APS_CLIENT_SECRET", "client_secret"),
        ] {
            command.env(variable, self.info[field].as_str().unwrap_or_default());
        }
        command
            .env_remove("APS_ACCESS_TOKEN")
            .env("no_proxy", "127.0.0.1")
            // What is tried is what was installed.
            .env_remove("APSFETCH_LIBRARY")
            .env_remove("PYTHONPATH")
    }

    /// Whether a program has downloaded what the sandbox has, byte for byte.
    pub(crate) fn ensure_downloaded(&self, file: &Path) -> Result<()> {
        let bytes =
            fs::read(file).with_context(|| format!("{} was not downloaded", file.display()))?;
        ensure!(
            bytes == self.content,
            "{}: {} bytes, and not those of the sandbox",
            file.display(),
            bytes.len()
        );
        Ok(())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ends by itself now.
        let _ = self.child.wait();
    }
}

/// Bytes without a pattern that a mistake could keep: a part in the wrong place is another file.
fn content() -> Vec<u8> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    (0..SIZE)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}
