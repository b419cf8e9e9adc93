//! The control endpoint: everything over HTTP, without a token.

use crate::client::{Answer, Client, FILES, get, raw, send};
use apsfetch_sandbox::Sandbox;
use serde_json::{Value, json};

fn control(client: &Client, method: &str, path: &str, body: Value) -> Answer {
    let url = format!("{}/sandbox/{path}", client.sandbox.info().api);
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    send(
        method,
        &url,
        &[("content-type", "application/json")],
        body.as_bytes(),
    )
}

fn done(client: &Client, method: &str, path: &str, body: Value) -> Value {
    let answer = control(client, method, path, body);
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
    answer.json()
}

#[test]
fn content_is_added_and_changed() {
    let client = Client::of(Sandbox::builder().no_samples().start().unwrap());
    done(
        &client,
        "POST",
        "buckets",
        json!({ "bucket": FILES, "region": "EMEA" }),
    );
    let object =
        |key: &str, content: Value| json!({ "bucket": FILES, "key": key, "content": content });
    done(
        &client,
        "POST",
        "objects",
        object("t", json!({ "text": "Grüße" })),
    );
    done(
        &client,
        "POST",
        "objects",
        object("b", json!({ "base64": "AAEC" })),
    );
    done(
        &client,
        "POST",
        "objects",
        object("s", json!({ "synthetic": { "size": 10_000, "seed": 3 } })),
    );
    assert_eq!(get(&client.object_url("t"), &[]).text(), "Grüße");
    assert_eq!(get(&client.object_url("b"), &[]).body, [0, 1, 2]);
    done(
        &client,
        "POST",
        "objects",
        json!({ "bucket": FILES, "key": "s", "chunks": [1, 9999], "content_type": "a/b" }),
    );
    assert_eq!(client.sign("s")["status"], "chunked");
    assert_eq!(client.sign("s")["params"]["content-type"], "a/b");
    done(
        &client,
        "POST",
        "objects",
        json!({ "bucket": FILES, "key": "t", "sha1": "hidden" }),
    );
    assert!(client.sign("t").get("sha1").is_none());
    done(
        &client,
        "DELETE",
        "objects",
        json!({ "bucket": FILES, "key": "b" }),
    );
    assert_eq!(client.sign("b")["status"], "error");

    let urn = done(
        &client,
        "POST",
        "designs",
        json!({ "urn": "urn:adsk.objects:os.object:b/x.rvt" }),
    )["urn"]
        .clone();
    let urn = urn.as_str().unwrap();
    let derivative = json!({ "design": urn, "derivative": "urn:x", "content": { "text": "x" } });
    done(&client, "POST", "derivatives", derivative);
    let path = format!("/modelderivative/v2/designdata/{urn}/manifest/urn:x");
    let head = || client.api("HEAD", &path, &[], b"").status;
    assert_eq!(head(), 200);
    let state =
        json!({ "design": urn, "derivative": "urn:x", "state": { "state": "polls", "polls": 1 } });
    done(&client, "POST", "derivatives", state);
    assert_eq!([head(), head()], [202, 200]);
    done(
        &client,
        "POST",
        "designs",
        json!({ "urn": urn, "state": { "state": "failed" } }),
    );
    assert_eq!(head(), 404);
    done(
        &client,
        "DELETE",
        "derivatives",
        json!({ "design": urn, "derivative": "urn:x" }),
    );
    let info = done(&client, "GET", "info", Value::Null);
    assert_eq!(info["designs"][0]["derivatives"], json!([]));
    assert_eq!(info["buckets"][0]["region"], "EMEA");
}

