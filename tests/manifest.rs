//! A manifest is read as APS sends it, and waited for within the limits that the caller sets.

use std::time::{Duration, Instant};

use apsfetch::{CancelToken, Client, ErrorKind, Manifest, TranslationStatus};
use apsfetch_sandbox::{Content, Fault, Match, Rule, Sandbox, TranslationState};
use serde_json::json;

const SOURCE: &str = "urn:adsk.objects:os.object:models/house.rvt";

/// A sandbox with one design of two outputs, and its URN in base64.
fn sandbox() -> (Sandbox, String) {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    let urn = sandbox.add_design(SOURCE, "US");
    for name in ["obj/house.obj", "obj/house.mtl", "thumb/house.png"] {
        sandbox.add_derivative(&urn, &derivative(&urn, name), Content::bytes(name));
    }
    (sandbox, urn)
}

fn derivative(urn: &str, name: &str) -> String {
    format!("urn:adsk.viewing:fs.file:{urn}/output/{name}")
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&sandbox.access_token("data:read viewables:read"))
        .unwrap()
        .build()
        .unwrap()
}

fn on_manifest(fault: Fault) -> Rule {
    Rule {
        matching: Match {
            endpoint: Some("manifest".into()),
            ..Match::default()
        },
        fault,
    }
}

/// The service asks to come back at once, so that no test waits for the pauses.
fn without_pauses(sandbox: &Sandbox) {
    sandbox.fault(on_manifest(Fault::Header {
        name: "Retry-After".into(),
        value: "0".into(),
    }));
}

fn first(fault: Fault) -> Rule {
    let mut rule = on_manifest(fault);
    rule.matching.nth = Some(1);
    rule
}

#[test]
fn every_field_has_its_place_and_the_text_is_kept() {
    let (sandbox, urn) = sandbox();
    let client = client(&sandbox);
    let manifest = client.manifest(SOURCE, None).unwrap();
    assert_eq!(manifest.urn, urn);
    assert_eq!(manifest.status, TranslationStatus::Success);
    assert_eq!(manifest.status_text.as_deref(), Some("success"));
    assert_eq!(manifest.progress.as_deref(), Some("complete"));
    assert_eq!(manifest.percent, Some(100));
    assert_eq!(manifest.region.as_deref(), Some("US"));
    assert_eq!(manifest.manifest_type.as_deref(), Some("manifest"));
    assert_eq!(manifest.version.as_deref(), Some("1.0"));
    assert!(manifest.has_thumbnail);
    let raw: serde_json::Value = serde_json::from_str(&manifest.json).unwrap();
    assert_eq!(raw["urn"], json!(urn));
    assert_eq!(Manifest::from_json(&manifest.json).unwrap(), manifest);

    let place = |end: &str| {
        let ends = |node: &apsfetch::ManifestNode| {
            node.urn.as_deref().is_some_and(|urn| urn.ends_with(end))
        };
        manifest.nodes.iter().position(ends).unwrap()
    };
    let object = &manifest.nodes[place("house.obj")];
    assert_eq!(object.role.as_deref(), Some("obj"));
    assert_eq!(object.node_type.as_deref(), Some("resource"));
    assert_eq!(object.output_type.as_deref(), Some("obj"), "inherited");
    assert!(object.guid.is_some() && object.mime.is_some() && !object.is_derivative);
    let parent = &manifest.nodes[object.parent.unwrap()];
    assert!(parent.is_derivative && parent.parent.is_none());
    for (index, node) in manifest.nodes.iter().enumerate() {
        assert!(node.parent.is_none_or(|parent| parent < index));
    }
    assert_eq!(
        manifest.nodes[place("house.png")].role.as_deref(),
        Some("thumbnail")
    );
}

#[test]
fn messages_are_read_in_both_forms() {
    let (sandbox, urn) = sandbox();
    let state = TranslationState::Failed {
        message: "Not a Revit file.".into(),
    };
    sandbox.set_design_state(&urn, state).unwrap();
    for arrays in [false, true] {
        sandbox.change_settings(|settings| settings.manifest_messages_as_arrays = arrays);
        let manifest = client(&sandbox).manifest(&urn, None).unwrap();
        assert_eq!(manifest.status, TranslationStatus::Failed);
        let error = manifest.first_error().unwrap();
        assert_eq!(error.text, "Not a Revit file.");
        assert_eq!(error.message_type.as_deref(), Some("error"));
        assert!(error.code.is_some());
        let texts = manifest.nodes.iter().flat_map(|node| &node.messages);
        let lines = texts.map(|message| message.text.lines().count()).max();
        assert_eq!(lines, Some(2), "a list has a line for each entry");
    }
}

#[test]
fn a_design_is_found_in_its_own_region_only() {
    let (sandbox, urn) = sandbox();
    sandbox.add_design(&urn, "AUS");
    let error = client(&sandbox).manifest(&urn, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("region"), "{error}");
    let there = Client::builder()
        .base_url(&sandbox.info().api)
        .unwrap()
        .proxy("")
        .unwrap()
        .access_token(&sandbox.access_token("viewables:read"))
        .unwrap()
        .region("aus")
        .unwrap()
        .build()
        .unwrap();
    let manifest = there.manifest(&urn, None).unwrap();
    assert_eq!(manifest.region.as_deref(), Some("AUS"));
}

