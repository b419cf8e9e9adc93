//! Buckets are listed whole, and their objects put into a folder, only the changed ones the next time.

use std::path::Path;

use apsfetch::{
    CancelToken, Client, ErrorKind, FileStatus, FolderOutcome, ListOptions, ObjectFilter,
};
use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox, Sha1};
use serde_json::json;

const BUCKET: &str = "object-tests";
const WEIRD: [&str; 10] = [
    "with space.bin",
    "a+b.bin",
    "issue #7.bin",
    "100%.bin",
    "50%2Foff.bin",
    "folder/sub folder/nested.bin",
    "Grüße/日本語.bin",
    "what?.bin",
    "a&b=c;d.bin",
    "quote\"s'.bin",
];

struct World {
    sandbox: Sandbox,
    client: Client,
    folder: tempfile::TempDir,
}

impl World {
    fn new(keys: &[&str]) -> World {
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        for key in keys {
            sandbox.add_object(BUCKET, key, Content::bytes(*key));
        }
        let client = Client::builder()
            .base_url(&sandbox.info().api)
            .unwrap()
            .proxy("")
            .unwrap()
            .access_token(&sandbox.access_token("data:read"))
            .unwrap()
            .build()
            .unwrap();
        World {
            sandbox,
            client,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn keys(&self, options: &ListOptions) -> Vec<String> {
        let objects = self.client.list_objects(BUCKET, options, None).unwrap();
        objects
            .into_iter()
            .map(|object| object.object_key)
            .collect()
    }

    fn download(&self, prefix: &str) -> FolderOutcome {
        let filter = ObjectFilter {
            prefix: prefix.to_owned(),
            strip_prefix: false,
        };
        let folder = self.folder.path();
        self.client
            .download_objects(BUCKET, &filter, folder, |_| true, None)
            .unwrap()
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// Requests since the last time this was asked: to list, and for data.
    fn requests(&self) -> (usize, usize) {
        let requests = self.sandbox.requests();
        self.sandbox.clear_requests();
        let count = |wanted: &dyn Fn(&apsfetch_sandbox::RequestRecord) -> bool| {
            requests.iter().filter(|request| wanted(request)).count()
        };
        (
            count(&|request| request.endpoint == "objects"),
            count(&|request| request.origin != Origin::Api),
        )
    }

    /// The listing's next page leads here.
    fn next_is(&self, next: &str) {
        self.sandbox.clear_faults();
        let set = [("/next".to_owned(), json!(next))];
        self.sandbox.fault(Rule {
            matching: on("objects"),
            fault: Fault::Json {
                set: set.into_iter().collect(),
            },
        });
    }
}

fn on(endpoint: &str) -> Match {
    Match {
        endpoint: Some(endpoint.to_owned()),
        ..Match::default()
    }
}

fn status_of(outcome: &FolderOutcome, key: &str) -> FileStatus {
    let mut files = outcome.files.iter();
    files.find(|file| file.id == key).unwrap().status
}

#[test]
fn a_large_bucket_is_listed_to_its_end() {
    let world = World::new(&[]);
    for index in 0..2_517 {
        let key = format!("{}/{index:05}", index % 3);
        world
            .sandbox
            .add_object(BUCKET, &key, Content::synthetic(index, index));
    }
    let all = world.keys(&ListOptions::default());
    assert_eq!(all.len(), 2_517);
    let distinct: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 2_517);
    assert_eq!(world.requests().0, 26, "a hundred in a page");

    let first = world.keys(&ListOptions {
        max_objects: Some(150),
        ..ListOptions::default()
    });
    assert_eq!(first, all[..150]);
    assert_eq!(world.requests().0, 2, "no page more than needed");

    let some = world.keys(&ListOptions {
        begins_with: Some("1/".into()),
        limit: Some(50),
        start_at: Some("1/01000".into()),
        max_objects: None,
    });
    assert!(
        some.iter()
            .all(|key| key.starts_with("1/") && key.as_str() > "1/01000")
    );
    assert_eq!(some.len(), 839 - 334);

    let options = ListOptions {
        limit: Some(7),
        ..ListOptions::default()
    };
    let page = world
        .client
        .list_objects_page(BUCKET, &options, None, None)
        .unwrap();
    let next = page.next.clone().unwrap();
    let second = world
        .client
        .list_objects_page(BUCKET, &options, Some(&next), None)
        .unwrap();
    let keys = page.objects.iter().chain(&second.objects);
    let keys: Vec<_> = keys.map(|object| object.object_key.clone()).collect();
    assert_eq!(keys, all[..14]);
}

#[test]
fn objects_are_described_whatever_their_key() {
    let world = World::new(&WEIRD);
    for strings in [false, true] {
        world
            .sandbox
            .change_settings(|settings| settings.numbers_as_strings = strings);
        let mut listed = world
            .client
            .list_objects(BUCKET, &ListOptions::default(), None)
            .unwrap();
        assert_eq!(listed.len(), WEIRD.len());
        for key in WEIRD {
            let details = world.client.object_details(BUCKET, key, None).unwrap();
            assert_eq!(details.object_key, key);
            assert_eq!(details.bucket_key, BUCKET);
            assert_eq!(details.size, Some(key.len() as u64));
            let sha1 = Content::bytes(key).sha1_hex().unwrap();
            assert_eq!(details.sha1, Some(sha1.clone()));
            let id = format!("urn:adsk.objects:os.object:{BUCKET}/{key}");
            assert_eq!(details.object_id, Some(id));
            assert!(details.content_type.is_some() && details.location.is_some());
            let at = listed.iter().position(|object| object.object_key == key);
            let object = listed.remove(at.unwrap());
            assert_eq!((object.size, object.sha1), (details.size, Some(sha1)));
        }
    }
    let missing = world
        .client
        .object_details(BUCKET, "missing", None)
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let options = ListOptions::default();
    let missing = world
        .client
        .list_objects("no-such-bucket", &options, None)
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let invalid = world
        .client
        .list_objects("No Bucket", &options, None)
        .unwrap_err();
    assert_eq!(invalid.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_next_page_elsewhere_is_not_fetched() {
    let world = World::new(&["a", "b"]);
    let api = world.sandbox.info().api.clone();
    let token = |url: &str| url.replace("API", &api);
    for next in [
        "https://example.com/oss/v2/buckets/object-tests/objects?startAt=a",
        "API/oss/v2/buckets/other-bucket/objects?startAt=a",
        "API/oss/v2/buckets/object-tests/objects/?startAt=a",
        "API/oss/v2/buckets/object-tests/../other-bucket/objects?startAt=a",
        "API/oss/v2/buckets/object-tests/objects",
        "API.example.com/oss/v2/buckets/object-tests/objects?startAt=a",
        "/oss/v2/buckets/object-tests/objects?startAt=a",
        "API/oss/v2/buckets/object-tests/objects?start At=a",
        "not an address",
    ] {
        world.next_is(&token(next));
        world.requests();
        let options = ListOptions::default();
        let error = world
            .client
            .list_objects(BUCKET, &options, None)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadResponse, "{next}: {error}");
        assert!(!error.message().contains("startAt"), "{error}");
        assert_eq!(world.sandbox.requests().len(), 1, "{next}");
    }
    world.next_is("");
    assert_eq!(world.keys(&ListOptions::default()), ["a", "b"]);
}

#[test]
fn a_listing_in_circles_ends() {
    let world = World::new(&["a", "b"]);
    let api = world.sandbox.info().api.clone();
    world.next_is(&format!("{api}/oss/v2/buckets/{BUCKET}/objects?startAt=a"));
    let options = ListOptions::default();
    let error = world
        .client
        .list_objects(BUCKET, &options, None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
    assert!(world.requests().0 < 5);
    // A page without its list is not an empty page.
    world.sandbox.clear_faults();
    world.sandbox.fault(Rule {
        matching: on("objects"),
        fault: Fault::Status {
            status: 200,
            body: "{}".into(),
            headers: Default::default(),
        },
    });
    let error = world
        .client
        .list_objects(BUCKET, &options, None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadResponse);
    let token = CancelToken::new();
    token.cancel();
    let error = world
        .client
        .list_objects(BUCKET, &options, Some(&token))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn the_second_run_downloads_what_changed_and_nothing_else() {
    let world = World::new(&["m/a.bin", "m/b.bin", "m/sub/c.bin", "m/d.bin", "other.bin"]);
    let first = world.download("m/");
    assert_eq!(first.count(FileStatus::Downloaded), 4);
    assert_eq!(world.read("m/sub/c.bin"), "m/sub/c.bin");
    assert!(!world.folder.path().join("other.bin").exists());
    assert_eq!(world.requests(), (1, 4));

    let second = world.download("m/");
    assert_eq!(second.count(FileStatus::Unchanged), 4);
    assert_eq!(world.requests(), (1, 0), "only the listing is asked for");

    world
        .sandbox
        .add_object(BUCKET, "m/a.bin", Content::bytes("m/A.BIN"));
    std::fs::remove_file(world.folder.path().join("m/b.bin")).unwrap();
    std::fs::write(world.folder.path().join("m/d.bin"), "longer than before").unwrap();
    let third = world.download("m/");
    for (key, status) in [
        ("m/a.bin", FileStatus::Downloaded),
        ("m/b.bin", FileStatus::Downloaded),
        ("m/sub/c.bin", FileStatus::Unchanged),
        ("m/d.bin", FileStatus::Downloaded),
    ] {
        assert_eq!(status_of(&third, key), status, "{key}");
    }
    assert_eq!(world.read("m/a.bin"), "m/A.BIN");
    assert_eq!(world.read("m/d.bin"), "m/d.bin");
    assert_eq!(world.requests(), (1, 3));
    // Another prefix joins the listing, and does not undo it.
    assert_eq!(world.download("o").count(FileStatus::Downloaded), 1);
    assert_eq!(world.download("").count(FileStatus::Unchanged), 5);
}

#[test]
fn without_a_sha1_the_etag_tells_the_version() {
    let world = World::new(&["a.bin"]);
    world
        .sandbox
        .set_sha1(BUCKET, "a.bin", Sha1::Hidden)
        .unwrap();
    assert_eq!(world.download("").count(FileStatus::Downloaded), 1);
    assert_eq!(world.download("").count(FileStatus::Unchanged), 1);
    assert_eq!(world.requests(), (2, 1));
    world
        .sandbox
        .add_object(BUCKET, "a.bin", Content::bytes("A.BIN"));
    world
        .sandbox
        .set_sha1(BUCKET, "a.bin", Sha1::Hidden)
        .unwrap();
    assert_eq!(world.download("").count(FileStatus::Downloaded), 1);
    assert_eq!(world.read("a.bin"), "A.BIN");
}

#[test]
fn an_unmerged_object_is_unchanged_by_its_listed_sha1() {
    let world = World::new(&[]);
    world
        .sandbox
        .add_object(BUCKET, "u.bin", Content::synthetic(300_000, 1));
    world
        .sandbox
        .set_chunks(BUCKET, "u.bin", &[200_000, 100_000])
        .unwrap();
    assert_eq!(world.download("").count(FileStatus::Downloaded), 1);
    assert_eq!(world.download("").count(FileStatus::Unchanged), 1);
}

#[test]
fn hostile_and_colliding_keys_stay_inside_the_folder() {
    let keys = [
        "../up.bin",
        "/root.bin",
        "..\\back.bin",
        "C:/drive.bin",
        "nul",
        "a/",
        "a",
        "A",
        "trailing. ",
        "x.bin.apsfetch-part",
        "x.bin",
        "apsfetch-listing.json",
    ];
    let world = World::new(&keys);
    let inner = world.folder.path().join("inner");
    let run = || {
        let filter = ObjectFilter::default();
        world
            .client
            .download_objects(BUCKET, &filter, &inner, |_| true, None)
            .unwrap()
    };
    let outcome = run();
    assert_eq!(outcome.count(FileStatus::Downloaded), keys.len());
    for file in &outcome.files {
        let path = file.path.as_ref().unwrap();
        assert!(path.starts_with(&inner), "{}", path.display());
        assert_eq!(std::fs::read_to_string(path).unwrap(), file.id);
    }
    let outside = std::fs::read_dir(world.folder.path()).unwrap().count();
    assert_eq!(outside, 1, "nothing beside the folder");
    assert!(inner.join("__/up.bin").exists() && inner.join("_nul").exists());
    assert_eq!(run().count(FileStatus::Unchanged), keys.len());
}

#[test]
fn all_weird_keys_arrive_and_the_prefix_can_be_left_out() {
    let world = World::new(&WEIRD);
    let outcome = world.download("");
    assert_eq!(outcome.count(FileStatus::Downloaded), WEIRD.len());
    for file in &outcome.files {
        let content = std::fs::read_to_string(file.path.as_ref().unwrap()).unwrap();
        assert_eq!(content, file.id);
    }
    let filter = ObjectFilter {
        prefix: "folder/sub folder/ne".into(),
        strip_prefix: true,
    };
    let stripped = tempfile::tempdir().unwrap();
    let plan = world
        .client
        .plan_objects(BUCKET, &filter, stripped.path(), None)
        .unwrap();
    let paths: Vec<_> = plan
        .files()
        .iter()
        .map(|file| file.relative_path.as_deref())
        .collect();
    assert_eq!(paths, [Some("nested.bin")]);
}

#[test]
fn two_buckets_in_one_folder_leave_each_other_alone() {
    let world = World::new(&["same.bin"]);
    world
        .sandbox
        .add_object("other-bucket", "same.bin", Content::bytes("other"));
    world.download("");
    let all = ObjectFilter::default();
    let other = world
        .client
        .download_objects("other-bucket", &all, world.folder.path(), |_| true, None)
        .unwrap();
    assert_eq!(other.count(FileStatus::Downloaded), 1);
    assert_eq!(world.read("same.bin"), "same.bin");
    assert_eq!(world.read("same (2).bin"), "other");
    assert_eq!(world.download("").count(FileStatus::Unchanged), 1);
}

#[test]
fn plans_made_at_the_same_time_get_different_names() {
    let world = World::new(&[]);
    let buckets: Vec<String> = (0..6).map(|index| format!("bucket-{index}")).collect();
    for bucket in &buckets {
        world
            .sandbox
            .add_object(bucket, "same.bin", Content::bytes(bucket.as_str()));
    }
    let all = ObjectFilter::default();
    let folder = world.folder.path();
    std::thread::scope(|scope| {
        for bucket in &buckets {
            let client = world.client.clone();
            let all = &all;
            scope.spawn(move || {
                let outcome = client
                    .download_objects(bucket, all, folder, |_| true, None)
                    .unwrap();
                assert_eq!(outcome.count(FileStatus::Downloaded), 1);
                let path = outcome.files[0].path.as_ref().unwrap();
                assert_eq!(std::fs::read_to_string(path).unwrap(), *bucket);
            });
        }
    });
    let listing = world.read("apsfetch-listing.json");
    let listing: serde_json::Value = serde_json::from_str(&listing).unwrap();
    assert_eq!(listing["files"].as_array().unwrap().len(), 6, "merged");
    assert!(leftovers(folder).is_empty());
}

fn leftovers(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name != "apsfetch-listing.json" && !name.starts_with("same"))
        .collect()
}
