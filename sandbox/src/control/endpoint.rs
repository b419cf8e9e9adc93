//! `/sandbox/…` on the API origin: the actions as JSON.

use super::Sha1;
use crate::clock::{epoch_ms, iso8601};
use crate::content::Content;
use crate::error::Error;
use crate::faults::Rule;
use crate::limits::RateLimit;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::world::{Settings, TranslationState};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// The largest step of the clock: a thousand years.
const MAX_STEP_SECONDS: f64 = 3.2e10;

pub(crate) fn handle(state: &State, call: &Call, path: &str) -> Reply {
    // Web pages must not script the sandbox by way of a host name that leads here.
    if !is_loopback(call.header("host").unwrap_or_default()) {
        return failed(
            403,
            "The control endpoint answers on the loopback address only",
        );
    }
    match answer(state, call, path) {
        Ok(Some(value)) => {
            let mut reply = Reply::json(200, &value);
            reply.stop = path == "stop";
            reply
        }
        Ok(None) => failed(404, &format!("There is no {} /sandbox/{path}", call.method)),
        Err(error) => failed(400, &error.to_string()),
    }
}

fn failed(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": message }))
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectBody {
    bucket: String,
    key: String,
    content: Option<ContentBody>,
    content_type: Option<String>,
    chunks: Option<Vec<u64>>,
    sha1: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ContentBody {
    Synthetic {
        size: u64,
        #[serde(default)]
        seed: u64,
    },
    Base64(String),
    Text(String),
}

impl ContentBody {
    fn content(self) -> Result<Content, Error> {
        Ok(match self {
            ContentBody::Synthetic { size, seed } => Content::synthetic(size, seed),
            ContentBody::Text(text) => Content::bytes(text),
            ContentBody::Base64(text) => Content::bytes(
                STANDARD
                    .decode(text)
                    .map_err(|e| Error::new(format!("content is not base64: {e}")))?,
            ),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DesignBody {
    urn: String,
    region: Option<String>,
    state: Option<TranslationState>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DerivativeBody {
    design: String,
    derivative: String,
    content: Option<ContentBody>,
    state: Option<TranslationState>,
    downloadable: Option<bool>,
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, Error> {
    let bytes: &[u8] = if call.body.is_empty() {
        b"{}"
    } else {
        &call.body
    };
    serde_json::from_slice(bytes)
        .map_err(|e| Error::new(format!("the body is not as expected: {e}")))
}

/// `None` when there is no such action.
fn answer(state: &State, call: &Call, path: &str) -> Result<Option<Value>, Error> {
    let done = json!({});
    Ok(Some(match (call.method.as_str(), path) {
        ("GET", "info") => serde_json::to_value(state.info()).unwrap_or_default(),
        ("GET", "requests") => json!({ "requests": state.log.snapshot() }),
        ("DELETE", "requests") => {
            state.log.clear();
            done
        }
        ("GET", "clock") => clock(state),
        ("POST", "clock") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Body {
                advance_seconds: f64,
            }
            let seconds = body::<Body>(call)?.advance_seconds;
            if seconds.abs() > MAX_STEP_SECONDS {
                return Err(Error::new("advance_seconds is too large"));
            }
            state.clock.advance_ms((seconds * 1000.0) as i64);
            clock(state)
        }
        ("POST", "token") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Body {
                scopes: String,
            }
            json!({ "access_token": state.issue_token(&body::<Body>(call)?.scopes) })
        }
        ("POST", "token-lifetime") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Body {
                seconds: u64,
            }
            state.set_token_lifetime(Duration::from_secs(body::<Body>(call)?.seconds));
            done
        }
        ("POST", "revoke") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Body {
                #[serde(default)]
                refresh_tokens: bool,
            }
            state.revoke(body::<Body>(call)?.refresh_tokens);
            done
        }
        ("POST", "limits") => {
            state.set_limits(body::<Vec<RateLimit>>(call)?);
            done
        }
        ("GET", "settings") => settings(state),
        ("POST", "settings") => change_settings(state, &body(call)?)?,
        ("GET", "faults") => json!({ "faults": lock(&state.faults).list() }),
        ("POST", "faults") => {
            let rule: Rule = body(call)?;
            json!({ "id": lock(&state.faults).add(rule) })
        }
        ("DELETE", "faults") => {
            lock(&state.faults).clear();
            done
        }
        ("POST", "buckets") => {
            #[derive(Deserialize)]
            #[serde(deny_unknown_fields)]
            struct Body {
                bucket: String,
                region: Option<String>,
            }
            let body: Body = body(call)?;
            state.add_bucket(&body.bucket, body.region.as_deref().unwrap_or("US"));
            done
        }
        ("POST", "objects") => object(state, body(call)?)?,
        ("DELETE", "objects") => {
            let body: ObjectBody = body(call)?;
            state.remove_object(&body.bucket, &body.key)?;
            done
        }
        ("POST", "designs") => {
            let body: DesignBody = body(call)?;
            let urn = state.add_design(&body.urn, body.region.as_deref().unwrap_or("US"));
            if let Some(translation) = body.state {
                state.set_design_state(&urn, translation)?;
            }
            json!({ "urn": urn })
        }
        ("POST", "derivatives") => derivative(state, body(call)?)?,
        ("DELETE", "derivatives") => {
            let body: DerivativeBody = body(call)?;
            state.remove_derivative(&body.design, &body.derivative)?;
            done
        }
        ("POST", "stop") => done,
        ("DELETE", other) => {
            let Some(id) = other.strip_prefix("faults/").and_then(|id| id.parse().ok()) else {
                return Ok(None);
            };
            if !lock(&state.faults).remove(id) {
                return Err(Error::new(format!("there is no fault {id}")));
            }
            done
        }
        _ => return Ok(None),
    }))
}

fn clock(state: &State) -> Value {
    let now = state.clock.now();
    json!({ "now": iso8601(now), "epoch_ms": epoch_ms(now) })
}

fn settings(state: &State) -> Value {
    serde_json::to_value(&lock(&state.world).settings).unwrap_or_default()
}

/// Changes the named switches and leaves the others.
fn change_settings(
    state: &State,
    changes: &serde_json::Map<String, Value>,
) -> Result<Value, Error> {
    let mut merged = settings(state);
    for (name, value) in changes {
        merged[name] = value.clone();
    }
    let new: Settings = serde_json::from_value(merged).map_err(|e| Error::new(e.to_string()))?;
    lock(&state.world).settings = new;
    Ok(settings(state))
}

fn object(state: &State, body: ObjectBody) -> Result<Value, Error> {
    if let Some(content) = body.content {
        state.add_object(&body.bucket, &body.key, content.content()?);
    }
    if let Some(lengths) = &body.chunks {
        state.set_chunks(&body.bucket, &body.key, lengths)?;
    }
    if let Some(content_type) = &body.content_type {
        state.set_content_type(&body.bucket, &body.key, content_type)?;
    }
    if let Some(sha1) = body.sha1 {
        let sha1 = match sha1.as_str() {
            "usual" => Sha1::Usual,
            "always" => Sha1::Always,
            "hidden" => Sha1::Hidden,
            _ => Sha1::Claimed(sha1),
        };
        state.set_sha1(&body.bucket, &body.key, sha1)?;
    }
    Ok(json!({}))
}

fn derivative(state: &State, body: DerivativeBody) -> Result<Value, Error> {
    if let Some(content) = body.content {
        state.add_derivative(&body.design, &body.derivative, content.content()?);
    }
    if let Some(translation) = body.state {
        state.set_derivative_state(&body.design, &body.derivative, translation)?;
    }
    if let Some(downloadable) = body.downloadable {
        state.set_downloadable(&body.design, &body.derivative, downloadable)?;
    }
    Ok(json!({}))
}
