//! `POST buckets/:bucketKey/objects/batchsigneds3download`: S3 URLs for many objects at once.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::encode::segment;
use super::{Api, ApiCall, json};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::signed::{Signed, SignedChunk, SignedStatus};
use crate::transport::{Context, Reply, digits, origin};

/// Objects in one call; more are sent in several.
pub(crate) const BATCH_LIMIT: usize = 25;
/// The page's default lifetime of a URL.
pub(super) const DEFAULT_MINUTES: u32 = 2;
/// Chunks of one unmerged object: beyond any real upload (10,000 parts is S3's own limit).
const MAX_CHUNKS: usize = 10_000;

/// The page's query parameters: requests that agree in them can share a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct BatchQuery {
    pub(crate) public_resource_fallback: bool,
    pub(crate) use_cdn: bool,
    pub(crate) minutes_expiration: Option<u32>,
}

impl BatchQuery {
    /// As pairs of a query string.
    pub(super) fn pairs(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.public_resource_fallback {
            parts.push("public-resource-fallback=true".to_owned());
        }
        if self.use_cdn {
            parts.push("useCdn=true".to_owned());
        }
        if let Some(minutes) = self.minutes_expiration {
            parts.push(format!("minutesExpiration={minutes}"));
        }
        parts
    }
}

/// One entry of `requests`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct BatchItem {
    #[serde(rename = "objectKey")]
    pub(crate) object_key: String,
    #[serde(
        rename = "response-content-type",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) response_content_type: Option<String>,
    #[serde(
        rename = "response-content-disposition",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) response_content_disposition: Option<String>,
    #[serde(
        rename = "response-cache-control",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) response_cache_control: Option<String>,
    #[serde(rename = "If-None-Match", skip_serializing_if = "Option::is_none")]
    pub(crate) if_none_match: Option<String>,
    #[serde(rename = "If-Modified-Since", skip_serializing_if = "Option::is_none")]
    pub(crate) if_modified_since: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Body {
    results: HashMap<String, Entry>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    status: String,
    #[serde(default, deserialize_with = "json::text")]
    url: Option<String>,
    #[serde(default)]
    urls: Option<HashMap<String, String>>,
    #[serde(default)]
    params: Option<BTreeMap<String, serde_json::Value>>,
    #[serde(default, deserialize_with = "json::size")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "json::text")]
    sha1: Option<String>,
    #[serde(default, deserialize_with = "json::text")]
    reason: Option<String>,
}

impl Api {
    /// Signs up to [`BATCH_LIMIT`] objects of one bucket, no key twice. Answers in the order of `items`.
    pub(crate) fn batch_signed_s3_download(
        &self,
        context: &Context,
        bucket: &str,
        query: &BatchQuery,
        items: &[BatchItem],
    ) -> Result<Vec<Result<Signed>>> {
        #[derive(Serialize)]
        struct Requests<'a> {
            requests: &'a [BatchItem],
        }
        let body = serde_json::to_vec(&Requests { requests: items })
            .map_err(|_| Error::invalid("The request cannot be written as JSON."))?;
        let call = ApiCall {
            method: "POST",
            path: format!(
                "/oss/v2/buckets/{}/objects/batchsigneds3download{}",
                segment(bucket),
                super::encode::query(&query.pairs())
            ),
            headers: vec![("Content-Type", "application/json".to_owned())],
            body: Some(&body),
            doing: "Signing the objects",
        };
        let answer = self.ask(context, &call, &[], read)?;
        Ok(signed(answer, query, items, self.is_https()))
    }
}

pub(super) fn read(reply: Reply) -> Result<(SystemTime, Body)> {
    let server_now = reply.date();
    Ok((
        server_now,
        json::read(reply, "batchsigneds3download reply")?,
    ))
}

/// The answer for each item, in their order.
pub(super) fn signed(
    (server_now, mut body): (SystemTime, Body),
    query: &BatchQuery,
    items: &[BatchItem],
    https: bool,
) -> Vec<Result<Signed>> {
    let lifetime = Duration::from_secs(
        u64::from(query.minutes_expiration.unwrap_or(DEFAULT_MINUTES)).saturating_mul(60),
    );
    items
        .iter()
        .map(|item| {
            // Some deployments answer with the encoded form of the key.
            let entry = body
                .results
                .remove(&item.object_key)
                .or_else(|| body.results.remove(&segment(&item.object_key)))
                .ok_or_else(|| {
                    Error::bad_response(format!(
                        "The batchsigneds3download reply has no entry for the object {}.",
                        item.object_key
                    ))
                })?;
            entry.into_signed(server_now, lifetime, https)
        })
        .collect()
}

