//! Signing one object for download: what the batch and the single operation have in common.

use crate::cdn;
use crate::log::lock;
use crate::s3;
use crate::state::State;
use crate::text;
use crate::world::{Access, Object, SignedResource, World};
use serde_json::{Map, Value, json};
use std::time::{Duration, SystemTime};

/// What holds for all objects of one call.
#[derive(Clone, Copy)]
pub(super) struct Options {
    pub(super) fallback: bool,
    pub(super) use_cdn: bool,
    pub(super) minutes: u64,
}

/// What is asked for one object.
#[derive(Default)]
pub(super) struct Wish {
    pub(super) key: String,
    pub(super) content_type: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) if_none_match: Option<String>,
    pub(super) if_modified_since: Option<String>,
}

/// Media types that browsers run.
const EXECUTABLE: [&str; 8] = [
    "text/html",
    "application/xhtml+xml",
    "image/svg+xml",
    "text/javascript",
    "application/javascript",
    "application/x-javascript",
    "text/xml",
    "application/xml",
];

pub(super) const NOT_MODIFIED: &str = "Not modified";

/// The object as an item of `results`; its `status` says what became of it.
pub(super) fn sign(state: &State, bucket: &str, wish: &Wish, options: Options) -> Value {
    let found = {
        let world = lock(&state.world);
        if !world.buckets.contains_key(bucket) {
            return json!({ "status": "error", "reason": "Bucket not found" });
        }
        world.object(bucket, &wish.key).cloned()
    };
    let Some(object) = found else {
        return json!({ "status": "error", "reason": "Object not found" });
    };
    let params = Params::new(wish, &object);
    if params.is_inline_executable() {
        return json!({
            "status": "error",
            "reason": "Inline executable content not allowed",
            "params": params.to_json(),
        });
    }
    // Hashing may take a while: the world is not locked meanwhile.
    let sha1 = if object.chunks.is_empty() {
        object.sha1()
    } else {
        None
    };
    if not_modified(wish, &object, sha1.as_deref()) {
        return json!({ "status": "skipped", "reason": NOT_MODIFIED });
    }
    let now = state.clock.now();
    let mut item = if object.chunks.is_empty() {
        let path = s3::object_path(bucket, &object.key);
        json!({ "status": "complete", "url": url(state, &path, &params, options, now) })
    } else if options.fallback {
        json!({ "status": "fallback", "url": fallback_url(state, bucket, &object, &params, options, now) })
    } else {
        let urls: Map<String, Value> = object
            .chunks
            .iter()
            // Out of order on purpose: it is a map, and clients have to sort it.
            .rev()
            .map(|chunk| {
                let path = s3::chunk_path(bucket, &chunk.id);
                let range = format!("{}-{}", chunk.start, chunk.start + chunk.len - 1);
                (range, url(state, &path, &params, options, now).into())
            })
            .collect();
        json!({ "status": "chunked", "urls": urls })
    };
    item["params"] = params.to_json();
    item["size"] = object.content.len().into();
    if let Some(sha1) = sha1 {
        item["sha1"] = sha1.into();
    }
    item
}

fn not_modified(wish: &Wish, object: &Object, sha1: Option<&str>) -> bool {
    if let Some(tags) = &wish.if_none_match {
        // The tag of an object is its SHA-1; the tag that S3 shows is taken as well.
        let known = |tag: &str| Some(tag) == sha1 || tag == object.content.etag() || tag == "*";
        return tags
            .split(',')
            .any(|tag| known(tag.trim().trim_matches('"')));
    }
    let since = wish
        .if_modified_since
        .as_deref()
        .and_then(|text| httpdate::parse_http_date(text).ok());
    since.is_some_and(|since| object.modified <= since + Duration::from_secs(1))
}

/// The values that the signed URL makes S3 answer with.
struct Params {
    content_type: String,
    content_disposition: String,
    cache_control: Option<String>,
}

impl Params {
    fn new(wish: &Wish, object: &Object) -> Params {
        Params {
            content_type: wish
                .content_type
                .clone()
                .unwrap_or_else(|| object.content_type.clone()),
            content_disposition: wish
                .content_disposition
                .clone()
                .unwrap_or_else(|| text::attachment(&object.key)),
            cache_control: wish.cache_control.clone(),
        }
    }

    fn is_inline_executable(&self) -> bool {
        let media_type = self
            .content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let inline = self
            .content_disposition
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("inline");
        inline && EXECUTABLE.contains(&media_type.as_str())
    }

    fn to_json(&self) -> Value {
        let mut params = json!({
            "content-type": self.content_type,
            "content-disposition": self.content_disposition,
        });
        if let Some(value) = &self.cache_control {
            params["cache-control"] = value.clone().into();
        }
        params
    }

    fn query(&self) -> String {
        let mut query = format!(
            "response-content-disposition={}&response-content-type={}",
            text::encode_segment(&self.content_disposition),
            text::encode_segment(&self.content_type)
        );
        if let Some(value) = &self.cache_control {
            query = format!(
                "response-cache-control={}&{query}",
                text::encode_segment(value)
            );
        }
        query
    }
}

fn url(state: &State, path: &str, params: &Params, options: Options, now: SystemTime) -> String {
    let lifetime = Duration::from_secs(options.minutes * 60);
    if options.use_cdn {
        cdn::canned_url(
            &format!("{}{path}?{}", state.origins.cdn, params.query()),
            now + lifetime,
        )
    } else {
        let url = format!("{}{path}?{}", state.origins.s3, params.query());
        state.signer.presign("GET", &url, now, lifetime)
    }
}

fn fallback_url(
    state: &State,
    bucket: &str,
    object: &Object,
    params: &Params,
    options: Options,
    now: SystemTime,
) -> String {
    let resource = SignedResource {
        bucket: bucket.to_owned(),
        key: object.key.clone(),
        access: Access::Read,
        expires: now + Duration::from_secs(options.minutes * 60),
        single_use: false,
        used: false,
        content_type: Some(params.content_type.clone()),
        content_disposition: Some(params.content_disposition.clone()),
        cache_control: params.cache_control.clone(),
    };
    let mut world = lock(&state.world);
    let path = add_resource(&mut world, resource);
    let url = format!("{}{path}", state.origins.api);
    if world.settings.http_fallback_url {
        url.replacen("https://", "http://", 1)
    } else {
        url
    }
}

/// Remembers a signed resource and gives its path and query.
pub(super) fn add_resource(world: &mut World, resource: SignedResource) -> String {
    let id = format!("{}-{}", text::MARKER, text::uuid());
    let region = world
        .buckets
        .get(&resource.bucket)
        .map_or("US", |bucket| bucket.region.as_str());
    let path = format!("/oss/v2/signedresources/{id}?region={region}");
    world.resources.insert(id, resource);
    path
}
