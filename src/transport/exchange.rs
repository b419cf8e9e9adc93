//! One request and its reply, redirects followed by hand.

use std::io::Read;
use std::time::{Duration, Instant, SystemTime};

use ureq::http::{HeaderMap, Request, Response};

use super::address::{Origin, origin, resolve_location};
use super::body::{decoded, is_damaged, read_within};
use super::failure::{self, Limits};
use super::retry::{LONGEST_RETRY_AFTER, parse_retry_after};
use super::{Session, range};
use super::{dial, echo};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

const MAX_REDIRECTS: usize = 5;
/// How many kept connections in a row may turn out to be closed.
const STALE: usize = 3;
/// What a JSON reply may hold after decompression.
const MAX_JSON: u64 = 8 * 1024 * 1024;
/// What is read of an error's body to find the reason.
const MAX_ERROR_BODY: u64 = 16 * 1024;
/// How long that may take: the status is known, and the reason is only a courtesy.
const REASON_WITHIN: Duration = Duration::from_secs(10);

/// A request.
pub(crate) struct Call<'a> {
    pub(crate) method: &'static str,
    pub(crate) url: &'a str,
    /// Headers that hold no secret and go along on a redirect.
    pub(crate) plain: Vec<(&'a str, String)>,
    /// Headers that only the first origin may see: tokens, cookies, the caller's own.
    pub(crate) bound: Vec<(&'a str, &'a Secret)>,
    pub(crate) body: Option<&'a [u8]>,
    /// A shorter limit on the wait for the reply than the client's.
    pub(crate) patience: Option<Duration>,
}

impl<'a> Call<'a> {
    pub(crate) fn get(url: &'a str) -> Self {
        Call {
            method: "GET",
            url,
            plain: Vec::new(),
            bound: Vec::new(),
            body: None,
            patience: None,
        }
    }

    pub(crate) fn header(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.plain.push((name, value.into()));
        self
    }

    pub(crate) fn bound(mut self, name: &'a str, value: &'a Secret) -> Self {
        self.bound.push((name, value));
        self
    }
}

/// A reply whose body is still to be read.
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: ureq::Body,
    host: String,
    port: u16,
    https: bool,
    waited: Duration,
    first: bool,
    limits: Limits,
    /// What an error made of it must not quote.
    secrets: Vec<Secret>,
    /// An access token, or another login, went along.
    has_login: bool,
}

impl Session {
    /// Sends a request and waits for the headers of the reply. Any status is `Ok`.
    pub(crate) fn send(&self, call: &Call<'_>) -> Result<Reply> {
        crate::failpoint::here("send");
        self.check()?;
        let first = origin(call.url, "address")?;
        let mut at = first.clone();
        let mut url = call.url.to_owned();
        for _ in 0..=MAX_REDIRECTS {
            let mut reply = self.send_once(call, &url, &at, at == first)?;
            if reply.status >= 400 {
                reply.secrets = echo::secrets_of(call);
                reply.has_login =
                    (call.bound.iter()).any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            }
            if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(reply);
            }
            let Some(location) = reply.header("location") else {
                return Ok(reply);
            };
            if !matches!(call.method, "GET" | "HEAD") {
                return Err(Error::bad_response(format!(
                    "{} answered a {} with a redirect.",
                    at.host(),
                    call.method
                )));
            }
            let next = resolve_location(&url, location).ok_or_else(|| bad_redirect(&at))?;
            let next_origin = origin(&next, "redirect").map_err(|_| bad_redirect(&at))?;
            if at.is_https() && !next_origin.is_https() {
                return Err(Error::bad_response(format!(
                    "{} redirects from https to http, which is not followed.",
                    at.host()
                )));
            }
            reply.drain();
            (url, at) = (next, next_origin);
        }
        Err(Error::bad_response(format!(
            "{} redirects more than {MAX_REDIRECTS} times.",
            first.host()
        )))
    }

    fn send_once(&self, call: &Call<'_>, url: &str, at: &Origin, trusted: bool) -> Result<Reply> {
        let limits = self.limits();
        let mut asked = Instant::now();
        let mut outcome = self.attempt(call, url, trusted)?;
        for _ in 0..STALE {
            // A server may close a connection that is kept, in the moment that we use it: nothing of this request was answered,
            // so it goes out again. A body may have been acted upon.
            match &outcome {
                Err(error)
                    if call.body.is_none() && failure::is_broken(error) && !dial::dialled() =>
                {
                    self.check()?;
                    asked = Instant::now();
                    outcome = self.attempt(call, url, trusted)?;
                }
                _ => break,
            }
        }
        let response: Response<ureq::Body> = outcome.map_err(|error| {
            if self.is_cancelled() {
                return Error::cancelled();
            }
            failure::explain(at.host(), limits, error)
        })?;
        let mut reply = Reply::new(response, at.host(), limits);
        reply.port = at.port();
        reply.https = at.is_https();
        reply.waited = dial::ready().unwrap_or(asked).elapsed();
        reply.first = dial::ready().is_some();
        Ok(reply)
    }

    /// One request on one connection. [`dial::dialled`] says afterwards whether it was a new one.
    fn attempt(
        &self,
        call: &Call<'_>,
        url: &str,
        trusted: bool,
    ) -> Result<std::result::Result<Response<ureq::Body>, ureq::Error>> {
        let mut request = Request::builder().method(call.method).uri(url);
        for (name, value) in &call.plain {
            request = request.header(*name, value);
        }
        if trusted {
            for (name, value) in &call.bound {
                request = request.header(*name, value.expose());
            }
        }
        let unusable = |_| {
            Error::invalid(
                "The address or a header has characters that HTTP does not allow, such as a line break.",
            )
        };
        let agent = &self.scope.agent;
        dial::forget();
        self.network.ways.lines.forget();
        Ok(match (call.body, call.patience) {
            (Some(body), _) => agent.run(request.body(body).map_err(unusable)?),
            (None, None) => agent.run(request.body(()).map_err(unusable)?),
            (None, Some(patience)) => {
                let limit = Some(patience.min(self.limits().reply));
                let request = agent.configure_request(request.body(()).map_err(unusable)?);
                agent.run(request.timeout_recv_response(limit).build())
            }
        })
    }
}

