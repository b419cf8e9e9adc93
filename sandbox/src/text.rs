//! Encodings of URLs and identifiers, and randomness for tokens and ids.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Percent-encodes a text as one path segment or one query value.
pub(crate) fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Percent-encodes a text as a path: `/` stays.
pub(crate) fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// Undoes one level of percent-encoding; `+` stays `+`. `None` when the bytes are not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    percent_decode_str(text)
        .decode_utf8()
        .ok()
        .map(|text| text.into_owned())
}

/// The pairs of a query or of a form body (`+` is a space here).
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

/// The URL-safe base64 form of a URN, without padding, as APS writes it.
pub(crate) fn base64_urn(urn: &str) -> String {
    URL_SAFE_NO_PAD.encode(urn)
}

pub(crate) fn base64_url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The text inside URL-safe base64, padded or not. `None` when it is anything else.
pub(crate) fn from_base64_urn(text: &str) -> Option<String> {
    let bytes = if text.ends_with('=') {
        URL_SAFE.decode(text).ok()?
    } else {
        URL_SAFE_NO_PAD.decode(text).ok()?
    };
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A random token of `N` bytes in URL-safe characters.
pub(crate) fn random_token<const N: usize>() -> String {
    base64_url(&random::<N>())
}

/// What every secret begins with, so that whoever finds it anywhere else has found a leak.
pub(crate) const MARKER: &str = "CANARY";

/// A random secret of `N` bytes, with the marker.
pub(crate) fn secret<const N: usize>() -> String {
    format!("{MARKER}{}", random_token::<N>())
}

/// A random version 4 UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = random::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}

/// The media type by the ending of a name.
pub(crate) fn media_type(name: &str) -> &'static str {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt" | "log" | "md") => "text/plain",
        Some("html" | "htm") => "text/html",
        Some("xml") => "application/xml",
        Some("js") => "application/javascript",
        Some("css") => "text/css",
        Some("csv") => "text/csv",
        Some("pdf") => "application/pdf",
        Some("zip") => "application/zip",
        Some("gz") => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// What `Content-Disposition` becomes for a name: quoted ASCII, and RFC 8187 beside it when that loses letters.
pub(crate) fn attachment(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii() && !c.is_ascii_control() && c != '"' && c != '\\' {
                c
            } else {
                '_'
            }
        })
        .collect();
    if plain == name {
        format!("attachment; filename=\"{plain}\"")
    } else {
        format!(
            "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
            encode_segment(name)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urns_round_trip_and_other_alphabets_are_refused() {
        let urn = "urn:adsk.objects:os.object:models/Büro Süd?.rvt";
        assert_eq!(from_base64_urn(&base64_urn(urn)).as_deref(), Some(urn));
        assert_eq!(from_base64_urn("a+b/"), None);
        assert_eq!(from_base64_urn("not base64!"), None);
        assert_eq!(from_base64_urn(""), None);
    }

    #[test]
    fn names_that_are_not_ascii_get_both_forms() {
        assert_eq!(
            attachment("dir/a b.txt"),
            "attachment; filename=\"a b.txt\""
        );
        assert_eq!(
            attachment("é.txt"),
            "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A9.txt"
        );
    }
}
