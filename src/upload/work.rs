//! The upload itself, on its thread.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;

use super::source::{Source, Version};
use super::{UploadOptions, UploadResult};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::transport::{Backoff, Context, Put, Reply, is_transient, reason_text};

/// How often the whole file is sent at the most. An upload cannot go on in the middle.
const MAX_PUTS: u32 = 4;

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

/// A file on its way to a URL.
pub(super) struct Work {
    pub(super) context: Context,
    pub(super) url: Secret,
    pub(super) path: PathBuf,
    pub(super) version: Version,
    pub(super) options: UploadOptions,
    /// How many bytes have gone. It never falls, also when the file is sent again.
    pub(super) sent: Arc<AtomicU64>,
}

impl Work {
    pub(super) fn send(&self) -> Result<UploadResult> {
        let mut backoff = Backoff::new(self.context.session.limits().retry);
        let mut ask_first = self.version.length > 0;
        let mut puts = 0u32;
        loop {
            let stall = self.context.session.limits().stall;
            let mut source = Source::open(&self.path, &self.version, stall, &self.sent)?;
            let outcome = self.context.session.put(Put {
                url: self.url.expose(),
                content_type: &self.options.content_type,
                length: self.version.length,
                body: &mut source,
                ask_first,
            });
            // What was refused, or found nobody, before the file went out can be repeated for as long as there is patience.
            if self.sent.load(Ordering::Relaxed) > 0 {
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
                    Some(ours) if !self.context.session.is_cancelled() => (ours, false),
                    _ => (failure.error, failure.unsent),
                },
            };
            let wait = match again && puts < MAX_PUTS {
                true => backoff.next(&error),
                false => None,
            };
            match wait {
                // An upload's patience is its own; this one only counts.
                Some(wait) => {
                    let _ = self.context.observer.may_retry(wait);
                    self.context.session.pause(wait)?;
                }
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
