//! Buckets, and the objects in them.

use crate::api::auth;
use crate::clock::epoch_ms;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::text;
use crate::world::{Bucket, Object};
use serde_json::{Value, json};

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 100;

/// An object as uploads, details and listings show it. May hash the content.
pub(super) fn details(api: &str, bucket: &str, object: &Object) -> Value {
    let mut details = json!({
        "bucketKey": bucket,
        "objectId": format!("urn:adsk.objects:os.object:{bucket}/{}", object.key),
        "objectKey": object.key,
        "size": object.content.len(),
        "contentType": object.content_type,
        "location": format!("{api}/oss/v2/buckets/{bucket}/objects/{}", text::encode_segment(&object.key)),
    });
    if let Some(sha1) = object.sha1() {
        details["sha1"] = sha1.into();
    }
    details
}

fn limit(call: &Call) -> Result<usize, Reply> {
    let Some(text) = call.param("limit") else {
        return Ok(DEFAULT_LIMIT);
    };
    match text.parse() {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(Reply::reason(400, "limit must be an integer from 1 to 100")),
    }
}

/// One page: the items after `startAt`, and whether there are more.
fn page<T>(items: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, bool) {
    let mut items: Vec<T> = items.take(limit + 1).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    (items, more)
}

pub(in crate::api) fn objects(state: &State, call: &Call, bucket: &str) -> Reply {
    if call.method != "GET" {
        return crate::api::wrong_method();
    }
    list_objects(state, call, bucket).unwrap_or_else(|reply| reply)
}

fn list_objects(state: &State, call: &Call, bucket: &str) -> Result<Reply, Reply> {
    auth::require(state, call, &["data:read"])?;
    super::check_bucket_key(bucket)?;
    let limit = limit(call)?;
    let prefix = call.param("beginsWith").unwrap_or_default();
    let start = call.param("startAt");
    let (found, more) = {
        let world = lock(&state.world);
        let bucket = world
            .buckets
            .get(bucket)
            .ok_or_else(|| Reply::reason(404, "Bucket not found"))?;
        let wanted = bucket.objects.values().filter(|object| {
            object.key.starts_with(&prefix)
                && start.as_ref().is_none_or(|start| object.key > *start)
        });
        page(wanted.cloned(), limit)
    };
    let items: Vec<Value> = found
        .iter()
        .map(|object| details(&state.origins.api, bucket, object))
        .collect();
    let mut body = json!({ "items": items });
    if let Some(last) = found.last().filter(|_| more) {
        let mut next = format!(
            "{}/oss/v2/buckets/{bucket}/objects?startAt={}&limit={limit}",
            state.origins.api,
            text::encode_segment(&last.key)
        );
        if !prefix.is_empty() {
            next.push_str(&format!("&beginsWith={}", text::encode_segment(&prefix)));
        }
        body["next"] = next.into();
    }
    Ok(Reply::json(200, &body))
}

pub(in crate::api) fn object_details(state: &State, call: &Call, bucket: &str, key: &str) -> Reply {
    if call.method != "GET" {
        return crate::api::wrong_method();
    }
    let answer = || {
        auth::require(state, call, &["data:read"])?;
        super::check_bucket_key(bucket)?;
        let object = {
            let world = lock(&state.world);
            if !world.buckets.contains_key(bucket) {
                return Err(Reply::reason(404, "Bucket not found"));
            }
            world.object(bucket, key).cloned()
        };
        let object = object.ok_or_else(|| Reply::reason(404, "Object not found"))?;
        Ok(Reply::json(
            200,
            &details(&state.origins.api, bucket, &object),
        ))
    };
    answer().unwrap_or_else(|reply: Reply| reply)
}

fn bucket_json(bucket: &Bucket) -> Value {
    json!({
        "bucketKey": bucket.key,
        "createdDate": epoch_ms(bucket.created),
        "policyKey": "persistent",
    })
}

pub(in crate::api) fn buckets(state: &State, call: &Call) -> Reply {
    if call.method != "GET" {
        return crate::api::wrong_method();
    }
    let answer = || {
        auth::require(state, call, &["bucket:read"])?;
        let limit = limit(call)?;
        let start = call.param("startAt");
        // Deployed clients name the region in three ways.
        let region = call.param("region");
        let header = call
            .header("x-ads-region")
            .or_else(|| call.header("region"))
            .map(str::to_owned);
        let region = region
            .or(header)
            .unwrap_or_else(|| "US".to_owned())
            .to_ascii_uppercase();
        let world = lock(&state.world);
        let wanted = world.buckets.values().filter(|bucket| {
            bucket.region == region && start.as_ref().is_none_or(|start| bucket.key > *start)
        });
        let (found, more) = page(wanted, limit);
        let mut body =
            json!({ "items": found.iter().map(|bucket| bucket_json(bucket)).collect::<Vec<_>>() });
        if let Some(last) = found.last().filter(|_| more) {
            let origin = &state.origins.api;
            let next = format!(
                "{origin}/oss/v2/buckets?startAt={}&limit={limit}&region={region}",
                last.key
            );
            body["next"] = next.into();
        }
        Ok(Reply::json(200, &body))
    };
    answer().unwrap_or_else(|reply: Reply| reply)
}

pub(in crate::api) fn bucket_details(state: &State, call: &Call, bucket: &str) -> Reply {
    if call.method != "GET" {
        return crate::api::wrong_method();
    }
    let answer = || {
        auth::require(state, call, &["bucket:read"])?;
        super::check_bucket_key(bucket)?;
        let world = lock(&state.world);
        let bucket = world
            .buckets
            .get(bucket)
            .ok_or_else(|| Reply::reason(404, "Bucket not found"))?;
        let mut body = bucket_json(bucket);
        body["bucketOwner"] = state.clients.id.clone().into();
        body["permissions"] = json!([{ "authId": state.clients.id, "access": "full" }]);
        Ok(Reply::json(200, &body))
    };
    answer().unwrap_or_else(|reply: Reply| reply)
}
