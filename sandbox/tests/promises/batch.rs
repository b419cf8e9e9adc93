//! `POST …/batchsigneds3download` and `GET …/signeds3download`.

use crate::client::{Client, FILES, encode, get};
use apsfetch_sandbox::{Content, Sha1};
use serde_json::json;
use std::time::Duration;

#[test]
fn keys_of_every_kind_are_signed_and_open() {
    let client = Client::new();
    let bucket = client
        .sandbox
        .info()
        .buckets
        .iter()
        .find(|bucket| bucket.key == FILES)
        .unwrap();
    let objects: Vec<_> = bucket
        .objects
        .iter()
        .filter(|object| !object.chunked && object.size < 1 << 20)
        .collect();
    assert!(objects.len() >= 12);
    let requests: Vec<_> = objects
        .iter()
        .map(|object| json!({ "objectKey": object.key }))
        .collect();
    let results = client.batch("", &json!(requests))["results"].clone();
    for object in objects {
        let item = &results[&object.key];
        assert_eq!(item["status"], "complete", "{}: {item}", object.key);
        assert_eq!(item["size"], object.size);
        let answer = get(item["url"].as_str().unwrap(), &[]);
        assert_eq!(
            (answer.status, answer.body.len() as u64),
            (200, object.size),
            "{}",
            object.key
        );
        let sha1 = Content::bytes(answer.body).sha1_hex().unwrap();
        assert_eq!(item["sha1"], sha1, "{}", object.key);
    }
    assert!(
        client.sign("huge.bin").get("sha1").is_none(),
        "nobody waits for five gigabytes"
    );
}

#[test]
fn more_than_25_objects_are_taken() {
    let client = Client::new();
    for number in 0..60 {
        client
            .sandbox
            .add_object(FILES, &format!("many/{number}"), Content::bytes(vec![1]));
    }
    let requests: Vec<_> = (0..60)
        .map(|number| json!({ "objectKey": format!("many/{number}") }))
        .collect();
    assert_eq!(
        client.batch("", &json!(requests))["results"]
            .as_object()
            .unwrap()
            .len(),
        60
    );
}

#[test]
fn each_status_of_the_page_appears() {
    let client = Client::new();
    let sha1 = client.sign("notes.txt")["sha1"]
        .as_str()
        .unwrap()
        .to_owned();
    let far_future = "Fri, 01 Jan 2100 00:00:00 GMT";
    let results = client.batch(
        "",
        &json!([
            { "objectKey": "odd.bin", "If-Modified-Since": far_future },
            { "objectKey": "notes.txt", "If-None-Match": sha1 },
            { "objectKey": "page.html", "response-content-type": "text/html", "response-content-disposition": "inline" },
            { "objectKey": "one.bin", "response-content-type": "text", "response-cache-control": "no-store" },
            { "objectKey": "unmerged.bin" },
            { "objectKey": "none.bin" },
        ]),
    )["results"]
        .clone();
    for key in ["odd.bin", "notes.txt"] {
        assert_eq!(
            results[key],
            json!({ "status": "skipped", "reason": "Not modified" })
        );
    }
    assert_eq!(
        results["page.html"],
        json!({
            "status": "error",
            "reason": "Inline executable content not allowed",
            "params": { "content-type": "text/html", "content-disposition": "inline" },
        })
    );
    assert_eq!(
        results["none.bin"],
        json!({ "status": "error", "reason": "Object not found" })
    );
    assert_eq!(
        results["one.bin"]["params"],
        json!({
            "content-type": "text",
            "content-disposition": "attachment; filename=\"one.bin\"",
            "cache-control": "no-store",
        })
    );
    let answer = get(results["one.bin"]["url"].as_str().unwrap(), &[]);
    assert_eq!(
        (
            answer.header("content-type"),
            answer.header("cache-control")
        ),
        (Some("text"), Some("no-store"))
    );
    assert_eq!(results["unmerged.bin"]["status"], "chunked");
    let modified = client.batch(
        "",
        &json!([{ "objectKey": "odd.bin", "If-None-Match": "0000" }]),
    );
    assert_eq!(modified["results"]["odd.bin"]["status"], "complete");
}

