//! No package tells of the machine it was made on: neither the folder of the sources nor the home folder is in any of them.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use crate::project;

/// Reads each file of a folder, and each file in the archives among them.
pub(super) fn check(folder: &Path) -> Result<()> {
    let private: Vec<Vec<u8>> = project::private_folders()?
        .iter()
        .map(|folder| folder.display().to_string().into_bytes())
        .collect();
    ensure!(!private.is_empty(), "no folder is known that is private");
    let mut read = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.display().to_string();
        read += check_file(
            &name,
            &fs::read(&path).with_context(|| name.clone())?,
            &private,
        )?;
    }
    ensure!(read > 0, "nothing was read in {}", folder.display());
    Ok(())
}

/// How many files were read.
fn check_file(name: &str, bytes: &[u8], private: &[Vec<u8>]) -> Result<usize> {
    let mut read = 1;
    if [".zip", ".whl", ".nupkg"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
        for index in 0..archive.len() {
            let mut file = archive.by_index(index)?;
            let inner = format!("{name}: {}", file.name()?);
            let mut content = Vec::new();
            file.read_to_end(&mut content)?;
            read += check_file(&inner, &content, private)?;
        }
        return Ok(read);
    }
    if name.ends_with(".tar.gz") {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
        for entry in archive.entries()? {
            let mut entry = entry?;
            let inner = format!("{name}: {}", entry.path()?.display());
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            read += check_file(&inner, &content, private)?;
        }
        return Ok(read);
    }
    for folder in private {
        // Windows' texts have two bytes for a letter.
        let wide: Vec<u8> = folder.iter().flat_map(|byte| [*byte, 0]).collect();
        for folder in [folder, &wide] {
            if let Some(at) = find(bytes, folder) {
                let end = bytes.len().min(at + folder.len() + 80);
                let text = String::from_utf8_lossy(bytes.get(at..end).unwrap_or_default());
                bail!("{name} tells of this machine: {text:?}");
            }
        }
    }
    Ok(read)
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    // Few bytes of a file are a slash, or whatever the folder begins with.
    let first = *text.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        if bytes.get(from + at..)?.starts_with(text) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::archive::Files;
    use super::*;

    #[test]
    fn a_folder_is_found_in_files_and_in_archives_in_archives() {
        let private = [b"/home/somebody".to_vec()];
        let check = |name: &str, bytes: &[u8]| check_file(name, bytes, &private);
        assert_eq!(check("a", b"//home/some /home").unwrap(), 1);
        for text in ["/home/somebody/x", "//home/somebody"] {
            assert!(check("a", text.as_bytes()).is_err(), "{text}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(check("a.dll", &wide).is_err(), "{text}, wide");
            let mut inner = Files::default();
            inner.add("lib/a", text.as_bytes());
            assert!(check("a.tar.gz", &inner.tar_gz().unwrap()).is_err());
            let mut outer = Files::default();
            outer.add("b", "nothing");
            outer.add("inner.whl", inner.zip().unwrap());
            let error = check("a.zip", &outer.zip().unwrap()).unwrap_err();
            assert!(
                error.to_string().contains("a.zip: inner.whl: lib/a tells"),
                "{error}"
            );
        }
    }
}
