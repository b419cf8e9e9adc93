//! With TLS, clients trust the authority of the file and nothing else works.

use crate::client::{agent, try_send};
use apsfetch_sandbox::Sandbox;
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

fn trusting(pem: &[u8]) -> ureq::Agent {
    let certificate = Certificate::from_pem(pem).unwrap();
    let roots = RootCerts::new_with_certs(&[certificate]);
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(20)))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .build()
        .into()
}

#[test]
fn the_three_servers_are_trusted_by_the_authority_only() {
    let sandbox = Sandbox::builder().tls(true).start().unwrap();
    let info = sandbox.info().clone();
    let ca_file = info.ca_file.clone().expect("a certificate");
    let trusting = trusting(&std::fs::read(&ca_file).unwrap());
    for origin in [&info.api, &info.cdn, &info.s3] {
        let host = origin.strip_prefix("https://").expect("https");
        assert!(
            try_send(&trusting, "GET", &format!("{origin}/none"), &[], b"").is_ok(),
            "{origin}"
        );
        let by_name = format!(
            "https://localhost:{}/none",
            host.rsplit_once(':').unwrap().1
        );
        assert!(
            try_send(&trusting, "GET", &by_name, &[], b"").is_ok(),
            "{by_name}"
        );
        let stranger = try_send(&agent(), "GET", &format!("{origin}/none"), &[], b"");
        assert!(stranger.is_err(), "{origin} was trusted without a reason");
    }

    // The whole way: token, batch, data.
    let bearer = format!("Bearer {}", sandbox.access_token("data:read"));
    let bucket = crate::client::FILES;
    let url = format!(
        "{}/oss/v2/buckets/{bucket}/objects/batchsigneds3download",
        info.api
    );
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let body = br#"{"requests":[{"objectKey":"odd.bin"},{"objectKey":"unmerged.bin"}]}"#;
    let answer = try_send(
        &trusting,
        "POST",
        &format!("{url}?public-resource-fallback=true"),
        &headers,
        body,
    )
    .unwrap();
    let results = answer.json()["results"].clone();
    let signed = results["odd.bin"]["url"].as_str().unwrap();
    assert!(signed.starts_with("https://"), "{signed}");
    assert_eq!(
        try_send(&trusting, "GET", signed, &[], b"")
            .unwrap()
            .body
            .len(),
        12_345
    );

    // The fallback's URL is in clear, as documented, until it is switched.
    let fallback = results["unmerged.bin"]["url"].as_str().unwrap();
    assert!(fallback.starts_with("http://"), "{fallback}");
    sandbox.change_settings(|settings| settings.http_fallback_url = false);
    let answer = try_send(
        &trusting,
        "POST",
        &format!("{url}?public-resource-fallback=true"),
        &headers,
        body,
    )
    .unwrap();
    assert!(
        answer.json()["results"]["unmerged.bin"]["url"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );

    sandbox.stop();
    assert!(!ca_file.exists(), "the certificate goes with the sandbox");
}
