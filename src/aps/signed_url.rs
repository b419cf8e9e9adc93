//! `POST buckets/:bucketKey/objects/:objectKey/signed`: OSS signed URLs, to read or to write.

use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::encode::{query, segment};
use super::{Api, ApiCall, json};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::transport::{Context, Reply, origin};

/// What an OSS signed URL allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i32)]
pub enum Access {
    /// Download.
    #[default]
    Read = 1,
    /// Upload.
    Write = 2,
    /// Both.
    ReadWrite = 3,
}

/// The parameters of an OSS signed URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignedUrlOptions {
    /// What the URL allows (`access`).
    pub access: Access,
    /// A CloudFront URL instead of one of OSS itself (`useCdn`).
    pub use_cdn: bool,
    /// How long it works (`minutesExpiration`); APS's default is 60.
    pub minutes_expiration: Option<u32>,
    /// It works once (`singleUse`).
    pub single_use: bool,
}

/// An OSS signed URL.
#[derive(Debug, Clone)]
pub struct SignedUrl {
    pub(crate) url: Secret,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) single_use: bool,
}

impl SignedUrl {
    /// The address. It is a secret: whoever has it can use it.
    pub fn url(&self) -> &str {
        self.url.expose()
    }

    /// When it stops working, by the server's clock.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Whether it works once only.
    pub fn is_single_use(&self) -> bool {
        self.single_use
    }
}

#[derive(Serialize)]
struct RequestBody {
    #[serde(rename = "minutesExpiration", skip_serializing_if = "Option::is_none")]
    minutes_expiration: Option<u32>,
    #[serde(rename = "singleUse", skip_serializing_if = "std::ops::Not::not")]
    single_use: bool,
}

#[derive(Deserialize)]
pub(super) struct ReplyBody {
    #[serde(rename = "signedUrl")]
    signed_url: String,
    #[serde(default, deserialize_with = "json::number")]
    expiration: Option<u64>,
    #[serde(default, rename = "singleUse")]
    single_use: bool,
}

impl Api {
    pub(crate) fn create_signed_url(
        &self,
        context: &Context,
        bucket: &str,
        object_key: &str,
        options: &SignedUrlOptions,
    ) -> Result<SignedUrl> {
        let body = serde_json::to_vec(&RequestBody {
            minutes_expiration: options.minutes_expiration,
            single_use: options.single_use,
        })
        .map_err(|_| Error::invalid("The request cannot be written as JSON."))?;
        let mut pairs = vec![format!(
            "access={}",
            match options.access {
                Access::Read => "read",
                Access::Write => "write",
                Access::ReadWrite => "readwrite",
            }
        )];
        if options.use_cdn {
            pairs.push("useCdn=true".to_owned());
        }
        let call = ApiCall {
            method: "POST",
            path: format!(
                "/oss/v2/buckets/{}/objects/{}/signed{}",
                segment(bucket),
                segment(object_key),
                query(&pairs)
            ),
            headers: vec![("Content-Type", "application/json".to_owned())],
            body: Some(&body),
            doing: "Creating a signed URL",
        };
        let answer = self.ask(context, &call, &[], read)?;
        signed_url(answer, options.single_use)
    }
}

pub(super) fn read(reply: Reply) -> Result<(SystemTime, ReplyBody)> {
    let server_now = reply.date();
    Ok((server_now, json::read(reply, "signed URL reply")?))
}

pub(super) fn signed_url(
    (server_now, body): (SystemTime, ReplyBody),
    single_use: bool,
) -> Result<SignedUrl> {
    origin(&body.signed_url, "signed URL in the reply")
        .map_err(|error| Error::bad_response(error.message()))?;
    let expires_at = body
        .expiration
        .and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    Ok(SignedUrl {
        url: Secret::new(body.signed_url),
        expires_at,
        expires_in: expires_at.map(|at| at.duration_since(server_now).unwrap_or_default()),
        single_use: body.single_use || single_use,
    })
}
