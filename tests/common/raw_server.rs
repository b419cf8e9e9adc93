//! A server on a raw socket that says whatever a test tells it to, byte by byte: nothing in it knows HTTP well enough to
//! refuse to break it.
// Each test program uses a part of it.
#![allow(dead_code, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What arrived.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Counts the requests of this server, from 1.
    pub number: u64,
    pub method: String,
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }

    /// First and last byte of the `Range`, if there is one; the last one may be open.
    pub fn range(&self) -> Option<(usize, Option<usize>)> {
        let (first, last) = self
            .header("range")?
            .strip_prefix("bytes=")?
            .split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()))
    }
}

/// What is done for an answer, in order.
pub enum Act {
    Send(Vec<u8>),
    /// Ends early when the server is stopped.
    Wait(Duration),
    /// Until the server is stopped.
    Hang,
    Close,
}

pub type Answer = Vec<Act>;
type Handler = dyn Fn(&Asked) -> Answer + Send + Sync;

/// Stopped, with all its threads, when it is dropped.
pub struct RawServer {
    port: u16,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    handler: Box<Handler>,
    state: Mutex<State>,
    stopping: Condvar,
}

#[derive(Default)]
struct State {
    stopped: bool,
    asked: Vec<Asked>,
    connections: Vec<TcpStream>,
    threads: Vec<JoinHandle<()>>,
}

impl RawServer {
    pub fn start(handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            state: Mutex::default(),
            stopping: Condvar::new(),
        });
        let listening = {
            let shared = shared.clone();
            std::thread::spawn(move || shared.listen(&listener))
        };
        RawServer {
            port,
            shared,
            listening: Some(listening),
        }
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything that arrived so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.state.lock().unwrap().asked.clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap().stopped = true;
        self.shared.stopping.notify_all();
        // Wakes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.listening.take().unwrap().join().unwrap();
        let threads = {
            let mut state = self.shared.state.lock().unwrap();
            for connection in &state.connections {
                let _ = connection.shutdown(Shutdown::Both);
            }
            std::mem::take(&mut state.threads)
        };
        for thread in threads {
            thread.join().unwrap();
        }
    }
}

impl Shared {
    fn listen(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept() else {
                return;
            };
            let mut state = self.state.lock().unwrap();
            if state.stopped {
                return;
            }
            state.connections.push(stream.try_clone().unwrap());
            let shared = self.clone();
            state.threads.push(std::thread::spawn(move || {
                // A broken connection is what many tests are about.
                let _ = shared.serve(&stream);
                let _ = stream.shutdown(Shutdown::Both);
            }));
        }
    }

    fn serve(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        // Wine 8 does not end a write that waits when the socket is shut down.
        if cfg!(windows) {
            stream.set_write_timeout(Some(Duration::from_secs(4)))?;
        }
        let mut buffer = Vec::new();
        while let Some(asked) = self.read(stream, &mut buffer)? {
            for act in (self.handler)(&asked) {
                match act {
                    Act::Send(bytes) => stream.write_all(&bytes)?,
                    Act::Wait(time) => self.wait(time),
                    Act::Hang => self.wait(Duration::from_secs(600)),
                    Act::Close => return Ok(()),
                }
            }
        }
        Ok(())
    }

    fn wait(&self, time: Duration) {
        let state = self.state.lock().unwrap();
        let _ = self
            .stopping
            .wait_timeout_while(state, time, |state| !state.stopped)
            .unwrap();
    }

    /// The next request, or nothing at the end of the connection.
    fn read(&self, mut stream: &TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Asked>> {
        let mut more = |buffer: &mut Vec<u8>| -> std::io::Result<bool> {
            let mut block = [0; 16 * 1024];
            let count = stream.read(&mut block)?;
            buffer.extend_from_slice(&block[..count]);
            Ok(count > 0)
        };
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if !more(buffer)? {
                return Ok(None);
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or(0, |(_, value)| value.parse().unwrap());
        buffer.drain(..end + 4);
        while buffer.len() < length && more(buffer)? {}
        let mut state = self.state.lock().unwrap();
        let asked = Asked {
            number: state.asked.len() as u64 + 1,
            method: first.next().unwrap_or_default().to_owned(),
            target: first.next().unwrap_or_default().to_owned(),
            headers,
            body: buffer.drain(..length.min(buffer.len())).collect(),
        };
        state.asked.push(asked.clone());
        Ok(Some(asked))
    }
}

/// A reply with its length, if none of the headers says it.
pub fn reply(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Said\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let sized = headers.iter().any(|(name, _)| {
        name.eq_ignore_ascii_case("content-length")
            || name.eq_ignore_ascii_case("transfer-encoding")
    });
    if !sized && !matches!(status, 100..200 | 204 | 304) {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}

pub fn send(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    vec![Act::Send(reply(status, headers, body))]
}

/// What a good server answers for `data`: ranges and conditions are obeyed.
pub fn good(asked: &Asked, data: &[u8], etag: Option<&str>) -> Vec<u8> {
    let mut headers: Vec<(&str, &str)> = Vec::new();
    headers.extend(etag.map(|etag| ("ETag", etag)));
    if asked
        .header("if-match")
        .is_some_and(|wanted| Some(wanted) != etag)
    {
        return reply(412, &headers, b"");
    }
    let Some((first, last)) = asked.range() else {
        return reply(200, &headers, data);
    };
    if first >= data.len() {
        let range = format!("bytes */{}", data.len());
        headers.push(("Content-Range", &range));
        return reply(416, &headers, b"");
    }
    let last = last.unwrap_or(usize::MAX).min(data.len() - 1);
    let range = format!("bytes {first}-{last}/{}", data.len());
    headers.push(("Content-Range", &range));
    reply(206, &headers, &data[first..=last])
}

/// A body in chunks, without the last one.
pub fn chunks(data: &[u8]) -> Vec<u8> {
    data.chunks(50_000)
        .flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat())
        .collect()
}
