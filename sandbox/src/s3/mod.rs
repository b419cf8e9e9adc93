//! The S3 origin: pre-signed URLs, and the objects and chunks behind them.

mod presign;

pub(crate) use presign::Signer;

use crate::clock::{epoch_secs, iso8601};
use crate::log::lock;
use crate::server::{Call, Entity, Reply, Slice, serve_entity};
use crate::state::State;
use crate::text;
use crate::world::World;
use presign::Refusal;
use std::time::{Duration, UNIX_EPOCH};

/// The S3 bucket behind all of OSS, in the path.
const BUCKET: &str = "oss-sandbox";

/// The path of an object.
pub(crate) fn object_path(bucket: &str, key: &str) -> String {
    format!(
        "/{BUCKET}/bucket/{bucket}/object/{}",
        text::encode_path(key)
    )
}

/// The path of one chunk of an unmerged upload.
pub(crate) fn chunk_path(bucket: &str, id: &str) -> String {
    format!("/{BUCKET}/bucket/{bucket}/chunk-uuid/{id}")
}

/// The object or chunk at a decoded path, with the headers that the query asks for.
pub(crate) fn find(world: &World, path: &str, query: Option<&str>) -> Option<Entity> {
    let rest = path
        .strip_prefix('/')?
        .strip_prefix(BUCKET)?
        .strip_prefix("/bucket/")?;
    let (bucket, rest) = rest.split_once('/')?;
    let (object, slice, etag) = if let Some(key) = rest.strip_prefix("object/") {
        let object = world.object(bucket, key)?;
        let slice = Slice {
            content: object.content.clone(),
            start: 0,
            len: object.content.len(),
        };
        (object, slice, object.content.etag().to_owned())
    } else {
        let id = rest.strip_prefix("chunk-uuid/")?;
        let objects = world.buckets.get(bucket)?.objects.values();
        let (object, chunk) = objects
            .flat_map(|object| object.chunks.iter().map(move |chunk| (object, chunk)))
            .find(|(_, chunk)| chunk.id == id)?;
        let slice = Slice {
            content: object.content.clone(),
            start: chunk.start,
            len: chunk.len,
        };
        (object, slice, chunk.id.replace(['u', 'i', 'd', '-'], ""))
    };
    let mut headers = vec![("Content-Type".to_owned(), object.content_type.clone())];
    override_headers(&mut headers, query);
    Some(Entity {
        slice,
        etag: format!("\"{etag}\""),
        modified: object.modified,
        headers,
    })
}

/// `response-content-type` and its sisters.
pub(crate) fn override_headers(headers: &mut Vec<(String, String)>, query: Option<&str>) {
    for (name, value) in text::pairs(query.unwrap_or_default()) {
        let header = match name.as_str() {
            "response-content-type" => "Content-Type",
            "response-content-disposition" => "Content-Disposition",
            "response-cache-control" => "Cache-Control",
            "response-content-language" => "Content-Language",
            "response-expires" => "Expires",
            _ => continue,
        };
        headers.retain(|(key, _)| key != header);
        headers.push((header.to_owned(), value));
    }
}

pub(crate) fn handle(state: &State, call: &Call) -> Reply {
    if !matches!(call.method.as_str(), "GET" | "HEAD") {
        return with_headers(error(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            "",
        ));
    }
    let base = call.url_without_query();
    let header = |name: &str| call.header(name).map(str::to_owned);
    let now = state.clock.now();
    let verdict = state.signer.verify(
        call.method.as_str(),
        &base,
        call.query.as_deref(),
        header,
        now,
    );
    let verdict = if call.expired {
        let seconds = call
            .param("X-Amz-Expires")
            .and_then(|text| text.parse().ok())
            .unwrap_or(120);
        Err(Refusal::Expired { at: now, seconds })
    } else {
        verdict
    };
    if let Err(refusal) = verdict {
        let server_time = iso8601(UNIX_EPOCH + Duration::from_secs(epoch_secs(now)));
        return with_headers(refused(&refusal, &server_time));
    }
    let found = text::decode(&call.path)
        .and_then(|path| find(&lock(&state.world), &path, call.query.as_deref()));
    let Some(entity) = found else {
        let key = call
            .path
            .splitn(3, '/')
            .nth(2)
            .and_then(text::decode)
            .unwrap_or_default();
        let more = format!("<Key>{}</Key>", escape(&key));
        return with_headers(error(
            404,
            "NoSuchKey",
            "The specified key does not exist.",
            &more,
        ));
    };
    with_headers(serve_entity(call, entity, refused_condition))
}

fn refused(refusal: &Refusal, server_time: &str) -> Reply {
    match refusal {
        Refusal::Anonymous => error(403, "AccessDenied", "Access Denied", ""),
        Refusal::Malformed(message) => error(
            400,
            "AuthorizationQueryParametersError",
            &escape(message),
            "",
        ),
        Refusal::UnknownKey => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            error(403, "InvalidAccessKeyId", message, "")
        }
        Refusal::InvalidToken => error(
            400,
            "InvalidToken",
            "The provided token is malformed or otherwise invalid.",
            "",
        ),
        Refusal::NotYetValid => {
            let more = format!("<ServerTime>{server_time}</ServerTime>");
            error(403, "AccessDenied", "Request is not yet valid", &more)
        }
        Refusal::Expired { at, seconds } => {
            let more = format!(
                "<X-Amz-Expires>{seconds}</X-Amz-Expires><Expires>{}</Expires><ServerTime>{server_time}</ServerTime>",
                iso8601(*at)
            );
            error(403, "AccessDenied", "Request has expired", &more)
        }
        Refusal::Mismatch => {
            let message = "The request signature we calculated does not match the signature you provided. \
                           Check your key and signing method.";
            error(403, "SignatureDoesNotMatch", message, "")
        }
    }
}

/// What S3 says when its own credentials went before the URL did.
pub(crate) fn expired_token(_call: &Call) -> Reply {
    with_headers(error(
        400,
        "ExpiredToken",
        "The provided token has expired.",
        "",
    ))
}

/// 412 and 416 in S3's words.
pub(crate) fn refused_condition(status: u16, range: &str, total: u64) -> Reply {
    if status == 412 {
        let message = "At least one of the pre-conditions you specified did not hold";
        return error(412, "PreconditionFailed", message, "");
    }
    let more = format!(
        "<RangeRequested>{}</RangeRequested><ActualObjectSize>{total}</ActualObjectSize>",
        escape(range)
    );
    error(
        416,
        "InvalidRange",
        "The requested range is not satisfiable",
        &more,
    )
}

fn error(status: u16, code: &str, message: &str, more: &str) -> Reply {
    let request = text::hex(&text::random::<8>()).to_uppercase();
    Reply::xml(
        status,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}\
             <RequestId>{request}</RequestId><HostId>sandbox</HostId></Error>"
        ),
    )
}

fn with_headers(mut reply: Reply) -> Reply {
    reply.set("Server", "AmazonS3");
    reply.set(
        "x-amz-request-id",
        &text::hex(&text::random::<8>()).to_uppercase(),
    );
    reply.set("x-amz-id-2", &text::random_token::<48>());
    reply
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
