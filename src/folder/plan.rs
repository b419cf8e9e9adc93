//! From what there is to which file goes where.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::directory::{Directories, join};
use super::layout::{Layout, is_variant};
use super::listing::{self, Entry, Listing, Version};
use super::lock::FolderLock;
use super::{FileStatus, FolderPlan, PlannedFile};
use crate::error::{Error, Result};
use crate::request::Request;

/// A file that is asked for, before it has its place.
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// To be put at the safe path, or at one with a number.
    File {
        path: String,
        request: Result<Box<Request>>,
        content: Content,
    },
    /// Only to be named, with the reason.
    Skipped(String),
}

/// What is known of the content before it is asked for.
pub(super) enum Content {
    /// Size and SHA-1, as the listing of a bucket gives them.
    Object {
        size: Option<u64>,
        sha1: Option<String>,
    },
    /// Signing tells an ETag and the size.
    Derivative,
}

impl FolderPlan {
    /// Gives each candidate its place, notes that in the listing, and makes the folders.
    pub(super) fn make(source: String, folder: &Path, candidates: Vec<Candidate>) -> Result<Self> {
        let folder = std::path::absolute(folder)
            .map_err(|_| Error::invalid("The folder to download to is empty."))?;
        std::fs::create_dir_all(&folder).map_err(|error| {
            Error::file(format_args!("make the folder {}", folder.display()), &error)
        })?;
        let _lock = FolderLock::take(&folder)?;
        let mut listing = Listing::read(&folder);
        let mut seen = HashSet::new();
        let candidates: Vec<Candidate> = candidates
            .into_iter()
            .filter(|candidate| seen.insert(candidate.id.clone()))
            .collect();
        let mut places = places(&source, &listing, &candidates);
        let mut directories = Directories::new(&folder, true);
        let mut files = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let known = listing.find(&source, &candidate.id);
            let place = places.remove(&candidate.id);
            let file = candidate.plan(&folder, &source, known, place, &mut directories);
            files.push(file);
        }
        for file in &files {
            listing.put(file.entry.clone());
        }
        listing.write(&folder)?;
        Ok(FolderPlan { folder, files })
    }

    /// Looks once more that the folders of all planned files are folders, right before something is put there.
    pub(crate) fn check_folders(&self) -> Result<()> {
        let mut directories = Directories::new(&self.folder, false);
        for file in self.files.iter().filter(|file| file.request.is_some()) {
            directories.prepare(file.relative_path.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}

/// The place of each file that gets one. What the listing says stays as it is: of the files of this plan where
/// it fits, and of all others, so that nothing of theirs is overwritten.
fn places(source: &str, listing: &Listing, candidates: &[Candidate]) -> HashMap<String, String> {
    let wanted: HashMap<&str, &str> = candidates
        .iter()
        .filter_map(|candidate| match &candidate.kind {
            Kind::File { path, .. } => Some((candidate.id.as_str(), path.as_str())),
            Kind::Skipped(_) => None,
        })
        .collect();
    let mut layout = Layout::default();
    layout.claim(listing::NAME);
    let mut places = HashMap::new();
    for entry in listing.entries() {
        let Some(path) = &entry.path else {
            continue;
        };
        let ours = wanted
            .get(entry.id.as_str())
            .filter(|_| entry.source == source);
        match ours {
            Some(wanted) if !is_variant(wanted, path) => {}
            ours => {
                if layout.claim(path) && ours.is_some() {
                    places.insert(entry.id.clone(), path.clone());
                }
            }
        }
    }
    // Folders first: a file of the same name gets the number.
    let open: Vec<(&str, String)> = candidates
        .iter()
        .filter(|candidate| !places.contains_key(&candidate.id))
        .filter_map(|candidate| {
            let wanted = wanted.get(candidate.id.as_str())?;
            Some((candidate.id.as_str(), layout.prepare(wanted)))
        })
        .collect();
    for (id, path) in open {
        if let Some(place) = layout.place(&path) {
            places.insert(id.to_owned(), place);
        }
    }
    places
}

impl Candidate {
    fn plan(
        self,
        folder: &Path,
        source: &str,
        known: Option<&Entry>,
        place: Option<String>,
        directories: &mut Directories<'_>,
    ) -> PlannedFile {
        let mut file = PlannedFile {
            id: self.id.clone(),
            relative_path: None,
            size: None,
            status: FileStatus::Planned,
            reason: None,
            error: None,
            request: None,
            sha1: None,
            entry: Entry {
                source: source.to_owned(),
                id: self.id,
                status: FileStatus::Planned,
                path: None,
                version: Version::default(),
                error: None,
                reason: None,
            },
        };
        match self.kind {
            Kind::Skipped(reason) => {
                // What was downloaded while it could be stays known, and its name taken.
                if let Some(known) = known {
                    file.entry.path = known.path.clone();
                    file.entry.version = known.version.clone();
                }
                file.status = FileStatus::Skipped;
                file.reason = Some(reason);
            }
            Kind::File {
                request, content, ..
            } => {
                let known = known.filter(|known| known.path.is_some() && known.path == place);
                file.entry.path = place.clone();
                file.entry.version = known.map(|known| known.version.clone()).unwrap_or_default();
                let outcome = place
                    .as_deref()
                    .ok_or_else(|| Error::invalid("Too many files have the same name."))
                    .and_then(|place| directories.prepare(place).map(|()| join(folder, place)))
                    .and_then(|path| Ok((request?.to_file(&path), path)))
                    .and_then(|(request, path)| {
                        let version = known
                            .map(|known| &known.version)
                            .filter(|version| version.is_in_place(&path));
                        file.compare(request, version, content)
                    });
                file.relative_path = place;
                if let Err(error) = outcome {
                    file.status = FileStatus::Failed;
                    file.error = Some(error);
                }
            }
        }
        file.entry.status = file.status;
        file.entry.reason = file.reason.clone();
        file.entry.error = file.error.as_ref().map(ToString::to_string);
        file
    }
}

impl PlannedFile {
    /// Compares what is in place with what APS says now, or lets the request do so.
    fn compare(
        &mut self,
        mut request: Request,
        version: Option<&Version>,
        content: Content,
    ) -> Result<()> {
        match content {
            Content::Object { size, sha1 } => {
                if let Some(version) = version
                    && version.size == size
                {
                    if sha1.is_some() && version.sha1 == sha1 {
                        self.status = FileStatus::Unchanged;
                    } else if let (None, Some(etag)) = (&sha1, &version.etag) {
                        request = request.if_none_match(etag)?;
                    }
                }
                self.size = size;
                self.sha1 = sha1;
            }
            Content::Derivative => {
                if let Some(version) = version
                    && let (Some(etag), Some(size)) = (&version.etag, version.size)
                {
                    request = request.skip_if_etag(etag, size)?;
                }
            }
        }
        if self.status == FileStatus::Planned {
            self.request = Some(request);
        }
        Ok(())
    }
}