#[test]
fn chunks_together_are_the_object() {
    let client = Client::new();
    let content = Content::synthetic(1_000_003, 77);
    client
        .sandbox
        .add_object(FILES, "pieces.bin", content.clone());
    client
        .sandbox
        .set_chunks(FILES, "pieces.bin", &[400_000, 1, 600_002])
        .unwrap();
    let item = client.sign("pieces.bin");
    assert_eq!(
        (&item["status"], &item["size"]),
        (&json!("chunked"), &json!(1_000_003))
    );
    assert!(item.get("sha1").is_none() && item.get("url").is_none());
    let urls = item["urls"].as_object().unwrap();
    let ranges: Vec<&str> = urls.keys().map(String::as_str).collect();
    assert_eq!(ranges.len(), 3);
    let mut whole = Vec::new();
    for range in ["0-399999", "400000-400000", "400001-1000002"] {
        let answer = get(urls[range].as_str().unwrap(), &[]);
        assert_eq!(answer.status, 200);
        whole.extend(answer.body);
    }
    assert_eq!(
        Content::bytes(whole).sha1_hex().unwrap(),
        content.sha1_hex().unwrap()
    );
    // Inside a chunk, offsets start at 0.
    let part = get(
        urls["400001-1000002"].as_str().unwrap(),
        &[("range", "bytes=0-3")],
    );
    let mut expected = [0; 4];
    content.read_at(400_001, &mut expected).unwrap();
    assert_eq!(
        (part.status, part.body.as_slice()),
        (206, expected.as_slice())
    );
    assert_eq!(part.header("content-range"), Some("bytes 0-3/600002"));

    let item = client.batch(
        "?public-resource-fallback=true",
        &json!([{ "objectKey": "pieces.bin" }]),
    );
    let item = &item["results"]["pieces.bin"];
    assert_eq!(item["status"], "fallback");
    let answer = get(item["url"].as_str().unwrap(), &[]);
    assert_eq!((answer.status, answer.body.len()), (200, 1_000_003));

    client.sandbox.set_chunks(FILES, "pieces.bin", &[]).unwrap();
    assert_eq!(client.sign("pieces.bin")["status"], "complete");
    assert!(
        client
            .sandbox
            .set_chunks(FILES, "pieces.bin", &[1, 2])
            .is_err()
    );
}

#[test]
fn parameters_are_checked_and_obeyed() {
    let client = Client::new();
    let path = format!("/oss/v2/buckets/{FILES}/objects/batchsigneds3download");
    let good = json!({ "requests": [{ "objectKey": "one.bin" }] });
    for (query, status) in [("1", 200), ("60", 200), ("0", 400), ("61", 400), ("x", 400)] {
        let answer = client.post(&format!("{path}?minutesExpiration={query}"), &good);
        assert_eq!(answer.status, status, "{query}");
    }
    for body in [
        json!({}),
        json!({ "requests": [] }),
        json!({ "requests": [{}] }),
        json!({ "requests": "x" }),
        json!([]),
    ] {
        let answer = client.post(&path, &body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["reason"].is_string());
    }
    assert_eq!(
        client
            .api("POST", &path, &[], good.to_string().as_bytes())
            .status,
        400,
        "no content type"
    );
    assert_eq!(
        client
            .post("/oss/v2/buckets/NO/objects/batchsigneds3download", &good)
            .status,
        400
    );
    let missing = client.post(
        "/oss/v2/buckets/no-such/objects/batchsigneds3download",
        &good,
    );
    assert_eq!(
        missing.json()["results"]["one.bin"]["reason"],
        "Bucket not found"
    );

    let long = client.batch(
        "?minutesExpiration=60",
        &json!([{ "objectKey": "one.bin" }]),
    );
    let url = long["results"]["one.bin"]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    client.sandbox.advance_clock(Duration::from_secs(3590));
    assert_eq!(get(&url, &[]).status, 200);
    client.sandbox.advance_clock(Duration::from_secs(20));
    assert_eq!(get(&url, &[]).status, 403);
}

#[test]
fn result_keys_can_be_encoded_and_sha1_scripted() {
    let client = Client::new();
    client
        .sandbox
        .change_settings(|settings| settings.encoded_batch_keys = true);
    let results = client.batch(
        "",
        &json!([{ "objectKey": "folder/sub folder/nested.bin" }]),
    )["results"]
        .clone();
    assert_eq!(
        results["folder%2Fsub%20folder%2Fnested.bin"]["status"], "complete",
        "{results}"
    );
    client
        .sandbox
        .set_sha1(FILES, "one.bin", Sha1::Hidden)
        .unwrap();
    assert!(client.sign("one.bin").get("sha1").is_none());
    client
        .sandbox
        .set_sha1(FILES, "one.bin", Sha1::Claimed("ab".repeat(20)))
        .unwrap();
    let results = client.batch("", &json!([{ "objectKey": "one.bin" }]))["results"].clone();
    assert_eq!(results["one%2Ebin"], serde_json::Value::Null);
    assert_eq!(results["one.bin"]["sha1"], "ab".repeat(20));
}

#[test]
fn one_object_is_signed_by_get() {
    let client = Client::new();
    let path = |key: &str| {
        format!(
            "/oss/v2/buckets/{FILES}/objects/{}/signeds3download",
            encode(key)
        )
    };
    let answer = client.get(&path("a+b.bin"));
    assert_eq!(answer.json()["status"], "complete");
    assert_eq!(
        get(answer.json()["url"].as_str().unwrap(), &[]).body.len(),
        100_002
    );
    let sha1 = answer.json()["sha1"].as_str().unwrap().to_owned();
    let same = client.api("GET", &path("a+b.bin"), &[("if-none-match", &sha1)], b"");
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(client.get(&path("none.bin")).status, 404);
    assert_eq!(
        client.get(&path("unmerged.bin")).json()["status"],
        "chunked"
    );
    let fallback = client.get(&format!(
        "{}?public-resource-fallback=true",
        path("unmerged.bin")
    ));
    assert_eq!(fallback.json()["status"], "fallback");
    let inline = format!(
        "{}?response-content-disposition=inline&response-content-type=text%2Fhtml",
        path("page.html")
    );
    assert_eq!(client.get(&inline).status, 400);
}
