//! https: trusted with the right authority, refused with words that help otherwise.

use std::time::Duration;

use apsfetch::{Client, ClientBuilder, ErrorKind, Request};
use apsfetch_sandbox::{Content, Sandbox};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().tls(true).no_samples().start().unwrap();
    sandbox.add_object("tls-tests", "x", Content::synthetic(9 << 20, 2));
    sandbox
}

fn builder(sandbox: &Sandbox, api: &str) -> ClientBuilder {
    Client::builder()
        .base_url(api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&sandbox.access_token("data:read data:write"))
        .unwrap()
}

fn with_authority(sandbox: &Sandbox, api: &str) -> Client {
    let authority = sandbox.info().ca_file.as_ref().unwrap();
    builder(sandbox, api).ca_file(authority).build().unwrap()
}

fn object() -> Request {
    Request::object("tls-tests", "x")
        .unwrap()
        .to_memory(10 << 20)
}

#[test]
fn the_extra_authority_is_trusted_by_address_and_by_name() {
    let sandbox = sandbox();
    let by_name = sandbox.info().api.replace("127.0.0.1", "localhost");
    for api in [sandbox.info().api.clone(), by_name] {
        let client = with_authority(&sandbox, &api);
        let results = client.download(vec![object()], |_| true).unwrap();
        let data = results[0].as_ref().unwrap().data.clone().unwrap();
        let mut expected = vec![0; 9 << 20];
        Content::synthetic(9 << 20, 2)
            .read_at(0, &mut expected)
            .unwrap();
        assert!(*data == expected);
    }
}

#[test]
fn a_derivative_by_signed_cookies_over_https() {
    let sandbox = sandbox();
    let urn = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
    let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/box.obj");
    sandbox.add_derivative(&urn, &derivative, Content::synthetic(1 << 20, 3));
    let request = Request::derivative(&urn, &derivative)
        .unwrap()
        .to_memory(1 << 20);
    let client = with_authority(&sandbox, &sandbox.info().api);
    client.download(vec![request], |_| true).unwrap()[0]
        .as_ref()
        .unwrap();
}

#[test]
fn an_unknown_authority_is_refused_with_advice() {
    let sandbox = sandbox();
    let client = builder(&sandbox, &sandbox.info().api).build().unwrap();
    let error = client
        .details(
            &Request::derivative("urn:x", "urn:y").unwrap(),
            Duration::ZERO,
            None,
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(error.message().contains("CA file"), "{error}");
    assert!(sandbox.requests().is_empty(), "nothing was sent");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let sandbox = sandbox();
    // 127.0.0.2 reaches the same server on Linux; its certificate does not name it.
    let elsewhere = sandbox.info().api.replace("127.0.0.1", "127.0.0.2");
    if std::net::TcpStream::connect(elsewhere.trim_start_matches("https://")).is_ok() {
        let error = with_authority(&sandbox, &elsewhere)
            .download(vec![object()], |_| true)
            .unwrap()[0]
            .clone()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        assert!(error.message().contains("not for 127.0.0.2"), "{error}");
    }
}

#[test]
fn a_plain_server_behind_https_is_named_as_such() {
    let plain = Sandbox::builder().no_samples().start().unwrap();
    let api = plain.info().api.replace("http://", "https://");
    let any_authority = sandbox();
    let client = builder(&plain, &api)
        .ca_file(any_authority.info().ca_file.as_ref().unwrap())
        .build()
        .unwrap();
    let error = client.sign(&[object()], None).remove(0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
}

#[test]
fn a_ca_file_that_is_none_is_an_error_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let build = || Client::builder().ca_file(&path).build();
    assert_eq!(build().unwrap_err().kind(), ErrorKind::File);
    std::fs::write(&path, "no certificate").unwrap();
    assert_eq!(build().unwrap_err().kind(), ErrorKind::InvalidArgument);
    std::fs::write(
        &path,
        "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    assert_eq!(build().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_fallback_that_says_http_is_fetched_by_https_or_not_at_all() {
    let sandbox = sandbox();
    sandbox
        .set_chunks("tls-tests", "x", &[4 << 20, 5 << 20])
        .unwrap();
    // The sandbox answers with an http address on this machine, as APS documents it for its own host.
    let request = object().public_resource_fallback(true).unwrap();
    let client = with_authority(&sandbox, &sandbox.info().api);
    let results = client.download(vec![request], |_| true).unwrap();
    results[0].as_ref().unwrap();
}
