//! Archives that are the same, byte for byte, whenever and wherever they are made of the same files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use flate2::{Compression, GzBuilder};
use zip::write::{SimpleFileOptions, ZipWriter};

/// The time of every file in every archive, 2020-02-02 00:00 UTC: that of wheels that say no other.
pub(super) const TIME: u64 = 1_580_601_600;
const MODE: u32 = 0o644;

enum Content {
    Bytes(Vec<u8>),
    /// A symbolic link, and what it says.
    Link(String),
}

/// What an archive holds, by path with slashes, and so in one order always.
#[derive(Default)]
pub(super) struct Files(BTreeMap<String, Content>);

impl Files {
    pub(super) fn add(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.to_owned(), Content::Bytes(bytes.into()));
    }

    /// Adds a file of this machine.
    pub(super) fn add_file(&mut self, path: &str, file: &Path) -> Result<()> {
        self.add(
            path,
            fs::read(file).with_context(|| file.display().to_string())?,
        );
        Ok(())
    }

    /// Adds all that a folder holds, below a path that ends with a slash or is empty.
    pub(super) fn add_folder(&mut self, path: &str, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name();
            let inside = format!("{path}{}", name.to_str().context("a name that is no text")?);
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.add_folder(&format!("{inside}/"), &entry.path())?;
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path())?;
                let target = target.to_str().context("a link that is no text")?;
                self.0.insert(inside, Content::Link(target.to_owned()));
            } else {
                self.add_file(&inside, &entry.path())?;
            }
        }
        Ok(())
    }

    /// The endings of the files' names, and the paths of those that have none.
    pub(super) fn extensions(&self) -> (BTreeSet<String>, Vec<String>) {
        let (mut extensions, mut bare) = (BTreeSet::new(), Vec::new());
        for path in self.0.keys() {
            match Path::new(path)
                .extension()
                .and_then(|ending| ending.to_str())
            {
                Some(ending) => {
                    extensions.insert(ending.to_owned());
                }
                None => bare.push(path.clone()),
            }
        }
        (extensions, bare)
    }

    pub(super) fn tar_gz(&self) -> Result<Vec<u8>> {
        // Without the time at which it is made.
        let gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        let mut tar = tar::Builder::new(gzip);
        for (path, content) in &self.0 {
            let mut header = tar::Header::new_gnu();
            header.set_mode(MODE);
            header.set_mtime(TIME);
            match content {
                Content::Bytes(bytes) => {
                    header.set_size(u64::try_from(bytes.len())?);
                    tar.append_data(&mut header, path, bytes.as_slice())?;
                }
                Content::Link(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_size(0);
                    tar.append_link(&mut header, path, target)?;
                }
            }
        }
        Ok(tar.into_inner()?.finish()?)
    }

    pub(super) fn zip(&self) -> Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let time = zip::DateTime::from_date_and_time(2020, 2, 2, 0, 0, 0)?;
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(time)
            .unix_permissions(MODE);
        for (path, content) in &self.0 {
            let Content::Bytes(bytes) = content else {
                bail!("{path}: a link, which Windows does not take out of archives");
            };
            zip.start_file(path.as_str(), options)?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

/// The files of a folder that are to be there, each once; an error that names one that is not.
pub(super) fn ensure_there(folder: &Path, files: &[&str]) -> Result<()> {
    for file in files {
        let path = folder.join(file);
        ensure!(path.is_file(), "{} is missing", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_adding_makes_no_difference_and_the_content_does() {
        let of = |names: &[&str]| {
            let mut files = Files::default();
            for name in names {
                files.add(name, name.as_bytes());
            }
            (files.tar_gz().unwrap(), files.zip().unwrap())
        };
        assert_eq!(of(&["a/b", "a/a", "c"]), of(&["c", "a/a", "a/b"]));
        assert_ne!(of(&["a"]).0, of(&["b"]).0);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_kept_as_links_where_there_are_links() {
        let folder = std::env::temp_dir().join(format!("apsfetch-archive-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("file"), "bytes").unwrap();
        std::os::unix::fs::symlink("file", folder.join("link")).unwrap();
        let mut files = Files::default();
        files.add_folder("top/", &folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();

        let packed = files.tar_gz().unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let entry = entry.unwrap();
            let link = entry
                .link_name()
                .unwrap()
                .map(|link| link.display().to_string());
            found.push((entry.path().unwrap().display().to_string(), link));
        }
        assert_eq!(
            found,
            [
                ("top/file".to_owned(), None),
                ("top/link".to_owned(), Some("file".to_owned()))
            ]
        );
        assert!(files.zip().is_err());
    }
}
