//! From a request to its answer: log, faults, handler, edits, body.

use super::body::{DataBody, Sending, Slice};
use super::call::Call;
use super::line::{Line, Then};
use super::reply::Reply;
use super::upload;
use crate::api::Route;
use crate::faults::{Fault, Plan};
use crate::log::{Entry, Origin, RequestRecord, lock};
use crate::state::State;
use crate::{api, cdn, s3};
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzEncoder;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::future::pending;
use std::io::Read as _;
use std::sync::Arc;

/// No documented request is anywhere near this size; uploads take another way.
const MAX_BODY: usize = 64 << 20;
/// Data is compressed in memory, so only this much of it.
const MAX_GZIP: u64 = 64 << 20;

pub(super) async fn answer(
    state: Arc<State>,
    origin: Origin,
    connection: u64,
    line: Arc<Line>,
    request: Request<Incoming>,
) -> Result<Response<DataBody>, Infallible> {
    let (parts, incoming) = request.into_parts();
    let mut call = Call {
        origin,
        route: Route::parse(origin, parts.uri.path()),
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body: Bytes::new(),
        scheme: state.scheme,
        expired: false,
    };
    let entry = state.log.begin(record(&call, connection));
    let plan = lock(&state.faults).plan(&call);
    if !plan.applied.is_empty() {
        entry.set_faults(plan.applied.clone());
    }
    if !plan.delay.is_zero() {
        tokio::time::sleep(plan.delay).await;
    }
    if plan.ignore_range {
        call.headers.remove("range");
    }
    call.expired = plan.expire;
    let head = call.method == Method::HEAD;
    let gzip = call.accepts_gzip();
    let reply = match &plan.instead {
        Some(fault) => match instead(fault, &line, &call) {
            Some(reply) => reply,
            // The order is carried out when HTTP finds that there is no answer yet.
            None => pending().await,
        },
        None => handle(&state, call, incoming).await,
    };
    let reply = edit(reply, &plan, gzip && !head).await;
    Ok(respond(&state, reply, plan, head, line, entry))
}

fn record(call: &Call, connection: u64) -> RequestRecord {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    RequestRecord {
        id: 0,
        connection,
        origin: call.origin,
        endpoint: call.endpoint().to_owned(),
        method: call.method.to_string(),
        target: call.target(),
        headers: call
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        range: call.header("range").map(str::to_owned),
        status: 0,
        bytes_sent: 0,
        complete: false,
        faults: Vec::new(),
    }
}

/// The true answer.
async fn handle(state: &Arc<State>, mut call: Call, incoming: Incoming) -> Reply {
    match call.origin {
        Origin::Cdn if !call.route.is_signed_resource() => return cdn::handle(state, &call),
        Origin::S3 => return s3::handle(state, &call),
        _ => {}
    }
    if call.route.is_signed_resource() && call.method == Method::PUT {
        return upload::store(state, &call, incoming).await;
    }
    match Limited::new(incoming, MAX_BODY).collect().await {
        Ok(body) => call.body = body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Reply::reason(413, "The request body is too large");
        }
        Err(_) => return Reply::reason(400, "The request body could not be read"),
    }
    // Handlers hash and sign: they may take their time, but not the threads of other connections.
    let state = Arc::clone(state);
    let handled = tokio::task::spawn_blocking(move || api::handle(&state, &call)).await;
    handled.unwrap_or_else(|_| Reply::reason(500, "The sandbox has a bug: a handler panicked"))
}

/// The answer that a fault puts in place of the true one; `None` when the connection is to end instead.
fn instead(fault: &Fault, line: &Line, call: &Call) -> Option<Reply> {
    match fault {
        Fault::Status {
            status,
            body,
            headers,
        } => {
            let kind = match body.trim_start().chars().next() {
                Some('{' | '[') => "application/json",
                Some('<') => "application/xml",
                _ => "text/plain",
            };
            let mut reply = Reply::text(*status, kind, body.clone());
            for (name, value) in headers {
                reply.set(name, value);
            }
            Some(reply)
        }
        Fault::Redirect { to, status } => Some(Reply::new(*status).header("Location", to)),
        Fault::Html => {
            let page =
                "<!DOCTYPE html><html><body><h1>Please log in to this network</h1></body></html>";
            Some(Reply::text(200, "text/html; charset=utf-8", page))
        }
        Fault::ExpiredToken => Some(s3::expired_token(call)),
        Fault::Garbage { text } => {
            line.order(Bytes::from(text.clone()), Then::Close);
            None
        }
        Fault::Drop { reset } => {
            line.order(Bytes::new(), if *reset { Then::Reset } else { Then::Close });
            None
        }
        // What is left is never put in this place, but for hanging.
        _ => None,
    }
}

