//! Tokens: how to get one, and that nothing is answered without the right one.

use crate::client::{Client, FILES, send};
use apsfetch_sandbox::Sandbox;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn token(sandbox: &Sandbox, headers: &[(&str, &str)], form: &str) -> crate::client::Answer {
    let url = format!("{}/authentication/v2/token", sandbox.info().api);
    send("POST", &url, headers, form.as_bytes())
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

#[test]
fn both_forms_of_credentials_work() {
    let sandbox = Sandbox::start().unwrap();
    let info = sandbox.info();
    let grant = "grant_type=client_credentials&scope=data:read%20viewables:read";
    let header = basic(&info.client_id, &info.client_secret);
    let in_header = token(&sandbox, &[FORM, ("authorization", &header)], grant);
    let form = format!(
        "{grant}&client_id={}&client_secret={}",
        info.client_id, info.client_secret
    );
    let in_form = token(&sandbox, &[FORM], &form);
    for answer in [in_header, in_form] {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 3600);
        let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
        let url = format!("{}/oss/v2/buckets/{FILES}/objects", info.api);
        assert_eq!(
            send("GET", &url, &[("authorization", &bearer)], b"").status,
            200
        );
    }
}

#[test]
fn wrong_requests_for_tokens_are_refused() {
    let sandbox = Sandbox::start().unwrap();
    let info = sandbox.info();
    let good = basic(&info.client_id, &info.client_secret);
    let wrong = basic(&info.client_id, "guess");
    let cases = [
        (
            vec![FORM, ("authorization", wrong.as_str())],
            "grant_type=client_credentials&scope=data:read",
            401,
            "invalid_client",
        ),
        (
            vec![FORM],
            "grant_type=client_credentials&scope=data:read",
            400,
            "invalid_request",
        ),
        (
            vec![FORM, ("authorization", &good)],
            "grant_type=client_credentials&scope=no:such",
            400,
            "invalid_scope",
        ),
        (
            vec![FORM, ("authorization", &good)],
            "grant_type=client_credentials",
            400,
            "invalid_scope",
        ),
        (
            vec![FORM, ("authorization", &good)],
            "grant_type=password&scope=data:read",
            400,
            "unsupported_grant_type",
        ),
        (
            vec![("content-type", "text/plain"), ("authorization", &good)],
            "grant_type=client_credentials",
            400,
            "invalid_request",
        ),
    ];
    for (headers, form, status, error) in cases {
        let answer = token(&sandbox, &headers, form);
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (status, Some(error)),
            "{form}"
        );
        assert!(
            answer.json()["developerMessage"].is_string() && answer.json()["errorCode"].is_string()
        );
    }
}

#[test]
fn every_operation_needs_a_living_token_with_its_scope() {
    let client = Client::new();
    let derivative = client.derivative_path("house.rvt", "house.mtl");
    let object = format!("/oss/v2/buckets/{FILES}/objects/one.bin");
    let operations = [
        (
            "GET",
            format!(
                "{}/manifest",
                derivative.split("/manifest/").next().unwrap()
            ),
            "data:write",
        ),
        ("HEAD", derivative.clone(), "data:write"),
        ("GET", derivative.clone(), "data:write"),
        ("GET", format!("{derivative}/signedcookies"), "data:write"),
        (
            "POST",
            format!("/oss/v2/buckets/{FILES}/objects/batchsigneds3download"),
            "viewables:read",
        ),
        ("POST", format!("{object}/signed"), "data:read"),
        (
            "GET",
            format!("{object}/signeds3download"),
            "viewables:read",
        ),
        ("GET", format!("{object}/details"), "viewables:read"),
        (
            "GET",
            format!("/oss/v2/buckets/{FILES}/objects"),
            "viewables:read",
        ),
        (
            "GET",
            format!("/oss/v2/buckets/{FILES}/details"),
            "data:read",
        ),
        ("GET", "/oss/v2/buckets".to_owned(), "data:read"),
    ];
    for (method, path, wrong_scope) in operations {
        let url = format!("{}{path}", client.sandbox.info().api);
        let body: &[u8] = if method == "POST" { b"{}" } else { b"" };
        let status = |bearer: &str| {
            let mut headers = vec![("content-type", "application/json")];
            if !bearer.is_empty() {
                headers.push(("authorization", bearer));
            }
            send(method, &url, &headers, body).status
        };
        assert_eq!(status(""), 401, "{method} {path} without a token");
        assert_eq!(
            status("Bearer guess"),
            401,
            "{method} {path} with an invented token"
        );
        let wrong = format!("Bearer {}", client.sandbox.access_token(wrong_scope));
        assert_eq!(status(&wrong), 403, "{method} {path} with {wrong_scope}");
        assert!(
            !matches!(status(&client.bearer), 401 | 403),
            "{method} {path} with everything"
        );
    }
}

#[test]
fn tokens_end_by_the_clock_and_by_revocation() {
    let sandbox = Sandbox::builder()
        .token_lifetime(Duration::from_secs(60))
        .start()
        .unwrap();
    let client = Client::of(sandbox);
    let path = format!("/oss/v2/buckets/{FILES}/objects");
    assert_eq!(client.get(&path).status, 200);
    client.sandbox.advance_clock(Duration::from_secs(61));
    let answer = client.get(&path);
    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.json()["developerMessage"],
        "Access token provided is invalid or expired."
    );

    let client = Client::of(client.sandbox);
    assert_eq!(client.get(&path).status, 200);
    client.sandbox.revoke_tokens();
    assert_eq!(client.get(&path).status, 401);
}

#[test]
fn a_documentation_that_wants_401_for_scopes_can_be_had() {
    let client = Client::new();
    client
        .sandbox
        .change_settings(|settings| settings.oss_missing_scope_is_401 = true);
    let bearer = format!("Bearer {}", client.sandbox.access_token("viewables:read"));
    let url = format!(
        "{}/oss/v2/buckets/{FILES}/objects",
        client.sandbox.info().api
    );
    assert_eq!(
        send("GET", &url, &[("authorization", &bearer)], b"").status,
        401
    );
}
