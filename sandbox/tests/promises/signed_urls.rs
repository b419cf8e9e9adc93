//! OSS signed URLs: made, used once or often, read, written, expired.

use crate::client::{Answer, Client, FILES, encode, get, send};
use apsfetch_sandbox::Content;
use serde_json::{Value, json};
use std::time::Duration;

fn create(client: &Client, key: &str, query: &str, body: &Value) -> Answer {
    client.post(
        &format!(
            "/oss/v2/buckets/{FILES}/objects/{}/signed{query}",
            encode(key)
        ),
        body,
    )
}

fn url(client: &Client, key: &str, query: &str, body: Value) -> String {
    let answer = create(client, key, query, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["signedUrl"].as_str().unwrap().to_owned()
}

#[test]
fn a_url_reads_its_object_without_a_token_until_it_expires() {
    let client = Client::new();
    let answer = create(&client, "a+b.bin", "", &json!({ "minutesExpiration": 30 })).json();
    assert_eq!(answer["singleUse"], false);
    assert_eq!(
        answer["expiration"].as_u64().unwrap().to_string().len(),
        13,
        "milliseconds"
    );
    let url = answer["signedUrl"].as_str().unwrap();
    assert!(url.ends_with("?region=US"), "{url}");
    let whole = get(url, &[]);
    assert_eq!((whole.status, whole.body.len()), (200, 100_002));
    let part = get(
        url,
        &[("range", "bytes=100-199"), ("accept-encoding", "identity")],
    );
    assert!(part.status == 206 && part.body == whole.body[100..200]);
    assert_eq!(
        send("HEAD", url, &[], b"").header("content-length"),
        Some("100002")
    );
    client.sandbox.advance_clock(Duration::from_secs(29 * 60));
    assert_eq!(get(url, &[]).status, 200);
    client.sandbox.advance_clock(Duration::from_secs(61));
    let expired = get(url, &[]);
    assert_eq!(expired.status, 403);
    assert!(
        expired.json()["reason"]
            .as_str()
            .unwrap()
            .contains("expired")
    );
}

#[test]
fn who_accepts_gzip_loses_the_end_of_a_range() {
    let client = Client::new();
    let url = url(&client, "a+b.bin", "", json!({}));
    let headers = [("range", "bytes=100-199"), ("accept-encoding", "gzip")];
    let part = get(&url, &headers);
    assert_eq!(
        part.header("content-range"),
        Some("bytes 100-100001/100002")
    );
    client
        .sandbox
        .change_settings(|settings| settings.gzip_ignores_range_end = false);
    assert_eq!(
        get(&url, &headers).header("content-range"),
        Some("bytes 100-199/100002")
    );
}

#[test]
fn a_single_use_is_one_use() {
    let client = Client::new();
    let once = json!({ "singleUse": true });
    let first = url(&client, "one.bin", "", once.clone());
    assert_eq!(
        [get(&first, &[]).status, get(&first, &[]).status],
        [200, 403]
    );
    let probed = url(&client, "one.bin", "", once.clone());
    assert_eq!(send("HEAD", &probed, &[], b"").status, 200);
    assert_eq!(get(&probed, &[]).status, 403, "the probe was the use");
    let part = url(&client, "odd.bin", "", once);
    assert_eq!(get(&part, &[("range", "bytes=0-9")]).status, 206);
    assert_eq!(get(&part, &[("range", "bytes=10-")]).status, 403);
}

#[test]
fn with_use_cdn_the_url_is_the_cdns() {
    let client = Client::new();
    let url = url(
        &client,
        "odd.bin",
        "?useCdn=true",
        json!({ "singleUse": true }),
    );
    assert!(url.starts_with(&client.sandbox.info().cdn), "{url}");
    assert_eq!(get(&url, &[]).body.len(), 12_345);
    assert_eq!(get(&url, &[]).status, 403);
}

#[test]
fn what_is_uploaded_can_be_downloaded() {
    let client = Client::new();
    for size in [0, 10, 6 << 20] {
        let content = Content::synthetic(size, 42);
        let mut bytes = vec![0; size as usize];
        content.read_at(0, &mut bytes).unwrap();
        let url = url(&client, "new/file 1.bin", "?access=ReadWrite", json!({}));
        let answer = send(
            "PUT",
            &url,
            &[("content-type", "application/x-test")],
            &bytes,
        );
        assert_eq!(answer.status, 200, "{}", answer.text());
        let details = answer.json();
        assert_eq!(
            (&details["objectKey"], &details["size"]),
            (&json!("new/file 1.bin"), &json!(size))
        );
        assert_eq!(details["sha1"], content.sha1_hex().unwrap());
        let answer = get(&url, &[]);
        assert!(answer.body == bytes);
        assert_eq!(answer.header("content-type"), Some("application/x-test"));
        let signed = client.sign("new/file 1.bin");
        assert_eq!(signed["sha1"], content.sha1_hex().unwrap());
        assert!(get(signed["url"].as_str().unwrap(), &[]).body == bytes);
    }
}

#[test]
fn access_is_what_was_asked() {
    let client = Client::new();
    let read = url(&client, "one.bin", "?access=READ", json!({}));
    assert_eq!(send("PUT", &read, &[], b"x").status, 403);
    let write = url(
        &client,
        "one.bin",
        "?access=write",
        json!({ "singleUse": true }),
    );
    assert_eq!(
        get(&write, &[]).status,
        403,
        "a refused use does not spend the URL"
    );
    assert_eq!(
        [
            send("PUT", &write, &[], b"x").status,
            send("PUT", &write, &[], b"y").status
        ],
        [200, 403]
    );
    let id = write.replace("signedresources/", "signedresources/0");
    assert_eq!(get(&id, &[]).status, 404);
}

#[test]
fn wrong_requests_are_refused() {
    let client = Client::new();
    for (key, query, body, status) in [
        ("none.bin", "", json!({}), 404),
        ("one.bin", "?access=all", json!({}), 400),
        ("one.bin", "", json!({ "minutesExpiration": 0 }), 400),
        ("one.bin", "", json!({ "minutesExpiration": "ten" }), 400),
        ("one.bin", "", json!({ "singleUse": "yes" }), 400),
        ("one.bin", "", json!([]), 400),
    ] {
        let answer = create(&client, key, query, &body);
        assert_eq!(answer.status, status, "{key} {query} {body}");
        assert!(answer.json()["reason"].is_string());
    }
    let path = format!("/oss/v2/buckets/{FILES}/objects/one.bin/signed");
    assert_eq!(
        client.api("POST", &path, &[], b"{}").status,
        400,
        "no content type"
    );
}
