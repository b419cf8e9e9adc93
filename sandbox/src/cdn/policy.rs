//! CloudFront's signatures: custom policies in cookies or in the query, and canned policies in the query.

use crate::clock::epoch_secs;
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::signature::{Keypair as _, SignatureEncoding as _, Signer as _, Verifier as _};
use serde_json::Value;
use sha1::Sha1;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The id that signatures of the sandbox name.
pub(crate) const KEY_PAIR_ID: &str = "CANARYKEYPAIR0000001";

/// Making a 2048-bit key takes most of a second, so a process makes one, when the first signature needs it.
fn key() -> &'static SigningKey<Sha1> {
    static KEY: OnceLock<SigningKey<Sha1>> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048);
        SigningKey::new(key.expect("2048 is a size that RSA keys have"))
    })
}

/// Base64 with the three characters replaced that mean something in URLs and cookies.
fn safe_base64(bytes: &[u8]) -> String {
    STANDARD
        .encode(bytes)
        .replace('+', "-")
        .replace('=', "_")
        .replace('/', "~")
}

fn from_safe_base64(text: &str) -> Option<Vec<u8>> {
    if text.contains(['+', '=', '/']) {
        return None;
    }
    STANDARD
        .decode(text.replace('-', "+").replace('_', "=").replace('~', "/"))
        .ok()
}

/// A signed custom policy: its text and its signature, both in the safe alphabet.
pub(crate) struct SignedPolicy {
    pub(crate) policy: String,
    pub(crate) signature: String,
}

/// Signs access to exactly one URL until a time.
pub(crate) fn sign(url: &str, expires: SystemTime) -> SignedPolicy {
    let policy = format!(
        "{{\"Statement\": [{{\"Resource\":{},\"Condition\":{{\"DateLessThan\":{{\"AWS:EpochTime\":{}}}}}}}]}}",
        Value::from(url),
        epoch_secs(expires)
    );
    SignedPolicy {
        signature: safe_base64(&key().sign(policy.as_bytes()).to_bytes()),
        policy: safe_base64(policy.as_bytes()),
    }
}

/// Adds a canned policy to a URL: `Expires`, `Signature`, `Key-Pair-Id`.
pub(crate) fn canned_url(url: &str, expires: SystemTime) -> String {
    let expires = epoch_secs(expires);
    let signature = safe_base64(
        &key()
            .sign(canned_policy(url, expires).as_bytes())
            .to_bytes(),
    );
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}Expires={expires}&Signature={signature}&Key-Pair-Id={KEY_PAIR_ID}")
}

/// The text that a canned policy stands for. CloudFront builds the same one, to the byte.
fn canned_policy(url: &str, expires: u64) -> String {
    format!(
        "{{\"Statement\":[{{\"Resource\":\"{url}\",\"Condition\":{{\"DateLessThan\":{{\"AWS:EpochTime\":{expires}}}}}}}]}}"
    )
}

/// Why CloudFront refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    MissingKey,
    UnknownKey,
    MalformedPolicy,
    MalformedSignature,
    AccessDenied,
}

impl Refusal {
    pub(crate) fn code_and_message(self) -> (&'static str, &'static str) {
        match self {
            Refusal::MissingKey => (
                "MissingKey",
                "Missing Key-Pair-Id query parameter or cookie value",
            ),
            Refusal::UnknownKey => ("InvalidKey", "Unknown Key"),
            Refusal::MalformedPolicy => ("MalformedPolicy", "Malformed Policy"),
            Refusal::MalformedSignature => ("MalformedSignature", "Could not unencode Signature"),
            Refusal::AccessDenied => ("AccessDenied", "Access denied"),
        }
    }
}

#[derive(Default)]
struct Presented {
    policy: Option<String>,
    expires: Option<String>,
    signature: Option<String>,
    key: Option<String>,
}

/// What is left of a request's query when CloudFront's own parameters are taken out, and those.
fn split_query(query: Option<&str>) -> (Option<String>, Presented) {
    let mut presented = Presented::default();
    let mut rest = Vec::new();
    for pair in query.unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let slot = match name {
            "Policy" => &mut presented.policy,
            "Expires" => &mut presented.expires,
            "Signature" => &mut presented.signature,
            "Key-Pair-Id" => &mut presented.key,
            _ => {
                rest.push(pair);
                continue;
            }
        };
        *slot = text::decode(value);
    }
    (
        query.filter(|_| !rest.is_empty()).map(|_| rest.join("&")),
        presented,
    )
}

fn from_cookies<'a>(headers: impl Iterator<Item = &'a str>) -> Presented {
    let mut presented = Presented::default();
    for pair in headers.flat_map(|header| header.split(';')) {
        let (name, value) = pair.trim().split_once('=').unwrap_or_default();
        let slot = match name {
            "CloudFront-Policy" => &mut presented.policy,
            "CloudFront-Expires" => &mut presented.expires,
            "CloudFront-Signature" => &mut presented.signature,
            "CloudFront-Key-Pair-Id" => &mut presented.key,
            _ => continue,
        };
        *slot = Some(value.to_owned());
    }
    presented
}

