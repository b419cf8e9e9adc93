//! Uploads: a file to a URL that was signed for writing.

use std::path::Path;

mod job;
mod source;
mod work;

use job::Target;
pub use job::UploadJob;

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// How a file is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadOptions {
    /// The media type; the default is `application/octet-stream`.
    pub content_type: String,
    /// The URL works once. [`Client::upload`] then never sends a second request that may have arrived, and
    /// [`Client::upload_object`] asks for such a URL.
    pub single_use: bool,
    /// How long the URL that [`Client::upload_object`] asks for works; APS's default is 60. An upload that has
    /// begun by then goes on.
    pub minutes_expiration: Option<u32>,
}

impl Default for UploadOptions {
    fn default() -> Self {
        UploadOptions {
            content_type: "application/octet-stream".to_owned(),
            single_use: false,
            minutes_expiration: None,
        }
    }
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadResult {
    /// The size of the file in bytes.
    pub bytes: u64,
    /// The status of the reply, 200 to 299.
    pub http_status: u16,
    /// The reply's `ETag`.
    pub etag: Option<String>,
    /// `objectId` of the reply: the URN that a translation is started with.
    pub object_id: Option<String>,
    /// `objectKey` of the reply.
    pub object_key: Option<String>,
    /// `sha1` of the reply as 40 hex digits. It is the one of the bytes that were sent.
    pub sha1: Option<String>,
}

impl Client {
    /// Uploads a file to a URL with write access, such as [`Client::create_signed_url`] gives. The file is read
    /// while it is sent; it may be as large as it likes.
    ///
    /// `on_progress` is called on this thread about twenty times a second, and once at the end, with the bytes
    /// sent and the size of the file; when it returns `false`, the upload is cancelled. An upload that is broken
    /// off stores nothing, but one that is cancelled in its last moment may have been stored already.
    ///
    /// The access token is never sent. A connection that cannot be made is tried again, and so is an answer of
    /// 429 or 5xx, with the whole file, unless the URL works once.
    pub fn upload(
        &self,
        url: &str,
        path: impl AsRef<Path>,
        options: &UploadOptions,
        on_progress: impl FnMut(u64, u64) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<UploadResult> {
        let target = Target::Url(Secret::new(url));
        UploadJob::start(self, target, path.as_ref(), options, false, cancel)?.run(on_progress)
    }

    /// Uploads a file as an object: [`Client::create_signed_url`] for writing, then [`Client::upload`]. An
    /// object of this key is replaced. Needs the scope `data:write`.
    pub fn upload_object(
        &self,
        bucket_key: &str,
        object_key: &str,
        path: impl AsRef<Path>,
        options: &UploadOptions,
        on_progress: impl FnMut(u64, u64) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<UploadResult> {
        let target = Target::object(bucket_key, object_key)?;
        UploadJob::start(self, target, path.as_ref(), options, false, cancel)?.run(on_progress)
    }

    /// [`Client::upload`] on a thread of the client, to be polled.
    pub fn start_upload(
        &self,
        url: &str,
        path: impl AsRef<Path>,
        options: &UploadOptions,
    ) -> Result<UploadJob> {
        let target = Target::Url(Secret::new(url));
        UploadJob::start(self, target, path.as_ref(), options, true, None)
    }

    /// [`Client::upload_object`] on a thread of the client, to be polled. It waits for an access token as jobs
    /// do, if the client was told to.
    pub fn start_upload_object(
        &self,
        bucket_key: &str,
        object_key: &str,
        path: impl AsRef<Path>,
        options: &UploadOptions,
    ) -> Result<UploadJob> {
        let target = Target::object(bucket_key, object_key)?;
        UploadJob::start(self, target, path.as_ref(), options, true, None)
    }
}

pub(crate) fn check_content_type(text: &str) -> Result<()> {
    let usable = (1..=256).contains(&text.len())
        && text.contains('/')
        && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !usable {
        return Err(Error::invalid(
            "The content type must look like type/subtype, in printable ASCII characters.",
        ));
    }
    Ok(())
}
