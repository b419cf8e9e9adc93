//! `POST /authentication/v2/token`, and what every other operation asks of a bearer.

use super::login;
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::text;
use crate::tokens::scopes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::Duration;

const KNOWN_SCOPES: [&str; 18] = [
    "user:read",
    "user:write",
    "user-profile:read",
    "viewables:read",
    "data:read",
    "data:write",
    "data:create",
    "data:search",
    "bucket:create",
    "bucket:read",
    "bucket:update",
    "bucket:delete",
    "code:all",
    "account:read",
    "account:write",
    "application:service_account:read",
    "application:service_account:write",
    "openid",
];

/// The scopes of reading derivatives: one of them is enough.
pub(super) const READ_VIEWABLES: [&str; 2] = ["data:read", "viewables:read"];

/// The client behind a request, for rate limits; empty when nobody can tell.
pub(super) fn client_of(state: &State, call: &Call) -> String {
    if let Some(bearer) = bearer(call) {
        let tokens = lock(&state.tokens);
        return tokens
            .find(bearer, state.clock.now())
            .map(|token| token.client_id.clone())
            .unwrap_or_default();
    }
    credentials(call, &form(call))
        .map(|(id, _)| id)
        .unwrap_or_default()
}

fn bearer(call: &Call) -> Option<&str> {
    let (kind, token) = call.header("authorization")?.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Refuses a request without a living bearer that has one of the scopes.
pub(super) fn require(state: &State, call: &Call, any_of: &[&str]) -> Result<(), Reply> {
    let refused = |message: &str| {
        Reply::gateway(401, "AUTH-006", message)
            .header("WWW-Authenticate", "Bearer realm=\"sandbox\"")
    };
    let Some(bearer) = bearer(call) else {
        return Err(refused(
            "The request has no bearer token in its Authorization header.",
        ));
    };
    let tokens = lock(&state.tokens);
    let token = tokens
        .find(bearer, state.clock.now())
        .filter(|_| !call.expired);
    let Some(token) = token else {
        return Err(refused("Access token provided is invalid or expired."));
    };
    if token
        .scopes
        .iter()
        .any(|scope| any_of.contains(&scope.as_str()))
    {
        return Ok(());
    }
    let oss = call.path.starts_with("/oss/");
    let status = if oss && lock(&state.world).settings.oss_missing_scope_is_401 {
        401
    } else {
        403
    };
    Err(Reply::gateway(
        status,
        "AUTH-010",
        "Token does not have the privilege for this request.",
    ))
}

pub(super) type Form = Vec<(String, String)>;

pub(super) fn form(call: &Call) -> Form {
    text::pairs(&String::from_utf8_lossy(&call.body))
}

pub(super) fn field<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// Client id and secret, from the header or from the form. A public client sends no secret.
fn credentials(call: &Call, form: &Form) -> Option<(String, Option<String>)> {
    let header = call
        .header("authorization")
        .and_then(|header| header.split_once(' '));
    if let Some((_, value)) = header.filter(|(kind, _)| kind.eq_ignore_ascii_case("basic")) {
        let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        return Some((id.to_owned(), Some(secret.to_owned())));
    }
    let id = field(form, "client_id")?;
    Some((
        id.to_owned(),
        field(form, "client_secret").map(str::to_owned),
    ))
}

/// An error in OAuth's words and in the gateway's.
pub(super) fn oauth_error(status: u16, error: &str, code: &str, message: &str) -> Reply {
    let body = json!({
        "error": error,
        "error_description": message,
        "developerMessage": message,
        "errorCode": code,
        "moreInfo": "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/",
    });
    Reply::json(status, &body).header("Cache-Control", "no-store")
}

pub(super) fn token(state: &State, call: &Call) -> Reply {
    if call.method != "POST" {
        return super::wrong_method();
    }
    let media_type = call
        .header("content-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        let message = "The Content-Type must be application/x-www-form-urlencoded.";
        return oauth_error(400, "invalid_request", "AUTH-009", message);
    }
    let form = form(call);
    let Some((id, secret)) = credentials(call, &form) else {
        let message =
            "The required parameter(s) client_id,client_secret not present in the request.";
        return oauth_error(400, "invalid_request", "AUTH-008", message);
    };
    let clients = &state.clients;
    let confidential = id == clients.id && secret.as_deref() == Some(&clients.secret);
    let public = id == clients.public_id && secret.is_none();
    if !confidential && !public {
        let message = "The client_id specified does not have access to the api product.";
        return oauth_error(401, "invalid_client", "AUTH-001", message);
    }
    match field(&form, "grant_type") {
        Some("client_credentials") if public => {
            let message = "A public client cannot use its own credentials.";
            oauth_error(400, "unauthorized_client", "AUTH-004", message)
        }
        Some("client_credentials") => client_credentials(state, &id, &form),
        Some("authorization_code") => login::exchange_code(state, &id, &form),
        Some("refresh_token") => login::refresh(state, &id, &form),
        None => oauth_error(
            400,
            "invalid_request",
            "AUTH-008",
            "The required parameter grant_type is missing.",
        ),
        Some(_) => oauth_error(
            400,
            "unsupported_grant_type",
            "AUTH-009",
            "The grant_type is not supported.",
        ),
    }
}

fn client_credentials(state: &State, id: &str, form: &Form) -> Reply {
    match checked_scopes(field(form, "scope").unwrap_or_default()) {
        Ok(scopes) => grant(state, id, &scopes, json!({})),
        Err(reply) => reply,
    }
}

pub(super) fn checked_scopes(text: &str) -> Result<Vec<String>, Reply> {
    let scopes = scopes(text);
    if !scopes.is_empty()
        && scopes
            .iter()
            .all(|scope| KNOWN_SCOPES.contains(&scope.as_str()))
    {
        return Ok(scopes);
    }
    Err(oauth_error(
        400,
        "invalid_scope",
        "AUTH-007",
        "The scope is missing, or is not one that exists.",
    ))
}

/// Issues a token, and answers with it and with `more`.
pub(super) fn grant(state: &State, client_id: &str, scopes: &[String], mut more: Value) -> Reply {
    let lifetime: Duration = *lock(&state.token_lifetime);
    let token = lock(&state.tokens).issue(client_id, scopes, state.clock.now(), lifetime);
    more["access_token"] = token.into();
    more["token_type"] = "Bearer".into();
    more["expires_in"] = lifetime.as_secs().into();
    Reply::json(200, &more).header("Cache-Control", "no-store")
}
