//! A whole design goes into a folder, under safe names, and only what has changed is downloaded again.

use std::collections::BTreeMap;
use std::path::Path;

use apsfetch::{CancelToken, Client, DesignFilter, ErrorKind, FileStatus, FolderOutcome, Request};
use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox, TranslationState};
use serde_json::{Value, json};

const SOURCE: &str = "urn:adsk.objects:os.object:models/house.rvt";

struct World {
    sandbox: Sandbox,
    client: Client,
    urn: String,
    folder: tempfile::TempDir,
}

impl World {
    fn new(files: &[&str]) -> World {
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        let client = Client::builder()
            .base_url(&sandbox.info().api)
            .unwrap()
            .proxy("")
            .unwrap()
            .access_token(&sandbox.access_token("data:read viewables:read"))
            .unwrap()
            .build()
            .unwrap();
        let urn = sandbox.add_design(SOURCE, "US");
        let world = World {
            sandbox,
            client,
            urn,
            folder: tempfile::tempdir().unwrap(),
        };
        for file in files {
            world.put(file, file.as_bytes());
        }
        world
    }

    fn derivative(&self, name: &str) -> String {
        format!("urn:adsk.viewing:fs.file:{}/output/{name}", self.urn)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let content = Content::bytes(bytes);
        self.sandbox
            .add_derivative(&self.urn, &self.derivative(name), content);
    }

    fn download(&self) -> FolderOutcome {
        self.download_some(&DesignFilter::default())
    }

    fn download_some(&self, filter: &DesignFilter) -> FolderOutcome {
        self.client
            .download_design(&self.urn, filter, self.folder.path(), |_| true, None)
            .unwrap()
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Requests for data since the last time this was asked.
    fn data_requests(&self) -> usize {
        let requests = self.sandbox.requests();
        self.sandbox.clear_requests();
        let data = requests
            .iter()
            .filter(|request| request.origin != Origin::Api);
        data.count()
    }

    fn listing(&self) -> Value {
        serde_json::from_str(&self.read("apsfetch-listing.json")).unwrap()
    }
}

fn statuses(outcome: &FolderOutcome) -> BTreeMap<String, FileStatus> {
    let files = outcome.files.iter();
    files
        .map(|file| {
            let name = file.id.rsplit_once("/output/").map(|(_, name)| name);
            (name.unwrap_or(&file.id).to_owned(), file.status)
        })
        .collect()
}

fn files_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => {
                let inside = files_in(&entry.path());
                found.extend(inside.iter().map(|file| format!("{name}/{file}")));
            }
            false => found.push(name),
        }
    }
    found.sort();
    found
}

#[test]
fn the_second_run_downloads_what_changed_and_nothing_else() {
    let world = World::new(&[
        "obj/a.obj",
        "obj/a.mtl",
        "ifc/Büro {Süd} 1+1.ifc",
        "t/a.png",
    ]);
    let first = world.download();
    assert_eq!(first.count(FileStatus::Downloaded), 4);
    assert_eq!(
        world.read("ifc/Büro {Süd} 1+1.ifc"),
        "ifc/Büro {Süd} 1+1.ifc"
    );
    assert!(world.data_requests() >= 4);

    let second = world.download();
    assert_eq!(second.count(FileStatus::Unchanged), 4);
    assert_eq!(world.data_requests(), 0, "nothing has changed");
    assert!(
        second
            .files
            .iter()
            .all(|file| file.bytes > 0 && file.etag.is_some())
    );

    world.put("obj/a.obj", b"new content");
    std::fs::remove_file(world.folder.path().join("obj/a.mtl")).unwrap();
    std::fs::write(world.folder.path().join("t/a.png"), "t/A.PNG").unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    let picture = std::fs::File::options()
        .write(true)
        .open(world.folder.path().join("t/a.png"))
        .unwrap();
    picture.set_modified(later).unwrap();
    drop(picture);
    let third = statuses(&world.download());
    assert_eq!(third["obj/a.obj"], FileStatus::Downloaded);
    assert_eq!(third["obj/a.mtl"], FileStatus::Downloaded);
    assert_eq!(third["t/a.png"], FileStatus::Downloaded);
    assert_eq!(third["ifc/Büro {Süd} 1+1.ifc"], FileStatus::Unchanged);
    assert_eq!(world.read("obj/a.obj"), "new content");
    assert_eq!(world.read("obj/a.mtl"), "obj/a.mtl");
    assert_eq!(world.read("t/a.png"), "t/a.png");
}

