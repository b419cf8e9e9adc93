//! Manifests, listings and whole folders, by a C program that knows the header and nothing else.

mod common;

use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox, TranslationState};
use common::c::Workshop;

const BUCKET: &str = "c-folders";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::builder().no_samples().start().unwrap();
    sandbox.add_bucket(BUCKET);
    for index in 0..5 {
        sandbox.add_object(BUCKET, &format!("list/{index}"), Content::bytes("7 bytes"));
    }
    sandbox.add_object(BUCKET, "hang", Content::bytes("7 bytes"));
    sandbox
}

fn add_design(sandbox: &Sandbox, name: &str, files: &[&str]) -> String {
    let urn = sandbox.add_design(&format!("urn:c-folders:{name}"), "US");
    for file in files {
        let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/{file}");
        sandbox.add_derivative(&urn, &derivative, Content::bytes(*file));
    }
    urn
}

fn run(sandbox: &Sandbox, operation: &str, others: &[&str]) {
    let Some(workshop) = Workshop::new("folders_c") else {
        return;
    };
    let token = sandbox.access_token("data:read viewables:read");
    let mut arguments = vec![operation.to_owned(), sandbox.info().api.clone(), token];
    arguments.extend(others.iter().map(|&other| other.to_owned()));
    workshop.test_program("folders.c").run(arguments);
}

#[test]
fn a_manifest_is_read_and_waited_for() {
    let sandbox = sandbox();
    let done = add_design(&sandbox, "done", &["a.obj"]);
    let soon = add_design(&sandbox, "soon", &["a.obj"]);
    let never = add_design(&sandbox, "never", &["a.obj"]);
    let failed = add_design(&sandbox, "failed", &["a.obj"]);
    for (urn, state) in [
        (&soon, TranslationState::Polls { polls: 1 }),
        (&never, TranslationState::InProgress),
        (
            &failed,
            TranslationState::Failed {
                message: "No.".to_owned(),
            },
        ),
    ] {
        sandbox.set_design_state(urn, state).unwrap();
    }
    run(&sandbox, "manifests", &[&done, &soon, &never, &failed]);
}

#[test]
fn a_bucket_is_listed_whole_and_in_pages() {
    run(&sandbox(), "listing", &[BUCKET]);
}

#[test]
fn a_design_is_planned_downloaded_and_recorded() {
    let sandbox = sandbox();
    let urn = add_design(&sandbox, "house", &["a.obj", "a.mtl", "a.svf2"]);
    let svf2 = format!("urn:adsk.viewing:fs.file:{urn}/output/a.svf2");
    sandbox.set_downloadable(&urn, &svf2, false).unwrap();
    run(&sandbox, "design", &[&urn]);
}

#[test]
fn objects_are_downloaded_and_a_broken_off_download_says_what_is_missing() {
    let sandbox = sandbox();
    sandbox.fault(Rule {
        matching: Match {
            origin: Some(Origin::S3),
            path_contains: Some("hang".to_owned()),
            ..Match::default()
        },
        fault: Fault::Hang,
    });
    run(&sandbox, "objects", &[BUCKET]);
}
