//! JSON as APS sends it: numbers as strings, unknown fields, one string where a list was.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

use crate::error::{Error, Result};
use crate::transport::{Reply, digits};

/// Reads a reply as JSON, within the limits on size (8 MB decoded) and depth (128).
pub(super) fn read<T: DeserializeOwned>(reply: Reply, what: &str) -> Result<T> {
    let host = reply.host().to_owned();
    let request_id = reply.request_id();
    let bytes = reply.into_bytes()?;
    parse(&bytes, what, &host).map_err(|error| error.with_request_id(request_id))
}

/// Parses the text of a reply.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str, host: &str) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        // serde's own text may quote a value, and a value may be a signed URL.
        let problem = match error.classify() {
            serde_json::error::Category::Data => "has a field of an unexpected kind",
            serde_json::error::Category::Eof => "ends in the middle",
            _ if bytes.trim_ascii_start().starts_with(b"<") => {
                "is HTML or XML instead of JSON: a proxy, or the login page of a guest network (captive portal), may answer in its place"
            }
            _ => "is not JSON",
        };
        Error::bad_response(format!("The {what} from {host} {problem}."))
    })
}

/// A whole number, or its digits as a string.
pub(super) fn number<'de, D: Deserializer<'de>>(
    input: D,
) -> std::result::Result<Option<u64>, D::Error> {
    match Option::<serde_json::Value>::deserialize(input)? {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::Number(number)) => match number.as_u64() {
            Some(number) => Ok(Some(number)),
            // 1.0e3 and the like: some encoders write whole numbers so.
            None => match number.as_f64() {
                Some(whole) if (0.0..9.0e15).contains(&whole) && whole.fract() == 0.0 => {
                    // Whole, and in the range where both types know every number.
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    let whole = whole as u64;
                    Ok(Some(whole))
                }
                _ => Err(D::Error::custom("not a whole number")),
            },
        },
        Some(serde_json::Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(serde_json::Value::String(text)) => digits(text.trim())
            .map(Some)
            .ok_or_else(|| D::Error::custom("not a whole number")),
        Some(_) => Err(D::Error::custom("not a number")),
    }
}

/// A [`number`] of bytes that a file can have: no system's have more than 63 bits of them.
pub(super) fn size<'de, D: Deserializer<'de>>(
    input: D,
) -> std::result::Result<Option<u64>, D::Error> {
    match number(input)? {
        Some(size) if i64::try_from(size).is_err() => {
            Err(D::Error::custom("a size larger than any file's"))
        }
        size => Ok(size),
    }
}

/// A string, or whatever else stands there as its JSON text; `null` is nothing.
pub(super) fn text<'de, D: Deserializer<'de>>(
    input: D,
) -> std::result::Result<Option<String>, D::Error> {
    Ok(match Option::<serde_json::Value>::deserialize(input)? {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(text)) => Some(text),
        Some(other) => Some(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        #[serde(default, deserialize_with = "size")]
        size: Option<u64>,
        #[serde(default, deserialize_with = "number")]
        seconds: Option<u64>,
        #[serde(default, deserialize_with = "text")]
        etag: Option<String>,
    }

    fn sample(json: &str) -> Result<Sample> {
        parse(json.as_bytes(), "answer", "host")
    }

    #[test]
    fn numbers_of_every_kind() {
        for (json, size) in [
            (r#"{"size": 12}"#, Some(12)),
            (r#"{"size": "12"}"#, Some(12)),
            (r#"{"size": 1.2e1}"#, Some(12)),
            (r#"{"size": null}"#, None),
            (r#"{"unknown": []}"#, None),
            (
                r#"{"size": 9223372036854775807}"#,
                Some(9223372036854775807),
            ),
        ] {
            assert_eq!(sample(json).unwrap().size, size, "{json}");
        }
        for bad in [
            r#"{"size": -1}"#,
            r#"{"size": 1.5}"#,
            r#"{"size": []}"#,
            r#"{"size": "1e3"}"#,
            r#"{"size": "18446744073709551616"}"#,
            r#"{"size": 9223372036854775808}"#,
            r#"{"size": "9223372036854775808"}"#,
            "<html>",
            "",
        ] {
            assert!(sample(bad).is_err(), "{bad}");
        }
        let seconds = r#"{"seconds": 18446744073709551615}"#;
        assert_eq!(sample(seconds).unwrap().seconds, Some(u64::MAX));
        assert_eq!(sample(r#"{"etag": 5}"#).unwrap().etag.as_deref(), Some("5"));
    }

    #[test]
    fn a_depth_bomb_is_an_error() {
        let bomb = "[".repeat(100_000);
        assert!(sample(&bomb).is_err());
    }

    #[test]
    fn no_value_is_quoted_in_an_error() {
        let error = sample(r#"{"size": "https://x/?Signature=secret"}"#).unwrap_err();
        assert!(!error.message().contains("secret"), "{error}");
    }
}
