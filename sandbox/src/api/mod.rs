//! The API origin: authentication, Model Derivative, Object Storage, and the control endpoint.

mod auth;
mod derivative;
mod direct;
mod login;
mod manifest;
mod oss;
mod route;
mod signedcookies;

pub(crate) use oss::{begin_upload, finish_upload};
pub(crate) use route::Route;

use crate::clock;
use crate::control;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use serde_json::json;
use std::time::Instant;

/// Answers a request. May take its time: it hashes contents and makes signatures.
pub(crate) fn handle(state: &State, call: &Call) -> Reply {
    let begun = Instant::now();
    if let Route::Control { path } = &call.route {
        return control::handle(state, call, path);
    }
    let client = auth::client_of(state, call);
    let now = state.clock.now();
    if let Some(retry_after) = lock(&state.limits).count(&client, call.endpoint(), now) {
        let body = json!({ "developerMessage": "Quota limit exceeded." });
        return Reply::json(429, &body).header("Retry-After", retry_after);
    }
    let reply = match &call.route {
        Route::Token => auth::token(state, call),
        Route::Authorize => login::authorize(state, call),
        Route::LoginDecision => login::decide(state, call),
        Route::Manifest(design) => manifest::get(state, call, design),
        Route::Derivative(target) => match call.method.as_str() {
            "HEAD" => derivative::head(state, call, target),
            "GET" => direct::get(state, call, target),
            _ => wrong_method(),
        },
        Route::SignedCookies(target) => signedcookies::get(state, call, target),
        Route::SignedResource { id } => oss::signed_resource(state, call, id),
        Route::Buckets => oss::buckets(state, call),
        Route::Bucket { bucket } => oss::bucket_details(state, call, bucket),
        Route::Objects { bucket } => oss::objects(state, call, bucket),
        Route::Batch { bucket } => oss::batch(state, call, bucket),
        Route::ObjectDetails { bucket, key } => oss::object_details(state, call, bucket, key),
        Route::Signed { bucket, key } => oss::create_signed(state, call, bucket, key),
        Route::SignedS3Download { bucket, key } => {
            oss::signed_s3_download(state, call, bucket, key)
        }
        Route::Control { .. } | Route::Cdn | Route::S3 | Route::Unknown => {
            Reply::gateway(404, "NOT-FOUND", "The requested resource does not exist.")
        }
    };
    if call.path.starts_with("/modelderivative/") {
        with_service_headers(reply, state, begun)
    } else {
        reply.header("x-request-id", crate::text::uuid())
    }
}

fn wrong_method() -> Reply {
    Reply::gateway(
        405,
        "METHOD-NOT-ALLOWED",
        "The method is not allowed for this resource.",
    )
}

/// The headers that Model Derivative puts on everything.
fn with_service_headers(mut reply: Reply, state: &State, begun: Instant) -> Reply {
    reply.set(
        "x-ads-app-identifier",
        "platform-viewing-2026.11.01.1.sandbox-production",
    );
    reply.set("x-ads-startup-time", &clock::java_date(state.started));
    reply.set(
        "x-ads-duration",
        &format!("{} ms", begun.elapsed().as_millis()),
    );
    reply.set(
        "Strict-Transport-Security",
        "max-age=31536000; includeSubDomains",
    );
    reply
}
