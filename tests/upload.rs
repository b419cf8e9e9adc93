//! Uploads to URLs that are signed for writing.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apsfetch::{
    Access, CancelToken, Client, ClientBuilder, Error, ErrorKind, Request, SignedUrlOptions,
    UploadOptions, UploadResult,
};
use apsfetch_sandbox::{Fault, Match, Rule, Sandbox};
use tempfile::NamedTempFile;

const BUCKET: &str = "upload-bucket";
const MIB: u64 = 1 << 20;

struct Scene {
    sandbox: Sandbox,
    client: Client,
}

impl Scene {
    fn new() -> Scene {
        Scene::with(|builder| builder)
    }

    fn with(change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Scene {
        let sandbox = Sandbox::builder().no_samples().start().unwrap();
        sandbox.add_bucket(BUCKET);
        let token = sandbox.access_token("data:read data:write");
        let builder = Client::builder()
            .base_url(&sandbox.info().api)
            .unwrap()
            .proxy("")
            .unwrap();
        let client = change(builder.access_token(&token).unwrap())
            .build()
            .unwrap();
        Scene { sandbox, client }
    }

    fn url(&self, access: Access, single_use: bool) -> String {
        let options = SignedUrlOptions {
            access,
            single_use,
            ..SignedUrlOptions::default()
        };
        let signed = self
            .client
            .create_signed_url(BUCKET, "file.bin", &options, None)
            .unwrap();
        signed.url().to_owned()
    }

    fn write_url(&self) -> String {
        self.url(Access::Write, false)
    }

    fn upload(&self, url: &str, path: &Path) -> Result<UploadResult, Error> {
        self.client
            .upload(url, path, &UploadOptions::default(), |_, _| true, None)
    }

    fn download(&self, key: &str) -> Vec<u8> {
        let request = Request::object(BUCKET, key).unwrap().to_memory(64 * MIB);
        let result = self
            .client
            .download(vec![request], |_| true)
            .unwrap()
            .remove(0)
            .unwrap();
        result.data.unwrap().to_vec()
    }

    fn is_stored(&self) -> bool {
        let info = self.sandbox.current_info();
        info.buckets
            .iter()
            .any(|bucket| bucket.objects.iter().any(|object| object.key == "file.bin"))
    }

    fn puts(&self) -> usize {
        self.sandbox
            .requests()
            .iter()
            .filter(|record| record.method == "PUT")
            .count()
    }

    fn fault(&self, fault: Fault, times: Option<u64>) {
        let matching = Match {
            method: Some("PUT".to_owned()),
            times,
            ..Match::default()
        };
        self.sandbox.fault(Rule { matching, fault });
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 % 251) as u8).collect()
}

fn file_of(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// A file of zeros that takes no room.
fn sparse(length: u64) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    file.as_file().set_len(length).unwrap();
    file
}

fn status(status: u16) -> Fault {
    let headers = [("Retry-After".to_owned(), "0".to_owned())].into();
    Fault::Status {
        status,
        body: r#"{"reason":"try later"}"#.to_owned(),
        headers,
    }
}

#[test]
fn what_is_uploaded_can_be_downloaded_again() {
    let scene = Scene::new();
    for length in [0, 1, 16 * 1024, 256 * 1024, 5_000_001] {
        let sent = bytes(length);
        let key = format!("folder/a b+{length}.bin");
        let file = file_of(&sent);
        let mut told = Vec::new();
        let result = scene.client.upload_object(
            BUCKET,
            &key,
            file.path(),
            &UploadOptions::default(),
            |done, total| {
                told.push((done, total));
                true
            },
            None,
        );
        let result = result.unwrap();
        assert_eq!((result.bytes, result.http_status), (length as u64, 200));
        assert_eq!(result.object_key.as_deref(), Some(key.as_str()));
        assert!(
            result
                .object_id
                .unwrap()
                .starts_with("urn:adsk.objects:os.object:")
        );
        assert_eq!(result.sha1.unwrap().len(), 40);
        assert_eq!(told.last(), Some(&(length as u64, length as u64)));
        assert!(scene.download(&key) == sent, "{length} bytes");
    }
}

#[test]
fn the_request_is_exact_and_carries_no_token() {
    let scene = Scene::new();
    let options = {
        let mut options = UploadOptions::default();
        options.content_type = "image/vnd.dwg".to_owned();
        options
    };
    let file = file_of(&bytes(1000));
    let url = scene.write_url();
    scene
        .client
        .upload(&url, file.path(), &options, |_, _| true, None)
        .unwrap();
    let records = scene.sandbox.requests();
    let put = records
        .iter()
        .find(|record| record.method == "PUT")
        .unwrap();
    assert_eq!(put.header("content-length"), Some("1000"));
    assert_eq!(put.header("content-type"), Some("image/vnd.dwg"));
    assert_eq!(put.header("transfer-encoding"), None);
    assert_eq!(put.header("authorization"), None);
    assert!(url.ends_with(&put.target), "byte for byte");
}