#[test]
fn a_damaged_listing_is_as_none() {
    let world = World::new(&["obj/a.obj"]);
    world.download();
    world.data_requests();
    std::fs::write(world.folder.path().join("apsfetch-listing.json"), "{\"vers").unwrap();
    let again = world.download();
    assert_eq!(again.count(FileStatus::Downloaded), 1);
    assert_eq!(
        files_in(world.folder.path()),
        ["apsfetch-listing.json", "obj/a.obj"],
        "the same name again"
    );
    assert!(world.data_requests() > 0);
}

#[test]
fn the_listing_says_what_went_where_and_no_secret() {
    let world = World::new(&["obj/a.obj", "svf2/a.svf2"]);
    world.download();
    let listing = world.listing();
    let files = listing["files"].as_array().unwrap();
    let object = &files[0];
    assert_eq!(object["id"], json!(world.derivative("obj/a.obj")));
    assert_eq!(object["path"], json!("obj/a.obj"));
    assert_eq!(object["status"], json!("downloaded"));
    assert_eq!(object["size"], json!(9));
    assert!(object["etag"].is_string());
    assert_eq!(files[1]["status"], json!("skipped"));
    assert!(files[1]["reason"].as_str().unwrap().contains("SVF2"));
    let text = world.read("apsfetch-listing.json");
    for secret in ["Signature", "Policy", "Key-Pair-Id", "Bearer", "http"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn a_filter_chooses_and_lists_go_together() {
    let files = ["obj/a.obj", "obj/a.mtl", "t/a.png", "ifc/a.ifc"];
    let word = |text: &str| vec![text.to_owned()];
    let role = DesignFilter {
        roles: word("THUMBNAIL"),
        ..DesignFilter::default()
    };
    let mime = DesignFilter {
        mimes: word("image/png"),
        ..DesignFilter::default()
    };
    let output = DesignFilter {
        output_types: vec!["obj".into(), "ifc".into()],
        ..DesignFilter::default()
    };
    let none = DesignFilter {
        roles: word("obj"),
        output_types: word("ifc"),
        ..DesignFilter::default()
    };
    let world = World::new(&files);
    let chosen = |filter| {
        let outcome = world.download_some(filter);
        statuses(&outcome).into_keys().collect::<Vec<_>>()
    };
    assert_eq!(chosen(&role), ["t/a.png"]);
    assert_eq!(chosen(&mime), ["t/a.png"]);
    let outputs = chosen(&output);
    assert!(outputs.contains(&"obj/a.obj".to_owned()) && outputs.contains(&"ifc/a.ifc".to_owned()));
    assert_eq!(chosen(&none), [""; 0]);
    let all = files_in(world.folder.path());
    assert!(all.contains(&"t/a.png".to_owned()) && all.contains(&"ifc/a.ifc".to_owned()));
    // What an earlier run chose stays in the listing.
    let listed = world.listing()["files"].as_array().unwrap().len();
    assert!(listed >= 3, "{listed}");
}

#[test]
fn what_failed_is_named_and_stops_nothing() {
    let world = World::new(&["obj/a.obj", "ifc/b.ifc", "stl/c.stl"]);
    let state = TranslationState::Failed {
        message: "No walls.".into(),
    };
    world
        .sandbox
        .set_derivative_state(&world.urn, &world.derivative("ifc/b.ifc"), state)
        .unwrap();
    // Signing this one fails although the manifest has it.
    world.sandbox.fault(Rule {
        matching: Match {
            endpoint: Some("signedcookies".into()),
            path_contains: Some("c.stl".into()),
            ..Match::default()
        },
        fault: Fault::Status {
            status: 404,
            body: "{\"diagnostic\":\"gone\"}".into(),
            headers: Default::default(),
        },
    });
    let outcome = world.download();
    assert_eq!(outcome.count(FileStatus::Downloaded), 1);
    let failed = outcome
        .files
        .iter()
        .find(|file| file.status == FileStatus::Failed);
    let error = failed.unwrap().error.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let skipped: Vec<_> = outcome
        .files
        .iter()
        .filter(|file| file.status == FileStatus::Skipped)
        .collect();
    assert_eq!(skipped.len(), 1, "once, not for its parents as well");
    assert!(skipped[0].reason.as_ref().unwrap().contains("No walls."));
    let listing = world.listing();
    let texts = listing.to_string();
    assert!(
        texts.contains("gone") && texts.contains("No walls."),
        "{texts}"
    );

    world.sandbox.clear_faults();
    let again = statuses(&world.download());
    assert_eq!(again["stl/c.stl"], FileStatus::Downloaded);
    assert_eq!(again["obj/a.obj"], FileStatus::Unchanged);
}

#[test]
fn a_design_that_is_not_there_yet_or_failed_is_an_error_with_the_reason() {
    let world = World::new(&["obj/a.obj"]);
    let run = || {
        let all = DesignFilter::default();
        let folder = world.folder.path();
        world
            .client
            .download_design(&world.urn, &all, folder, |_| true, None)
            .unwrap_err()
    };
    let set = |state| world.sandbox.set_design_state(&world.urn, state).unwrap();
    set(TranslationState::InProgress);
    assert_eq!(run().kind(), ErrorKind::NotReady);
    set(TranslationState::Failed {
        message: "Not a Revit file.".into(),
    });
    let error = run();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.message().contains("Not a Revit file."), "{error}");
}

#[test]
fn names_that_collide_get_numbers_and_keep_them() {
    let world = World::new(&[
        "Model.obj",
        "model.OBJ",
        "a",
        "a/b.txt",
        "../../up.txt",
        "CON.txt",
        "sub/apsfetch-listing.json",
        "apsfetch-LISTING.json",
    ]);
    let first = world.download();
    assert_eq!(first.count(FileStatus::Downloaded), 8);
    let expected = [
        "CON.txt",
        "Model.obj",
        "a (2)",
        "a/b.txt",
        "apsfetch-LISTING (2).json",
        "apsfetch-listing.json",
        "model (2).OBJ",
        "sub/apsfetch-listing.json",
        "up.txt",
    ];
    let mut expected: Vec<String> = expected.map(str::to_owned).to_vec();
    expected[0] = "_CON.txt".to_owned();
    expected[8] = "__/__/up.txt".to_owned();
    expected.sort();
    assert_eq!(files_in(world.folder.path()), expected);
    let content_of = |outcome: &FolderOutcome| {
        let files = outcome.files.iter();
        files
            .map(|file| {
                let name = file.id.split_once("/output/").unwrap().1.to_owned();
                let content = std::fs::read_to_string(file.path.as_ref().unwrap()).unwrap();
                assert_eq!(name, content, "each file has its own content");
                (name, file.path.clone())
            })
            .collect::<BTreeMap<_, _>>()
    };
    let places = content_of(&first);
    world.data_requests();
    // The manifest in another order must not change the places.
    world
        .sandbox
        .remove_derivative(&world.urn, &world.derivative("Model.obj"))
        .unwrap();
    world.put("Model.obj", b"Model.obj");
    let second = world.download();
    assert_eq!(content_of(&second), places);
    assert_eq!(second.count(FileStatus::Unchanged), 8);
    assert_eq!(world.data_requests(), 0);
}

#[test]
fn two_designs_in_one_folder_leave_each_other_alone() {
    let world = World::new(&["obj/a.obj"]);
    world.download();
    let other = world
        .sandbox
        .add_design("urn:adsk.objects:os.object:models/other.rvt", "US");
    let urn = format!("urn:adsk.viewing:fs.file:{other}/output/obj/a.obj");
    world
        .sandbox
        .add_derivative(&other, &urn, Content::bytes("of the other"));
    let outcome = world
        .client
        .download_design(
            &other,
            &DesignFilter::default(),
            world.folder.path(),
            |_| true,
            None,
        )
        .unwrap();
    assert_eq!(outcome.count(FileStatus::Downloaded), 1);
    assert_eq!(world.read("obj/a.obj"), "obj/a.obj");
    assert_eq!(world.read("obj/a (2).obj"), "of the other");
    assert_eq!(world.listing()["files"].as_array().unwrap().len(), 2);
    assert_eq!(world.download().count(FileStatus::Unchanged), 1);
}

#[test]
fn a_urn_that_stands_twice_is_downloaded_once() {
    let world = World::new(&["obj/a.obj", "obj/b.obj"]);
    let set = [(
        "/derivatives/0/children/1/urn",
        world.derivative("obj/a.obj"),
    )];
    let set = set.map(|(at, urn)| (at.to_owned(), json!(urn)));
    world.sandbox.fault(Rule {
        matching: Match {
            endpoint: Some("manifest".into()),
            ..Match::default()
        },
        fault: Fault::Json {
            set: set.into_iter().collect(),
        },
    });
    let outcome = world.download();
    assert_eq!(outcome.files.len(), 1);
    assert_eq!(outcome.count(FileStatus::Downloaded), 1);
}

#[test]
fn a_plan_can_be_looked_at_started_and_recorded_by_the_host() {
    let world = World::new(&["obj/a.obj", "svf2/a.svf2"]);
    let manifest = world.client.manifest(&world.urn, None).unwrap();
    let all = DesignFilter::default();
    let plan = world
        .client
        .plan_design(&manifest, &all, world.folder.path())
        .unwrap();
    let planned: Vec<_> = plan.files().iter().map(|file| file.status).collect();
    assert_eq!(planned, [FileStatus::Planned, FileStatus::Skipped]);
    assert_eq!(plan.files()[0].relative_path.as_deref(), Some("obj/a.obj"));
    assert_eq!(world.listing()["files"][0]["status"], json!("planned"));
    let job = world.client.start_plan(&plan).unwrap();
    job.join();
    let outcome = plan.record(&job).unwrap();
    assert_eq!(outcome.count(FileStatus::Downloaded), 1);
    assert_eq!(outcome.listing, plan.listing());
    // The job of something else is not taken for its own.
    let path = world.folder.path().join("elsewhere");
    let request = Request::derivative(&world.urn, &world.derivative("obj/a.obj")).unwrap();
    let other = world.client.start(vec![request.to_file(path)]).unwrap();
    other.join();
    assert_eq!(
        plan.record(&other).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

#[test]
fn a_version_to_skip_is_compared_by_etag_and_size_and_the_file_that_is_there() {
    let world = World::new(&["obj/a.obj"]);
    let path = world.folder.path().join("a.obj");
    let run = |etag: &str, size| {
        let request = Request::derivative(&world.urn, &world.derivative("obj/a.obj")).unwrap();
        let request = request.skip_if_etag(etag, size).unwrap().to_file(&path);
        let mut results = world.client.download(vec![request], |_| true).unwrap();
        results.pop().unwrap().unwrap()
    };
    let etag = run("none", 9).etag.unwrap();
    assert_eq!(run(&etag, 9).status, apsfetch::ItemStatus::NotModified);
    assert_eq!(run("other", 9).status, apsfetch::ItemStatus::Downloaded);
    assert_eq!(run(&etag, 8).status, apsfetch::ItemStatus::Downloaded);
    std::fs::write(&path, "short").unwrap();
    assert_eq!(run(&etag, 9).status, apsfetch::ItemStatus::Downloaded);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(run(&etag, 9).status, apsfetch::ItemStatus::Downloaded);
    let object = Request::object("abc", "x").unwrap();
    assert!(object.skip_if_etag("e", 1).is_err());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_folder_is_not_followed() {
    let world = World::new(&["obj/a.obj", "stl/a.stl"]);
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), world.folder.path().join("obj")).unwrap();
    let outcome = statuses(&world.download());
    assert_eq!(outcome["obj/a.obj"], FileStatus::Failed);
    assert_eq!(outcome["stl/a.stl"], FileStatus::Downloaded);
    assert!(files_in(outside.path()).is_empty());
}

#[test]
fn a_cancelled_run_is_continued_by_the_next_one() {
    let world = World::new(&["obj/a.obj"]);
    world.download();
    let big = world.derivative("obj/big.obj");
    world
        .sandbox
        .add_derivative(&world.urn, &big, Content::synthetic(1 << 20, 1));
    let stalled = world.sandbox.fault(Rule {
        matching: Match {
            origin: Some(Origin::Cdn),
            ..Match::default()
        },
        fault: Fault::Stall { at: 1000 },
    });
    let token = CancelToken::new();
    let all = DesignFilter::default();
    let outcome = world
        .client
        .download_design(
            &world.urn,
            &all,
            world.folder.path(),
            |_| {
                token.cancel();
                true
            },
            Some(&token),
        )
        .unwrap();
    let cancelled = outcome.files.iter().find(|file| file.id == big).unwrap();
    assert_eq!(cancelled.status, FileStatus::Failed);
    let kind = cancelled.error.as_ref().unwrap().kind();
    assert_eq!(kind, ErrorKind::Cancelled);
    world.sandbox.remove_fault(stalled);
    world.data_requests();
    let again = statuses(&world.download());
    assert_eq!(again["obj/big.obj"], FileStatus::Downloaded);
    assert_eq!(again["obj/a.obj"], FileStatus::Unchanged);
}
