//! `POST /oss/v2/buckets/:bucketKey/objects/:objectKey/signed`.

use super::sign::add_resource;
use crate::api::auth;
use crate::clock::epoch_ms;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::world::{Access, SignedResource};
use serde_json::{Value, json};
use std::time::Duration;

const DEFAULT_MINUTES: u64 = 60;
/// Longer than anybody needs, and short enough for arithmetic.
const MAX_MINUTES: u64 = 60 * 24 * 365 * 10;

pub(in crate::api) fn create_signed(state: &State, call: &Call, bucket: &str, key: &str) -> Reply {
    if call.method != "POST" {
        return crate::api::wrong_method();
    }
    match answer(state, call, bucket, key) {
        Ok(reply) | Err(reply) => reply,
    }
}

fn answer(state: &State, call: &Call, bucket: &str, key: &str) -> Result<Reply, Reply> {
    let bad = |message: &str| Reply::reason(400, message);
    auth::require(state, call, &["data:write"])?;
    super::check_bucket_key(bucket)?;
    if !call.is_json() {
        return Err(bad("The Content-Type must be application/json"));
    }
    let body: Value =
        serde_json::from_slice(&call.body).map_err(|_| bad("The request body is not JSON"))?;
    if !body.is_object() {
        return Err(bad("The request body must be an object"));
    }
    let minutes = match &body["minutesExpiration"] {
        Value::Null => DEFAULT_MINUTES,
        value => value
            .as_u64()
            .filter(|minutes| (1..=MAX_MINUTES).contains(minutes))
            .ok_or_else(|| bad("minutesExpiration must be a positive integer"))?,
    };
    let single_use = match &body["singleUse"] {
        Value::Null => false,
        Value::Bool(value) => *value,
        _ => return Err(bad("singleUse must be a boolean")),
    };
    let access = match call.param("access") {
        None => Access::Read,
        Some(text) => Access::parse(&text)
            .ok_or_else(|| bad("access must be one of read, write, readwrite"))?,
    };
    let mut world = lock(&state.world);
    if !world.buckets.contains_key(bucket) {
        return Err(Reply::reason(404, "Bucket not found"));
    }
    // A URL that only writes may be the one that makes the object.
    if access == Access::Read && world.object(bucket, key).is_none() {
        return Err(Reply::reason(404, "Object not found"));
    }
    let expires = state.clock.now() + Duration::from_secs(minutes * 60);
    let resource = SignedResource {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        access,
        expires,
        single_use,
        used: false,
        content_type: None,
        content_disposition: None,
        cache_control: None,
    };
    let path = add_resource(&mut world, resource);
    let origin = if call.flag("useCdn") {
        &state.origins.cdn
    } else {
        &state.origins.api
    };
    Ok(Reply::json(
        200,
        &json!({
            "signedUrl": format!("{origin}{path}"),
            "expiration": epoch_ms(expires),
            "singleUse": single_use,
        }),
    ))
}
