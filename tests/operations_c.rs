//! The operations besides downloading, done by a C program that knows the header and nothing else.

mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::Duration;

use apsfetch_sandbox::{Content, Fault, Match, Rule, Sandbox, TranslationState};
use common::c::{Program, Workshop};

const BUCKET: &str = "c-operations";
const OBJECT: &str = "models/a b+c.bin";
const SIZE: u64 = 100_003;

struct Scene {
    workshop: Workshop,
    program: Program,
    sandbox: Sandbox,
}

impl Scene {
    fn new() -> Option<Self> {
        let workshop = Workshop::new("operations_c")?;
        let program = workshop.test_program("operations.c");
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        sandbox.add_object(BUCKET, OBJECT, Content::synthetic(SIZE, 3));
        Some(Scene {
            workshop,
            program,
            sandbox,
        })
    }

    fn arguments(&self, operation: &str, others: &[&str]) -> Vec<String> {
        let token = self
            .sandbox
            .access_token("data:read data:write viewables:read");
        let first = [operation.to_owned(), self.sandbox.info().api.clone(), token];
        let others = others.iter().map(|&other| other.to_owned());
        first.into_iter().chain(others).collect()
    }

    fn run(&self, operation: &str, others: &[&str]) {
        self.program.run(self.arguments(operation, others));
    }

    /// Runs a program that asks for a browser, and is that browser. The last page it saw.
    fn browse(&self, operation: &str, others: &[&str]) -> String {
        let mut child = self
            .program
            .command()
            .args(self.arguments(operation, others))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        out.read_line(&mut url).unwrap();
        let page = url.starts_with("http").then(|| get(url.trim()));
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "{url}{rest}");
        page.unwrap()
    }
}

/// The page at the end of the redirects.
fn get(url: &str) -> String {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(60)));
    let agent: ureq::Agent = config.build().into();
    let mut page = agent.get(url).call().unwrap();
    page.body_mut().read_to_string().unwrap()
}

#[test]
fn details_are_asked_for_until_the_derivative_is_ready() {
    let Some(scene) = Scene::new() else {
        return;
    };
    let design = scene.sandbox.add_design("urn:c-operations", "US");
    let derivative = |name: &str| {
        let urn = format!("urn:adsk.viewing:fs.file:c/output/{name}");
        scene
            .sandbox
            .add_derivative(&design, &urn, Content::synthetic(SIZE, 4));
        urn
    };
    let (ready, soon, never) = (
        derivative("a.obj"),
        derivative("b.obj"),
        derivative("c.obj"),
    );
    for (urn, state) in [
        (&soon, TranslationState::Polls { polls: 1 }),
        (&never, TranslationState::InProgress),
    ] {
        scene
            .sandbox
            .set_derivative_state(&design, urn, state)
            .unwrap();
    }
    let size = SIZE.to_string();
    scene.run("details", &[&design, &ready, &size, &soon, &never]);
}

#[test]
fn a_signed_url_is_created_and_works() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene.run("signed-url", &[BUCKET, OBJECT, &SIZE.to_string()]);
}

#[test]
fn a_file_is_uploaded_with_progress_and_can_be_broken_off() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene.sandbox.fault(Rule {
        matching: Match {
            path_contains: Some("/hanging/".to_owned()),
            ..Match::default()
        },
        fault: Fault::Hang,
    });
    let content = Content::synthetic(SIZE, 5);
    let mut bytes = vec![0; SIZE as usize];
    assert_eq!(content.read_at(0, &mut bytes).unwrap(), bytes.len());
    let file = scene.workshop.folder().join("upload.dwg");
    std::fs::write(&file, bytes).unwrap();
    let hanging = format!("{}/hanging/url", scene.sandbox.info().api);
    scene.run(
        "upload",
        &[
            BUCKET,
            &file.display().to_string(),
            &SIZE.to_string(),
            &content.sha1_hex().unwrap(),
            &hanging,
        ],
    );
    let types: Vec<_> = scene
        .sandbox
        .requests()
        .iter()
        .filter(|record| record.method == "PUT")
        .filter_map(|record| record.header("content-type").map(str::to_owned))
        .collect();
    assert_eq!(types[0], "image/vnd.dwg");
    assert_eq!(types[1], "application/octet-stream");
}

#[test]
fn a_user_is_logged_in_and_the_next_run_goes_on_without_asking() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene
        .sandbox
        .change_settings(|settings| settings.auto_login = Some("allow".to_owned()));
    let id = scene.sandbox.info().public_client_id.clone();
    let page = scene.browse("login", &[BUCKET, OBJECT, &id]);
    assert!(page.contains("You can close this window"), "{page}");
}

#[test]
fn a_user_who_says_no_is_an_error() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene
        .sandbox
        .change_settings(|settings| settings.auto_login = Some("deny".to_owned()));
    let id = scene.sandbox.info().public_client_id.clone();
    let page = scene.browse("denied-login", &[&id]);
    assert!(page.contains("The login failed"), "{page}");
}

#[test]
fn a_login_that_nobody_answers_can_be_ended_in_every_way() {
    let Some(scene) = Scene::new() else {
        return;
    };
    scene.run("abandoned-login", &[]);
}
