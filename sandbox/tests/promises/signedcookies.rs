//! `GET …/signedcookies`, as its page has it.

use crate::client::{Client, encode, get, unpacked};
use apsfetch_sandbox::Content;
use base64::Engine as _;
use std::time::{Duration, SystemTime};

#[test]
fn the_answer_has_the_documented_shape() {
    let client = Client::new();
    let answer = client.signed_cookies("house.rvt", "house.obj");
    let names: Vec<&str> = answer
        .all("set-cookie")
        .iter()
        .map(|cookie| cookie.split('=').next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "CloudFront-Policy",
            "CloudFront-Key-Pair-Id",
            "CloudFront-Signature"
        ]
    );
    for cookie in answer.all("set-cookie") {
        assert!(
            cookie.ends_with("; Path=/; Domain=127.0.0.1; HTTPOnly"),
            "{cookie}"
        );
    }
    let body = answer.json();
    assert_eq!(body["size"], 256 << 20);
    assert_eq!(body["content-type"], "application/octet-stream");
    assert_eq!(body["etag"].as_str().unwrap().len(), 32);
    let in_six_hours = SystemTime::now() + Duration::from_secs(6 * 3600);
    let expected = in_six_hours
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_millis() as i128;
    assert!((i128::from(body["expiration"].as_u64().unwrap()) - expected).abs() < 10_000);
    for header in [
        "x-ads-app-identifier",
        "x-ads-startup-time",
        "x-ads-duration",
    ] {
        assert!(answer.header(header).is_some(), "{header}");
    }

    // The policy names exactly the URL, and its end is the body's in seconds.
    let cookie = answer.all("set-cookie")[0]
        .split(';')
        .next()
        .unwrap()
        .strip_prefix("CloudFront-Policy=")
        .unwrap();
    let policy = cookie.replace('-', "+").replace('_', "=").replace('~', "/");
    let policy = base64::engine::general_purpose::STANDARD
        .decode(policy)
        .unwrap();
    let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
    assert_eq!(policy["Statement"][0]["Resource"], body["url"]);
    let epoch = policy["Statement"][0]["Condition"]["DateLessThan"]["AWS:EpochTime"]
        .as_u64()
        .unwrap();
    assert_eq!(body["expiration"], epoch * 1000);

    client
        .sandbox
        .change_settings(|settings| settings.numbers_as_strings = true);
    let body = client.signed_cookies("house.rvt", "house.obj").json();
    assert_eq!(body["size"], "268435456");
    assert!(body["expiration"].is_string());
}

#[test]
fn the_body_is_compressed_for_those_who_accept_it() {
    let client = Client::new();
    let path = format!(
        "{}/signedcookies",
        client.derivative_path("house.rvt", "house.mtl")
    );
    let url = format!("{}{path}", client.sandbox.info().api);
    let head = format!(
        "Authorization: {}\r\nAccept-Encoding: gzip\r\n",
        client.bearer
    );
    let text = String::from_utf8(unpacked(&url, &head)).unwrap();
    assert!(text.contains("\"url\""), "{text}");
    let answer = client.api("GET", &path, &[("accept-encoding", "gzip;q=0")], b"");
    assert_eq!(answer.header("content-encoding"), None);
}

#[test]
fn minutes_and_disposition_are_checked_and_obeyed() {
    let client = Client::new();
    let path = format!(
        "{}/signedcookies",
        client.derivative_path("house.rvt", "house.mtl")
    );
    for (query, status) in [
        ("minutes-expiration=1", 200),
        ("minutes-expiration=360", 200),
        ("minutes-expiration=0", 400),
        ("minutes-expiration=361", 400),
        ("minutes-expiration=-1", 400),
        ("minutes-expiration=ten", 400),
        ("minutes-expiration=1.5", 400),
        ("response-content-disposition=inline", 400),
        ("response-content-disposition=attachment", 200),
    ] {
        let answer = client.get(&format!("{path}?{query}"));
        assert_eq!(answer.status, status, "{query}");
        if status == 400 {
            assert!(answer.json()["diagnostic"].is_string());
        }
    }

    let disposition = "attachment; filename=\"a b+c.mtl\"";
    let answer = client.get(&format!(
        "{path}?response-content-disposition={}",
        encode(disposition)
    ));
    let body = answer.json();
    let url = body["url"].as_str().unwrap();
    assert!(
        url.contains("?response-content-disposition=attachment"),
        "{url}"
    );
    let file = get(url, &[("cookie", &answer.cookies())]);
    assert_eq!(
        (file.status, file.header("content-disposition")),
        (200, Some(disposition))
    );
    // The query is part of what was signed.
    let without = url.split('?').next().unwrap();
    assert_eq!(get(without, &[("cookie", &answer.cookies())]).status, 403);

    let short = client.get(&format!("{path}?minutes-expiration=5"));
    let url = short.json()["url"].as_str().unwrap().to_owned();
    client.sandbox.advance_clock(Duration::from_secs(299));
    assert_eq!(get(&url, &[("cookie", &short.cookies())]).status, 200);
    client.sandbox.advance_clock(Duration::from_secs(2));
    assert_eq!(get(&url, &[("cookie", &short.cookies())]).status, 403);
}

