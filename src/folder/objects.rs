//! Which objects of a bucket to download.

use std::path::Path;

use super::FolderPlan;
use super::name;
use super::plan::{Candidate, Content, Kind};
use crate::error::Result;
use crate::objects::ObjectInfo;
use crate::request::Request;

/// Which objects of a bucket to download; the default is all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectFilter {
    /// Only objects whose key begins with this.
    pub prefix: String,
    /// Leaves the folders of the prefix out: `models/2026/ho` puts `models/2026/house.rvt` at `house.rvt`.
    /// The default keeps the whole key as the path.
    pub strip_prefix: bool,
}

impl FolderPlan {
    /// Plans the objects of a listing.
    pub(crate) fn of_objects(
        bucket: &str,
        objects: Vec<ObjectInfo>,
        filter: &ObjectFilter,
        folder: &Path,
    ) -> Result<Self> {
        let stripped = filter.strip_prefix.then_some(filter.prefix.as_str());
        let candidates = objects
            .into_iter()
            .map(|object| Candidate {
                kind: Kind::File {
                    path: name::of_object(&object.object_key, stripped),
                    request: Request::object(bucket, &object.object_key).map(Box::new),
                    content: Content::Object {
                        size: object.size,
                        sha1: object.sha1,
                    },
                },
                id: object.object_key,
            })
            .collect();
        Self::make(format!("bucket {bucket}"), folder, candidates)
    }
}
