//! The fault language: each fault, seen by a client that only knows bytes.

use crate::client::{Client, agent, get, raw, raw_body, try_send, unpacked};
use apsfetch_sandbox::{Fault, Match, Origin, Rule};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

/// A rule for the data servers.
fn on_s3(fault: Fault) -> Rule {
    Rule {
        matching: Match {
            origin: Some(Origin::S3),
            ..Match::default()
        },
        fault,
    }
}

/// A client, an object of 12,345 bytes, and what it holds.
fn prepared() -> (Client, String, Vec<u8>) {
    let client = Client::new();
    let url = client.object_url("odd.bin");
    let bytes = get(&url, &[]).body;
    (client, url, bytes)
}

#[test]
fn an_answer_is_replaced() {
    let (client, url, _) = prepared();
    let headers = BTreeMap::from([("Retry-After".to_owned(), "25".to_owned())]);
    let status = |status, body: &str| Fault::Status {
        status,
        body: body.to_owned(),
        headers: headers.clone(),
    };
    client
        .sandbox
        .fault(on_s3(status(503, "<Error><Code>SlowDown</Code></Error>")));
    let answer = get(&url, &[]);
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("25"))
    );
    assert_eq!(answer.header("content-type"), Some("application/xml"));

    let replaced = [
        (
            Fault::Redirect {
                to: "https://example.com/".to_owned(),
                status: 307,
            },
            307,
            "",
        ),
        (Fault::Html, 200, "<!DOCTYPE html>"),
        (Fault::ExpiredToken, 400, "<Code>ExpiredToken</Code>"),
        (Fault::Expire, 403, "<Message>Request has expired</Message>"),
    ];
    for (fault, status, text) in replaced {
        client.sandbox.clear_faults();
        client.sandbox.fault(on_s3(fault.clone()));
        let answer = get(&url, &[]);
        assert_eq!(answer.status, status, "{fault:?}");
        assert!(answer.text().contains(text), "{fault:?}: {}", answer.text());
    }
}

#[test]
fn everything_can_expire() {
    let client = Client::new();
    let signed = client.signed_cookies("house.rvt", "house.mtl");
    client.sandbox.fault(Rule::new(Fault::Expire));
    let cdn = get(
        signed.json()["url"].as_str().unwrap(),
        &[("cookie", &signed.cookies())],
    );
    assert!(cdn.status == 403 && cdn.text().contains("<Code>AccessDenied</Code>"));
    assert_eq!(client.get("/oss/v2/buckets").status, 401);
}

#[test]
fn heads_are_changed() {
    let (client, url, bytes) = prepared();
    let range = [("range", "bytes=0-9")];
    client.sandbox.fault(on_s3(Fault::ContentRange {
        value: "bytes 5-14/12345".to_owned(),
    }));
    client.sandbox.fault(on_s3(Fault::Etag {
        value: "\"other\"".to_owned(),
    }));
    client.sandbox.fault(on_s3(Fault::Header {
        name: "Content-Type".to_owned(),
        value: String::new(),
    }));
    let answer = get(&url, &range);
    assert_eq!(answer.status, 206);
    assert_eq!(answer.header("content-range"), Some("bytes 5-14/12345"));
    assert_eq!(
        (answer.header("etag"), answer.header("content-type")),
        (Some("\"other\""), None)
    );
    client.sandbox.clear_faults();

    client.sandbox.fault(on_s3(Fault::IgnoreRange));
    let answer = get(&url, &range);
    assert!(answer.status == 200 && answer.body == bytes);
    client.sandbox.clear_faults();

    client.sandbox.fault(on_s3(Fault::Gzip));
    let plain = unpacked(&url, "Range: bytes=0-9\r\n");
    assert!(plain == bytes[..10]);
    client.sandbox.clear_faults();

    client.sandbox.fault(on_s3(Fault::Chunked));
    let answer = get(&url, &[]);
    assert!(answer.header("content-length").is_none() && answer.body == bytes);
    client.sandbox.clear_faults();

    client.sandbox.fault(on_s3(Fault::Header {
        name: "Content-Length".to_owned(),
        value: "20000".to_owned(),
    }));
    assert!(
        try_send(&agent(), "GET", &url, &[], b"").is_err(),
        "shorter than announced"
    );
    assert_eq!(raw_body(&raw(&url, "").0).len(), 12_345);
}

