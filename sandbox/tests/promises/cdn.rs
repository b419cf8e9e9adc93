//! The CDN gives nothing without a true signature.

use crate::client::{Answer, Client, get, send};
use std::time::Duration;

fn url_of(answer: &Answer) -> String {
    answer.json()["url"].as_str().unwrap().to_owned()
}

/// The cookies as query parameters.
fn as_query(cookies: &str) -> String {
    cookies.replace("CloudFront-", "").replace("; ", "&")
}

#[test]
fn cookies_and_query_parameters_open_the_file() {
    let client = Client::new();
    let signed = client.signed_cookies("house.rvt", "house.mtl");
    let (url, cookies) = (url_of(&signed), signed.cookies());
    let query = as_query(&cookies);
    let whole = get(&url, &[("cookie", &cookies)]);
    assert_eq!(whole.status, 200);
    assert!(whole.text().starts_with("newmtl"), "{}", whole.text());
    assert_eq!(
        get(&url, &[("cookie", &format!("session=1; {cookies}; x=y"))]).status,
        200
    );
    assert_eq!(get(&format!("{url}?{query}"), &[]).body, whole.body);
    assert_eq!(
        get(&format!("{url}?{}", query.replace('~', "%7E")), &[]).body,
        whole.body
    );
    assert_eq!(
        send("HEAD", &url, &[("cookie", &cookies)], b"").header("content-length"),
        Some("54")
    );
}

#[test]
fn anything_changed_is_refused_as_cloudfront_does() {
    let client = Client::new();
    let signed = client.signed_cookies("house.rvt", "house.mtl");
    let other = client.signed_cookies("house.rvt", "house.obj");
    let (url, cookies) = (url_of(&signed), signed.cookies());
    let flip = |cookies: &str, name: &str| {
        let at = cookies.find(name).unwrap() + name.len() + 20;
        let new = if cookies.as_bytes()[at] == b'A' {
            'B'
        } else {
            'A'
        };
        format!("{}{new}{}", &cookies[..at], &cookies[at + 1..])
    };
    let without = |name: &str| {
        cookies
            .split("; ")
            .filter(|c| !c.contains(name))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let cases = [
        ("no cookies", url.clone(), String::new(), "MissingKey"),
        (
            "no key id",
            url.clone(),
            without("Key-Pair-Id"),
            "MissingKey",
        ),
        (
            "another key",
            url.clone(),
            cookies.replace("CANARYKEY", "OTHERKEY"),
            "InvalidKey",
        ),
        (
            "no signature",
            url.clone(),
            without("Signature"),
            "AccessDenied",
        ),
        ("no policy", url.clone(), without("Policy"), "AccessDenied"),
        (
            "a changed signature",
            url.clone(),
            flip(&cookies, "CloudFront-Signature="),
            "AccessDenied",
        ),
        (
            "a changed policy",
            url.clone(),
            flip(&cookies, "CloudFront-Policy="),
            "AccessDenied",
        ),
        (
            "another file's cookies",
            url.clone(),
            other.cookies(),
            "AccessDenied",
        ),
        (
            "another file",
            url_of(&other),
            cookies.clone(),
            "AccessDenied",
        ),
        (
            "a longer query",
            format!("{url}?x=1"),
            cookies.clone(),
            "AccessDenied",
        ),
        (
            "the ordinary alphabet",
            url.clone(),
            cookies.replace("Signature=", "Signature=+"),
            "MalformedSignature",
        ),
    ];
    for (what, url, cookies, code) in cases {
        let answer = get(&url, &[("cookie", &cookies)]);
        assert_eq!(answer.status, 403, "{what}");
        assert!(
            answer.text().contains(&format!("<Code>{code}</Code>")),
            "{what}: {}",
            answer.text()
        );
        assert_eq!(answer.header("x-cache"), Some("Error from cloudfront"));
    }
    let missing = get(&url, &[]).text();
    assert!(
        missing.contains("<Message>Missing Key-Pair-Id query parameter or cookie value</Message>"),
        "{missing}"
    );
    assert!(
        get(
            &url,
            &[("cookie", &cookies.replace("CANARYKEY", "OTHERKEY"))]
        )
        .text()
        .contains("Unknown Key")
    );
}

#[test]
fn expired_cookies_are_refused_when_a_request_arrives() {
    let client = Client::new();
    let signed = client.signed_cookies("house.rvt", "house.mtl");
    let (url, cookies) = (url_of(&signed), signed.cookies());
    client
        .sandbox
        .advance_clock(Duration::from_secs(6 * 3600 - 10));
    assert_eq!(get(&url, &[("cookie", &cookies)]).status, 200);
    client.sandbox.advance_clock(Duration::from_secs(11));
    let answer = get(&url, &[("cookie", &cookies)]);
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("<Code>AccessDenied</Code>"));
    assert_eq!(
        get(&format!("{url}?{}", as_query(&cookies)), &[]).status,
        403
    );
}

#[test]
fn a_bearer_that_arrives_here_is_on_record() {
    let client = Client::new();
    let signed = client.signed_cookies("house.rvt", "house.mtl");
    client.sandbox.clear_requests();
    get(
        &url_of(&signed),
        &[
            ("cookie", &signed.cookies()),
            ("authorization", "Bearer leaked"),
        ],
    );
    let records = client.sandbox.requests();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].header("authorization"), Some("Bearer leaked"));
    assert_eq!(
        (
            records[0].endpoint.as_str(),
            records[0].status,
            records[0].bytes_sent
        ),
        ("cdn", 200, 54)
    );
    assert!(records[0].complete);
}

#[test]
fn objects_come_by_canned_policies() {
    let client = Client::new();
    let item = client.batch(
        "?useCdn=true",
        &serde_json::json!([{ "objectKey": "a+b.bin" }]),
    )["results"]["a+b.bin"]
        .clone();
    let url = item["url"].as_str().unwrap();
    assert!(url.starts_with(&client.sandbox.info().cdn), "{url}");
    for name in ["Expires=", "Signature=", "Key-Pair-Id="] {
        assert!(url.contains(name), "{url}");
    }
    let answer = get(url, &[]);
    assert_eq!((answer.status, answer.body.len()), (200, 100_002));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"a+b.bin\"")
    );
    let later = url.replace("Expires=1", "Expires=2");
    assert_eq!(get(&later, &[]).status, 403, "{later}");
    client.sandbox.advance_clock(Duration::from_secs(121));
    assert_eq!(get(url, &[]).status, 403);
}
