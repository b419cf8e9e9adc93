//! The project's own sandbox, which signs and serves objects as APS does.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::content::Source;

pub(crate) const BUCKET: &str = "apsfetch-benchmark";

/// It ends with this object.
pub(crate) struct Sandbox {
    child: Child,
    pub(crate) api: String,
    pub(crate) authority: PathBuf,
    pub(crate) token: String,
}

impl Sandbox {
    /// Serves these files as the objects of one bucket.
    pub(crate) fn start(
        program: &Path,
        files: &Path,
        sources: &[Source],
        folder: &Path,
    ) -> Result<Self> {
        let data = folder.join("data");
        let bucket = data.join("buckets").join(BUCKET);
        std::fs::create_dir_all(&bucket)?;
        for source in sources {
            std::fs::hard_link(files.join(&source.name), bucket.join(&source.name))?;
        }
        let mut command = Command::new(program);
        command
            .args(["--tls", "--no-samples", "--until-stdin-closes", "--data"])
            .arg(&data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let mut line = String::new();
        let output = child.stdout.take().context("its output")?;
        BufReader::new(output).read_line(&mut line)?;
        let told: serde_json::Value = serde_json::from_str(&line).context("the sandbox's line")?;
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        let (api, authority) = (
            text("api").context("its address")?,
            text("ca_file").context("its authority")?,
        );
        let token = token(&api, &authority)?;
        Ok(Self {
            child,
            api,
            authority: authority.into(),
            token,
        })
    }
}

fn token(api: &str, authority: &str) -> Result<String> {
    let output = Command::new("curl")
        .args(["-sSf", "--cacert", authority])
        .args(["-d", r#"{"scopes": "data:read"}"#])
        .arg(format!("{api}/sandbox/token"))
        .output()
        .context("curl")?;
    ensure!(
        output.status.success(),
        "no token: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(answer["access_token"]
        .as_str()
        .context("a token")?
        .to_owned())
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
