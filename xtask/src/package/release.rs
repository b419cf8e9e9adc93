//! RELEASE.md: what each file of a release is for, and what was seen of it.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::VERSION;
use super::platform::Platform;

const NAME: &str = "RELEASE.md";

pub(super) fn write(folder: &Path, platforms: &[&Platform]) -> Result<()> {
    Ok(fs::write(folder.join(NAME), text(platforms))?)
}

fn text(platforms: &[&Platform]) -> String {
    let mut text = format!(
        "# apsfetch {VERSION}\n\nNothing here is signed by anybody. `sha256sum --check SHA256SUMS` tells whether a file is the one that was made.\n"
    );
    for platform in platforms {
        text += &format!(
            "\n## {}\n\n{}\n\n- C and C++: `{}`\n- Python: `apsfetch-{VERSION}-py3-none-{}.whl`\n- .NET: `runtimes/{}` of the NuGet package\n- what it is made of: `apsfetch-{VERSION}-{}.cdx.json`\n",
            platform.system,
            platform.seen,
            platform.archive(),
            platform.wheel,
            platform.runtime,
            platform.target,
        );
    }
    text + &format!(
        "\n## Elsewhere\n\nPython: `apsfetch-{VERSION}.tar.gz` is built from source, with Rust and a C compiler.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::super::platform;
    use super::*;

    #[test]
    fn what_never_ran_is_called_so() {
        let text = text(&platform::ALL.iter().collect::<Vec<_>>());
        for part in text.split("\n## ").skip(1) {
            let title = part.lines().next().unwrap();
            assert_eq!(
                part.contains("never run"),
                title.contains("ARM") || title.contains("macOS"),
                "{title}"
            );
        }
    }
}
