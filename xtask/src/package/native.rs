//! The native libraries as .NET looks for them: one folder for each system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{licences, project};

/// Each system, as .NET calls it, and the library's name there. On Windows `apsfetch.dll` would be the name of the assembly.
pub(super) const LIBRARIES: [(&str, &str); 2] = [
    ("linux-x64", "libapsfetch.so"),
    ("win-x64", "apsfetch-1.dll"),
];
pub(super) const THIRD_PARTY: &str = "LICENSE-third-party.txt";

/// Lays them out below `work`, beside the licences of what is in them. This is also what `dotnet pack` can be given.
pub(super) fn lay_out(
    work: &Path,
    libraries: &[PathBuf; 2],
    platforms: &[&str],
) -> Result<PathBuf> {
    let folder = work.join("native");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for ((system, name), library) in LIBRARIES.iter().zip(libraries) {
        project::copy(library, &folder.join(system).join("native").join(name))?;
    }
    project::write(
        &folder.join(THIRD_PARTY),
        &licences::third_party(platforms)?,
    )?;
    Ok(folder)
}
