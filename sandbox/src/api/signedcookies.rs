//! `GET {urn}/manifest/{derivativeUrn}/signedcookies`.

use super::derivative;
use super::route::DerivativePath;
use crate::cdn::{KEY_PAIR_ID, derivative_path, sign};
use crate::clock::{epoch_ms, epoch_secs};
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::text;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const MAX_MINUTES: u64 = 360;

pub(super) fn get(state: &State, call: &Call, path: &DerivativePath) -> Reply {
    if call.method != "GET" {
        return super::wrong_method();
    }
    match answer(state, call, path) {
        Ok(reply) | Err(reply) => reply,
    }
}

fn answer(state: &State, call: &Call, path: &DerivativePath) -> Result<Reply, Reply> {
    let found = derivative::downloadable(state, call, path)?;
    let minutes = minutes(call)?;
    let mut url = format!("{}{}", state.origins.cdn, derivative_path(&found.urn));
    if let Some(disposition) = call.param("response-content-disposition") {
        if !disposition.starts_with("attachment") {
            let message = "The value of response-content-disposition must begin with attachment.";
            return Err(Reply::diagnostic(400, message));
        }
        url = format!(
            "{url}?response-content-disposition={}",
            text::encode_segment(&disposition)
        );
    }
    let expires = epoch_secs(state.clock.now()) + minutes * 60;
    let expires = UNIX_EPOCH + Duration::from_secs(expires);
    let signed = sign(&url, expires);
    let as_strings = lock(&state.world).settings.numbers_as_strings;
    let number = |value: u64| {
        if as_strings {
            Value::from(value.to_string())
        } else {
            Value::from(value)
        }
    };
    let body = json!({
        "etag": found.content.etag(),
        "size": number(found.content.len()),
        "url": url,
        "content-type": found.mime,
        "expiration": number(epoch_ms(expires)),
    });
    let domain = state.origins.cdn_host();
    let cookie = |name: &str, value: &str| {
        format!("CloudFront-{name}={value}; Path=/; Domain={domain}; HTTPOnly")
    };
    // Autodesk's own libraries read the three by their position.
    Ok(Reply::json(200, &body)
        .header("Set-Cookie", cookie("Policy", &signed.policy))
        .header("Set-Cookie", cookie("Key-Pair-Id", KEY_PAIR_ID))
        .header("Set-Cookie", cookie("Signature", &signed.signature)))
}

fn minutes(call: &Call) -> Result<u64, Reply> {
    let Some(text) = call.param("minutes-expiration") else {
        return Ok(MAX_MINUTES);
    };
    match text.parse() {
        Ok(minutes @ 1..=MAX_MINUTES) => Ok(minutes),
        _ => Err(Reply::diagnostic(
            400,
            "The value of minutes-expiration must be an integer from 1 to 360.",
        )),
    }
}
