//! How names travel in a path: each as one percent-encoded segment.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::error::{Error, Result};

/// Everything but RFC 3986's unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Longer than any name APS makes, short enough for a request line.
const LONGEST: usize = 4096;

/// A value as one segment of a path or one value of a query.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The pairs of a query behind their question mark, or nothing.
pub(super) fn query(pairs: &[String]) -> String {
    match pairs.is_empty() {
        true => String::new(),
        false => format!("?{}", pairs.join("&")),
    }
}

/// Refuses what no name may have: nothing at all, control characters, excessive length.
fn check(text: &str, what: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::invalid(format!("The {what} is empty.")));
    }
    if matches!(text, "." | "..") {
        // On the way they are taken for a folder and the one above, in whatever way they are written.
        return Err(Error::invalid(format!(
            "The {what} is {text}, which cannot be asked for: it has another meaning in a URL."
        )));
    }
    if text.len() > LONGEST {
        return Err(Error::invalid(format!(
            "The {what} is longer than {LONGEST} bytes."
        )));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "The {what} has a control character such as a line break."
        )));
    }
    Ok(())
}

/// A design URN as URL-safe base64 without padding, from that form, from ordinary base64, or from the plain `urn:…`.
pub(crate) fn design_urn(text: &str) -> Result<String> {
    check(text, "design URN")?;
    if text.starts_with("urn:") {
        let encoded = URL_SAFE_NO_PAD.encode(text);
        // The limit is on what is sent, in whichever form it was given.
        check(&encoded, "design URN")?;
        return Ok(encoded);
    }
    let encoded: String = text
        .trim_end_matches('=')
        .chars()
        .map(|c| match c {
            '+' => '-',
            '/' => '_',
            other => other,
        })
        .collect();
    let usable = !encoded.is_empty()
        && encoded
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !usable {
        return Err(Error::invalid(
            "The design URN is neither base64 (dXJuOmFkc2s…) nor a plain URN (urn:adsk.objects:…).",
        ));
    }
    Ok(encoded)
}

/// A derivative URN as its plain text: decoded if it came percent-encoded, and with `/` for the `\`
/// that some translators write and the service answers with a 500.
pub(crate) fn derivative_urn(text: &str) -> Result<String> {
    check(text, "derivative URN")?;
    let plain = match text.get(..6) {
        Some(start) if start.eq_ignore_ascii_case("urn%3a") => percent_decode_str(text)
            .decode_utf8()
            .map_err(|_| Error::invalid("The derivative URN is percent-encoded but not UTF-8."))?
            .into_owned(),
        _ => text.to_owned(),
    };
    check(&plain, "derivative URN")?;
    if !plain.starts_with("urn:") {
        return Err(Error::invalid(
            "The derivative URN must begin with `urn:`; it stands in the design's manifest.",
        ));
    }
    Ok(plain.replace('\\', "/"))
}

/// A bucket key: 3 to 128 of the characters `-_.a-z0-9`.
pub(crate) fn bucket_key(text: &str) -> Result<String> {
    let usable = (3..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'-' | b'_' | b'.' | b'a'..=b'z' | b'0'..=b'9'));
    if !usable {
        return Err(Error::invalid(
            "The bucket key must have 3 to 128 characters out of a-z, 0-9, `-`, `_` and `.`.",
        ));
    }
    Ok(text.to_owned())
}

/// An object key, as it was given at the upload: not percent-encoded.
pub(crate) fn object_key(text: &str) -> Result<String> {
    check(text, "object key")?;
    Ok(text.to_owned())
}

/// The name of a data centre, such as `US`, `EMEA` or `AUS`.
pub(crate) fn region(text: &str) -> Result<String> {
    let name = text.to_ascii_uppercase();
    if !(2..=16).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Error::invalid(
            "The region must be a name such as US, EMEA, AUS, CAN, DEU, IND, JPN or GBR.",
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn design_urns_in_every_form() {
        let encoded = "dXJuOmFkc2sub2JqZWN0czpvcy5vYmplY3Q6Yi9h";
        assert_eq!(
            design_urn("urn:adsk.objects:os.object:b/a").unwrap(),
            encoded
        );
        assert_eq!(design_urn(encoded).unwrap(), encoded);
        assert_eq!(design_urn(&format!("{encoded}==")).unwrap(), encoded);
        assert_eq!(design_urn("a+b/c").unwrap(), "a-b_c");
        let long = format!("urn:{}", "x".repeat(LONGEST - 4));
        for bad in ["", "===", "a b", "a\r\nb", "ä", &long] {
            assert!(design_urn(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn derivative_urns_are_one_segment() {
        let raw = "urn:adsk.viewing:fs.file:abc/output/1/a b{1} ü.svf";
        assert_eq!(derivative_urn(raw).unwrap(), raw);
        assert_eq!(derivative_urn(&segment(raw)).unwrap(), raw);
        assert_eq!(
            segment(raw),
            "urn%3Aadsk.viewing%3Afs.file%3Aabc%2Foutput%2F1%2Fa%20b%7B1%7D%20%C3%BC.svf"
        );
        assert_eq!(
            derivative_urn("urn:x/output\\1\\a.svf").unwrap(),
            "urn:x/output/1/a.svf"
        );
        assert!(derivative_urn("output/1/a.svf").is_err());
        assert!(derivative_urn("urn%3Ax%0Ay").is_err());
    }

    #[test]
    fn keys_and_regions() {
        assert!(bucket_key("my-bucket_1.x").is_ok());
        for bad in ["ab", "Upper", "a/b", "ü12"] {
            assert!(bucket_key(bad).is_err(), "{bad}");
        }
        assert_eq!(segment("a b+c#d%e/f?ü"), "a%20b%2Bc%23d%25e%2Ff%3F%C3%BC");
        assert_eq!(region("emea").unwrap(), "EMEA");
        assert!(region("E U").is_err());
        assert!(object_key("a\nb").is_err());
    }
}
