//! S3 gives nothing without a true pre-signed URL, and words its refusals as S3 does.

use crate::client::{Client, get, send};
use std::time::Duration;

#[test]
fn a_signed_url_opens_its_object_for_two_minutes() {
    let client = Client::new();
    let url = client.object_url("odd.bin");
    assert!(url.contains("X-Amz-Expires=120"), "{url}");
    let answer = get(&url, &[]);
    assert_eq!((answer.status, answer.body.len()), (200, 12_345));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"odd.bin\"")
    );
    assert_eq!(
        answer.header("content-type"),
        Some("application/octet-stream")
    );
    client.sandbox.advance_clock(Duration::from_secs(121));
    let answer = get(&url, &[]);
    assert_eq!(answer.status, 403);
    for part in [
        "<Code>AccessDenied</Code>",
        "<Message>Request has expired</Message>",
        "<ServerTime>",
        "<Expires>",
    ] {
        assert!(answer.text().contains(part), "{}", answer.text());
    }
}

#[test]
fn a_changed_url_is_refused() {
    let client = Client::new();
    let url = client.object_url("odd.bin");
    let mismatch = [
        ("the object", url.replace("odd.bin?", "one.bin?")),
        ("the disposition", url.replace("odd.bin%22", "exe.bin%22")),
        (
            "the lifetime",
            url.replace("X-Amz-Expires=120", "X-Amz-Expires=3600"),
        ),
        (
            "the signature",
            url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        ),
        ("a parameter more", format!("{url}&x=1")),
        ("an escape", url.replace("/odd.bin?", "/%6Fdd.bin?")),
    ];
    for (what, url) in mismatch {
        let answer = get(&url, &[]);
        assert_eq!(answer.status, 403, "{what}");
        assert!(
            answer.text().contains("<Code>SignatureDoesNotMatch</Code>"),
            "{what}: {}",
            answer.text()
        );
    }
    assert_eq!(
        send("HEAD", &url, &[], b"").status,
        403,
        "it was signed for GET"
    );
    let bare = get(url.split('?').next().unwrap(), &[]);
    assert_eq!(bare.status, 403);
    assert!(bare.text().contains("<Code>AccessDenied</Code>") && !bare.text().contains("expired"));
    let key = get(&url.replace("Credential=ASIA", "Credential=AKIA"), &[]);
    assert!(
        key.text().contains("<Code>InvalidAccessKeyId</Code>"),
        "{}",
        key.text()
    );
}

#[test]
fn an_object_that_went_is_no_such_key() {
    let client = Client::new();
    let url = client.object_url("Grüße/日本語.bin");
    assert_eq!(get(&url, &[]).status, 200);
    client
        .sandbox
        .remove_object(crate::client::FILES, "Grüße/日本語.bin")
        .unwrap();
    let answer = get(&url, &[]);
    assert_eq!(answer.status, 404);
    assert!(
        answer.text().contains("<Code>NoSuchKey</Code>") && answer.text().contains("日本語"),
        "{}",
        answer.text()
    );
}
