//! What the sandbox holds: designs with their derivatives, buckets with their objects, and the switches.

mod bucket;
mod design;
mod folder;
mod resource;
mod samples;
mod settings;

pub(crate) use bucket::{Bucket, Object, Sha1Policy};
pub use design::TranslationState;
pub(crate) use design::{Derivative, Design, Now, Progress};
pub(crate) use folder::load as load_folder;
pub(crate) use resource::{Access, SignedResource, Verdict};
pub(crate) use samples::add as add_samples;
pub use settings::Settings;

use crate::content::Content;
use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

/// The prefix of derivative URNs that are files.
pub(crate) const FILE_URN: &str = "urn:adsk.viewing:fs.file:";

#[derive(Default)]
pub(crate) struct World {
    pub(crate) designs: Vec<Design>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) resources: HashMap<String, SignedResource>,
    pub(crate) settings: Settings,
}

impl World {
    pub(crate) fn design_mut(&mut self, urn: &str) -> Option<&mut Design> {
        self.designs.iter_mut().find(|design| design.urn == urn)
    }

    /// The design, created when it is missing. A raw `urn:…` is accepted as well as its base64 form.
    pub(crate) fn design_entry(&mut self, urn: &str, region: &str, now: SystemTime) -> &mut Design {
        let urn = Design::canonical_urn(urn);
        let index = match self.designs.iter().position(|design| design.urn == urn) {
            Some(index) => index,
            None => {
                self.designs.push(Design::new(urn, region, now));
                self.designs.len() - 1
            }
        };
        &mut self.designs[index]
    }

    pub(crate) fn bucket_entry(&mut self, key: &str, now: SystemTime) -> &mut Bucket {
        self.buckets
            .entry(key.to_owned())
            .or_insert_with(|| Bucket::new(key, "US", now))
    }

    pub(crate) fn object(&self, bucket: &str, key: &str) -> Option<&Object> {
        self.buckets.get(bucket)?.objects.get(key)
    }

    pub(crate) fn put_object(
        &mut self,
        bucket: &str,
        key: &str,
        content: Content,
        now: SystemTime,
    ) -> &Object {
        let bucket = self.bucket_entry(bucket, now);
        bucket
            .objects
            .insert(key.to_owned(), Object::new(key, content, now));
        &bucket.objects[key]
    }

    /// The file derivative that a path of the CDN names.
    pub(crate) fn derivative_by_cdn_path(&self, path: &str) -> Option<&Derivative> {
        let name = path.strip_prefix('/')?;
        let urn = format!("{FILE_URN}{name}");
        let mut all = self.designs.iter().flat_map(|design| &design.derivatives);
        all.find(|derivative| derivative.urn == urn || derivative.urn == name)
    }
}
