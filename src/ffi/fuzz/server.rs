//! A service on loopback with one answer for each operation: quicker to start than the sandbox, and it forgets all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Part of every secret that it gives. No error may show it.
pub(super) const SECRET: &str = "c4n4ry";

const SIZE: usize = 40_000;

/// Serves until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0");
        assert!(listener.is_ok(), "{listener:?}");
        let address = listener.as_ref().map(TcpListener::local_addr);
        let address = address.ok().and_then(Result::ok);
        let over = Arc::new(AtomicBool::new(false));
        let stop = over.clone();
        let thread = listener
            .ok()
            .map(|listener| std::thread::spawn(move || serve(&listener, &stop)));
        Server {
            address: address.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 9))),
            over,
            thread,
        }
    }

    pub(super) fn address(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // Wakes the thread that waits for a visitor.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok());
        }
    }
}

fn serve(listener: &TcpListener, over: &AtomicBool) {
    let here = listener
        .local_addr()
        .map_or(String::new(), |at| at.to_string());
    std::thread::scope(|scope| {
        for stream in listener.incoming() {
            if over.load(Ordering::Acquire) {
                return;
            }
            let Ok(stream) = stream else {
                return;
            };
            let here = &here;
            // It ends when the client closes its connection, which freeing it does.
            scope.spawn(move || {
                let mut reader = BufReader::new(stream);
                while answer(&mut reader, here).is_some() {}
            });
        }
    });
}

/// One request and its answer, or `None` at the end of the connection.
fn answer(reader: &mut BufReader<TcpStream>, here: &str) -> Option<()> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut range) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.parse().ok()?;
        }
        if let Some(bounds) = line.strip_prefix("range: bytes=") {
            let (first, last) = bounds.split_once('-')?;
            let last = last.parse().unwrap_or(SIZE - 1).min(SIZE - 1);
            range = Some((first.parse::<usize>().ok()?, last));
        }
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).ok()?;
    let path = target.split('?').next().unwrap_or_default();
    let (status, headers, body) = match path.starts_with("/data") && method != "PUT" {
        true => data(range),
        false => operation(path, &method, &String::from_utf8_lossy(&body), here),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes()).ok()?;
    match method == "HEAD" {
        true => Some(()),
        false => stream.write_all(&body).ok(),
    }
}

type Reply = (&'static str, String, Vec<u8>);

fn data(range: Option<(usize, usize)>) -> Reply {
    let all: Vec<u8> = (0..SIZE).map(|at| (at % 251) as u8).collect();
    let Some((first, last)) = range else {
        return ("200 OK", "ETag: \"e\"\r\n".to_owned(), all);
    };
    match all.get(first..last.saturating_add(1)) {
        Some(part) if !part.is_empty() => (
            "206 Partial Content",
            format!("ETag: \"e\"\r\nContent-Range: bytes {first}-{last}/{SIZE}\r\n"),
            part.to_vec(),
        ),
        _ => (
            "416 Range Not Satisfiable",
            format!("Content-Range: bytes */{SIZE}\r\n"),
            Vec::new(),
        ),
    }
}

fn operation(path: &str, method: &str, body: &str, here: &str) -> Reply {
    let url = format!("http://{here}/data?Signature={SECRET}");
    let mut headers = "Content-Type: application/json\r\n".to_owned();
    let text = if path.ends_with("/token") {
        format!(r#"{{"access_token":"{SECRET}","expires_in":3600,"refresh_token":"{SECRET}"}}"#)
    } else if path.ends_with("/signedcookies") {
        for name in ["Policy", "Key-Pair-Id", "Signature"] {
            headers.push_str(&format!(
                "Set-Cookie: CloudFront-{name}={SECRET}; Path=/\r\n"
            ));
        }
        format!(r#"{{"url":"{url}","size":{SIZE},"etag":"e"}}"#)
    } else if path.ends_with("/batchsigneds3download") {
        let keys = body.split("\"objectKey\":\"").skip(1);
        let entries: Vec<String> = keys
            .filter_map(|rest| rest.split('"').next())
            .map(|key| format!(r#""{key}":{{"status":"complete","url":"{url}","size":{SIZE}}}"#))
            .collect();
        format!(r#"{{"results":{{{}}}}}"#, entries.join(","))
    } else if path.ends_with("/signeds3download") {
        format!(
            r#"{{"status":"chunked","size":{SIZE},"urls":{{"0-{}":"{url}"}}}}"#,
            SIZE - 1
        )
    } else if path.ends_with("/signed") {
        format!(r#"{{"signedUrl":"{url}","expiration":1795255200000}}"#)
    } else if path.ends_with("/manifest") {
        r#"{"status":"success","progress":"complete","derivatives":[{"outputType":"svf","children":[
            {"guid":"a","role":"graphics","mime":"m","urn":"urn:x/output/a.svf"},
            {"guid":"b","urn":"urn:x/output/../b"}]}]}"#
            .to_owned()
    } else if path.ends_with("/objects") {
        format!(
            r#"{{"items":[{{"objectKey":"a/b.bin","size":{SIZE},"location":"x"}},{{"objectKey":"a"}}]}}"#
        )
    } else if path.ends_with("/details") {
        format!(r#"{{"objectKey":"a","size":{SIZE}}}"#)
    } else if method == "PUT" {
        r#"{"objectId":"urn:adsk.objects:os.object:b/a","size":1}"#.to_owned()
    } else if path.contains("/manifest/") {
        return data(None);
    } else {
        let refusal = format!(r#"{{"reason":"There is nothing at {url}"}}"#);
        return ("404 Not Found", headers, refusal.into_bytes());
    };
    ("200 OK", headers, text.into_bytes())
}