#[test]
fn a_large_file_is_streamed() {
    let scene = Scene::new();
    let file = sparse(400 * MIB);
    let before = peak_memory();
    let mut last = 0;
    let result = scene.client.upload(
        &scene.write_url(),
        file.path(),
        &UploadOptions::default(),
        |sent, total| {
            assert!(
                sent >= last && sent <= total,
                "{sent} after {last} of {total}"
            );
            last = sent;
            true
        },
        None,
    );
    assert_eq!(result.unwrap().bytes, 400 * MIB);
    assert_eq!(last, 400 * MIB);
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        assert!(after - before < 100 * MIB, "{before} to {after}");
    }
}

/// The most memory this process has had, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[test]
fn an_expired_url_is_said_to_be_expired() {
    let scene = Scene::new();
    let url = scene.write_url();
    scene.sandbox.advance_clock(Duration::from_secs(2 * 3600));
    // Large enough that the refusal comes long before the end.
    let error = scene.upload(&url, sparse(64 * MIB).path()).unwrap_err();
    assert_eq!(
        (error.kind(), error.http_status()),
        (ErrorKind::Expired, Some(403)),
        "{error}"
    );
    assert!(error.message().contains("create a new one"), "{error}");
    assert!(
        !error.message().contains(url.rsplit('/').next().unwrap()),
        "{error}"
    );
    assert_eq!(scene.puts(), 1);
}

#[test]
fn a_url_for_reading_is_refused() {
    let scene = Scene::new();
    scene
        .upload(&scene.write_url(), file_of(b"old").path())
        .unwrap();
    let url = scene.url(Access::Read, false);
    let error = scene.upload(&url, sparse(64 * MIB).path()).unwrap_err();
    assert_eq!(
        (error.kind(), error.http_status()),
        (ErrorKind::Forbidden, Some(403)),
        "{error}"
    );
    assert_eq!(scene.download("file.bin"), b"old");
}

#[test]
fn a_single_use_url_works_once() {
    let scene = Scene::new();
    let url = scene.url(Access::Write, true);
    scene.upload(&url, file_of(b"first").path()).unwrap();
    let error = scene.upload(&url, file_of(b"second").path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert_eq!(scene.download("file.bin"), b"first");
}

#[test]
fn a_busy_service_is_asked_again_unless_the_url_works_once() {
    let scene = Scene::new();
    let file = file_of(&bytes(100_000));
    for (nth, code) in [(1, 429), (2, 503)] {
        let matching = Match {
            method: Some("PUT".to_owned()),
            nth: Some(nth),
            ..Match::default()
        };
        let fault = status(code);
        scene.sandbox.fault(Rule { matching, fault });
    }
    scene.upload(&scene.write_url(), file.path()).unwrap();
    assert_eq!(scene.puts(), 3);
    assert!(scene.download("file.bin") == bytes(100_000));

    let patience = Duration::from_millis(500);
    let scene = Scene::with(|builder| builder.retry_timeout(patience).unwrap());
    scene.fault(status(503), None);
    let mut once = UploadOptions::default();
    once.single_use = true;
    let error = scene
        .client
        .upload(&scene.write_url(), file.path(), &once, |_, _| true, None)
        .unwrap_err();
    assert_eq!((error.http_status(), scene.puts()), (Some(503), 1));
    let error = scene.upload(&scene.write_url(), file.path()).unwrap_err();
    assert_eq!(error.http_status(), Some(503), "not for ever");
    assert!(scene.puts() > 2, "{}", scene.puts());
}

#[test]
fn a_server_that_does_not_know_the_question_gets_the_file_all_the_same() {
    let scene = Scene::new();
    scene.fault(status(417), Some(1));
    scene
        .upload(&scene.write_url(), file_of(b"bytes").path())
        .unwrap();
    let records = scene.sandbox.requests();
    let puts: Vec<_> = records
        .iter()
        .filter(|record| record.method == "PUT")
        .collect();
    assert_eq!(puts[0].header("expect"), Some("100-continue"));
    assert_eq!((puts.len(), puts[1].header("expect")), (2, None));
}

#[test]
fn a_connection_that_breaks_is_an_error_and_stores_nothing() {
    let scene = Scene::new();
    scene.fault(Fault::Drop { reset: true }, None);
    let error = scene
        .upload(&scene.write_url(), sparse(MIB).path())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert_eq!((scene.puts(), scene.is_stored()), (1, false));
}

#[test]
fn a_web_page_is_no_confirmation() {
    let scene = Scene::new();
    scene.fault(Fault::Html, None);
    let error = scene
        .upload(&scene.write_url(), file_of(b"bytes").path())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
}

#[test]
fn a_confirmation_of_something_else_is_an_error() {
    let scene = Scene::new();
    scene.fault(
        Fault::Json {
            set: [("/sha1".to_owned(), "0".repeat(40).into())].into(),
        },
        None,
    );
    let error = scene
        .upload(&scene.write_url(), file_of(b"bytes").path())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity, "{error}");
    scene.sandbox.clear_faults();
    scene.fault(
        Fault::Json {
            set: [("/size".to_owned(), 4.into())].into(),
        },
        None,
    );
    let error = scene
        .upload(&scene.write_url(), file_of(b"bytes").path())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Integrity, "{error}");
}

