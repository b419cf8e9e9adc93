//! Secrets that come back: a service, or a proxy in its place, may quote the token or the signed address it refuses, and
//! its words go into an error's text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::exchange::Call;
use crate::secret::Secret;

/// Shorter values are not replaced: they are no secrets, and may be words of the sentence.
const SHORTEST: usize = 6;
/// What of a form is secret.
const FIELDS: [&str; 4] = ["refresh_token", "code", "code_verifier", "client_secret"];

/// What a request holds that its answer must not say.
pub(super) fn secrets_of(call: &Call<'_>) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut add = |text: &str| {
        if text.len() >= SHORTEST {
            found.push(Secret::new(text));
        }
    };
    for (_, value) in &call.bound {
        let value = value.expose();
        add(value);
        // "Bearer …", "Basic …".
        if let Some((scheme, rest)) = value.split_once(' ') {
            add(rest);
            if scheme.eq_ignore_ascii_case("basic")
                && let Ok(plain) = STANDARD.decode(rest)
                && let Ok(plain) = std::str::from_utf8(&plain)
            {
                add(plain.split_once(':').map_or("", |(_, password)| password));
            }
        }
        // Cookies.
        for cookie in value.split("; ") {
            add(cookie.split_once('=').map_or("", |(_, value)| value));
        }
    }
    let query = call.url.split_once('?').map_or("", |(_, query)| query);
    add(query);
    let form = call
        .body
        .and_then(|body| std::str::from_utf8(body).ok())
        .filter(|body| body.starts_with("grant_type="))
        .unwrap_or_default();
    let signed = query.split('&').filter_map(|pair| pair.split_once('='));
    let fields = form
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| FIELDS.contains(name));
    for (_, value) in signed.chain(fields) {
        add(value);
        if value.contains('%') {
            add(&percent_decode_str(value).decode_utf8_lossy());
        }
    }
    // The longest first, so that no part of one stays behind when a shorter one inside it has been replaced.
    found.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    found
}

/// The text without them.
pub(super) fn hide(text: &str, secrets: &[Secret]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| {
        match text.contains(secret.expose()) {
            true => text.replace(secret.expose(), "[secret]"),
            false => text,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_not_quoted() {
        let basic = Secret::new(format!("Basic {}", STANDARD.encode("my-id:my-secret")));
        let bearer = Secret::new("Bearer token-of-mine");
        let cookies =
            Secret::new("CloudFront-Policy=policy-of-mine; CloudFront-Signature=abcdefgh");
        let mut call = Call::get("https://h/x?X-Amz-Signature=0123456789&name=a%2Fb%2Fc%2Fd&n=1")
            .bound("Authorization", &basic)
            .bound("X-Other", &bearer)
            .bound("Cookie", &cookies);
        call.body = Some(b"grant_type=refresh_token&refresh_token=fresh-token&scope=data%3Aread");
        let secrets = secrets_of(&call);
        for said in [
            "my-secret",
            "token-of-mine",
            "policy-of-mine",
            "abcdefgh",
            "0123456789",
            "a/b/c/d",
            "fresh-token",
        ] {
            let text = hide(&format!("'{said}' is refused"), &secrets);
            assert_eq!(text, "'[secret]' is refused");
        }
        assert_eq!(
            hide("my-id may not data:read, 1", &secrets),
            "my-id may not data:read, 1"
        );
    }
}
