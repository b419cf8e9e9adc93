//! The reason a service gives in the body of an error, whatever its shape.

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reason {
    /// S3's and CloudFront's `<Code>`.
    pub(super) code: Option<String>,
    /// A sentence for a person.
    pub(super) text: Option<String>,
}

impl Reason {
    /// Whether a signed URL or the credentials behind it ran out: signing again will help.
    pub(super) fn is_expired(&self) -> bool {
        let code = self.code.as_deref().unwrap_or_default();
        let text = self.text.as_deref().unwrap_or_default();
        code == "ExpiredToken" || (code == "AccessDenied" && text.contains("expired"))
    }
}

/// The sentence for a person alone.
pub(crate) fn reason_text(body: &[u8]) -> Option<String> {
    find(body).text
}

/// Looks for the reason in JSON (`reason`, `developerMessage`, `diagnostic`, ...) or XML (`Code`, `Message`).
pub(super) fn find(body: &[u8]) -> Reason {
    let text = String::from_utf8_lossy(body);
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    if trimmed.starts_with('{') {
        return from_json(trimmed);
    }
    if trimmed.starts_with('<') {
        return Reason {
            code: element(trimmed, "Code"),
            text: element(trimmed, "Message"),
        };
    }
    Reason::default()
}

fn from_json(text: &str) -> Reason {
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(text) else {
        return Reason::default();
    };
    let found = [
        "reason",
        "developerMessage",
        "diagnostic",
        "detail",
        "error_description",
        "userMessage",
        "message",
        "title",
        "error",
    ]
    .iter()
    .find_map(|name| match fields.get(*name)? {
        serde_json::Value::String(text) if !text.trim().is_empty() => Some(tidy(text)),
        _ => None,
    });
    Reason {
        code: None,
        text: found,
    }
}

/// The text of the first element of this name. Enough for the flat error documents of S3 and CloudFront.
fn element(xml: &str, name: &str) -> Option<String> {
    let open = format!("<{name}>");
    let start = xml.find(&open)?.checked_add(open.len())?;
    let rest = xml.get(start..)?;
    let end = rest.find(&format!("</{name}>"))?;
    Some(tidy(rest.get(..end)?))
}

/// One short line, with anything that looks like an address cut off: it may be signed.
fn tidy(text: &str) -> String {
    // Before the words are looked at: a control character must not be able to hide an address from us.
    let plain: String = text
        .chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .collect();
    let line = plain
        .split_whitespace()
        .map(|word| match is_address(word) {
            true => "[address]",
            false => word,
        })
        .collect::<Vec<_>>()
        .join(" ");
    let short: String = line.chars().take(300).collect();
    short.trim_end_matches('.').to_owned()
}

/// Whether a word is an address, or a part of one that was broken in two.
fn is_address(word: &str) -> bool {
    word.contains("//")
        || word
            .split_once('?')
            .is_some_and(|(_, query)| query.contains('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_shape() {
        for (body, text) in [
            (r#"{"reason":"Object not found"}"#, "Object not found"),
            (
                r#"{"developerMessage":"Access token provided is invalid or expired.","errorCode":"AUTH-001","more info":"x"}"#,
                "Access token provided is invalid or expired",
            ),
            (r#"{"diagnostic":"Invalid urn"}"#, "Invalid urn"),
            (
                r#"{"error":"invalid_client","error_description":"no such app"}"#,
                "no such app",
            ),
        ] {
            assert_eq!(find(body.as_bytes()).text.as_deref(), Some(text));
        }
        let s3 = find(b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>");
        assert!(s3.is_expired());
        let mismatch =
            find(b"<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>");
        assert!(!mismatch.is_expired());
        assert!(find(b"<Error><Code>ExpiredToken</Code></Error>").is_expired());
    }

    #[test]
    fn anything_else_is_survived() {
        for body in [
            &b""[..],
            b"<Code>",
            b"{",
            b"{\"reason\":[1]}",
            b"\xff\xfe<html>",
            b"<Code></Message>",
        ] {
            let _ = find(body);
        }
        assert_eq!(
            find(br#"{"reason":"see https://a/b?Signature=secret now"}"#)
                .text
                .as_deref(),
            Some("see [address] now")
        );
        for hidden in [
            r"https:\u0000//a/?Signature=s",
            r"https:\n//a/?Signature=s",
            "/a?Signature=s",
        ] {
            let body = format!(r#"{{"reason":"{hidden}"}}"#);
            let said = find(body.as_bytes()).text.unwrap();
            assert!(!said.contains("Signature"), "{said}");
        }
    }
}
