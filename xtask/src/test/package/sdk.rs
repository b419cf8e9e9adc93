//! The archives with the SDK, unpacked in an empty place.

use anyhow::{Context as _, Result};

use super::Bench;
use crate::test::machine::succeed;
use crate::test::sdk;

pub(super) fn check(bench: &Bench<'_>) -> Result<()> {
    let archive = bench
        .package("-linux-x64.tar.gz")?
        .context("there is no SDK for Linux")?;
    let folder = bench.folder("sdk")?;
    let mut unpack = bench.context.command("tar");
    unpack.arg("xzf").arg(&archive).arg("-C").arg(&folder);
    succeed(unpack.arg("--strip-components=1")).context("unpacking the SDK")?;
    sdk::try_out(bench.context, folder, &bench.sandbox)
}