fn bad_redirect(at: &Origin) -> Error {
    Error::bad_response(format!(
        "{} redirects to an address that is not usable.",
        at.host()
    ))
}

impl Reply {
    pub(super) fn new(response: Response<ureq::Body>, host: &str, limits: Limits) -> Self {
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            host: host.to_owned(),
            port: 0,
            https: true,
            waited: Duration::ZERO,
            first: false,
            limits,
            secrets: Vec::new(),
            has_login: false,
        }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The port it came from.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How long it took after the request went out. Making a connection for it does not count.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// Whether the connection was made for it.
    pub(crate) fn is_first(&self) -> bool {
        self.first
    }

    /// Whether the server closes the connection behind it.
    pub(crate) fn is_last(&self) -> bool {
        self.header_all("connection")
            .any(|value| value.to_ascii_lowercase().contains("close"))
    }

    /// Whether it came over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// A header, if it is readable and not there a second time with another value: nobody knows which one is meant.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        match values.all(|other| other == value) {
            true => value.to_str().ok(),
            false => None,
        }
    }

    pub(crate) fn header_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    }

    pub(crate) fn content_length(&self) -> Option<u64> {
        range::digits(self.header("content-length")?.trim())
    }

    /// Whether the body marks its own end.
    pub(crate) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding")
            .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"))
    }

    /// Whether the bytes are not the file's own but compressed ones, in the body or only on the way.
    pub(crate) fn is_encoded(&self) -> bool {
        let others = |name: &str, plain: &[&str]| {
            self.headers.get_all(name).iter().any(|value| {
                // What cannot be read is not plain either.
                value.to_str().map_or(true, |value| {
                    value
                        .split(',')
                        .map(|coding| coding.trim().to_ascii_lowercase())
                        .any(|coding| !coding.is_empty() && !plain.contains(&coding.as_str()))
                })
            })
        };
        others("content-encoding", &["identity"])
            || others("transfer-encoding", &["identity", "chunked"])
    }

    /// The ETag, if it is one that proves identity: strong and quoted.
    pub(crate) fn strong_etag(&self) -> Option<&str> {
        let etag = self.header("etag")?.trim();
        (etag.len() >= 2 && etag.starts_with('"') && etag.ends_with('"')).then_some(etag)
    }

    /// The ETag of any kind. One that proves no identity still proves a change.
    pub(crate) fn etag(&self) -> Option<&str> {
        Some(self.header("etag")?.trim()).filter(|etag| !etag.is_empty())
    }

    /// The id under which the service can find this request again.
    pub(crate) fn request_id(&self) -> Option<String> {
        [
            "x-ads-request-id",
            "x-amz-request-id",
            "x-amz-cf-id",
            "x-request-id",
            "x-ads-troubleshooting",
        ]
        .iter()
        .filter_map(|name| self.header(name))
        // Model Derivative may write a sentence into the last one, which the error tells already.
        .find(|id| !id.trim().is_empty() && !id.trim().contains(char::is_whitespace))
        .map(|id| echo::hide(id, &self.secrets))
        .map(|id| id.chars().filter(|c| !c.is_control()).take(200).collect())
    }

    /// What the server's clock says, or ours if it does not.
    pub(crate) fn date(&self) -> SystemTime {
        self.header("date")
            .and_then(|date| httpdate::parse_http_date(date).ok())
            .unwrap_or_else(SystemTime::now)
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        parse_retry_after(self.header("retry-after")?, self.date())
    }

    /// The body as it arrives, for data.
    pub(crate) fn into_reader(self) -> (impl Read, Limits, String) {
        (self.body.into_reader(), self.limits, self.host)
    }

    /// Reads what little body a redirect or an error has, so that the connection can be used again.
    pub(crate) fn drain(self) {
        let _ = read_within(
            self.body.into_reader(),
            MAX_ERROR_BODY,
            Duration::from_secs(1),
        );
    }

    /// The whole body of an API reply, within our limit on the decompressed size.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>> {
        self.into_bytes_within(MAX_JSON)
    }

    /// The whole body, within a limit on the decompressed size. It may take as long as the reply itself, and longer if it
    /// is long: one that drips ends by that.
    pub(crate) fn into_bytes_within(self, limit: u64) -> Result<Vec<u8>> {
        let coding = self.header("content-encoding").map(str::to_owned);
        let (host, limits) = (self.host, self.limits);
        let body = decoded(self.body, coding.as_deref());
        let bytes = match read_within(body, limit.saturating_add(1), limits.reply) {
            (bytes, Ok(())) => bytes,
            (_, Err(Some(error))) if is_damaged(&error) => {
                return Err(Error::bad_response(format!(
                    "{host} sent a reply whose compression is damaged."
                )));
            }
            (_, Err(Some(error))) => return Err(failure::explain_io(&host, limits, error)),
            (bytes, Err(None)) => {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "{host} sent only {} bytes of its reply within {} s.",
                        bytes.len(),
                        limits.reply.as_secs_f32()
                    ),
                ));
            }
        };
        if bytes.len() as u64 > limit {
            return Err(Error::bad_response(format!(
                "{host} sent a reply of more than {} MB where a smaller one was expected.",
                limit >> 20
            )));
        }
        Ok(bytes)
    }

    /// Turns a reply that means failure into an error. `doing` begins the sentence: "Signing … failed".
    pub(crate) fn into_error(self, doing: &str) -> Error {
        self.into_error_and_body(doing).0
    }

    /// The same, with the beginning of the body for a caller who can read more from it.
    pub(crate) fn into_error_and_body(self, doing: &str) -> (Error, Vec<u8>) {
        let status = self.status;
        let host = self.host.clone();
        let request_id = self.request_id();
        let retry_after = self.retry_after();
        // A broken body changes nothing: the status is known, only the reason is lost.
        let within = self.limits.reply.min(REASON_WITHIN);
        let coding = self.header("content-encoding").map(str::to_owned);
        let body = decoded(self.body, coding.as_deref());
        let (body, _) = read_within(body, MAX_ERROR_BODY, within);
        let body = match self.secrets.is_empty() {
            true => body,
            false => echo::hide(&String::from_utf8_lossy(&body), &self.secrets).into_bytes(),
        };
        let reason = super::reason::find(&body);
        let kind = match status {
            401 => ErrorKind::Auth,
            403 => ErrorKind::Forbidden,
            404 => ErrorKind::NotFound,
            202 => ErrorKind::NotReady,
            429 => ErrorKind::RateLimited,
            _ => ErrorKind::Http,
        };
        let hint = match (status, reason.code.as_deref()) {
            (_, code) if reason.is_expired() || code == Some("RequestHasExpired") => {
                " The signed URL has expired: have it signed again."
            }
            (202, _) => {
                " The derivative is not translated yet: wait until its manifest says success."
            }
            (401 | 403, _) if !self.has_login => {
                " The URL gives no right to the file. It must be given exactly as it was signed; if it is, have it signed again."
            }
            (404, _) if !self.has_login => " There is nothing at this URL.",
            (401, _) => " The access token is missing, wrong or expired: get a new one.",
            (403, _) => {
                " The token lacks a scope or the right to this item. Check the scopes and that the app has access."
            }
            (404, _) => {
                " Check the URN or key, and for a design the region: one outside the US is only found with its own region set."
            }
            (429, _) => " Too many requests: wait, then try again.",
            (500..=599, _) => " The service has a problem of its own; try again later.",
            _ => "",
        };
        let said = match &reason.text {
            Some(text) => format!(": \"{text}\""),
            None => String::new(),
        };
        let wait = match retry_after {
            Some(asked) if asked > LONGEST_RETRY_AFTER => format!(
                " It asks to wait {} s; more than {} s are not waited for, so try again later.",
                asked.as_secs(),
                LONGEST_RETRY_AFTER.as_secs()
            ),
            _ => String::new(),
        };
        let kind = if reason.is_expired() {
            ErrorKind::Expired
        } else {
            kind
        };
        let error = Error::new(
            kind,
            format!("{doing} failed, {host} answered {status}{said}.{hint}{wait}"),
        )
        .with_http_status(status)
        .with_request_id(request_id)
        .with_retry_after(retry_after);
        (error, body)
    }
}

/// Explains a failed read of a body.
pub(crate) fn read_failure(host: &str, limits: Limits, error: std::io::Error) -> Error {
    failure::explain_io(host, limits, error)
}
