use super::Bench;
use anyhow::Result;
pub(super) fn check(_: &Bench<'_>) -> Result<()> {
    Ok(())
}
