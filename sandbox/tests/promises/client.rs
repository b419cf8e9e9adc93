//! A plain HTTP client, and short forms of what many tests begin with.

use apsfetch_sandbox::{DesignInfo, Sandbox};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

pub(crate) const FILES: &str = "apsfetch-sandbox-files";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of that name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The three cookies of signed cookies as one `Cookie` header.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self
            .all("set-cookie")
            .into_iter()
            .map(|cookie| cookie.split(';').next().unwrap());
        pairs.collect::<Vec<_>>().join("; ")
    }
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(20)))
        .allow_non_standard_methods(true)
        .build()
        .into()
}

/// Sends a request on a connection of its own. An error is one of the transport.
pub(crate) fn try_send(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, ureq::Error> {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    // Only POST and its like carry a body by themselves.
    let mut response = match body {
        [] => agent.run(request.body(()).unwrap())?,
        body => agent.run(request.body(body).unwrap())?,
    };
    let headers = response.headers().iter();
    let text =
        |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = headers
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect();
    Ok(Answer {
        status: response.status().as_u16(),
        headers,
        body: response
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_vec()?,
    })
}

pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    try_send(&agent(), method, url, headers, body).unwrap_or_else(|e| panic!("{method} {url}: {e}"))
}

pub(crate) fn get(url: &str, headers: &[(&str, &str)]) -> Answer {
    send("GET", url, headers, b"")
}

/// Writes bytes and reads until the other side ends, for what no HTTP client would send or take.
pub(crate) fn raw(url: &str, more: &str) -> (Vec<u8>, std::io::Result<()>) {
    let (origin, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(origin).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {origin}\r\n{more}\r\n"
    )
    .unwrap();
    let mut received = Vec::new();
    let mut buffer = [0; 65536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (received, Ok(())),
            Ok(count) => received.extend_from_slice(&buffer[..count]),
            Err(error) => return (received, Err(error)),
        }
    }
}

/// The body behind the first empty line.
pub(crate) fn raw_body(received: &[u8]) -> &[u8] {
    let end = received
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    &received[end + 4..]
}

/// The decoded body of an answer that must be compressed. Not by ureq: in a workspace where another crate wants it
/// to, it decodes by itself and takes the header away.
pub(crate) fn unpacked(url: &str, more: &str) -> Vec<u8> {
    let (received, outcome) = raw(url, &format!("{more}Connection: close\r\n"));
    outcome.unwrap();
    let body = raw_body(&received);
    let head = String::from_utf8_lossy(&received[..received.len() - body.len()]);
    assert!(
        head.to_ascii_lowercase().contains("content-encoding: gzip"),
        "{head}"
    );
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body)
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A sandbox with its samples, and a token for everything.
pub(crate) struct Client {
    pub(crate) sandbox: Sandbox,
    pub(crate) bearer: String,
}

impl Client {
    pub(crate) fn new() -> Client {
        Client::of(Sandbox::start().unwrap())
    }

    pub(crate) fn of(sandbox: Sandbox) -> Client {
        let token = sandbox.access_token("data:read data:write viewables:read bucket:read");
        Client {
            sandbox,
            bearer: format!("Bearer {token}"),
        }
    }

    pub(crate) fn api(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut all = vec![("authorization", self.bearer.as_str())];
        all.extend_from_slice(headers);
        send(
            method,
            &format!("{}{path}", self.sandbox.info().api),
            &all,
            body,
        )
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.api("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let json = ("content-type", "application/json");
        self.api("POST", path, &[json], body.to_string().as_bytes())
    }

    pub(crate) fn design(&self, name: &str) -> &DesignInfo {
        self.sandbox
            .info()
            .designs
            .iter()
            .find(|design| design.name == name)
            .expect("a sample design")
    }

    /// The path of a sample's derivative, whose URN ends so.
    pub(crate) fn derivative_path(&self, design: &str, end: &str) -> String {
        let design = self.design(design);
        let derivative = design
            .derivatives
            .iter()
            .find(|derivative| derivative.urn.ends_with(end))
            .unwrap();
        format!(
            "/modelderivative/v2/designdata/{}/manifest/{}",
            design.urn,
            encode(&derivative.urn)
        )
    }

    pub(crate) fn signed_cookies(&self, design: &str, end: &str) -> Answer {
        let answer = self.get(&format!(
            "{}/signedcookies",
            self.derivative_path(design, end)
        ));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    /// One item of a batch for the sample files.
    pub(crate) fn sign(&self, key: &str) -> Value {
        self.batch("", &serde_json::json!([{ "objectKey": key }]))["results"][key].clone()
    }

    pub(crate) fn batch(&self, query: &str, requests: &Value) -> Value {
        let path = format!("/oss/v2/buckets/{FILES}/objects/batchsigneds3download{query}");
        let answer = self.post(&path, &serde_json::json!({ "requests": requests }));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub(crate) fn object_url(&self, key: &str) -> String {
        self.sign(key)["url"].as_str().expect("a url").to_owned()
    }
}
