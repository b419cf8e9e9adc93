//! `GET {urn}/manifest`.

use crate::client::{Client, get};
use apsfetch_sandbox::{Sandbox, TranslationState};
use serde_json::Value;
use std::time::Duration;

fn manifest(client: &Client, design: &str) -> Value {
    let answer = client.get(&format!(
        "/modelderivative/v2/designdata/{}/manifest",
        client.design(design).urn
    ));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// All nodes below a node.
fn nodes(node: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for name in ["derivatives", "children"] {
        for child in node[name].as_array().into_iter().flatten() {
            found.push(child.clone());
            found.extend(nodes(child));
        }
    }
    found
}

#[test]
fn it_lists_every_derivative_with_its_urn() {
    let client = Client::new();
    let manifest = manifest(&client, "house.rvt");
    assert_eq!(manifest["status"], "success");
    assert_eq!(manifest["progress"], "complete");
    assert_eq!(manifest["hasThumbnail"], "true", "a string");
    assert_eq!(manifest["region"], "US");
    assert_eq!(manifest["urn"], client.design("house.rvt").urn);
    assert!(manifest["derivatives"][0]["properties"].is_object());
    let nodes = nodes(&manifest);
    let urns: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node["urn"].as_str())
        .collect();
    for derivative in &client.design("house.rvt").derivatives {
        assert!(
            urns.contains(&derivative.urn.as_str()),
            "{}",
            derivative.urn
        );
    }
    assert_eq!(urns.len(), client.design("house.rvt").derivatives.len());
    assert!(
        nodes
            .iter()
            .any(|node| node["role"] == "3d" && node.get("urn").is_none()),
        "nodes without a urn"
    );
}

#[test]
fn progress_and_failures_are_told() {
    let client = Client::of(
        Sandbox::builder()
            .ready_after(Duration::from_secs(100))
            .start()
            .unwrap(),
    );
    client.sandbox.advance_clock(Duration::from_secs(40));
    let house = manifest(&client, "house.rvt");
    assert_eq!(house["status"], "inprogress");
    let progress = house["progress"].as_str().unwrap();
    assert!(
        progress.ends_with("% complete") && progress.starts_with('4'),
        "{progress}"
    );
    client.sandbox.advance_clock(Duration::from_secs(61));
    assert_eq!(manifest(&client, "house.rvt")["status"], "success");

    let stuck = manifest(&client, "stuck.rvt");
    assert_eq!(
        (&stuck["status"], &stuck["derivatives"]),
        (&"pending".into(), &serde_json::json!([]))
    );
    let broken = manifest(&client, "broken.rvt");
    assert_eq!(broken["status"], "failed");
    let messages = &broken["derivatives"][0]["messages"];
    assert!(
        messages[0]["message"].is_string() && messages[1]["message"].is_array(),
        "{messages}"
    );

    let urn = client.design("house.rvt").urn.clone();
    client
        .sandbox
        .set_design_state(&urn, TranslationState::Timeout)
        .unwrap();
    assert_eq!(manifest(&client, "house.rvt")["status"], "timeout");
    client
        .sandbox
        .set_design_state(&urn, TranslationState::Polls { polls: 2 })
        .unwrap();
    let statuses: Vec<Value> = (0..3)
        .map(|_| manifest(&client, "house.rvt")["status"].clone())
        .collect();
    assert_eq!(statuses, ["inprogress", "inprogress", "success"]);
}

#[test]
fn a_failed_derivative_has_no_urn_and_a_message() {
    let client = Client::new();
    let design = client.design("house.rvt");
    let state = TranslationState::Failed {
        message: "no walls".to_owned(),
    };
    client
        .sandbox
        .set_derivative_state(&design.urn, &design.derivatives[0].urn, state)
        .unwrap();
    let manifest = manifest(&client, "house.rvt");
    assert_eq!(manifest["status"], "success");
    let node = nodes(&manifest)
        .into_iter()
        .find(|node| node["name"] == "house.obj")
        .unwrap();
    assert_eq!((&node["status"], node.get("urn")), (&"failed".into(), None));
    assert_eq!(node["messages"][0]["message"], "no walls");
}

#[test]
fn the_thumbnail_is_a_picture() {
    let client = Client::new();
    let signed = client.signed_cookies("house.rvt", ".png");
    let picture = get(
        signed.json()["url"].as_str().unwrap(),
        &[("cookie", &signed.cookies())],
    );
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert_eq!(&picture.body[..8], b"\x89PNG\r\n\x1a\n");
    let side = u32::from_be_bytes(picture.body[16..20].try_into().unwrap());
    // Unpacked, each line is three bytes for each pixel and one for the filter.
    let start = picture
        .body
        .windows(4)
        .position(|window| window == b"IDAT")
        .unwrap()
        + 4;
    let mut pixels = Vec::new();
    let mut unpacked = flate2::read::ZlibDecoder::new(&picture.body[start..]);
    std::io::Read::read_to_end(&mut unpacked, &mut pixels).unwrap();
    assert_eq!((side, pixels.len()), (400, 400 * 1201));
}
