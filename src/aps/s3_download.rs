//! `GET buckets/:bucketKey/objects/:objectKey/signeds3download`: an S3 URL for one object.

use std::time::Duration;

use super::batch::{BatchItem, BatchQuery, DEFAULT_MINUTES, Entry};
use super::encode::{query, segment};
use super::{Api, ApiCall, json};
use crate::error::Result;
use crate::signed::{Signed, SignedStatus};
use crate::transport::Context;

impl Api {
    /// Like the batch call with one object, whose conditions travel as headers here.
    pub(crate) fn signed_s3_download(
        &self,
        context: &Context,
        bucket: &str,
        options: &BatchQuery,
        item: &BatchItem,
    ) -> Result<Signed> {
        let mut pairs = options.pairs();
        for (name, value) in [
            ("response-content-type", &item.response_content_type),
            (
                "response-content-disposition",
                &item.response_content_disposition,
            ),
            ("response-cache-control", &item.response_cache_control),
        ] {
            if let Some(value) = value {
                pairs.push(format!("{name}={}", segment(value)));
            }
        }
        let mut headers = Vec::new();
        if let Some(etag) = &item.if_none_match {
            headers.push(("If-None-Match", etag.clone()));
        }
        if let Some(date) = &item.if_modified_since {
            headers.push(("If-Modified-Since", date.clone()));
        }
        let call = ApiCall {
            method: "GET",
            path: format!(
                "/oss/v2/buckets/{}/objects/{}/signeds3download{}",
                segment(bucket),
                segment(&item.object_key),
                query(&pairs)
            ),
            headers,
            body: None,
            doing: "Signing the object",
        };
        let answer = self.ask(context, &call, &[304], |reply| {
            if reply.status == 304 {
                return Ok(None);
            }
            let server_now = reply.date();
            let entry: Entry = json::read(reply, "signeds3download reply")?;
            Ok(Some((server_now, entry)))
        })?;
        let Some((server_now, entry)) = answer else {
            let mut signed = Signed::new(SignedStatus::Skipped);
            signed.reason = Some("Not modified".to_owned());
            return Ok(signed);
        };
        let minutes = options.minutes_expiration.unwrap_or(DEFAULT_MINUTES);
        let lifetime = Duration::from_secs(u64::from(minutes).saturating_mul(60));
        entry.into_signed(server_now, lifetime, self.is_https())
    }
}
