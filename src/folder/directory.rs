//! Folders inside the folder: made when missing, and never entered through a link.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// Makes folders below a root, each once.
pub(super) struct Directories<'a> {
    root: &'a Path,
    known: HashMap<PathBuf, Result<()>>,
    make: bool,
}

impl<'a> Directories<'a> {
    /// With `make`, missing folders are made.
    pub(super) fn new(root: &'a Path, make: bool) -> Self {
        Directories {
            root,
            known: HashMap::new(),
            make,
        }
    }

    /// Sees to the folders of a relative path with safe names, all but its last one.
    pub(super) fn prepare(&mut self, relative: &str) -> Result<()> {
        let mut folder = self.root.to_owned();
        let mut names = relative.split('/').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                break;
            }
            folder.push(name);
            match self.known.get(&folder) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Err(error.clone()),
                None => {
                    let outcome = self.look_at(&folder);
                    self.known.insert(folder.clone(), outcome.clone());
                    outcome?;
                }
            }
        }
        Ok(())
    }

    fn look_at(&self, folder: &Path) -> Result<()> {
        let failed = |error: io::Error| {
            Error::file(format_args!("make the folder {}", folder.display()), &error)
        };
        if self.make
            && let Err(error) = std::fs::create_dir(folder)
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(failed(error));
        }
        // A link is not followed: it could lead anywhere. On Windows a junction counts as one.
        let found = std::fs::symlink_metadata(folder).map_err(failed)?;
        if found.file_type().is_dir() {
            return Ok(());
        }
        let what = match found.file_type().is_symlink() {
            true => "is a link, and links inside the target folder are not followed",
            false => "is a file where a folder is needed",
        };
        Err(Error::new(
            ErrorKind::File,
            format!(
                "{} {what}. Remove it or choose another folder.",
                folder.display()
            ),
        ))
    }
}

/// Joins a relative path with `/` to a folder, in the manner of the system.
pub(super) fn join(folder: &Path, relative: &str) -> PathBuf {
    let mut path = folder.to_owned();
    path.extend(relative.split('/'));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_made_and_files_in_the_way_reported() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("file"), "").unwrap();
        let mut directories = Directories::new(root.path(), true);
        directories.prepare("a/b/c.txt").unwrap();
        directories.prepare("a/b/d.txt").unwrap();
        directories.prepare("e.txt").unwrap();
        assert!(root.path().join("a/b").is_dir());
        assert!(!root.path().join("e.txt").exists());
        for _ in 0..2 {
            let error = directories.prepare("file/x/y").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::File);
        }
        let mut looking = Directories::new(root.path(), false);
        assert!(looking.prepare("a/b/c").is_ok() && looking.prepare("new/c").is_err());
        assert!(!root.path().join("new").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path(), root.path().join("link")).unwrap();
        for make in [true, false] {
            let error = Directories::new(root.path(), make)
                .prepare("link/sub/x")
                .unwrap_err();
            assert!(error.message().contains("is a link"), "{error}");
        }
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
