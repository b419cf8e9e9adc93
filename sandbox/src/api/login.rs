//! Three-legged login: the page that a user would see, login codes with PKCE, and refresh tokens.

use super::auth::{self, Form, checked_scopes, field, oauth_error};
use crate::log::lock;
use crate::server::{Call, Reply};
use crate::state::State;
use crate::text;
use crate::tokens::Grant;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::SystemTime;

/// A request for a login that is worth showing to a user.
struct Request {
    grant: Grant,
    state: Option<String>,
}

/// Where to send the browser, with what in the query.
fn redirect(redirect_uri: &str, state: Option<&str>, pairs: &[(&str, &str)]) -> Reply {
    let mut location = redirect_uri.to_owned();
    let state = state.map(|state| ("state", state));
    for (name, value) in pairs.iter().copied().chain(state) {
        location.push(if location.contains('?') { '&' } else { '?' });
        location.push_str(&format!("{name}={}", text::encode_segment(value)));
    }
    Reply::new(302)
        .header("Location", location)
        .header("Cache-Control", "no-store")
}

fn page(status: u16, body: &str) -> Reply {
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>Sandbox login</title></head><body>\n{body}\n</body></html>\n"
    );
    Reply::text(status, "text/html; charset=utf-8", html)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Programs listen on a loopback address; nothing else is registered.
fn is_registered(redirect_uri: &str) -> bool {
    let Some(rest) = redirect_uri.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") && !redirect_uri.contains('#')
}

/// Checks a request. Until client and redirect address are known to be good, nobody is sent anywhere.
fn checked(state: &State, call: &Call) -> Result<Request, Reply> {
    let refused = |message: &str| {
        page(
            400,
            &format!("<h1>The login cannot begin</h1><p>{}</p>", escape(message)),
        )
    };
    let client_id = call.param("client_id").unwrap_or_default();
    let public = client_id == state.clients.public_id;
    if !public && client_id != state.clients.id {
        return Err(refused("The client_id is not registered."));
    }
    let redirect_uri = call.param("redirect_uri").unwrap_or_default();
    if !is_registered(&redirect_uri) {
        return Err(refused(
            "The redirect_uri is not registered: the sandbox takes loopback addresses only.",
        ));
    }
    let echoed = call.param("state");
    let fail = |error: &str, text: &str| {
        redirect(
            &redirect_uri,
            echoed.as_deref(),
            &[("error", error), ("error_description", text)],
        )
    };
    if call.param("response_type").as_deref() != Some("code") {
        return Err(fail(
            "unsupported_response_type",
            "The response_type must be code.",
        ));
    }
    let Ok(scopes) = checked_scopes(&call.param("scope").unwrap_or_default()) else {
        return Err(fail(
            "invalid_scope",
            "The scope is missing, or is not one that exists.",
        ));
    };
    let challenge = call.param("code_challenge");
    if public && challenge.is_none() {
        return Err(fail(
            "invalid_request",
            "A public client must send a code_challenge.",
        ));
    }
    if challenge.is_some() && call.param("code_challenge_method").as_deref() != Some("S256") {
        return Err(fail(
            "invalid_request",
            "The code_challenge_method must be S256.",
        ));
    }
    if challenge
        .as_ref()
        .is_some_and(|challenge| challenge.len() != 43)
    {
        return Err(fail(
            "invalid_request",
            "The code_challenge is not the base64url form of a SHA-256.",
        ));
    }
    let grant = Grant {
        client_id,
        scopes,
        expires: SystemTime::UNIX_EPOCH,
        redirect_uri,
        challenge,
    };
    Ok(Request {
        grant,
        state: echoed,
    })
}

/// `GET /authentication/v2/authorize`
pub(super) fn authorize(state: &State, call: &Call) -> Reply {
    if call.method != "GET" {
        return super::wrong_method();
    }
    let request = match checked(state, call) {
        Ok(request) => request,
        Err(reply) => return reply,
    };
    let auto = lock(&state.world).settings.auto_login.clone();
    if let Some(decision) = auto {
        return finish(state, request, decision == "allow");
    }
    let query = escape(call.query.as_deref().unwrap_or_default());
    let link = |decision: &str, text: &str| {
        format!(
            "<a id=\"{decision}\" href=\"/authentication/v2/login?decision={decision}&amp;{query}\">{text}</a>"
        )
    };
    let scopes = escape(&request.grant.scopes.join(" "));
    page(
        200,
        &format!(
            "<h1>Sandbox login</h1>\n<p>A program asks for: {scopes}</p>\n<p>{} {}</p>",
            link("allow", "Allow"),
            link("deny", "Deny")
        ),
    )
}