impl Entry {
    pub(super) fn into_signed(
        self,
        server_now: SystemTime,
        lifetime: Duration,
        https: bool,
    ) -> Result<Signed> {
        let status = match self.status.as_str() {
            "complete" => SignedStatus::Complete,
            "chunked" => SignedStatus::Chunked,
            "fallback" => SignedStatus::Fallback,
            "skipped" => SignedStatus::Skipped,
            "error" => SignedStatus::Error,
            _ => {
                return Err(Error::bad_response(
                    "APS answered with an unknown status for the object.",
                ));
            }
        };
        let mut signed = Signed::new(status);
        signed.size = self.size;
        signed.sha1 = self
            .sha1
            .filter(|sha1| sha1.len() == 40 && sha1.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .map(|sha1| sha1.to_ascii_lowercase());
        signed.reason = self.reason;
        let param = |name: &str| {
            let value = self.params.as_ref()?.get(name)?;
            Some(value.as_str()?.to_owned())
        };
        signed.content_type = param("content-type");
        signed.content_disposition = param("content-disposition");
        signed.cache_control = param("cache-control");
        match status {
            SignedStatus::Complete | SignedStatus::Fallback => {
                let url = self.url.ok_or_else(|| {
                    Error::bad_response("APS answered without the URL of the object.")
                })?;
                signed.url = Some(Secret::new(check_url(url, status, https)?));
                signed.set_lifetime(lifetime, server_now);
            }
            SignedStatus::Chunked => {
                signed.chunks = chunks(self.urls.unwrap_or_default(), signed.size)?;
                signed.set_lifetime(lifetime, server_now);
            }
            SignedStatus::Skipped | SignedStatus::Error => {}
        }
        Ok(signed)
    }
}

/// A URL to fetch from must be https, or on this machine. APS documents the fallback with plain http; the same
/// resource is there on https, and a signed address must not travel in clear. Only an API that is on plain
/// http itself, a sandbox, keeps it.
fn check_url(url: String, status: SignedStatus, https: bool) -> Result<String> {
    let url = match url.strip_prefix("http://") {
        Some(rest) if status == SignedStatus::Fallback && https => format!("https://{rest}"),
        _ => url,
    };
    origin(&url, "signed URL in the reply")
        .map_err(|error| Error::bad_response(error.message()))?;
    Ok(url)
}

/// The map of an unmerged object as a list that covers every byte once, or an error.
fn chunks(urls: HashMap<String, String>, size: Option<u64>) -> Result<Vec<SignedChunk>> {
    let broken = |what: &str| {
        Error::bad_response(format!(
            "The chunks of the unmerged object {what}, so the file cannot be put together."
        ))
    };
    if urls.is_empty() {
        return Err(broken("are missing"));
    }
    if urls.len() > MAX_CHUNKS {
        return Err(broken("are more than 10,000"));
    }
    let mut chunks = urls
        .into_iter()
        .map(|(range, url)| {
            let (start, end) = range
                .split_once('-')
                .ok_or_else(|| broken("have an unreadable range"))?;
            let (start, last) = digits(start.trim())
                .zip(digits(end.trim()))
                .ok_or_else(|| broken("have an unreadable range"))?;
            let end = last
                .checked_add(1)
                .filter(|end| *end > start)
                .ok_or_else(|| broken("have a range that ends before it starts"))?;
            let url = Secret::new(check_url(url, SignedStatus::Chunked, true)?);
            Ok(SignedChunk { start, end, url })
        })
        .collect::<Result<Vec<_>>>()?;
    chunks.sort_by_key(|chunk| chunk.start);
    let mut expected = 0;
    for chunk in &chunks {
        if chunk.start > expected {
            return Err(broken("leave a gap"));
        }
        if chunk.start < expected {
            return Err(broken("overlap"));
        }
        expected = chunk.end;
    }
    if size.is_some_and(|size| size != expected) {
        return Err(broken("do not add up to its size"));
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, &str)]) -> HashMap<String, String> {
        entries
            .iter()
            .map(|(range, url)| ((*range).to_owned(), (*url).to_owned()))
            .collect()
    }

    #[test]
    fn chunks_are_sorted_by_number_and_cover_everything() {
        let good = map(&[
            ("10-19", "https://s/2"),
            ("9-9", "https://s/1"),
            ("0-8", "https://s/0"),
        ]);
        let chunks = chunks(good, Some(20)).unwrap();
        let starts: Vec<_> = chunks
            .iter()
            .map(|chunk| (chunk.start, chunk.end))
            .collect();
        assert_eq!(starts, [(0, 9), (9, 10), (10, 20)]);
    }

    #[test]
    fn a_map_that_does_not_cover_the_file_is_refused() {
        for (entries, size) in [
            (&[("0-8", "https://s"), ("10-19", "https://s")][..], 20),
            (&[("0-10", "https://s"), ("10-19", "https://s")][..], 20),
            (&[("0-19", "https://s")][..], 21),
            (&[("1-19", "https://s")][..], 20),
            (&[("5-4", "https://s")][..], 20),
            (&[("0-18446744073709551615", "https://s")][..], 20),
            (&[("0", "https://s")][..], 1),
            (&[("0-19", "http://example.com/")][..], 20),
            (&[][..], 0),
        ] {
            assert!(chunks(map(entries), Some(size)).is_err(), "{entries:?}");
        }
    }

    #[test]
    fn a_fallback_on_plain_http_is_upgraded() {
        let (documented, local) = (
            "http://developer.api.autodesk.com/x",
            "http://127.0.0.1:9/x",
        );
        let fallback = |url: &str, https| check_url(url.into(), SignedStatus::Fallback, https);
        assert_eq!(
            fallback(documented, true).unwrap(),
            "https://developer.api.autodesk.com/x"
        );
        assert_eq!(fallback(local, true).unwrap(), "https://127.0.0.1:9/x");
        assert_eq!(fallback(local, false).unwrap(), local);
        assert!(fallback(documented, false).is_err());
        let complete = check_url(
            "http://s3.amazonaws.com/x".into(),
            SignedStatus::Complete,
            true,
        );
        assert!(complete.is_err());
    }
}