#[test]
fn urns_are_taken_raw_encoded_and_encoded_twice() {
    let client = Client::new();
    let design = client.design("house.rvt");
    let urn = &design
        .derivatives
        .iter()
        .find(|derivative| derivative.urn.ends_with(".ifc"))
        .unwrap()
        .urn;
    let prefix = format!("/modelderivative/v2/designdata/{}/manifest", design.urn);
    // Raw as far as a request line can carry it: slashes and colons as they are.
    let raw = encode(urn).replace("%3A", ":").replace("%2F", "/");
    for form in [raw, encode(urn), encode(&encode(urn))] {
        let answer = client.get(&format!("{prefix}/{form}/signedcookies"));
        assert_eq!(answer.status, 200, "{form}");
        let file = get(
            answer.json()["url"].as_str().unwrap(),
            &[("cookie", &answer.cookies())],
        );
        assert_eq!((file.status, file.body.len()), (200, (3 << 20) + 1));
    }
}

#[test]
fn errors_have_the_documented_statuses() {
    let client = Client::new();
    let house = client.design("house.rvt").urn.clone();
    let get = |urn: &str, derivative: &str| {
        client
            .get(&format!(
                "/modelderivative/v2/designdata/{urn}/manifest/{derivative}/signedcookies"
            ))
            .status
    };
    assert_eq!(get("not*base64", "x"), 400);
    assert_eq!(get("dXJuOm5vbmU", "x"), 404);
    assert_eq!(get(&house, "urn%3Anone"), 404);
    assert_eq!(get(&house, "urn%3Aa%5Cb"), 500);
    let path =
        |design: &str, end: &str| format!("{}/signedcookies", client.derivative_path(design, end));
    assert_eq!(client.get(&path("house.rvt", ".svf2")).status, 400);
    assert_eq!(client.get(&path("broken.rvt", ".obj")).status, 404);
    assert_eq!(client.get(&path("stuck.rvt", ".obj")).status, 404);
}

#[test]
fn a_design_is_found_in_its_region_only() {
    let client = Client::new();
    let path = format!(
        "{}/signedcookies",
        client.derivative_path("Haus.rvt", ".obj")
    );
    let with = |region: &str| client.api("GET", &path, &[("region", region)], b"").status;
    assert_eq!(client.get(&path).status, 404);
    assert_eq!(with("US"), 404);
    assert_eq!(with("EMEA"), 200);
    assert_eq!(with("emea"), 200);
    assert_eq!(with("Atlantis"), 404);
    let eu = path.replace("/v2/designdata/", "/v2/regions/eu/designdata/");
    assert_eq!(client.get(&eu).status, 200);
    assert_eq!(
        client.api("GET", &eu, &[("region", "US")], b"").status,
        200,
        "the header is ignored here"
    );

    for region in ["AUS", "CAN", "DEU", "IND", "JPN", "GBR", "Later"] {
        let urn = client.sandbox.add_design(
            &format!("urn:adsk.objects:os.object:b/{region}.rvt"),
            region,
        );
        client
            .sandbox
            .add_derivative(&urn, "urn:x", Content::bytes(*b"x"));
        let path = format!("/modelderivative/v2/designdata/{urn}/manifest/urn%3Ax/signedcookies");
        assert_eq!(
            client.api("GET", &path, &[("region", region)], b"").status,
            200,
            "{region}"
        );
    }
    let urn = apsfetch_urn("AUS.rvt");
    let path = format!("/modelderivative/v2/designdata/{urn}/manifest/urn%3Ax/signedcookies");
    assert_eq!(
        client.api("GET", &path, &[("region", "APAC")], b"").status,
        200,
        "the old name of AUS"
    );
}

fn apsfetch_urn(name: &str) -> String {
    let urn = format!("urn:adsk.objects:os.object:b/{name}");
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(urn)
}
