//! Ranges and conditions, the same on the CDN, on S3 and on signed resources.

use crate::client::{Answer, Client, FILES, get, send};
use apsfetch_sandbox::Content;

/// The same content on the CDN (with cookies) and on S3.
fn places(client: &Client, content: &Content) -> Vec<(String, String)> {
    let design = client
        .sandbox
        .add_design("urn:adsk.objects:os.object:b/ranges.rvt", "US");
    client.sandbox.add_derivative(
        &design,
        "urn:adsk.viewing:fs.file:x/output/a.bin",
        content.clone(),
    );
    let path = "urn%3Aadsk.viewing%3Afs.file%3Ax%2Foutput%2Fa.bin/signedcookies";
    let signed = client.get(&format!(
        "/modelderivative/v2/designdata/{design}/manifest/{path}"
    ));
    client
        .sandbox
        .add_object(FILES, "ranges.bin", content.clone());
    vec![
        (
            signed.json()["url"].as_str().unwrap().to_owned(),
            signed.cookies(),
        ),
        (client.object_url("ranges.bin"), String::new()),
    ]
}

fn ask(place: &(String, String), headers: &[(&str, &str)]) -> Answer {
    let mut all = vec![("cookie", place.1.as_str())];
    all.extend_from_slice(headers);
    get(&place.0, &all)
}

#[test]
fn every_form_of_range_gives_exactly_its_bytes() {
    let client = Client::new();
    let size = 3_000_000_u64;
    let content = Content::synthetic(size, 9);
    let mut bytes = vec![0; size as usize];
    content.read_at(0, &mut bytes).unwrap();
    let parts = [
        ("bytes=0-0", 0, 0),
        ("bytes=0-63", 0, 63),
        ("bytes=1048575-2097152", 1_048_575, 2_097_152),
        ("bytes=2999999-2999999", 2_999_999, 2_999_999),
        ("bytes=2999990-99999999", 2_999_990, 2_999_999),
        ("bytes=2500000-", 2_500_000, 2_999_999),
        ("bytes=-1", 2_999_999, 2_999_999),
        ("bytes=-99999999", 0, 2_999_999),
    ];
    for place in places(&client, &content) {
        for (range, first, last) in parts {
            let answer = ask(&place, &[("range", range)]);
            assert_eq!(answer.status, 206, "{range}");
            assert_eq!(
                answer.header("content-range").unwrap(),
                format!("bytes {first}-{last}/{size}")
            );
            assert!(answer.body == bytes[first..=last], "{range}: other bytes");
        }
        for range in ["bytes=0-1,5-6", "bytes=5-2", "lines=0-1"] {
            let answer = ask(&place, &[("range", range)]);
            assert_eq!(
                (answer.status, answer.body.len() as u64),
                (200, size),
                "{range}"
            );
        }
        for range in ["bytes=3000000-", "bytes=3000000-3000001", "bytes=-0"] {
            let answer = ask(&place, &[("range", range)]);
            assert_eq!(answer.status, 416, "{range}");
            assert_eq!(answer.header("content-range"), Some("bytes */3000000"));
            assert!(
                answer
                    .text()
                    .contains("<ActualObjectSize>3000000</ActualObjectSize>"),
                "{}",
                answer.text()
            );
        }
        let whole = ask(&place, &[]);
        assert!(whole.status == 200 && whole.body == bytes);
        assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    }
}

#[test]
fn conditions_hold() {
    let client = Client::new();
    let content = Content::synthetic(1000, 9);
    for place in places(&client, &content) {
        let whole = ask(&place, &[]);
        let etag = whole.header("etag").unwrap().to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        let modified = whole.header("last-modified").unwrap().to_owned();
        let long_ago = "Thu, 01 Jan 1998 00:00:00 GMT";
        let cases: [(&[(&str, &str)], u16); 12] = [
            (&[("if-match", &etag)], 200),
            (&[("if-match", "*")], 200),
            (&[("if-match", "\"other\"")], 412),
            (&[("if-none-match", &etag)], 304),
            (&[("if-none-match", "\"other\"")], 200),
            (&[("if-modified-since", &modified)], 304),
            (&[("if-modified-since", long_ago)], 200),
            (&[("if-unmodified-since", long_ago)], 412),
            (&[("range", "bytes=0-9"), ("if-match", &etag)], 206),
            (&[("range", "bytes=0-9"), ("if-range", &etag)], 206),
            (&[("range", "bytes=0-9"), ("if-range", &modified)], 206),
            (&[("range", "bytes=0-9"), ("if-range", "\"other\"")], 200),
        ];
        for (headers, status) in cases {
            assert_eq!(ask(&place, headers).status, status, "{headers:?}");
        }
    }
}

#[test]
fn a_replaced_object_has_another_tag() {
    let client = Client::new();
    for place in places(&client, &Content::synthetic(1000, 9)) {
        let before = ask(&place, &[]).header("etag").unwrap().to_owned();
        client
            .sandbox
            .add_object(FILES, "ranges.bin", Content::synthetic(1000, 10));
        let urn = "urn:adsk.objects:os.object:b/ranges.rvt";
        client.sandbox.add_derivative(
            urn,
            "urn:adsk.viewing:fs.file:x/output/a.bin",
            Content::synthetic(1000, 10),
        );
        assert_ne!(ask(&place, &[]).header("etag").unwrap(), before);
        assert_eq!(ask(&place, &[("if-match", &before)]).status, 412);
        client
            .sandbox
            .add_object(FILES, "ranges.bin", Content::synthetic(1000, 9));
        client.sandbox.add_derivative(
            urn,
            "urn:adsk.viewing:fs.file:x/output/a.bin",
            Content::synthetic(1000, 9),
        );
    }
}

#[test]
fn nothing_at_all_has_no_ranges() {
    let client = Client::new();
    for place in places(&client, &Content::bytes(Vec::new())) {
        let whole = ask(&place, &[]);
        assert_eq!(
            (
                whole.status,
                whole.body.len(),
                whole.header("content-length")
            ),
            (200, 0, Some("0"))
        );
        for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(ask(&place, &[("range", range)]).status, 416, "{range}");
        }
    }
}

#[test]
fn offsets_beyond_four_gigabytes_work() {
    let client = Client::new();
    let content = Content::synthetic(5 << 30, 104);
    client
        .sandbox
        .add_object(FILES, "huge.bin", content.clone());
    let url = client.object_url("huge.bin");
    for offset in [(4 << 30) - 5, 4 << 30, (5 << 30) - 10_u64] {
        let answer = get(
            &url,
            &[("range", &format!("bytes={offset}-{}", offset + 9))],
        );
        let mut expected = [0; 10];
        content.read_at(offset, &mut expected).unwrap();
        assert_eq!(
            (answer.status, answer.body.as_slice()),
            (206, expected.as_slice()),
            "at {offset}"
        );
    }
}

#[test]
fn head_tells_what_get_would() {
    let client = Client::new();
    let place = &places(&client, &Content::synthetic(1000, 9))[0];
    let head = send("HEAD", &place.0, &[("cookie", &place.1)], b"");
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, Some("1000"), 0)
    );
    let part = send(
        "HEAD",
        &place.0,
        &[("cookie", &place.1), ("range", "bytes=0-9")],
        b"",
    );
    assert_eq!(
        (part.status, part.header("content-length")),
        (206, Some("10"))
    );
}