/// Decides about one request. `base` is scheme, host and path as they were asked for.
/// The answer is the query without CloudFront's own parameters, which is what the origin behind it sees.
pub(crate) fn verify<'a>(
    base: &str,
    query: Option<&str>,
    cookies: impl Iterator<Item = &'a str>,
    now: SystemTime,
) -> Result<Option<String>, Refusal> {
    let (rest, mut presented) = split_query(query);
    if presented.signature.is_none() && presented.key.is_none() && presented.policy.is_none() {
        presented = from_cookies(cookies);
    }
    let key_id = presented.key.ok_or(Refusal::MissingKey)?;
    if key_id != KEY_PAIR_ID {
        return Err(Refusal::UnknownKey);
    }
    let signature = presented.signature.ok_or(Refusal::AccessDenied)?;
    let signature = from_safe_base64(&signature).ok_or(Refusal::MalformedSignature)?;
    let signature =
        Signature::try_from(signature.as_slice()).map_err(|_| Refusal::MalformedSignature)?;
    let url = match &rest {
        Some(rest) => format!("{base}?{rest}"),
        None => base.to_owned(),
    };
    let policy = match (presented.policy, presented.expires) {
        (Some(policy), _) => from_safe_base64(&policy).ok_or(Refusal::MalformedPolicy)?,
        (None, Some(expires)) => {
            let expires = expires.parse().map_err(|_| Refusal::AccessDenied)?;
            canned_policy(&url, expires).into_bytes()
        }
        (None, None) => return Err(Refusal::AccessDenied),
    };
    let verifying: VerifyingKey<Sha1> = key().verifying_key();
    verifying
        .verify(&policy, &signature)
        .map_err(|_| Refusal::AccessDenied)?;
    let policy: Value = serde_json::from_slice(&policy).map_err(|_| Refusal::MalformedPolicy)?;
    if permits(&policy, &url, epoch_secs(now)) {
        Ok(rest)
    } else {
        Err(Refusal::AccessDenied)
    }
}

fn permits(policy: &Value, url: &str, now: u64) -> bool {
    let statement = &policy["Statement"][0];
    let condition = |name: &str| statement["Condition"][name]["AWS:EpochTime"].as_u64();
    let resource = statement["Resource"]
        .as_str()
        .is_some_and(|pattern| matches(pattern.as_bytes(), url.as_bytes()));
    let begun = condition("DateGreaterThan").is_none_or(|start| now > start);
    // Every policy has an end.
    let ended = condition("DateLessThan").is_none_or(|end| now >= end);
    resource && begun && !ended
}

/// CloudFront's wildcards: `*` is any run of characters, `?` exactly one.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            star = Some((star_p, star_t + 1));
            p = star_p + 1;
            t = star_t + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    const BASE: &str = "http://cdn/a/b.obj";

    fn check(query: &str, now: u64) -> Result<Option<String>, Refusal> {
        verify(
            BASE,
            Some(query),
            std::iter::empty(),
            UNIX_EPOCH + Duration::from_secs(now),
        )
    }

    #[test]
    fn custom_policies_are_for_one_url_and_a_time() {
        let signed = sign(BASE, UNIX_EPOCH + Duration::from_secs(1000));
        let query = format!(
            "Policy={}&Signature={}&Key-Pair-Id={KEY_PAIR_ID}",
            signed.policy, signed.signature
        );
        assert_eq!(check(&query, 999), Ok(None));
        assert_eq!(check(&query, 1000), Err(Refusal::AccessDenied));
        assert_eq!(
            check(&format!("x=1&{query}"), 999),
            Err(Refusal::AccessDenied)
        );
        assert_eq!(check(&query.replace('~', "%7E"), 999), Ok(None));
        assert_eq!(check("", 999), Err(Refusal::MissingKey));
        assert_eq!(
            check(&query.replace(KEY_PAIR_ID, "K2"), 999),
            Err(Refusal::UnknownKey)
        );
        let cookie = format!(
            "other=1; CloudFront-Policy={}; CloudFront-Signature={}; CloudFront-Key-Pair-Id={KEY_PAIR_ID}",
            signed.policy, signed.signature
        );
        let now = UNIX_EPOCH + Duration::from_secs(999);
        assert_eq!(
            verify(BASE, None, [cookie.as_str()].into_iter(), now),
            Ok(None)
        );
        let other = verify(
            "http://cdn/a/c.obj",
            None,
            [cookie.as_str()].into_iter(),
            now,
        );
        assert_eq!(other, Err(Refusal::AccessDenied));
    }

    #[test]
    fn canned_policies_cover_the_rest_of_the_query() {
        let url = canned_url(
            &format!("{BASE}?x=1"),
            UNIX_EPOCH + Duration::from_secs(1000),
        );
        let query = url.split_once('?').unwrap().1;
        assert_eq!(check(query, 999), Ok(Some("x=1".to_owned())));
        assert_eq!(check(query, 1000), Err(Refusal::AccessDenied));
        assert_eq!(
            check(&query.replace("Expires=1000", "Expires=2000"), 999),
            Err(Refusal::AccessDenied)
        );
        assert_eq!(
            check(&query.replace("x=1", "x=2"), 999),
            Err(Refusal::AccessDenied)
        );
    }

    #[test]
    fn the_ordinary_base64_alphabet_is_refused() {
        assert_eq!(from_safe_base64("YQ=="), None);
        assert_eq!(from_safe_base64("YQ__").as_deref(), Some(b"a".as_slice()));
    }
}
