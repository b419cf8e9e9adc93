//! The CDN origin: CloudFront in front of derivatives and, with `useCdn`, of objects.

mod policy;

pub(crate) use policy::{KEY_PAIR_ID, canned_url, sign};

use crate::log::lock;
use crate::s3;
use crate::server::{Call, Entity, Reply, Slice, serve_entity};
use crate::state::State;
use crate::text;
use crate::world::FILE_URN;

/// The path of a derivative's file.
pub(crate) fn derivative_path(urn: &str) -> String {
    format!(
        "/{}",
        text::encode_path(urn.strip_prefix(FILE_URN).unwrap_or(urn))
    )
}

pub(crate) fn handle(state: &State, call: &Call) -> Reply {
    if !matches!(call.method.as_str(), "GET" | "HEAD") {
        let message =
            "This distribution is not configured to allow the HTTP request method that was used";
        return refusal(403, "MethodNotAllowed", message);
    }
    let base = call.url_without_query();
    let cookies = call.headers_named("cookie");
    let verdict = policy::verify(&base, call.query.as_deref(), cookies, state.clock.now());
    let verdict = if call.expired {
        Err(policy::Refusal::AccessDenied)
    } else {
        verdict
    };
    let query = match verdict {
        Ok(query) => query,
        Err(refused) => {
            let (code, message) = refused.code_and_message();
            return refusal(403, code, message);
        }
    };
    let Some(entity) = find(state, call, query.as_deref()) else {
        return refusal(404, "NoSuchKey", "The specified key does not exist.");
    };
    let reply = serve_entity(call, entity, |status, range, total| {
        s3::refused_condition(status, range, total)
    });
    with_headers(reply, "Miss from cloudfront")
}

fn find(state: &State, call: &Call, query: Option<&str>) -> Option<Entity> {
    let path = text::decode(&call.path)?;
    let world = lock(&state.world);
    if let Some(entity) = s3::find(&world, &path, query) {
        return Some(entity);
    }
    let derivative = world
        .derivative_by_cdn_path(&path)
        .filter(|derivative| derivative.downloadable)?;
    let mut headers = vec![("Content-Type".to_owned(), derivative.mime.clone())];
    s3::override_headers(&mut headers, query);
    Some(Entity {
        slice: Slice {
            content: derivative.content.clone(),
            start: 0,
            len: derivative.content.len(),
        },
        etag: format!("\"{}\"", derivative.content.etag()),
        modified: derivative.modified,
        headers,
    })
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    with_headers(
        Reply::text(status, "text/xml", body),
        "Error from cloudfront",
    )
}

fn with_headers(mut reply: Reply, cache: &str) -> Reply {
    reply.set("X-Cache", cache);
    reply.set("Via", "1.1 0123456789abcdef.cloudfront.net (CloudFront)");
    reply.set("X-Amz-Cf-Id", &text::random_token::<32>());
    reply.set("X-Amz-Cf-Pop", "LOOP1-C1");
    if reply.status == 403 {
        reply.set("Server", "CloudFront");
    } else {
        reply.set("Server", "AmazonS3");
    }
    reply
}
