//! The objects of a bucket, as the Object Storage Service lists them.

/// Which objects to list, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListOptions {
    /// Only objects whose key begins with this (`beginsWith`).
    pub begins_with: Option<String>,
    /// Objects in one page (`limit`), 1 to 100. The default is 100, which needs the fewest calls.
    pub limit: Option<u32>,
    /// The key to begin behind (`startAt`).
    pub start_at: Option<String>,
    /// The list ends after this many objects. The default is all of them.
    pub max_objects: Option<u64>,
}

/// An object, as APS describes it. What APS leaves out is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectInfo {
    /// The key of its bucket.
    pub bucket_key: String,
    /// Its key, not percent-encoded.
    pub object_key: String,
    /// Its URN: `urn:adsk.objects:os.object:BUCKET/KEY`.
    pub object_id: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its SHA-1 as 40 hex digits. It can be missing right after an upload.
    pub sha1: Option<String>,
    /// Its media type; listings usually leave it out.
    pub content_type: Option<String>,
    /// Its address at the API.
    pub location: Option<String>,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectPage {
    /// The objects of this page. It can be empty although more pages follow.
    pub objects: Vec<ObjectInfo>,
    /// What to ask for the next page with; `None` on the last one.
    pub next: Option<String>,
}