#[test]
fn time_tokens_limits_and_switches_are_scripted() {
    let client = Client::new();
    let path = format!("/oss/v2/buckets/{FILES}/objects?limit=1");
    let before = done(&client, "GET", "clock", Value::Null)["epoch_ms"]
        .as_u64()
        .unwrap();
    let after = done(
        &client,
        "POST",
        "clock",
        json!({ "advance_seconds": 3599.5 }),
    )["epoch_ms"]
        .as_u64()
        .unwrap();
    assert!((3_599_000..3_700_000).contains(&(after - before)));
    done(&client, "POST", "clock", json!({ "advance_seconds": 1 }));
    assert_eq!(client.get(&path).status, 401);
    done(&client, "POST", "token-lifetime", json!({ "seconds": 7 }));
    let token =
        done(&client, "POST", "token", json!({ "scopes": "data:read" }))["access_token"].clone();
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let url = format!("{}{path}", client.sandbox.info().api);
    assert_eq!(get(&url, &[("authorization", &bearer)]).status, 200);
    let limit = json!([{ "endpoint": "objects", "requests": 0, "window_seconds": 9 }]);
    done(&client, "POST", "limits", limit);
    assert_eq!(get(&url, &[("authorization", &bearer)]).status, 429);
    done(&client, "POST", "limits", json!([]));
    done(&client, "POST", "revoke", Value::Null);
    assert_eq!(get(&url, &[("authorization", &bearer)]).status, 401);

    let settings = done(
        &client,
        "POST",
        "settings",
        json!({ "encoded_batch_keys": true }),
    );
    assert_eq!(settings["encoded_batch_keys"], true);
    assert_eq!(settings["gzip_ignores_range_end"], true, "the others stay");
    assert!(client.sandbox.settings().encoded_batch_keys);

    let requests = done(&client, "GET", "requests", Value::Null);
    assert!(
        requests["requests"]
            .as_array()
            .unwrap()
            .iter()
            .any(|record| record["status"] == 429)
    );
    done(&client, "DELETE", "requests", Value::Null);
    assert_eq!(
        done(&client, "GET", "requests", Value::Null)["requests"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn faults_are_scripted() {
    let client = Client::new();
    let rule = json!({ "match": { "endpoint": "buckets", "times": 1 }, "fault": { "kind": "status", "status": 503 } });
    let id = done(&client, "POST", "faults", rule.clone())["id"]
        .as_u64()
        .unwrap();
    assert_eq!(
        [
            client.get("/oss/v2/buckets").status,
            client.get("/oss/v2/buckets").status
        ],
        [503, 200]
    );
    let list = done(&client, "GET", "faults", Value::Null);
    assert_eq!(
        (&list["faults"][0]["applied"], &list["faults"][0]["matched"]),
        (&json!(1), &json!(2))
    );
    done(&client, "DELETE", &format!("faults/{id}"), Value::Null);
    done(&client, "POST", "faults", rule);
    done(&client, "DELETE", "faults", Value::Null);
    assert_eq!(client.get("/oss/v2/buckets").status, 200);
}

#[test]
fn mistakes_are_told_and_strangers_refused() {
    let client = Client::new();
    for (method, path, body, status) in [
        ("GET", "none", Value::Null, 404),
        ("POST", "objects", json!({ "bucket": "x" }), 400),
        (
            "POST",
            "objects",
            json!({ "bucket": FILES, "key": "odd.bin", "chunks": [1] }),
            400,
        ),
        (
            "POST",
            "faults",
            json!({ "fault": { "kind": "none" } }),
            400,
        ),
        ("POST", "settings", json!({ "unknown": true }), 400),
        ("POST", "clock", json!({ "advance_seconds": 1e300 }), 400),
        ("DELETE", "faults/99", Value::Null, 400),
    ] {
        let answer = control(&client, method, path, body);
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(answer.json()["error"].is_string());
    }
    // A page that reached us by a name of its own.
    let url = format!("{}/sandbox/info", client.sandbox.info().api);
    let answer = get(&url, &[("host", "evil.example:80")]);
    assert_eq!(answer.status, 403);
    let _ = raw;
}

#[test]
fn a_rule_for_all_of_the_api_can_be_lifted() {
    let client = Client::new();
    for matching in [json!({}), json!({ "origin": "api" })] {
        let rule = json!({ "match": matching, "fault": { "kind": "html" } });
        done(&client, "POST", "faults", rule);
        let anything = format!("{}/oss/v2/buckets", client.sandbox.info().api);
        assert_eq!(get(&anything, &[]).status, 200);
        done(&client, "DELETE", "faults", Value::Null);
        assert_eq!(get(&anything, &[]).status, 401);
    }
}
