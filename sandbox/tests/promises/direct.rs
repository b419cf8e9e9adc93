//! `GET {urn}/manifest/{derivativeUrn}`: the deprecated direct download.

use crate::client::{Client, agent, encode, try_send};
use apsfetch_sandbox::Content;

const URN: &str = "urn:adsk.viewing:fs.file:x/output/a b.bin";

/// A derivative of that size, and its path.
fn with(size: u64) -> (Client, String) {
    let client = Client::new();
    let design = client
        .sandbox
        .add_design("urn:adsk.objects:os.object:b/direct.rvt", "US");
    client
        .sandbox
        .add_derivative(&design, URN, Content::synthetic(size, 9));
    (
        client,
        format!(
            "/modelderivative/v2/designdata/{design}/manifest/{}",
            encode(URN)
        ),
    )
}

#[test]
fn the_whole_and_the_three_forms_of_ranges_come() {
    let (client, path) = with(1658);
    let whole = client.get(&path);
    assert_eq!((whole.status, whole.body.len()), (200, 1658));
    let etag = whole.header("etag").unwrap();
    assert_eq!(
        etag, "urn%3Aadsk.viewing%3Afs.file%3Ax%2Foutput%2Fa%20b.bin",
        "the urn, and no quotes"
    );
    for (range, expected) in [
        ("bytes=0-63", "bytes 0-63/1658"),
        ("bytes=64-127", "bytes 64-127/1658"),
        ("bytes=1022-", "bytes 1022-1657/1658"),
    ] {
        let part = client.api("GET", &path, &[("range", range)], b"");
        assert_eq!(
            (part.status, part.header("content-range")),
            (206, Some(expected))
        );
        let first: usize = range[6..].split('-').next().unwrap().parse().unwrap();
        assert!(part.body == whole.body[first..first + part.body.len()]);
    }
    for (range, status) in [
        ("bytes=x", 400),
        ("bytes=-5", 400),
        ("bytes=0-1,3-4", 400),
        ("bytes=5-2", 400),
        ("bytes=1658-", 416),
    ] {
        let answer = client.api("GET", &path, &[("range", range)], b"");
        assert_eq!(answer.status, status, "{range}");
        assert!(answer.json()["diagnostic"].is_string());
    }
}

#[test]
fn more_than_256_megabytes_need_a_range() {
    let (client, path) = with((256 << 20) + 1);
    let answer = client.get(&path);
    assert_eq!(answer.status, 413);
    assert!(
        answer.json()["diagnostic"]
            .as_str()
            .unwrap()
            .contains("use range request instead")
    );
    let part = client.api("GET", &path, &[("range", "bytes=268435456-")], b"");
    assert_eq!((part.status, part.body.len()), (206, 1));
}

#[test]
fn svf2_is_refused_with_a_reason() {
    let client = Client::new();
    let answer = client.get(&client.derivative_path("house.rvt", ".svf2"));
    assert_eq!(
        (answer.status, answer.json()["diagnostic"].as_str()),
        (400, Some("3D SVF2 derivatives cannot be downloaded."))
    );
}

#[test]
fn the_contradiction_of_the_documentation_can_be_had() {
    let (client, path) = with(1658);
    client
        .sandbox
        .change_settings(|settings| settings.direct_partial_chunked = true);
    let part = client.api("GET", &path, &[("range", "bytes=0-100")], b"");
    assert_eq!(
        (part.status, part.body.len(), part.header("content-length")),
        (206, 101, None)
    );
    client.sandbox.change_settings(|settings| {
        settings.direct_partial_chunked = false;
        settings.direct_partial_claims_whole_length = true;
    });
    let url = format!("{}{path}", client.sandbox.info().api);
    let (received, _) = crate::client::raw(
        &url,
        &format!("Authorization: {}\r\nRange: bytes=0-100\r\n", client.bearer),
    );
    let head = String::from_utf8_lossy(&received).to_ascii_lowercase();
    assert!(
        head.contains("content-length: 1658") && head.contains("content-range: bytes 0-100/1658"),
        "{head}"
    );
    assert_eq!(crate::client::raw_body(&received).len(), 101);
    let headers = [
        ("authorization", client.bearer.as_str()),
        ("range", "bytes=0-100"),
    ];
    assert!(
        try_send(&agent(), "GET", &url, &headers, b"").is_err(),
        "to a client it is a broken answer"
    );
}
