//! What the dependencies are: their licences, versions and sources, and what is known against them.

use std::process::Stdio;

use anyhow::{Context as _, Result};

use super::machine::{Context, succeed};

pub(crate) fn check(context: &Context<'_>) -> Result<()> {
    let deny = |arguments: &[&str]| {
        let mut command = context.command("cargo");
        command.args(["deny", "--workspace"]).args(arguments);
        command
    };
    succeed(&mut deny(&["check", "licenses", "bans", "sources"])).context("cargo deny check")?;
    let fetched = deny(&["fetch", "db"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !fetched {
        // No failure: a machine may have no network. The advisories that were known are bans of versions in deny.toml.
        println!(
            "    advisories: not checked, the list of RustSec could not be fetched from github.com"
        );
        return Ok(());
    }
    succeed(&mut deny(&["check", "--disable-fetch", "advisories"]))
        .context("cargo deny check advisories")
}
