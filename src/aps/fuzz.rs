//! What must hold for whatever APS answers, and for the names that are sent to it.

use std::time::{Duration, UNIX_EPOCH};

use percent_encoding::percent_decode_str;

use super::batch::{BatchItem, BatchQuery};
use super::encode;
use super::grant::Grant;
use crate::error::{Error, ErrorKind, Result};
use crate::manifest::Manifest;
use crate::secret::Secret;
use crate::signed::{Signed, SignedStatus};
use crate::transfer::fuzz::check_ranges;
use crate::transport::fuzz::{HOST, check_error, reply};
use crate::transport::origin;

/// What is wrong with a reply is the service's fault, and said without quoting it.
fn check_bad_response(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::BadResponse, "{error}");
    check_error(error);
}

fn check_url(url: &str) {
    let origin = origin(url, "address");
    assert!(
        origin.is_ok(),
        "a URL that cannot be fetched was let through"
    );
}

fn check_signed(signed: &Signed) {
    // Neither the URL nor a cookie shows in what a program may log.
    let shown = format!("{signed:?}");
    let secrets = [signed.url(), signed.cookie_header().as_deref()]
        .into_iter()
        .flatten()
        .chain(signed.chunks().iter().map(|chunk| chunk.url()))
        .any(|secret| secret.len() > 24 && shown.contains(secret));
    assert!(!secrets, "{shown}");
    let url = signed.url();
    match signed.status() {
        SignedStatus::Complete | SignedStatus::Fallback => assert!(url.is_some()),
        SignedStatus::Chunked => assert!(url.is_none() && !signed.chunks().is_empty()),
        SignedStatus::Skipped | SignedStatus::Error => assert!(url.is_none()),
    }
    let mut at = 0;
    for chunk in signed.chunks() {
        assert!(chunk.start() == at && chunk.end() > at);
        check_url(chunk.url());
        at = chunk.end();
    }
    if let (Some(size), false) = (signed.size(), signed.chunks().is_empty()) {
        assert_eq!(size, at);
    }
    if let Some(url) = url {
        check_url(url);
    }
    if let Some(sha1) = signed.sha1() {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(sha1.len() == 40 && sha1.bytes().all(is_digit));
    }
    if let Some(at) = signed.expires_at() {
        assert!(at >= UNIX_EPOCH);
    }
    check_ranges(signed.clone());
}

pub(crate) fn batch(data: &[u8]) {
    let Some(reply) = reply(data) else {
        return;
    };
    let keys = ["a", "b c", "ü/x"];
    let items = keys.map(|key| BatchItem {
        object_key: key.to_owned(),
        ..BatchItem::default()
    });
    match super::batch::read(reply) {
        Ok(answer) => {
            let answers = super::batch::signed(answer, &BatchQuery::default(), &items, true);
            assert_eq!(answers.len(), items.len());
            for answer in answers {
                match answer {
                    Ok(signed) => check_signed(&signed),
                    Err(error) => check_bad_response(&error),
                }
            }
        }
        Err(error) => check_bad_response(&error),
    }
}

pub(crate) fn signed_cookies(data: &[u8]) {
    let Some(reply) = reply(data) else {
        return;
    };
    let is_accepted = reply.status == 202;
    match super::signed_cookies::read(reply).and_then(super::signed_cookies::signed) {
        Ok(signed) => {
            check_signed(&signed);
            let names: Vec<&str> = signed
                .cookies()
                .iter()
                .map(|cookie| cookie.name())
                .collect();
            for name in super::signed_cookies::NAMES {
                assert!(names.contains(&name), "{names:?}");
            }
            // The header is one line, and a value cannot pass for a further cookie.
            let header = signed.cookie_header().unwrap_or_default();
            assert_eq!(header.split("; ").count(), names.len(), "{header:?}");
            assert!(!header.contains(['\r', '\n', '\0']));
        }
        // Not translated yet: an answer like another.
        Err(error) if is_accepted => check_error(&error),
        Err(error) => check_bad_response(&error),
    }
}

pub(crate) fn signed_url(data: &[u8]) {
    let Some(reply) = reply(data) else {
        return;
    };
    let answer = super::signed_url::read(reply);
    match answer.and_then(|answer| super::signed_url::signed_url(answer, true)) {
        Ok(signed) => {
            check_url(signed.url());
            assert!(signed.is_single_use(), "what was asked for stays so");
            assert!(signed.url().len() < 24 || !format!("{signed:?}").contains(signed.url()));
        }
        Err(error) => check_bad_response(&error),
    }
}