#[test]
fn json_is_changed() {
    let client = Client::new();
    let set = BTreeMap::from([
        ("/size".to_owned(), serde_json::json!(u64::MAX)),
        ("/etag".to_owned(), serde_json::Value::Null),
    ]);
    client.sandbox.fault(Rule::new(Fault::Json { set }));
    let body = client.signed_cookies("house.rvt", "house.mtl").json();
    assert_eq!(body["size"], u64::MAX);
    assert!(body.get("etag").is_none() && body["url"].is_string());
}

#[test]
fn bodies_are_cut_at_the_byte() {
    let (client, url, bytes) = prepared();
    for at in [0, 1, 5000, 12_344] {
        client.sandbox.clear_faults();
        client.sandbox.fault(on_s3(Fault::Truncate { at }));
        let (received, end) = raw(&url, "");
        assert!(end.is_ok(), "an orderly end");
        assert!(
            raw_body(&received) == &bytes[..at as usize],
            "truncated at {at}"
        );

        client.sandbox.clear_faults();
        client.sandbox.fault(on_s3(Fault::Reset { at }));
        let (received, end) = raw(&url, "");
        assert_eq!(
            end.unwrap_err().kind(),
            ErrorKind::ConnectionReset,
            "reset at {at}"
        );
        assert!(
            raw_body(&received) == &bytes[..at as usize],
            "reset at {at}"
        );
    }
    let record = client.sandbox.requests().pop().unwrap();
    assert_eq!(
        (record.bytes_sent, record.complete, record.faults.as_slice()),
        (12_344, false, &["reset".to_owned()][..])
    );

    // A body without a length ends without its last chunk.
    client.sandbox.clear_faults();
    client.sandbox.fault(on_s3(Fault::Chunked));
    client.sandbox.fault(on_s3(Fault::Truncate { at: 100 }));
    assert!(try_send(&agent(), "GET", &url, &[], b"").is_err());
}

#[test]
fn a_stall_lasts_and_a_hang_says_nothing() {
    let (client, url, bytes) = prepared();
    let short = |more: &str| {
        let (origin, path) = url
            .strip_prefix("http://")
            .unwrap()
            .split_once('/')
            .unwrap();
        let mut stream = std::net::TcpStream::connect(origin).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        std::io::Write::write_all(
            &mut stream,
            format!("GET /{path} HTTP/1.1\r\nHost: {origin}\r\n{more}\r\n").as_bytes(),
        )
        .unwrap();
        let mut received = Vec::new();
        let error = std::io::Read::read_to_end(&mut stream, &mut received).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{error}"
        );
        received
    };
    client.sandbox.fault(on_s3(Fault::Stall { at: 777 }));
    assert!(raw_body(&short("")) == &bytes[..777]);
    client.sandbox.clear_faults();
    client.sandbox.fault(on_s3(Fault::Hang));
    assert!(short("").is_empty());
}

#[test]
fn pace_and_delay_take_their_time() {
    let (client, url, bytes) = prepared();
    let timed = |fault: Fault| {
        client.sandbox.clear_faults();
        client.sandbox.fault(on_s3(fault));
        let begun = Instant::now();
        assert!(get(&url, &[]).body == bytes);
        begun.elapsed()
    };
    assert!(timed(Fault::Delay { ms: 200 }) >= Duration::from_millis(200));
    assert!(
        timed(Fault::Drip {
            bytes: 3000,
            every_ms: 50
        }) >= Duration::from_millis(250),
        "five steps"
    );
    assert!(
        timed(Fault::Rate {
            bytes_per_second: 50_000
        }) >= Duration::from_millis(230)
    );
}

