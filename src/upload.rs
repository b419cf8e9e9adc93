//! Uploads: a file to a URL that was signed for writing.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

mod source;

use crate::aps::{Access, SignedUrlOptions};
use crate::cancel::CancelToken;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::transport::{Backoff, Put, Reply, Session, is_transient, origin, reason_text};
use source::{Source, Version};

/// How often progress is told.
const TELL: Duration = Duration::from_millis(50);
/// How often the whole file is sent at the most. An upload cannot go on in the middle.
const MAX_PUTS: u32 = 4;

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

/// The object's details, as OSS answers an upload.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    #[serde(rename = "objectId")]
    object_id: serde_json::Value,
    #[serde(rename = "objectKey")]
    object_key: serde_json::Value,
    sha1: serde_json::Value,
    size: serde_json::Value,
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
        mut on_progress: impl FnMut(u64, u64) -> bool,
        cancel: Option<&CancelToken>,
    ) -> Result<UploadResult> {
        origin(url, "URL")?;
        check_content_type(&options.content_type)?;
        let path = path.as_ref();
        let version = Version::look(path)?;
        let total = version.length;
        let api = self.api();
        let session = api.network.session();
        api.closing.watch(&session);
        if let Some(cancel) = cancel {
            cancel.watch(&session);
        }
        let work = Work {
            session: session.clone(),
            url: Secret::new(url),
            path: path.to_owned(),
            version,
            options: options.clone(),
            shared: Arc::new(Shared::default()),
        };
        let running = Running {
            session,
            shared: work.shared.clone(),
        };
        // A thread, so that progress is told and heard also while the network stands still.
        api.threads
            .spawn("apsfetch-upload", move || work.run())
            .map_err(|error| {
                running.shared.finish(Err(Error::cancelled()));
                Error::new(
                    ErrorKind::Resource,
                    "The operating system refused a thread for the upload.",
                )
                .with_os_code(error.raw_os_error())
            })?;
        loop {
            let outcome = running.shared.wait(TELL);
            let sent = match &outcome {
                Some(Ok(_)) => total,
                _ => running.shared.sent.load(Ordering::Relaxed),
            };
            let go_on = on_progress(sent, total);
            match outcome {
                Some(outcome) => return outcome,
                None if !go_on => running.session.cancel(),
                None => {}
            }
        }
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
        // Before anything is asked of APS.
        Version::look(path.as_ref())?;
        let signing = SignedUrlOptions {
            access: Access::Write,
            minutes_expiration: options.minutes_expiration,
            single_use: options.single_use,
            ..SignedUrlOptions::default()
        };
        let signed = self.create_signed_url(bucket_key, object_key, &signing, cancel)?;
        self.upload(signed.url(), path, options, on_progress, cancel)
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

/// What the upload's thread and the caller share.
#[derive(Default)]
struct Shared {
    sent: AtomicU64,
    outcome: Mutex<Option<Result<UploadResult>>>,
    over: Condvar,
}

impl Shared {
    fn finish(&self, outcome: Result<UploadResult>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.over.notify_all();
    }

    fn wait(&self, limit: Duration) -> Option<Result<UploadResult>> {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        self.over
            .wait_timeout_while(outcome, limit, |outcome| outcome.is_none())
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }
}

/// Ends the upload when the caller leaves, also by a panic in its `on_progress`: nothing reads the file or
/// sends after that.
struct Running {
    session: Arc<Session>,
    shared: Arc<Shared>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.shared.wait(Duration::ZERO).is_some() {
            return;
        }
        self.session.cancel();
        while self.shared.wait(TELL).is_none() {}
    }
}

/// The upload on its thread.
struct Work {
    session: Arc<Session>,
    url: Secret,
    path: PathBuf,
    version: Version,
    options: UploadOptions,
    shared: Arc<Shared>,
}

