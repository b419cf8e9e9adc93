//! Signed resources: `/oss/v2/signedresources/{id}` on the API and, with `useCdn`, on the CDN. No bearer is needed.

use super::listing::details;
use crate::content::Content;
use crate::log::lock;
use crate::server::{Call, Entity, Reply, Slice, serve_entity};
use crate::state::State;
use crate::text;
use crate::world::{Object, SignedResource, Verdict};

/// Which object an upload is for.
pub(crate) struct UploadTarget {
    bucket: String,
    key: String,
}

/// Spends a signed URL, or says why it cannot be used.
fn spend<T>(
    state: &State,
    call: &Call,
    id: &str,
    write: bool,
    then: impl FnOnce(&SignedResource) -> T,
) -> Result<T, Reply> {
    let mut world = lock(&state.world);
    let resource = world
        .resources
        .get_mut(id)
        .ok_or_else(|| Reply::reason(404, "Signed resource not found"))?;
    let verdict = if call.expired {
        Verdict::Expired
    } else {
        resource.spend(write, state.clock.now())
    };
    match verdict {
        Verdict::Allowed => Ok(then(resource)),
        Verdict::Expired => Err(Reply::reason(403, "The signed URL has expired")),
        Verdict::AlreadyUsed => Err(Reply::reason(
            403,
            "The signed URL was for a single use and has been used",
        )),
        Verdict::WrongAccess => Err(Reply::reason(
            403,
            "The signed URL does not allow this access",
        )),
    }
}

pub(in crate::api) fn signed_resource(state: &State, call: &Call, id: &str) -> Reply {
    match call.method.as_str() {
        "GET" | "HEAD" => read(state, call, id).unwrap_or_else(|reply| reply),
        _ => crate::api::wrong_method(),
    }
}

fn read(state: &State, call: &Call, id: &str) -> Result<Reply, Reply> {
    let (bucket, key, overrides) = spend(state, call, id, false, |resource| {
        let overrides = [
            ("Content-Type", resource.content_type.clone()),
            ("Content-Disposition", resource.content_disposition.clone()),
            ("Cache-Control", resource.cache_control.clone()),
        ];
        (resource.bucket.clone(), resource.key.clone(), overrides)
    })?;
    let (object, quirk) = {
        let world = lock(&state.world);
        (
            world.object(&bucket, &key).cloned(),
            world.settings.gzip_ignores_range_end,
        )
    };
    let object = object.ok_or_else(|| Reply::reason(404, "Object not found"))?;
    let entity = entity(&object, overrides);
    let refuse = |status: u16, _: &str, _: u64| match status {
        412 => Reply::reason(412, "A precondition of the request does not hold"),
        _ => Reply::reason(416, "The range is not satisfiable"),
    };
    let open_end = if quirk && call.accepts_gzip() {
        without_end(call)
    } else {
        None
    };
    Ok(match open_end {
        Some(call) => serve_entity(&call, entity, refuse),
        None => serve_entity(call, entity, refuse),
    })
}

/// The same request with `bytes=a-` for `bytes=a-b`.
fn without_end(call: &Call) -> Option<Call> {
    let (start, end) = call.header("range")?.split_once('-')?;
    if end.is_empty() || !start.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut headers = call.headers.clone();
    headers.insert("range", format!("{start}-").parse().ok()?);
    Some(Call {
        origin: call.origin,
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.query.clone(),
        headers,
        body: bytes::Bytes::new(),
        route: call.route.clone(),
        scheme: call.scheme,
        expired: call.expired,
    })
}

fn entity(object: &Object, overrides: [(&str, Option<String>); 3]) -> Entity {
    let mut headers = vec![
        ("Content-Type".to_owned(), object.content_type.clone()),
        (
            "Content-Disposition".to_owned(),
            text::attachment(&object.key),
        ),
    ];
    for (name, value) in overrides {
        if let Some(value) = value {
            headers.retain(|(key, _)| key != name);
            headers.push((name.to_owned(), value));
        }
    }
    Entity {
        slice: Slice {
            content: object.content.clone(),
            start: 0,
            len: object.content.len(),
        },
        etag: format!("\"{}\"", object.content.etag()),
        modified: object.modified,
        headers,
    }
}

/// Before the first byte of an upload.
pub(crate) fn begin_upload(state: &State, call: &Call) -> Result<UploadTarget, Reply> {
    let crate::api::Route::SignedResource { id } = &call.route else {
        return Err(Reply::reason(404, "Signed resource not found"));
    };
    spend(state, call, id, true, |resource| UploadTarget {
        bucket: resource.bucket.clone(),
        key: resource.key.clone(),
    })
}

/// After the last byte of an upload.
pub(crate) fn finish_upload(
    state: &State,
    call: &Call,
    target: &UploadTarget,
    content: Content,
) -> Reply {
    let now = state.clock.now();
    let mut world = lock(&state.world);
    if !world.buckets.contains_key(&target.bucket) {
        return Reply::reason(404, "Bucket not found");
    }
    world.put_object(&target.bucket, &target.key, content, now);
    let bucket = world
        .buckets
        .get_mut(&target.bucket)
        .expect("it was there a moment ago");
    let object = bucket
        .objects
        .get_mut(&target.key)
        .expect("it was put a moment ago");
    if let Some(media_type) = call.header("content-type") {
        object.content_type = media_type.to_owned();
    }
    Reply::json(200, &details(&state.origins.api, &target.bucket, object))
}