#[test]
fn bytes_are_corrupted_and_added() {
    let (client, url, mut bytes) = prepared();
    client.sandbox.fault(on_s3(Fault::Corrupt { at: 7000 }));
    let answer = get(&url, &[]);
    assert_eq!(answer.status, 200);
    assert!(answer.body != bytes);
    bytes[7000] = answer.body[7000];
    assert!(answer.body == bytes, "one byte and no other");
    client.sandbox.clear_faults();

    client.sandbox.fault(on_s3(Fault::Extra { bytes: 100 }));
    client.sandbox.fault(on_s3(Fault::Close));
    let (received, end) = raw(&url, "");
    assert!(end.is_ok());
    let head = String::from_utf8_lossy(&received[..1000]).to_ascii_lowercase();
    assert!(head.contains("content-length: 12345"), "{head}");
    assert_eq!(raw_body(&received).len(), 12_445);
}

#[test]
fn connections_end_in_every_way() {
    let (client, url, _) = prepared();
    client.sandbox.fault(on_s3(Fault::Garbage {
        text: "garbage\n".to_owned(),
    }));
    let (received, end) = raw(&url, "");
    assert!(received == b"garbage\n" && end.is_ok());

    client.sandbox.clear_faults();
    client.sandbox.fault(on_s3(Fault::Drop { reset: false }));
    let (received, end) = raw(&url, "");
    assert!(received.is_empty() && end.is_ok());

    client.sandbox.clear_faults();
    client.sandbox.fault(on_s3(Fault::Drop { reset: true }));
    let (received, end) = raw(&url, "");
    assert!(received.is_empty());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);

    client.sandbox.clear_faults();
    client.sandbox.fault(on_s3(Fault::Close));
    let (received, end) = raw(&url, "");
    assert!(end.is_ok() && raw_body(&received).len() == 12_345);
    assert!(
        !String::from_utf8_lossy(&received[..1000])
            .to_ascii_lowercase()
            .contains("connection: close"),
        "unannounced"
    );
}

#[test]
fn matches_choose_their_requests() {
    let (client, url, _) = prepared();
    let rule = |matching: Match| Rule {
        matching,
        fault: Fault::Status {
            status: 500,
            body: String::new(),
            headers: BTreeMap::new(),
        },
    };
    let statuses = |count: usize, headers: &[(&str, &str)]| -> Vec<u16> {
        (0..count).map(|_| get(&url, headers).status).collect()
    };
    let second = client.sandbox.fault(rule(Match {
        endpoint: Some("s3".to_owned()),
        nth: Some(2),
        ..Match::default()
    }));
    assert_eq!(statuses(3, &[]), [200, 500, 200]);
    assert_eq!(client.sandbox.fault_count(second), Some(1));
    assert!(client.sandbox.remove_fault(second) && !client.sandbox.remove_fault(second));

    client.sandbox.fault(rule(Match {
        range: Some("bytes=0-9".to_owned()),
        ..Match::default()
    }));
    assert_eq!(statuses(1, &[]), [200]);
    assert_eq!(statuses(1, &[("range", "bytes=0-9")]), [500]);
    assert_eq!(statuses(1, &[("range", "bytes=0-8")]), [206]);
    client.sandbox.clear_faults();
    client.sandbox.fault(rule(Match {
        range: Some("*".to_owned()),
        every: Some(2),
        ..Match::default()
    }));
    assert_eq!(statuses(4, &[("range", "bytes=0-9")]), [206, 500, 206, 500]);
    client.sandbox.clear_faults();
    client.sandbox.fault(rule(Match {
        range: Some(String::new()),
        times: Some(1),
        ..Match::default()
    }));
    assert_eq!(statuses(1, &[("range", "bytes=0-9")]), [206]);
    assert_eq!(statuses(2, &[]), [500, 200]);
    client.sandbox.clear_faults();
    client.sandbox.fault(rule(Match {
        path_contains: Some("odd.bin".to_owned()),
        method: Some("get".to_owned()),
        ..Match::default()
    }));
    assert_eq!(statuses(1, &[]), [500]);
    assert_eq!(client.get("/oss/v2/buckets").status, 200);
}
