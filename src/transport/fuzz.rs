//! What must hold for whatever a server sends as a status, a header or the body of an error.

use std::time::{Duration, Instant};

use ureq::http::Response;

use super::address::{origin, resolve_location};
use super::exchange::Reply;
use super::failure::Limits;
use super::range::ContentRange;
use super::retry::{Backoff, LONGEST_RETRY_AFTER};
use crate::error::{Error, ErrorKind};

/// The host of the replies that [`reply`] makes.
pub(crate) const HOST: &str = "host.example";

/// A reply from text that a person can read and write: the status, a header in each line, an empty line, the body.
/// `None` when the text is no such thing.
pub(crate) fn reply(data: &[u8]) -> Option<Reply> {
    let mut rest = data;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, after) = rest.split_at_checked(end)?;
        rest = after.get(1..)?;
        Some(line)
    };
    let status: u16 = std::str::from_utf8(line()?).ok()?.trim().parse().ok()?;
    let mut response = Response::builder().status(status);
    loop {
        let line = line()?;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at_checked(colon)?;
        response = response.header(name, value.get(1..)?.trim_ascii());
    }
    let response = response
        .body(ureq::Body::builder().data(rest.to_vec()))
        .ok()?;
    let limit = Duration::from_secs(1);
    let limits = Limits {
        connect: limit,
        reply: limit,
        stall: limit,
        retry: limit,
    };
    Some(Reply::new(response, HOST, limits))
}

/// What is true of every text that a user may see.
pub(crate) fn check_error(error: &Error) {
    let text = error.message();
    assert!(text.len() < 8 * 1024, "{} bytes", text.len());
    assert!(!text.chars().any(char::is_control), "{text:?}");
    // An address that a server sends may be signed. Our own words say what one looks like.
    let theirs = text
        .replace("https://host/path", "")
        .replace("https://.", "");
    assert!(!theirs.contains("://"), "{text}");
    if let Some(id) = error.request_id() {
        assert!(id.chars().count() <= 200 && !id.chars().any(char::is_control));
    }
}

pub(crate) fn headers(data: &[u8]) {
    let Some(reply) = reply(data) else {
        return;
    };
    if let Some(text) = reply.header("content-range") {
        if let Some(range) = ContentRange::parse(text) {
            let ContentRange { first, last, total } = range;
            assert!(first <= last && total.is_none_or(|total| last < total));
            let total = total.map_or("*".to_owned(), |total| total.to_string());
            let written = format!("bytes {first}-{last}/{total}");
            assert_eq!(ContentRange::parse(&written), Some(range));
            assert_eq!(ContentRange::parse_unsatisfied(text), None);
        }
        if let Some(total) = ContentRange::parse_unsatisfied(text) {
            let written = format!("bytes */{total}");
            assert_eq!(ContentRange::parse_unsatisfied(&written), Some(total));
        }
    }
    if let (Some(length), Some(text)) = (reply.content_length(), reply.header("content-length")) {
        let digits = text.trim().trim_start_matches('0');
        assert!(digits == length.to_string() || (digits.is_empty() && length == 0));
    }
    if let Some(etag) = reply.strong_etag() {
        assert!(etag.len() >= 2 && etag.starts_with('"') && etag.ends_with('"'));
    }
    let _ = (reply.is_chunked(), reply.date());
    let error = Error::new(ErrorKind::Http, "")
        .with_http_status(503)
        .with_request_id(reply.request_id())
        .with_retry_after(reply.retry_after());
    check_error(&error);
    let mut now = Instant::now();
    let mut backoff = Backoff::with_seed(Duration::from_secs(60), data.len() as u64);
    let mut tries = 0;
    while let Some(pause) = backoff.next_at(&error, now) {
        assert!(pause <= LONGEST_RETRY_AFTER);
        tries += 1;
        assert!(tries < 10_000, "it never gives up");
        // A pause of nothing would be a flood of requests; each request takes a moment too.
        now += pause + Duration::from_millis(1);
    }
}

/// The address that was asked for in the first line, the `Location` of the reply in the second one.
pub(crate) fn redirect(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some((base, location)) = text.split_once('\n') else {
        return;
    };
    let from = match origin(base, "address") {
        Ok(from) => from,
        Err(error) => return check_error_of_address(&error),
    };
    assert!(!from.host().is_empty() && !from.host().contains(['@', '/', '?', '#']));
    assert!(from.is_https() || is_loopback(from.host()), "{base}");
    let Some(next) = resolve_location(base, location) else {
        return;
    };
    assert!(!next.contains('#'), "a fragment stays with the browser");
    match origin(&next, "redirect") {
        Ok(to) => {
            // Only a location that names a host can lead to another one.
            let names_a_host = location.contains("://") || location.starts_with("//");
            assert!(from == to || names_a_host, "{base} to {location}");
            if location.starts_with("//") {
                assert_eq!(from.is_https(), to.is_https(), "{base} to {location}");
            }
        }
        Err(error) => check_error_of_address(&error),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host.trim_matches(['[', ']']).contains("::")
}

/// The host may be named, what stands before and behind it may be secret.
fn check_error_of_address(error: &Error) {
    let text = error.message();
    assert!(
        !text.contains(['?', '@']),
        "a part of the address shows: {text}"
    );
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

pub(crate) fn error_body(data: &[u8]) {
    let found = super::reason::find(data);
    for text in [&found.code, &found.text].into_iter().flatten() {
        assert!(text.chars().count() <= 300, "{text}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(!text.contains("://"), "{text}");
    }
    let Some(reply) = reply(data) else {
        return;
    };
    let status = reply.status;
    let error = reply.into_error("Asking");
    check_error(&error);
    assert_eq!(error.http_status(), Some(status));
    assert!(error.message().starts_with("Asking failed, host.example"));
}