#[test]
fn a_server_that_takes_nothing_ends_in_a_timeout() {
    let scene = Scene::with(|builder| builder.stall_timeout(Duration::from_millis(300)).unwrap());
    scene.fault(Fault::Hang, None);
    let began = Instant::now();
    let error = scene
        .upload(&scene.write_url(), sparse(128 * MIB).path())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!((scene.puts(), scene.is_stored()), (1, false));
}

#[test]
fn a_server_that_never_answers_ends_in_a_timeout() {
    let scene = Scene::with(|builder| builder.reply_timeout(Duration::from_millis(300)).unwrap());
    let url = scene.write_url();
    scene.fault(Fault::Hang, None);
    let began = Instant::now();
    let error = scene.upload(&url, file_of(b"small").path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn an_upload_can_be_cancelled_at_once() {
    let scene = Scene::new();
    let url = scene.write_url();
    scene.fault(Fault::Hang, None);
    let file = sparse(128 * MIB);

    let cancel = CancelToken::new();
    let mut at = None;
    let outcome = scene.client.upload(
        &url,
        file.path(),
        &UploadOptions::default(),
        |_, _| {
            if at.is_none() && scene.puts() == 1 {
                at = Some(Instant::now());
                cancel.cancel();
            }
            true
        },
        Some(&cancel),
    );
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    let took = at.unwrap().elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");

    let mut at = None;
    let outcome = scene.client.upload(
        &url,
        file.path(),
        &UploadOptions::default(),
        |_, _| {
            at.get_or_insert_with(Instant::now);
            false
        },
        None,
    );
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
    let took = at.unwrap().elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(!scene.is_stored());
}

#[test]
fn a_panic_in_the_hosts_callback_ends_the_upload() {
    let scene = Scene::new();
    let url = scene.write_url();
    scene.fault(Fault::Hang, None);
    let file = sparse(128 * MIB);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        scene.client.upload(
            &url,
            file.path(),
            &UploadOptions::default(),
            |_, _| std::panic::resume_unwind(Box::new("host")),
            None,
        )
    }));
    assert!(caught.is_err());
    drop(scene.client);
    assert_eq!(
        Path::new("/proc/self/fd").read_dir().map_or(0, |fds| {
            fds.filter(|fd| {
                fd.as_ref()
                    .is_ok_and(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == file.path()))
            })
            .count()
        }),
        usize::from(cfg!(target_os = "linux")),
        "nobody but the test has the file open"
    );
}

#[test]
fn a_file_that_changes_under_the_upload_is_not_stored() {
    let changes: [fn(&File); 2] = [
        |file| file.set_len(MIB - 1).unwrap(),
        |file| file.set_len(MIB + 1).unwrap(),
    ];
    for change in changes {
        let scene = Scene::new();
        // The server asks for the body only after this, and the file is changed by then.
        scene.fault(Fault::Delay { ms: 600 }, None);
        let file = sparse(MIB);
        let changed = AtomicUsize::new(0);
        let outcome = scene.client.upload(
            &scene.write_url(),
            file.path(),
            &UploadOptions::default(),
            |sent, _| {
                if scene.puts() == 1 && changed.fetch_add(1, Ordering::SeqCst) == 0 {
                    assert_eq!(sent, 0);
                    change(file.as_file());
                }
                true
            },
            None,
        );
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{error}");
        assert!(error.message().contains("was changed"), "{error}");
        assert!(!scene.is_stored());
    }
}

#[test]
fn what_cannot_be_uploaded_is_said_before_anything_is_sent() {
    let scene = Scene::new();
    let file = file_of(b"bytes");
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.bin");
    let url = scene.write_url();
    scene.sandbox.clear_requests();
    let error = scene.upload(&url, &missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(
        error.os_code().is_some() && error.message().contains("no such file"),
        "{error}"
    );
    assert_eq!(
        scene.upload(&url, folder.path()).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    let plain = "http://example.com/file";
    assert_eq!(
        scene.upload(plain, file.path()).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    let mut options = UploadOptions::default();
    options.content_type = "a/b\r\nX: y".to_owned();
    let error = scene
        .client
        .upload(&url, file.path(), &options, |_, _| true, None)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let error = scene.client.upload_object(
        BUCKET,
        "x",
        &missing,
        &UploadOptions::default(),
        |_, _| true,
        None,
    );
    assert_eq!(error.unwrap_err().kind(), ErrorKind::File);
    assert!(scene.sandbox.requests().is_empty());
}

#[test]
fn a_client_that_is_shut_down_ends_its_uploads() {
    let scene = Scene::new();
    let url = scene.write_url();
    scene.fault(Fault::Hang, None);
    let file = sparse(128 * MIB);
    std::thread::scope(|scope| {
        let upload = scope.spawn(|| scene.upload(&url, file.path()));
        while scene.puts() == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
        let began = Instant::now();
        scene.client.shut_down();
        assert_eq!(
            upload.join().unwrap().unwrap_err().kind(),
            ErrorKind::Cancelled
        );
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    });
    assert_eq!(
        scene.upload(&url, file.path()).unwrap_err().kind(),
        ErrorKind::Cancelled
    );
}