/// `GET /authentication/v2/login`: where the page's links lead.
pub(super) fn decide(state: &State, call: &Call) -> Reply {
    match checked(state, call) {
        Ok(request) => finish(
            state,
            request,
            call.param("decision").as_deref() == Some("allow"),
        ),
        Err(reply) => reply,
    }
}

fn finish(state: &State, request: Request, allowed: bool) -> Reply {
    let redirect_uri = request.grant.redirect_uri.clone();
    if !allowed {
        let pairs = [
            ("error", "access_denied"),
            ("error_description", "The user denied the request."),
        ];
        return redirect(&redirect_uri, request.state.as_deref(), &pairs);
    }
    let code = lock(&state.tokens).issue_code(request.grant, state.clock.now());
    redirect(&redirect_uri, request.state.as_deref(), &[("code", &code)])
}

/// `grant_type=authorization_code`
pub(super) fn exchange_code(state: &State, client_id: &str, form: &Form) -> Reply {
    let invalid = |message: &str| oauth_error(400, "invalid_grant", "AUTH-004", message);
    let code = field(form, "code").unwrap_or_default();
    let Some(grant) = lock(&state.tokens).take_code(code, state.clock.now()) else {
        return invalid("The authorization code is invalid, expired or has been used.");
    };
    if grant.client_id != client_id {
        return invalid("The authorization code was issued to another client.");
    }
    if field(form, "redirect_uri") != Some(&grant.redirect_uri) {
        return invalid("The redirect_uri is not the one that the code was issued for.");
    }
    if let Some(challenge) = &grant.challenge {
        let verifier = field(form, "code_verifier").unwrap_or_default();
        if text::base64_url(&Sha256::digest(verifier)) != *challenge {
            return invalid("The code_verifier does not match the code_challenge.");
        }
    }
    with_refresh_token(state, grant)
}

/// `grant_type=refresh_token`
pub(super) fn refresh(state: &State, client_id: &str, form: &Form) -> Reply {
    let name = field(form, "refresh_token").unwrap_or_default();
    let reusable = lock(&state.world).settings.reusable_refresh_tokens;
    let found = lock(&state.tokens).find_refresh(name, state.clock.now());
    let Some(mut grant) = found.filter(|grant| grant.client_id == client_id) else {
        return oauth_error(
            400,
            "invalid_grant",
            "AUTH-004",
            "The refresh token is invalid or expired.",
        );
    };
    if let Some(wanted) = field(form, "scope") {
        let wanted = match checked_scopes(wanted) {
            Ok(wanted) => wanted,
            Err(reply) => return reply,
        };
        if !wanted.iter().all(|scope| grant.scopes.contains(scope)) {
            return oauth_error(
                400,
                "invalid_scope",
                "AUTH-007",
                "The scope is more than was granted.",
            );
        }
        grant.scopes = wanted;
    }
    if !reusable {
        lock(&state.tokens).end_refresh(name);
    }
    with_refresh_token(state, grant)
}

fn with_refresh_token(state: &State, grant: Grant) -> Reply {
    let (client_id, scopes) = (grant.client_id.clone(), grant.scopes.clone());
    let refresh = lock(&state.tokens).issue_refresh(grant, state.clock.now());
    auth::grant(
        state,
        &client_id,
        &scopes,
        json!({ "refresh_token": refresh }),
    )
}

#[cfg(test)]
mod tests {
    use super::is_registered;

    #[test]
    fn only_loopback_addresses_are_redirected_to() {
        for good in [
            "http://127.0.0.1:8080/callback",
            "http://localhost/",
            "http://[::1]:1/x?y=1",
        ] {
            assert!(is_registered(good), "{good}");
        }
        for bad in [
            "https://example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1@evil/",
            "x",
            "",
        ] {
            assert!(!is_registered(bad), "{bad}");
        }
    }
}
