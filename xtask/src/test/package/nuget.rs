use anyhow::Result;
use super::Bench;
pub(super) fn check(_: &Bench<'_>) -> Result<()> { Ok(()) }