pub(crate) fn manifest(data: &[u8]) {
    if let Some(reply) = reply(data) {
        match super::manifest::read(reply, "asked") {
            Ok(manifest) => check_manifest(&manifest),
            Err(error) => check_bad_response(&error),
        }
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Manifest::from_json(text) {
        Ok(manifest) => {
            assert_eq!(manifest.json, text);
            check_manifest(&manifest);
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            check_error(&error);
        }
    }
}

fn check_manifest(manifest: &Manifest) {
    assert!(manifest.percent.is_none_or(|percent| percent <= 100));
    for (index, node) in manifest.nodes.iter().enumerate() {
        assert!(node.parent.is_none_or(|parent| parent < index));
        assert_eq!(node.is_derivative, node.parent.is_none());
        assert!(node.percent.is_none_or(|percent| percent <= 100));
        assert!(node.urn.as_ref().is_none_or(|urn| !urn.is_empty()));
    }
    let _ = manifest.first_error();
    // The text is kept, so reading it again gives the same.
    let again = Manifest::from_json(&manifest.json).map(|again| again.nodes);
    assert!(again.is_ok_and(|nodes| nodes == manifest.nodes));
}

pub(crate) fn token(data: &[u8]) {
    let Some(answer) = reply(data) else {
        return;
    };
    if answer.status == 200 {
        match super::grant::read(answer) {
            Ok(issued) => {
                // It goes into a header of every request.
                let is_token = |token: &Secret| {
                    let token = token.expose();
                    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
                };
                assert!(is_token(&issued.access));
                assert!(issued.refresh.as_ref().is_none_or(is_token));
                assert!(issued.lifetime.is_none_or(|lifetime| !lifetime.is_zero()));
            }
            Err(error) => check_bad_response(&error),
        }
        return;
    }
    let client = Grant::Client {
        basic: Secret::new("Basic secret"),
        scopes: String::new(),
    };
    let failure = client.refused(answer);
    check_error(&failure.error);
    assert!(!failure.over, "an app can always ask again");
    let refresh = Grant::Refresh {
        client_id: "id".to_owned(),
        token: Secret::new("secret"),
        scopes: String::new(),
    };
    if let Some(answer) = reply(data) {
        let failure = refresh.refused(answer);
        // A login is given up only when the service refuses it.
        let refused = failure.error.kind() == ErrorKind::Auth;
        assert!(refused || !failure.over, "{}", failure.error);
    }
}

pub(crate) fn listing_page(data: &[u8]) {
    let Some(reply) = reply(data) else {
        return;
    };
    let base = format!("https://{HOST}");
    let answer = super::objects::read_page(reply);
    match answer.and_then(|answer| super::objects::page_of(answer, &base, "my-bucket")) {
        Ok(page) => {
            assert!(
                page.objects
                    .iter()
                    .all(|object| !object.object_key.is_empty())
            );
            if let Some(next) = &page.next {
                // The token goes there: it must be this bucket at this origin.
                let url = format!("{base}/oss/v2/buckets/my-bucket/objects?{next}");
                let there = origin(&url, "next page");
                assert!(there.is_ok_and(|there| there.host() == HOST && there.is_https()));
                assert!(!next.contains(['#', ' ', '\r', '\n']));
            }
        }
        Err(error) => check_bad_response(&error),
    }
}

pub(crate) fn encoding(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let sent = encode::segment(&text);
    let is_unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%');
    assert!(sent.bytes().all(is_unreserved), "{sent}");
    let back = percent_decode_str(&sent).decode_utf8();
    assert!(back.is_ok_and(|back| back == text), "{sent}");

    let again = |once: Result<String>, encode: fn(&str) -> Result<String>| match once {
        Ok(once) => {
            assert!(!once.is_empty() && !once.chars().any(char::is_control));
            assert_eq!(encode(&once).ok().as_ref(), Some(&once), "from {text:?}");
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            check_error(&error);
        }
    };
    for encode in [
        encode::design_urn,
        encode::derivative_urn,
        encode::bucket_key,
        encode::object_key,
        encode::region,
    ] {
        again(encode(&text), encode);
    }
    if let Ok(urn) = encode::design_urn(&text) {
        // It stands in a path as it is.
        assert_eq!(encode::segment(&urn), urn);
    }
    let mut signed = Signed::new(SignedStatus::Skipped);
    let millis = data.iter().fold(0u64, |number, byte| {
        number.wrapping_mul(256).wrapping_add(u64::from(*byte))
    });
    signed.set_expiration(Some(millis), UNIX_EPOCH);
    signed.set_lifetime(Duration::from_millis(millis), UNIX_EPOCH);
}