#[test]
fn odd_values_are_tolerated_and_other_replies_refused() {
    let (sandbox, urn) = sandbox();
    let client = client(&sandbox);
    let set = [
        ("/urn", json!(null)),
        ("/status", json!({"is": "success"})),
        ("/progress", json!(33)),
        ("/hasThumbnail", json!(true)),
        ("/news", json!([1, 2])),
        ("/derivatives/0/children/0/urn", json!(["no", "text"])),
        ("/derivatives/0/messages", json!("bare")),
    ];
    let set = set
        .into_iter()
        .map(|(at, value)| (at.to_owned(), value))
        .collect();
    sandbox.fault(first(Fault::Json { set }));
    let manifest = client.manifest(&urn, None).unwrap();
    assert_eq!(manifest.urn, urn, "the one that was asked for");
    assert_eq!(manifest.status, TranslationStatus::Unknown);
    assert_eq!(manifest.percent, Some(33));
    assert!(manifest.has_thumbnail);
    assert_eq!(manifest.nodes[0].messages[0].text, "bare");

    let status = |status, body: &str| Fault::Status {
        status,
        body: body.to_owned(),
        headers: Default::default(),
    };
    for (fault, kind) in [
        (status(200, "[]"), ErrorKind::BadResponse),
        (status(200, "{\"urn\":"), ErrorKind::BadResponse),
        (status(200, ""), ErrorKind::BadResponse),
        (Fault::Html, ErrorKind::BadResponse),
        (status(202, ""), ErrorKind::NotReady),
        (
            status(202, "{\"result\":\"accepted\"}"),
            ErrorKind::NotReady,
        ),
        (status(403, ""), ErrorKind::Forbidden),
    ] {
        sandbox.clear_faults();
        sandbox.fault(on_manifest(fault.clone()));
        let error = client.manifest(&urn, None).unwrap_err();
        assert_eq!(error.kind(), kind, "{fault:?}: {error}");
    }
}

#[test]
fn the_wait_tells_each_step_and_ends_with_the_translation() {
    let (sandbox, urn) = sandbox();
    without_pauses(&sandbox);
    sandbox.fault(first(Fault::Status {
        status: 202,
        body: String::new(),
        headers: Default::default(),
    }));
    let state = TranslationState::Polls { polls: 4 };
    sandbox.set_design_state(&urn, state).unwrap();
    let mut seen = Vec::new();
    let manifest = client(&sandbox)
        .wait_for_manifest(
            &urn,
            Duration::from_secs(60),
            |manifest| {
                seen.push((manifest.status, manifest.percent.unwrap()));
                true
            },
            None,
        )
        .unwrap();
    assert_eq!(manifest.status, TranslationStatus::Success);
    assert!(seen.len() >= 4, "{seen:?}");
    assert!(
        seen.windows(2).all(|pair| pair[0].1 <= pair[1].1),
        "{seen:?}"
    );
    assert_eq!(seen.first().unwrap().0, TranslationStatus::InProgress);
    assert_eq!(seen.last().unwrap(), &(TranslationStatus::Success, 100));
}

#[test]
fn a_failed_translation_ends_the_wait_with_its_manifest() {
    let (sandbox, urn) = sandbox();
    for (state, status) in [
        (TranslationState::Timeout, TranslationStatus::Timeout),
        (
            TranslationState::Failed {
                message: "no".into(),
            },
            TranslationStatus::Failed,
        ),
    ] {
        sandbox.set_design_state(&urn, state).unwrap();
        let client = client(&sandbox);
        let manifest = client
            .wait_for_manifest(&urn, Duration::from_secs(60), |_| true, None)
            .unwrap();
        assert_eq!(manifest.status, status);
        assert!(manifest.first_error().is_some());
    }
}

#[test]
fn the_wait_ends_in_time_and_says_how_far_it_was() {
    let (sandbox, urn) = sandbox();
    let client = client(&sandbox);
    without_pauses(&sandbox);
    for (state, words) in [
        (TranslationState::Pending, "pending"),
        (TranslationState::InProgress, "50%"),
    ] {
        sandbox.set_design_state(&urn, state).unwrap();
        let begin = Instant::now();
        let wait = Duration::from_millis(300);
        let error = client
            .wait_for_manifest(&urn, wait, |_| true, None)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotReady);
        assert!(error.message().contains(words), "{error}");
        assert!(begin.elapsed() >= wait && begin.elapsed() < Duration::from_secs(10));
    }
    let unknown = client.wait_for_manifest("urn:nobody", Duration::from_secs(60), |_| true, None);
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
    // A service that asks for a longer pause than there is time is not waited for.
    sandbox.clear_faults();
    let headers = [("Retry-After".to_owned(), "60".to_owned())];
    sandbox.fault(on_manifest(Fault::Status {
        status: 429,
        body: String::new(),
        headers: headers.into_iter().collect(),
    }));
    let begin = Instant::now();
    let error = client
        .wait_for_manifest(&urn, Duration::from_secs(5), |_| true, None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(begin.elapsed() < Duration::from_secs(4));
}

#[test]
fn the_wait_can_be_cancelled_in_both_ways() {
    let (sandbox, urn) = sandbox();
    let client = client(&sandbox);
    sandbox
        .set_design_state(&urn, TranslationState::Pending)
        .unwrap();
    let long = Duration::from_secs(600);
    let error = client
        .wait_for_manifest(&urn, long, |_| false, None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let token = CancelToken::new();
    let (other, mut cancelled) = (token.clone(), None);
    let error = std::thread::scope(|scope| {
        let (send, asked) = std::sync::mpsc::channel();
        let canceller = scope.spawn(move || {
            asked.recv().unwrap();
            other.cancel();
            Instant::now()
        });
        let tell = |_: &Manifest| send.send(()).is_ok();
        let error = client.wait_for_manifest(&urn, long, tell, Some(&token));
        cancelled = Some(canceller.join().unwrap());
        error.unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(cancelled.unwrap().elapsed() < Duration::from_secs(5));
}
