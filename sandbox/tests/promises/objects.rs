//! Buckets and objects, listed.

use crate::client::{Client, FILES, encode, get};
use apsfetch_sandbox::Content;
use serde_json::json;

#[test]
fn pages_follow_each_other_by_absolute_urls() {
    let client = Client::new();
    let mut keys = Vec::new();
    let mut url = format!(
        "{}/oss/v2/buckets/{FILES}/objects?limit=4",
        client.sandbox.info().api
    );
    loop {
        let answer = get(&url, &[("authorization", &client.bearer)]).json();
        let items = answer["items"].as_array().unwrap();
        assert!(items.len() <= 4);
        keys.extend(
            items
                .iter()
                .map(|item| item["objectKey"].as_str().unwrap().to_owned()),
        );
        match answer["next"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    let bucket = client
        .sandbox
        .info()
        .buckets
        .iter()
        .find(|bucket| bucket.key == FILES)
        .unwrap();
    let expected: Vec<String> = bucket
        .objects
        .iter()
        .map(|object| object.key.clone())
        .collect();
    assert_eq!(keys, expected);
}

#[test]
fn a_prefix_is_kept_from_page_to_page() {
    let client = Client::new();
    for number in 0..15 {
        client.sandbox.add_object(
            FILES,
            &format!("pre fix+/{number:02}"),
            Content::bytes(vec![0]),
        );
    }
    let first = client
        .get(&format!(
            "/oss/v2/buckets/{FILES}/objects?beginsWith={}",
            encode("pre fix+/")
        ))
        .json();
    assert_eq!(
        first["items"].as_array().unwrap().len(),
        10,
        "ten, when nothing is said"
    );
    let next = first["next"].as_str().unwrap();
    let second = get(next, &[("authorization", &client.bearer)]).json();
    assert_eq!(second["items"].as_array().unwrap().len(), 5);
    assert_eq!(second.get("next"), None);
    assert_eq!(
        client
            .get(&format!("/oss/v2/buckets/{FILES}/objects?limit=0"))
            .status,
        400
    );
    assert_eq!(
        client
            .get(&format!("/oss/v2/buckets/{FILES}/objects?limit=101"))
            .status,
        400
    );
    assert_eq!(client.get("/oss/v2/buckets/no-such/objects").status, 404);
}

#[test]
fn details_are_told() {
    let client = Client::new();
    let key = "folder/sub folder/nested.bin";
    let path = format!("/oss/v2/buckets/{FILES}/objects/{}/details", encode(key));
    let details = client.get(&path).json();
    assert_eq!(
        details["objectId"],
        format!("urn:adsk.objects:os.object:{FILES}/{key}")
    );
    assert_eq!(
        (&details["size"], &details["objectKey"]),
        (&json!(100_006), &json!(key))
    );
    assert_eq!(details["sha1"].as_str().unwrap().len(), 40);
    assert_eq!(client.get(&path.replace("nested", "none")).status, 404);
    let bucket = client
        .get(&format!("/oss/v2/buckets/{FILES}/details"))
        .json();
    assert_eq!(
        (&bucket["bucketKey"], &bucket["policyKey"]),
        (&json!(FILES), &json!("persistent"))
    );
}

#[test]
fn buckets_are_listed_by_region() {
    let client = Client::new();
    client.sandbox.add_bucket_in("european-bucket", "EMEA");
    let keys = |headers: &[(&str, &str)], query: &str| -> Vec<String> {
        let answer = client
            .api("GET", &format!("/oss/v2/buckets{query}"), headers, b"")
            .json();
        let items = answer["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["bucketKey"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys(&[], ""), [FILES, "apsfetch-sandbox-models"]);
    assert_eq!(keys(&[("x-ads-region", "EMEA")], ""), ["european-bucket"]);
    assert_eq!(keys(&[("region", "EMEA")], ""), ["european-bucket"]);
    assert_eq!(keys(&[], "?region=EMEA"), ["european-bucket"]);
    assert_eq!(keys(&[], "?limit=1"), [FILES]);
}
