//! Hostile servers and hostile folders: whatever comes, the file is byte for byte the right one or the old one, the error
//! is of the right kind, and it is all over within a bounded time.

#[path = "../common/raw_server.rs"]
mod raw_server;

mod api_replies;
mod bodies;
mod connections;
mod disguises;
mod expiry;
mod framing;
mod ranges;
mod redirects;
mod speed;
mod targets;
mod versions;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use apsfetch::{Client, ClientBuilder, ErrorKind, ItemResult, Request, Result};

use raw_server::{Act, Answer, Asked, RawServer, chunks, good, reply, send};

/// What every secret of these tests holds, and nothing else may.
const MARKER: &str = "CANARY";
const PART: usize = 256 * 1024;
/// Every test ends long before; a machine that is busy with others may need a part of it.
const PATIENCE: Duration = Duration::from_secs(30);
const OLD: &[u8] = b"the old file";

/// Bytes of which no two stretches are alike.
fn data(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// Short limits: a test of a hang is to be quick.
fn builder() -> ClientBuilder {
    Client::builder()
        .proxy("")
        .unwrap()
        .connect_timeout(Duration::from_secs(5))
        .unwrap()
        .reply_timeout(Duration::from_millis(1500))
        .unwrap()
        .stall_timeout(Duration::from_millis(400))
        .unwrap()
        .retry_timeout(Duration::from_millis(400))
        .unwrap()
        .part_size(PART as u64)
        .unwrap()
        .access_token(&format!("{MARKER}-token"))
        .unwrap()
}

/// A folder with an old file in it, where a download is tried.
struct Place {
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("model.bin");
        std::fs::write(&target, OLD).unwrap();
        Place { folder, target }
    }

    fn try_it(&self, client: &Client, request: Request) -> Result<ItemResult> {
        let begun = Instant::now();
        let result = client
            .download(vec![request.to_file(&self.target)], |_| true)
            .unwrap()
            .pop()
            .unwrap();
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
        if let Err(error) = &result {
            for text in [format!("{error}"), format!("{error:?}")] {
                assert!(!text.contains(MARKER), "{text}");
            }
            assert!(error.message().len() > 20, "{error}");
        }
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            assert!(
                !path.to_str().unwrap().contains(MARKER),
                "{}",
                path.display()
            );
            if path.is_file() {
                assert!(
                    !holds_marker(&std::fs::read(&path).unwrap()),
                    "{}",
                    path.display()
                );
            }
        }
        result
    }

    #[track_caller]
    fn is_exactly(&self, expected: &[u8]) {
        let found = std::fs::read(&self.target).unwrap();
        assert_eq!(found.len(), expected.len());
        let different = found.iter().zip(expected).position(|(a, b)| a != b);
        assert_eq!(different, None, "the first different byte");
    }

    fn others(&self) -> Vec<String> {
        std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "model.bin")
            .collect()
    }
}

fn holds_marker(bytes: &[u8]) -> bool {
    bytes
        .windows(MARKER.len())
        .any(|window| window == MARKER.as_bytes())
}

/// A URL of which nothing else is known: no size, no checksum, no signing again.
fn by_url(server: &RawServer) -> Request {
    Request::url(&format!("{}/file?Signature={MARKER}", server.origin())).unwrap()
}

/// The same with a size, so that all ranges begin at once.
fn sized(server: &RawServer, size: usize) -> Request {
    by_url(server).size(size as u64)
}

/// The download succeeds and is byte for byte `expected`.
#[track_caller]
fn succeeds(client: &Client, request: Request, expected: &[u8]) -> ItemResult {
    let place = Place::new();
    let result = place.try_it(client, request).unwrap();
    place.is_exactly(expected);
    assert!(place.others().is_empty(), "{:?}", place.others());
    result
}

/// The download fails with one of `kinds`, and the old file stays.
#[track_caller]
fn fails(client: &Client, request: Request, kinds: &[ErrorKind]) -> apsfetch::Error {
    let place = Place::new();
    let error = place.try_it(client, request).unwrap_err();
    assert!(kinds.contains(&error.kind()), "{:?}: {error}", error.kind());
    place.is_exactly(OLD);
    error
}

/// The ranges of a request, cut to the data.
fn span(asked: &Asked, size: usize) -> (usize, usize) {
    let (first, last) = asked.range().unwrap_or((0, None));
    (first, last.unwrap_or(size - 1).min(size - 1))
}

/// A 206 for exactly what was asked, with more headers.
fn partial(asked: &Asked, data: &[u8], headers: &[(&str, &str)]) -> Vec<u8> {
    let (first, last) = span(asked, data.len());
    let range = format!("bytes {first}-{last}/{}", data.len());
    let headers = [headers, &[("Content-Range", range.as_str())]].concat();
    reply(206, &headers, &data[first..=last])
}

/// APS and its storage in one server: signs objects and derivatives with `size`, and gives the rest to `storage`.
fn aps(
    size: Option<usize>,
    storage: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
) -> RawServer {
    RawServer::start(move |asked| {
        let host = asked.header("host").unwrap().to_owned();
        match signed(asked, &host, size) {
            Some(answer) => answer,
            None => {
                let bearer = asked.header("authorization");
                assert_eq!(bearer, None, "the token stays with the API");
                storage(asked)
            }
        }
    })
}

/// The answer of APS, if it is asked for a signature.
fn signed(asked: &Asked, host: &str, size: Option<usize>) -> Option<Answer> {
    let size = size.map_or("null".to_owned(), |size| size.to_string());
    let json = ("Content-Type", "application/json");
    if asked.target.ends_with("/batchsigneds3download") {
        let url = format!(
            "http://{host}/s3/model?X-Amz-Signature={MARKER}{}",
            asked.number
        );
        let body = format!(
            r#"{{"results":{{"model":{{"status":"complete","url":"{url}","size":{size}}}}}}}"#
        );
        return Some(send(200, &[json], body.as_bytes()));
    }
    if asked.target.ends_with("/signedcookies") {
        let body = format!(
            r#"{{"url":"http://{host}/cdn/model","size":{size},"etag":"e","expiration":4102444800000}}"#
        );
        let cookies = ["Policy", "Key-Pair-Id", "Signature"]
            .map(|name| format!("CloudFront-{name}={MARKER}-cookie; Path=/; Secure"));
        let headers = [
            json,
            ("Set-Cookie", &cookies[0]),
            ("Set-Cookie", &cookies[1]),
            ("Set-Cookie", &cookies[2]),
        ];
        return Some(send(200, &headers, body.as_bytes()));
    }
    None
}

fn client_of(server: &RawServer) -> Client {
    builder()
        .base_url(&server.origin())
        .unwrap()
        .build()
        .unwrap()
}

fn object() -> Request {
    Request::object("faults-bucket", "model").unwrap()
}

fn derivative() -> Request {
    Request::derivative(
        "urn:adsk.objects:os.object:b/house.rvt",
        "urn:adsk.viewing:fs.file:x/output/model",
    )
    .unwrap()
}

/// How often something was signed.
fn signings(server: &RawServer) -> usize {
    server
        .asked()
        .iter()
        .filter(|asked| {
            asked.target.ends_with("/batchsigneds3download")
                || asked.target.ends_with("/signedcookies")
        })
        .count()
}

/// All cases at once: most of them wait for limits and pauses.
fn each<T: Send>(cases: impl IntoIterator<Item = T>, check: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            let check = &check;
            scope.spawn(move || check(case));
        }
    });
}
