//! `--data DIR`: a folder's files as designs and objects.
//!
//! `DIR/designs/<name>/…` becomes a design with one derivative for each file,
//! `DIR/buckets/<bucketKey>/…` becomes objects whose keys are the relative paths with `/`.

use super::{Bucket, Derivative, World};
use crate::content::Content;
use crate::error::Error;
use crate::text;
use std::path::Path;
use std::time::SystemTime;

/// The bucket that the designs of a data folder claim to come from.
const SOURCE_BUCKET: &str = "apsfetch-sandbox-data";

pub(crate) fn load(world: &mut World, folder: &Path, now: SystemTime) -> Result<(), Error> {
    if !folder.is_dir() {
        return Err(Error::new(format!(
            "the data folder {} does not exist",
            folder.display()
        )));
    }
    for (name, path) in subfolders(&folder.join("designs"))? {
        let urn = text::base64_urn(&format!(
            "urn:adsk.objects:os.object:{SOURCE_BUCKET}/{name}"
        ));
        let design = world.design_entry(&urn, "US", now);
        for (relative, content) in files(&path)? {
            let derivative = Derivative::new(&design.output_urn(&relative), content, now);
            design.put(derivative);
        }
    }
    for (key, path) in subfolders(&folder.join("buckets"))? {
        if !Bucket::valid_key(&key) {
            return Err(Error::new(format!(
                "{} cannot be a bucket: its name must be 3 to 128 of the characters a-z 0-9 - _ .",
                path.display()
            )));
        }
        world.bucket_entry(&key, now);
        for (relative, content) in files(&path)? {
            world.put_object(&key, &relative, content, now);
        }
    }
    Ok(())
}

/// The folders directly inside a folder, by name. A missing folder holds none.
fn subfolders(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>, Error> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for path in entries(folder)? {
            if path.is_dir() {
                found.push((name_of(&path)?, path));
            }
        }
    }
    Ok(found)
}

/// All files below a folder, with their relative paths.
fn files(folder: &Path) -> Result<Vec<(String, Content)>, Error> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = open.pop() {
        for path in entries(&folder)? {
            let name = format!("{prefix}{}", name_of(&path)?);
            if path.is_dir() {
                open.push((format!("{name}/"), path));
            } else {
                let content = Content::file(&path)
                    .map_err(|e| Error::io(format!("cannot read {}", path.display()), e))?;
                found.push((name, content));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, Error> {
    let failed = |e| Error::io(format!("cannot list {}", folder.display()), e);
    let mut paths = std::fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> Result<String, Error> {
    path.file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
        .ok_or_else(|| Error::new(format!("the name of {} is not Unicode", path.display())))
}