/// Faults that change the answer, and compression.
async fn edit(mut reply: Reply, plan: &Plan, accepts_gzip: bool) -> Reply {
    for fault in &plan.edits {
        match fault {
            Fault::ContentRange { value } => reply.set("Content-Range", value),
            Fault::Etag { value } => reply.set("ETag", value),
            Fault::Header { name, value } if name.eq_ignore_ascii_case("content-length") => {
                reply.announced = value.parse().ok();
            }
            Fault::Header { name, value } => reply.set(name, value),
            Fault::Json { set } => edit_json(&mut reply, set),
            _ => {}
        }
    }
    let negotiated = reply.compressible && accepts_gzip && reply.body.len > 0;
    if reply.compressible {
        reply.set("Vary", "Accept-Encoding");
    }
    if (plan.gzip || negotiated) && reply.body.len <= MAX_GZIP {
        reply = tokio::task::spawn_blocking(move || compress(reply))
            .await
            .expect("compression does not panic");
    }
    reply.chunked |= plan.chunked;
    reply
}

fn compress(mut reply: Reply) -> Reply {
    let plain = read_all(&reply.body);
    let mut packed = Vec::new();
    let packing = GzEncoder::new(plain.as_slice(), Compression::fast()).read_to_end(&mut packed);
    packing.expect("memory gives every read");
    reply.body = Slice::bytes(packed);
    reply.announced = None;
    reply.set("Content-Encoding", "gzip");
    reply
}

fn read_all(slice: &Slice) -> Vec<u8> {
    let mut bytes = vec![0; slice.len as usize];
    let count = slice.content.read_at(slice.start, &mut bytes).unwrap_or(0);
    bytes.truncate(count);
    bytes
}

fn edit_json(reply: &mut Reply, set: &std::collections::BTreeMap<String, serde_json::Value>) {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(&read_all(&reply.body)) else {
        return;
    };
    for (pointer, new) in set {
        let Some((parent, name)) = pointer.rsplit_once('/') else {
            continue;
        };
        let name = name.replace("~1", "/").replace("~0", "~");
        match value.pointer_mut(parent) {
            Some(serde_json::Value::Object(map)) if new.is_null() => drop(map.remove(&name)),
            Some(serde_json::Value::Object(map)) => drop(map.insert(name, new.clone())),
            Some(serde_json::Value::Array(list)) => {
                if let Some(slot) = name
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| list.get_mut(index))
                {
                    *slot = new.clone();
                }
            }
            _ => {}
        }
    }
    reply.body = Slice::bytes(value.to_string().into_bytes());
}

fn respond(
    state: &Arc<State>,
    mut reply: Reply,
    plan: Plan,
    head: bool,
    line: Arc<Line>,
    entry: Arc<Entry>,
) -> Response<DataBody> {
    entry.set_status(reply.status);
    let mut length = reply.announced.unwrap_or(reply.body.len);
    let mut response = Response::new(());
    *response.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::OK);
    reply
        .headers
        .push(("Date".to_owned(), state.clock.http_date()));
    let headers = response.headers_mut();
    for (name, value) in &reply.headers {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let bodiless = head || matches!(reply.status, 100..=199 | 204 | 304);
    if bodiless {
        if head && reply.status != 304 {
            headers.insert("content-length", HeaderValue::from(length));
        }
        reply.body.len = 0;
        length = 0;
    }
    let afterwards = if reply.stop {
        let state = Arc::clone(state);
        Then::CloseAnd(Box::new(move || state.request_stop()))
    } else {
        Then::Continue
    };
    let chunked = reply.chunked && !bodiless;
    let sending = Sending {
        slice: reply.body,
        announced: (!chunked).then_some(length),
        faults: plan.body,
        line,
        entry,
        afterwards,
    };
    response.map(|()| DataBody::new(sending))
}
