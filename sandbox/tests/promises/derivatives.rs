//! `HEAD {urn}/manifest/{derivativeUrn}`.

use crate::client::Client;
use apsfetch_sandbox::{Sandbox, TranslationState};
use std::time::Duration;

#[test]
fn the_length_is_told() {
    let client = Client::new();
    let answer = client.api(
        "HEAD",
        &client.derivative_path("house.rvt", "house.obj"),
        &[],
        b"",
    );
    assert_eq!(
        (answer.status, answer.header("content-length")),
        (200, Some("268435456"))
    );
    assert_eq!(
        answer.header("content-type"),
        Some("application/octet-stream")
    );
    for header in [
        "x-ads-app-identifier",
        "x-ads-startup-time",
        "x-ads-duration",
    ] {
        assert!(answer.header(header).is_some(), "{header}");
    }
}

#[test]
fn it_is_202_until_it_is_ready() {
    let client = Client::of(
        Sandbox::builder()
            .ready_after(Duration::from_secs(30))
            .start()
            .unwrap(),
    );
    let path = client.derivative_path("house.rvt", "house.obj");
    let head = || client.api("HEAD", &path, &[], b"").status;
    assert_eq!(head(), 202);
    client.sandbox.advance_clock(Duration::from_secs(31));
    assert_eq!(head(), 200);

    let urn = client.design("house.rvt").urn.clone();
    client
        .sandbox
        .set_design_state(&urn, TranslationState::Polls { polls: 3 })
        .unwrap();
    assert_eq!([head(), head(), head(), head()], [202, 202, 202, 200]);

    let derivative = client.design("house.rvt").derivatives[0].urn.clone();
    client
        .sandbox
        .set_derivative_state(&urn, &derivative, TranslationState::Polls { polls: 1 })
        .unwrap();
    assert_eq!([head(), head()], [202, 200]);
    let other = client.derivative_path("house.rvt", "house.mtl");
    client
        .sandbox
        .set_derivative_state(&urn, &derivative, TranslationState::InProgress)
        .unwrap();
    assert_eq!(
        (head(), client.api("HEAD", &other, &[], b"").status),
        (202, 200)
    );
}

#[test]
fn the_stuck_stay_and_the_failed_say_so() {
    let client = Client::new();
    let head = |design: &str| client.api("HEAD", &client.derivative_path(design, ".obj"), &[], b"");
    for _ in 0..5 {
        assert_eq!(head("stuck.rvt").status, 202);
    }
    let failed = head("broken.rvt");
    assert_eq!(failed.status, 404);
    assert!(
        failed
            .header("x-ads-troubleshooting")
            .unwrap()
            .contains("failed")
    );
    let bad_range = client.derivative_path("house.rvt", "house.mtl");
    assert_eq!(
        client
            .api("HEAD", &bad_range, &[("range", "bytes=x")], b"")
            .status,
        400
    );
}
