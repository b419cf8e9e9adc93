//! No secret anywhere: whatever is done and whatever goes wrong, the word that every secret of the sandbox begins with
//! occurs in no error, no `Debug`, no log line, no file and no request to another host.
//!
//! One test, in a process of its own: a logger is the process's.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use apsfetch::{Client, ClientBuilder, ObjectSigning, Request, SignedUrlOptions};
use apsfetch_sandbox::{Content, Fault, Match, Origin, Rule, Sandbox};

const MARKER: &str = "CANARY";
const BUCKET: &str = "secret-tests";

/// Everything a program could show to somebody.
#[derive(Default)]
struct Seen(Vec<String>);

impl Seen {
    fn note(&mut self, what: &dyn Debug) {
        self.0.push(format!("{what:?}"));
        self.0.push(format!("{what:#?}"));
    }

    fn error(&mut self, error: &apsfetch::Error) {
        self.note(error);
        self.0.push(error.to_string());
        self.0.push(error.message().to_owned());
        self.0.extend(error.request_id().map(str::to_owned));
    }

    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            self.0.push(path.display().to_string());
            if path.is_dir() {
                self.folder(&path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                self.0.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
}

/// Keeps what is logged, with the name of who logs it.
struct Keeper(Mutex<Vec<(String, String)>>);

impl log::Log for Keeper {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = (record.target().to_owned(), record.args().to_string());
        self.0.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

static KEEPER: Keeper = Keeper(Mutex::new(Vec::new()));

struct World {
    sandbox: Sandbox,
    design: String,
    derivative: String,
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::builder().tls(true).no_samples().start().unwrap();
        sandbox.add_object(BUCKET, "model", Content::synthetic(3 << 20, 1));
        let design = sandbox.add_design("urn:adsk.objects:os.object:b/house.rvt", "US");
        let derivative = format!("urn:adsk.viewing:fs.file:{design}/output/model.obj");
        sandbox.add_derivative(&design, &derivative, Content::synthetic(2 << 20, 2));
        World {
            sandbox,
            design,
            derivative,
        }
    }

    fn builder(&self) -> ClientBuilder {
        let info = self.sandbox.info();
        Client::builder()
            .base_url(&info.api)
            .unwrap()
            .ca_file(info.ca_file.as_ref().unwrap())
            .proxy("")
            .unwrap()
            .retry_timeout(Duration::from_millis(300))
            .unwrap()
            .client_credentials(
                &info.client_id,
                &info.client_secret,
                "data:read data:write viewables:read",
            )
            .unwrap()
    }

    /// Each way to sign, and none.
    fn requests(&self, client: &Client) -> Vec<Request> {
        let object = || Request::object(BUCKET, "model").unwrap();
        let derivative = || Request::derivative(&self.design, &self.derivative).unwrap();
        let signed = client.sign(&[object()], None).remove(0).unwrap();
        assert!(signed.url().unwrap().contains(MARKER));
        vec![
            object(),
            object().signing(ObjectSigning::SignedS3Download).unwrap(),
            object().signing(ObjectSigning::SignedUrl).unwrap(),
            derivative(),
            derivative().direct_download(true).unwrap(),
            Request::url(signed.url().unwrap())
                .unwrap()
                .header("x-mine", &format!("{MARKER}-header"))
                .unwrap(),
        ]
    }

    /// Downloads in every way, into files of `folder`.
    fn download(&self, seen: &mut Seen, folder: &Path) -> usize {
        let client = self.builder().build().unwrap();
        seen.note(&client);
        let requests: Vec<Request> = (0..)
            .zip(self.requests(&client))
            .map(|(number, request)| request.to_file(folder.join(format!("{number}"))))
            .collect();
        for request in &requests {
            seen.note(request);
            match client.sign(std::slice::from_ref(request), None).remove(0) {
                Ok(signed) => {
                    seen.note(&signed);
                    for cookie in signed.cookies() {
                        seen.note(cookie);
                    }
                }
                Err(error) => seen.error(&error),
            }
        }
        let job = client.start(requests).unwrap();
        seen.note(&job);
        job.join();
        seen.note(&job.progress());
        let results = job.results();
        for result in &results {
            match result {
                Ok(result) => seen.note(result),
                Err(error) => seen.error(error),
            }
        }
        results.iter().filter(|result| result.is_ok()).count()
    }

    fn everywhere(&self, fault: Fault) {
        self.sandbox.clear_faults();
        for origin in [Origin::S3, Origin::Cdn] {
            let mut rule = Rule::new(fault.clone());
            rule.matching = Match {
                origin: Some(origin),
                ..Match::default()
            };
            self.sandbox.fault(rule);
        }
    }
}

/// How many requests were sent on to another origin, where none of them may bring a secret.
fn elsewhere(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    let there = requests
        .iter()
        .filter(|request| request.target.starts_with("/elsewhere"));
    for request in there.clone() {
        let shown = format!("{} {:?}", request.target, request.headers);
        assert!(!shown.contains(MARKER), "{shown}");
        let allowed = [
            "host",
            "user-agent",
            "accept",
            "accept-encoding",
            "range",
            "if-match",
        ];
        for (name, _) in &request.headers {
            assert!(allowed.contains(&name.as_str()), "{name}");
        }
    }
    there.count()
}

#[test]
fn no_secret_is_shown_written_logged_or_sent_elsewhere() {
    log::set_logger(&KEEPER).unwrap();
    // What ureq logs above that is the subject below.
    log::set_max_level(log::LevelFilter::Debug);
    let world = World::new();
    assert!(world.sandbox.info().client_secret.contains(MARKER));
    let mut seen = Seen::default();

    seen.note(&world.builder());
    seen.note(
        &world
            .builder()
            .proxy(&format!("http://me:{MARKER}-password@127.0.0.1:1"))
            .unwrap(),
    );
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(world.download(&mut seen, folder.path()), 6);
    seen.folder(folder.path());

    for fault in [
        Fault::Expire,
        Fault::ExpiredToken,
        Fault::Html,
        Fault::Truncate { at: 100_000 },
        Fault::Corrupt { at: 7 },
        Fault::Garbage {
            text: "not HTTP".to_owned(),
        },
        Fault::Redirect {
            to: format!("{}/elsewhere", world.sandbox.info().api),
            status: 302,
        },
        Fault::ContentRange {
            value: "bytes 7-8/9".to_owned(),
        },
    ] {
        world.everywhere(fault);
        let folder = tempfile::tempdir().unwrap();
        world.download(&mut seen, folder.path());
        // Part files and what a download needs to go on are here.
        seen.folder(folder.path());
    }
    world.sandbox.clear_faults();

    // A wrong secret, a wrong token, a proxy that is not there, a service that is not there.
    let object = || Request::object(BUCKET, "model").unwrap().to_memory(1 << 30);
    for builder in [
        world
            .builder()
            .client_credentials("id", &format!("{MARKER}-wrong"), "data:read")
            .unwrap(),
        world
            .builder()
            .access_token(&format!("{MARKER}-wrong"))
            .unwrap(),
        world
            .builder()
            .proxy(&format!("http://me:{MARKER}-password@127.0.0.1:1"))
            .unwrap(),
        world.builder().base_url("https://127.0.0.1:1").unwrap(),
    ] {
        let client = builder.build().unwrap();
        let result = client.download(vec![object()], |_| true).unwrap().remove(0);
        // A wrong token is replaced by one the client gets for itself; the others fail.
        match result {
            Ok(result) => seen.note(&result),
            Err(error) => seen.error(&error),
        }
        seen.note(&client);
    }

    // Whole folders, with their listing and report; manifests, listings, signed URLs.
    let folder = tempfile::tempdir().unwrap();
    let client = world.builder().build().unwrap();
    let plan = client
        .plan_objects(BUCKET, &Default::default(), folder.path(), None)
        .unwrap();
    seen.note(&plan);
    let job = client.start_plan(&plan).unwrap();
    job.join();
    seen.note(&job.results());
    seen.folder(folder.path());
    seen.note(&client.manifest(&world.design, None).unwrap());
    seen.note(
        &client
            .list_objects(BUCKET, &Default::default(), None)
            .unwrap(),
    );
    let url = client
        .create_signed_url(BUCKET, "model", &SignedUrlOptions::default(), None)
        .unwrap();
    assert!(url.url().contains(MARKER));
    seen.note(&url);

    for text in &seen.0 {
        assert!(!text.contains(MARKER), "{text}");
    }
    assert!(elsewhere(&world.sandbox) > 0);
    let lines = std::mem::take(&mut *KEEPER.0.lock().unwrap());
    assert!(!lines.is_empty(), "the logger works");
    for (who, line) in lines {
        assert!(!line.contains(MARKER), "{who}: {line}");
    }

    what_ureq_traces_is_nobody_elses();
}

/// ureq writes every request to the log, byte by byte, if a Rust host asks for its finest level; the crate's
/// documentation says how to prevent that. Nobody else does, in any level.
fn what_ureq_traces_is_nobody_elses() {
    log::set_max_level(log::LevelFilter::Trace);
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(world.download(&mut Seen::default(), folder.path()), 6);
    let lines = std::mem::take(&mut *KEEPER.0.lock().unwrap());
    let of_ureq = |who: &str| who.starts_with("ureq");
    assert!(
        lines
            .iter()
            .any(|(who, line)| of_ureq(who) && line.contains(MARKER)),
        "then the documentation can be shorter"
    );
    for (who, line) in lines.iter().filter(|(who, _)| !of_ureq(who)) {
        assert!(!line.contains(MARKER), "{who}: {line}");
    }
}
