//! `POST /oss/v2/buckets/:bucketKey/objects/batchsigneds3download`.

use super::sign::{Options, Wish, sign};
use crate::api::auth;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::text;
use serde_json::{Map, Value, json};

const DEFAULT_MINUTES: u64 = 2;

pub(in crate::api) fn batch(state: &State, call: &Call, bucket: &str) -> Reply {
    if call.method != "POST" {
        return crate::api::wrong_method();
    }
    match answer(state, call, bucket) {
        Ok(reply) | Err(reply) => reply,
    }
}

fn answer(state: &State, call: &Call, bucket: &str) -> Result<Reply, Reply> {
    auth::require(state, call, &["data:read"])?;
    super::check_bucket_key(bucket)?;
    if !call.is_json() {
        return Err(Reply::reason(
            400,
            "The Content-Type must be application/json",
        ));
    }
    let options = Options {
        fallback: call.flag("public-resource-fallback"),
        use_cdn: call.flag("useCdn"),
        minutes: super::minutes_param(call, DEFAULT_MINUTES)?,
    };
    let wishes = wishes(&call.body)?;
    let encoded_keys = lock(&state.world).settings.encoded_batch_keys;
    let mut results = Map::new();
    for wish in &wishes {
        let key = if encoded_keys {
            text::encode_segment(&wish.key)
        } else {
            wish.key.clone()
        };
        // A map: of two requests for one key, the later one is answered.
        results.insert(key, sign(state, bucket, wish, options));
    }
    Ok(Reply::json(200, &json!({ "results": results })))
}

fn wishes(body: &[u8]) -> Result<Vec<Wish>, Reply> {
    let bad = |message: &str| Reply::reason(400, message);
    let body: Value =
        serde_json::from_slice(body).map_err(|_| bad("The request body is not JSON"))?;
    let requests = body["requests"]
        .as_array()
        .ok_or_else(|| bad("requests must be an array"))?;
    if requests.is_empty() {
        return Err(bad("requests must not be empty"));
    }
    requests.iter().map(wish).collect()
}

fn wish(request: &Value) -> Result<Wish, Reply> {
    let text = |name: &str| match &request[name] {
        Value::Null => Ok(None),
        Value::String(value) => Ok(Some(value.clone())),
        _ => Err(Reply::reason(400, &format!("{name} must be a string"))),
    };
    let key = text("objectKey")?.filter(|key| !key.is_empty());
    Ok(Wish {
        key: key.ok_or_else(|| Reply::reason(400, "objectKey is missing"))?,
        content_type: text("response-content-type")?,
        content_disposition: text("response-content-disposition")?,
        cache_control: text("response-cache-control")?,
        if_none_match: text("If-None-Match")?,
        if_modified_since: text("If-Modified-Since")?,
    })
}
