//! What is polled instead of calling back, by a C program that knows the header and nothing else.

mod common;

use apsfetch_sandbox::{Content, Fault, Match, Rule, Sandbox, TranslationState};
use common::c::{self, Workshop};

const BUCKET: &str = "c-polled";
const SIZE: u64 = 3_000_003;

struct Scene {
    workshop: Workshop,
    sandbox: Sandbox,
    file: String,
    content: Content,
}

impl Scene {
    fn new() -> Option<Self> {
        let workshop = Workshop::new("polled_c")?;
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        sandbox.fault(Rule {
            matching: Match {
                path_contains: Some("hanging".to_owned()),
                ..Match::default()
            },
            fault: Fault::Hang,
        });
        let content = Content::synthetic(SIZE, 5);
        let mut bytes = vec![0; SIZE as usize];
        assert_eq!(content.read_at(0, &mut bytes).unwrap(), bytes.len());
        let file = workshop.folder().join("wide.bin");
        std::fs::write(&file, bytes).unwrap();
        Some(Scene {
            file: file.display().to_string(),
            workshop,
            sandbox,
            content,
        })
    }

    fn design(&self, name: &str, state: Option<TranslationState>) -> String {
        let urn = self.sandbox.add_design(&format!("urn:polled:{name}"), "US");
        let derivative = format!("urn:adsk.viewing:fs.file:{urn}/output/a.obj");
        self.sandbox
            .add_derivative(&urn, &derivative, Content::bytes("a"));
        if let Some(state) = state {
            self.sandbox.set_design_state(&urn, state).unwrap();
        }
        urn
    }

    fn hanging_url(&self) -> String {
        format!("{}/hanging/url", self.sandbox.info().api)
    }

    fn run(&self, operation: &str, others: &[&str]) {
        let token = self
            .sandbox
            .access_token("data:read data:write viewables:read");
        let first = [operation.to_owned(), self.sandbox.info().api.clone(), token];
        let others = others.iter().map(|&other| other.to_owned());
        self.workshop
            .test_program("polled.c")
            .run(first.into_iter().chain(others));
    }

    fn count(&self, path: &str) -> usize {
        let requests = self.sandbox.requests();
        requests
            .iter()
            .filter(|record| record.target.ends_with(path))
            .count()
    }
}

#[test]
fn uploads_are_watched_cancelled_and_freed_while_they_run() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let folder = scene.workshop.folder().display().to_string();
    scene.run(
        "uploads",
        &[
            BUCKET,
            &scene.file,
            &SIZE.to_string(),
            &scene.content.sha1_hex().unwrap(),
            &scene.hanging_url(),
            "hanging-bucket",
            &folder,
        ],
    );
}

#[test]
fn an_upload_is_cancelled_by_its_callback_while_its_url_is_signed() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene.run("callback", &["hanging-bucket", &scene.file]);
}

#[test]
fn a_translation_is_watched() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let soon = scene.design("soon", Some(TranslationState::Polls { polls: 1 }));
    let never = scene.design("never", Some(TranslationState::InProgress));
    let failed = scene.design(
        "failed",
        Some(TranslationState::Failed {
            message: "No.".to_owned(),
        }),
    );
    scene.run("watches", &[&soon, &never, &failed, "hanging"]);
}

#[test]
fn an_upload_and_a_watch_wait_for_a_token() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let done = scene.design("done", None);
    scene.run("waits", &[BUCKET, &scene.file, &done]);
}

#[test]
fn the_access_token_is_handed_out_and_asked_for_once() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let info = scene.sandbox.info();
    scene.run("tokens", &[&info.client_id, &info.client_secret]);
    // One that is good, and one that is refused.
    assert_eq!(scene.count("/authentication/v2/token"), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_is_left_and_a_forked_child_gets_a_status() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let never = scene.design("never", Some(TranslationState::InProgress));
    // What its parent's threads held is lost to a child, which would be called a leak.
    let forks = if c::is_watched() { "0" } else { "1" };
    scene.run(
        "lifetimes",
        &[&scene.hanging_url(), &scene.file, &never, forks],
    );
}
