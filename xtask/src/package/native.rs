//! The native libraries as .NET looks for them: one folder for each system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::platform::Platform;
use crate::{licences, project};

pub(super) const THIRD_PARTY: &str = "LICENSE-third-party.txt";

/// Lays them out below `work`, beside the licences of what is in them. This is also what `dotnet pack` can be given.
pub(super) fn lay_out(work: &Path, libraries: &[(&Platform, PathBuf)]) -> Result<PathBuf> {
    let folder = work.join("native");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (platform, library) in libraries {
        let place = folder.join(platform.runtime).join("native");
        project::copy(library, &place.join(platform.library))?;
    }
    let targets: Vec<&str> = libraries
        .iter()
        .map(|(platform, _)| platform.target)
        .collect();
    project::write(&folder.join(THIRD_PARTY), &licences::third_party(&targets)?)?;
    Ok(folder)
}
