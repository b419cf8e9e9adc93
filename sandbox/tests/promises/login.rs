//! Three-legged login with PKCE.

use crate::client::{Answer, get, send};
use apsfetch_sandbox::Sandbox;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::time::Duration;

const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-in-length";
const REDIRECT: &str = "http://127.0.0.1:1/callback";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn authorize_url(sandbox: &Sandbox, change: &[(&str, &str)]) -> String {
    let challenge = challenge();
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", sandbox.info().public_client_id.as_str()),
        ("redirect_uri", REDIRECT),
        ("scope", "data:read viewables:read"),
        ("state", "a state & more"),
        ("nonce", "1"),
        ("prompt", "login"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in change {
        pairs.retain(|(key, _)| key != name);
        pairs.push((name, value));
    }
    pairs.retain(|(_, value)| !value.is_empty());
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("{}/authentication/v2/authorize?{query}", sandbox.info().api)
}

/// A value of the query of a `Location`.
fn param(answer: &Answer, name: &str) -> Option<String> {
    let location = answer
        .header("location")
        .unwrap_or_else(|| panic!("no location: {}", answer.text()));
    assert!(location.starts_with(REDIRECT), "{location}");
    let pairs = form_urlencoded::parse(location.split_once('?').unwrap().1.as_bytes());
    pairs
        .into_owned()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

fn token(sandbox: &Sandbox, pairs: &[(&str, &str)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let url = format!("{}/authentication/v2/token", sandbox.info().api);
    send(
        "POST",
        &url,
        &[("content-type", "application/x-www-form-urlencoded")],
        form.as_bytes(),
    )
}

fn code(sandbox: &Sandbox) -> String {
    param(&get(&authorize_url(sandbox, &[]), &[]), "code").expect("a code")
}

fn exchange(sandbox: &Sandbox, code: &str, verifier: &str) -> Answer {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", &sandbox.info().public_client_id),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", verifier),
    ];
    token(sandbox, &pairs)
}

#[test]
fn the_page_offers_both_ways() {
    let sandbox = Sandbox::start().unwrap();
    let page = get(&authorize_url(&sandbox, &[]), &[]);
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    let link = |id: &str| {
        let text = page.text();
        let start = text.find(&format!("id=\"{id}\" href=\"")).unwrap() + id.len() + 12;
        let href = text[start..]
            .split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&");
        format!("{}{href}", sandbox.info().api)
    };
    let allowed = get(&link("allow"), &[]);
    assert_eq!(
        (allowed.status, param(&allowed, "state").as_deref()),
        (302, Some("a state & more"))
    );
    assert_eq!(
        exchange(&sandbox, &param(&allowed, "code").unwrap(), VERIFIER).status,
        200
    );
    let denied = get(&link("deny"), &[]);
    assert_eq!(param(&denied, "error").as_deref(), Some("access_denied"));
    assert_eq!(param(&denied, "code"), None);
}

#[test]
fn a_code_becomes_a_token_once_and_with_its_verifier() {
    let sandbox = Sandbox::builder().auto_login(true).start().unwrap();
    let first = code(&sandbox);
    let answer = exchange(&sandbox, &first, VERIFIER);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let bearer = format!("Bearer {}", answer.json()["access_token"].as_str().unwrap());
    let url = format!(
        "{}/oss/v2/buckets/{}/objects",
        sandbox.info().api,
        crate::client::FILES
    );
    assert_eq!(
        send("GET", &url, &[("authorization", &bearer)], b"").status,
        200
    );
    let refused = |answer: Answer| {
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (400, Some("invalid_grant"))
        )
    };
    refused(exchange(&sandbox, &first, VERIFIER));
    let second = code(&sandbox);
    refused(exchange(
        &sandbox,
        &second,
        "another-verifier-that-is-long-enough-for-the-rule",
    ));
    refused(exchange(&sandbox, &second, VERIFIER));
    let third = code(&sandbox);
    sandbox.advance_clock(Duration::from_secs(301));
    refused(exchange(&sandbox, &third, VERIFIER));
    let fourth = code(&sandbox);
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", sandbox.info().client_id.as_str()),
        ("client_secret", &sandbox.info().client_secret),
        ("code", &fourth),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    refused(token(&sandbox, &pairs));
}

#[test]
fn refresh_tokens_rotate() {
    let sandbox = Sandbox::builder().auto_login(true).start().unwrap();
    let refresh = |name: &str| {
        let id = &sandbox.info().public_client_id;
        token(
            &sandbox,
            &[
                ("grant_type", "refresh_token"),
                ("client_id", id),
                ("refresh_token", name),
            ],
        )
    };
    let first = exchange(&sandbox, &code(&sandbox), VERIFIER).json();
    let first = first["refresh_token"].as_str().unwrap();
    let second = refresh(first).json();
    let second = second["refresh_token"].as_str().unwrap();
    assert_ne!(first, second);
    assert_eq!(refresh(first).status, 400, "an old one is spent");
    let id = &sandbox.info().public_client_id;
    let more = [
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("refresh_token", second),
        ("scope", "data:write"),
    ];
    assert_eq!(token(&sandbox, &more).json()["error"], "invalid_scope");
    sandbox.revoke_tokens();
    let third = refresh(second).json();
    let third = third["refresh_token"].as_str().unwrap();
    sandbox.revoke_refresh_tokens();
    assert_eq!(refresh(third).json()["error"], "invalid_grant");
}

#[test]
fn wrong_requests_go_nowhere_or_back_with_an_error() {
    let sandbox = Sandbox::builder().auto_login(true).start().unwrap();
    for change in [
        ("client_id", "unknown"),
        ("redirect_uri", "https://example.com/"),
        ("redirect_uri", ""),
    ] {
        let answer = get(&authorize_url(&sandbox, &[change]), &[]);
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{change:?}"
        );
    }
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "no:such"), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
    ] {
        let answer = get(&authorize_url(&sandbox, &[change]), &[]);
        assert_eq!(
            param(&answer, "error").as_deref(),
            Some(error),
            "{change:?}"
        );
    }
    let id = &sandbox.info().public_client_id;
    let own = token(
        &sandbox,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("scope", "data:read"),
        ],
    );
    assert_eq!(own.json()["error"], "unauthorized_client");
    let denying = Sandbox::builder().auto_login(false).start().unwrap();
    assert_eq!(
        param(&get(&authorize_url(&denying, &[]), &[]), "error").as_deref(),
        Some("access_denied")
    );
}