impl Work {
    fn run(self) {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.send()));
        let outcome = caught.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Panic,
                "A bug in apsfetch stopped the upload. Please report it.",
            ))
        });
        let Work {
            session, shared, ..
        } = self;
        // Gone before the caller hears of the end, so that nothing of the upload outlives the call.
        drop(session);
        shared.finish(outcome.map_err(|error| match error.kind() {
            ErrorKind::Cancelled => Error::new(ErrorKind::Cancelled, "The upload was cancelled."),
            _ => error,
        }));
    }

    fn send(&self) -> Result<UploadResult> {
        crate::failpoint::here("upload");
        let mut backoff = Backoff::new(self.session.limits().retry);
        let mut ask_first = self.version.length > 0;
        let mut puts = 0u32;
        loop {
            let stall = self.session.limits().stall;
            let mut source = Source::open(&self.path, &self.version, stall, &self.shared.sent)?;
            let outcome = self.session.put(Put {
                url: self.url.expose(),
                content_type: &self.options.content_type,
                length: self.version.length,
                body: &mut source,
                ask_first,
            });
            // What was refused, or found nobody, before the file went out can be repeated for as long as there is patience.
            if self.shared.sent.load(Ordering::Relaxed) > 0 {
                puts = puts.saturating_add(1);
            }
            let (error, again) = match outcome {
                Ok(reply) if (200..300).contains(&reply.status) => {
                    return self.stored(reply, source);
                }
                // It does not know the question. It has refused before the body, so nothing is spent.
                Ok(reply) if reply.status == 417 && ask_first => {
                    ask_first = false;
                    continue;
                }
                Ok(reply) => {
                    let error = refused(reply);
                    let again = is_transient(&error) && !self.options.single_use;
                    (error, again)
                }
                Err(failure) => match source.take_failure() {
                    Some(ours) if !self.session.is_cancelled() => (ours, false),
                    _ => (failure.error, failure.unsent),
                },
            };
            let wait = match again && puts < MAX_PUTS {
                true => backoff.next(&error),
                false => None,
            };
            match wait {
                Some(wait) => self.session.pause(wait)?,
                None => return Err(error),
            }
        }
    }

    /// Reads the reply to a file that has arrived, and compares what it says with what was sent.
    fn stored(&self, reply: Reply, source: Source<'_>) -> Result<UploadResult> {
        let bytes = self.version.length;
        let (http_status, host) = (reply.status, reply.host().to_owned());
        let is_page = reply
            .header("content-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
        let Some(sent) = source.sha1().filter(|_| !is_page) else {
            return Err(Error::bad_response(format!(
                "{host} answered the upload with something else than a confirmation. A proxy or a login page may answer in its place; nothing says that the file was stored."
            ))
            .with_http_status(http_status));
        };
        let etag = reply.header("etag").map(str::to_owned);
        // The status is the confirmation; whether words come with it depends on the service.
        let body = reply.into_bytes().unwrap_or_default();
        let details: Details = serde_json::from_slice(&body).unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let size = match &details.size {
            serde_json::Value::String(digits) => digits.parse().ok(),
            other => other.as_u64(),
        };
        let sha1 = text(&details.sha1)
            .map(|sha1| sha1.to_ascii_lowercase())
            .filter(|sha1| sha1.len() == 40 && sha1.bytes().all(|b| b.is_ascii_hexdigit()));
        let damaged = size.is_some_and(|size: u64| size != bytes)
            || sha1.as_ref().is_some_and(|sha1| *sha1 != sent);
        if damaged {
            return Err(Error::new(
                ErrorKind::Integrity,
                format!(
                    "{host} confirms an object that is not the file that was sent: its size or its SHA-1 differs. Upload it again."
                ),
            )
            .with_http_status(http_status));
        }
        Ok(UploadResult {
            bytes,
            http_status,
            etag,
            object_id: text(&details.object_id),
            object_key: text(&details.object_key),
            sha1,
        })
    }
}

/// A refusal in words that fit a signed URL rather than a token.
fn refused(reply: Reply) -> Error {
    let (status, host) = (reply.status, reply.host().to_owned());
    let (error, body) = reply.into_error_and_body("The upload");
    if (300..400).contains(&status) {
        return Error::bad_response(format!(
            "{host} answered the upload with a redirect, which is not followed."
        ))
        .with_http_status(status);
    }
    let reason = reason_text(&body).unwrap_or_default();
    let expired = error.kind() == ErrorKind::Expired
        || (status == 403 && reason.to_ascii_lowercase().contains("expired"));
    let (kind, hint) = match status {
        _ if expired => (
            ErrorKind::Expired,
            "The signed URL has expired: create a new one.",
        ),
        401 | 403 => (
            ErrorKind::Forbidden,
            "The signed URL is not for writing, was for a single use and has been used, or was altered. Create a new one with write access.",
        ),
        404 => (
            ErrorKind::NotFound,
            "The signed URL, or the bucket behind it, does not exist any more.",
        ),
        413 => (
            ErrorKind::Http,
            "The service does not take a file of this size at this URL.",
        ),
        _ => return error,
    };
    let said = match reason.is_empty() {
        true => String::new(),
        false => format!(": \"{reason}\""),
    };
    Error::new(
        kind,
        format!("The upload failed, {host} answered {status}{said}. {hint}"),
    )
    .with_http_status(status)
    .with_request_id(error.request_id().map(str::to_owned))
}
