//! `GET /oss/v2/buckets/:bucketKey/objects/:objectKey/signeds3download`.

use super::sign::{NOT_MODIFIED, Options, Wish, sign};
use crate::api::auth;
use crate::server::{Call, Reply};
use crate::state::State;

const DEFAULT_MINUTES: u64 = 2;

pub(in crate::api) fn signed_s3_download(
    state: &State,
    call: &Call,
    bucket: &str,
    key: &str,
) -> Reply {
    if call.method != "GET" {
        return crate::api::wrong_method();
    }
    match answer(state, call, bucket, key) {
        Ok(reply) | Err(reply) => reply,
    }
}

fn answer(state: &State, call: &Call, bucket: &str, key: &str) -> Result<Reply, Reply> {
    auth::require(state, call, &["data:read"])?;
    super::check_bucket_key(bucket)?;
    let options = Options {
        fallback: call.flag("public-resource-fallback"),
        use_cdn: call.flag("useCdn"),
        minutes: super::minutes_param(call, DEFAULT_MINUTES)?,
    };
    let wish = Wish {
        key: key.to_owned(),
        content_type: call.param("response-content-type"),
        content_disposition: call.param("response-content-disposition"),
        cache_control: call.param("response-cache-control"),
        // Conditions travel as headers here.
        if_none_match: call.header("if-none-match").map(str::to_owned),
        if_modified_since: call.header("if-modified-since").map(str::to_owned),
    };
    let item = sign(state, bucket, &wish, options);
    let reason = item["reason"].as_str().unwrap_or_default();
    Ok(match item["status"].as_str() {
        Some("skipped") if reason == NOT_MODIFIED => Reply::new(304),
        Some("error") if reason.ends_with("not found") => Reply::reason(404, reason),
        Some("error") => Reply::reason(400, reason),
        _ => Reply::json(200, &item),
    })
}
