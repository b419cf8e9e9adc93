//! What signing gives: everything needed to fetch the bytes, by this library or by another program.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::secret::Secret;

/// What APS says of a signed item, in the words of the batchsigneds3download page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum SignedStatus {
    /// One URL for the whole file.
    Complete = 1,
    /// An unmerged upload: one URL for each chunk.
    Chunked = 2,
    /// An unmerged upload behind one OSS signed URL.
    Fallback = 3,
    /// Not modified since the version the request named; there is nothing to download.
    Skipped = 4,
    /// APS cannot sign this item; see the reason.
    Error = 5,
}

/// A cookie that goes with the URL.
#[derive(Clone)]
pub struct Cookie {
    name: String,
    value: Secret,
}

impl Cookie {
    pub(crate) fn new(name: &str, value: &str) -> Self {
        Cookie {
            name: name.to_owned(),
            value: Secret::new(value),
        }
    }

    /// The name, such as `CloudFront-Policy`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value. It is a secret: whoever has it can fetch the file.
    pub fn value(&self) -> &str {
        self.value.expose()
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=[secret]", self.name)
    }
}

/// One chunk of an unmerged object: the bytes `start..end` of the file, at the beginning of their own URL.
#[derive(Debug, Clone)]
pub struct SignedChunk {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) url: Secret,
}

impl SignedChunk {
    /// The first byte's offset in the file.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The offset behind the last byte.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The address of this chunk alone. It is a secret, and to be sent byte for byte.
    pub fn url(&self) -> &str {
        self.url.expose()
    }
}

/// A signed item.
#[derive(Debug, Clone)]
pub struct Signed {
    pub(crate) status: SignedStatus,
    pub(crate) url: Option<Secret>,
    pub(crate) chunks: Vec<SignedChunk>,
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) size: Option<u64>,
    pub(crate) etag: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) expires_at: Option<SystemTime>,
    /// What was left of its life when it was signed: independent of our clock.
    pub(crate) expires_in: Option<Duration>,
    pub(crate) single_use: bool,
}

impl Signed {
    pub(crate) fn new(status: SignedStatus) -> Self {
        Signed {
            status,
            url: None,
            chunks: Vec::new(),
            cookies: Vec::new(),
            size: None,
            etag: None,
            sha1: None,
            content_type: None,
            content_disposition: None,
            cache_control: None,
            reason: None,
            expires_at: None,
            expires_in: None,
            single_use: false,
        }
    }

    /// From `expiration`, milliseconds since 1970 by the server's clock.
    pub(crate) fn set_expiration(&mut self, millis: Option<u64>, server_now: SystemTime) {
        let Some(at) =
            millis.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)))
        else {
            return;
        };
        self.expires_at = Some(at);
        self.expires_in = Some(at.duration_since(server_now).unwrap_or_default());
    }

    /// From a lifetime that starts now.
    pub(crate) fn set_lifetime(&mut self, lifetime: Duration, server_now: SystemTime) {
        self.expires_at = server_now.checked_add(lifetime);
        self.expires_in = Some(lifetime);
    }

    /// What APS says of the item.
    pub fn status(&self) -> SignedStatus {
        self.status
    }

    /// The address of the whole file. It is a secret, and to be sent byte for byte: a client that
    /// "repairs" its escapes breaks the signature.
    pub fn url(&self) -> Option<&str> {
        self.url.as_ref().map(Secret::expose)
    }

    /// The chunks of an unmerged object in order; they cover the file without gap or overlap.
    pub fn chunks(&self) -> &[SignedChunk] {
        &self.chunks
    }

    /// The cookies to send with the URL, to its host only.
    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }

    /// The cookies as one `Cookie` header, or `None` when there are none.
    pub fn cookie_header(&self) -> Option<String> {
        if self.cookies.is_empty() {
            return None;
        }
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        Some(pairs.join("; "))
    }

    /// The size of the file in bytes, when APS says it.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The file's ETag as APS gives it, unquoted. It tells versions apart; it is not a checksum.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// The SHA-1 of the file as 40 hex digits, when APS gives it.
    pub fn sha1(&self) -> Option<&str> {
        self.sha1.as_deref()
    }

    /// The media type.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The `Content-Disposition` the URL was signed with.
    pub fn content_disposition(&self) -> Option<&str> {
        self.content_disposition.as_deref()
    }

    /// The `Cache-Control` the URL was signed with.
    pub fn cache_control(&self) -> Option<&str> {
        self.cache_control.as_deref()
    }

    /// Why the item is skipped or in error, in APS's words.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// When the URL stops working, by the server's clock.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Whether the URL works for one single GET.
    pub fn is_single_use(&self) -> bool {
        self.single_use
    }
}
