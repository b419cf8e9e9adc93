//! Rules: a match and a fault, the same in Rust, on the command line and over the control endpoint.

use crate::error::Error;
use crate::log::Origin;
use crate::server::Call;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which requests, and what goes wrong with them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests. Everything, when nothing is said.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// What goes wrong.
    pub fault: Fault,
}

impl Rule {
    /// A rule for every request.
    pub fn new(fault: Fault) -> Rule {
        Rule {
            matching: Match::default(),
            fault,
        }
    }

    /// Reads the JSON form, such as `{"match": {"origin": "cdn", "nth": 2}, "fault": {"kind": "reset", "at": 1000}}`.
    pub fn from_json(text: &str) -> Result<Rule, Error> {
        serde_json::from_str(text).map_err(|e| Error::new(format!("not a fault rule: {e}")))
    }
}

/// The requests that a rule is for. What is not said does not matter; what is said must hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// The server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The method, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The sandbox's name of what is asked, such as `signedcookies` (see [`RequestRecord::endpoint`](crate::RequestRecord)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// A part of path and query, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
    /// The `Range` header: the exact value, `*` for any, or nothing (`""`) for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// Only the nth of these requests, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Only the nth and later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// Only every nth one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// No more often than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

impl Match {
    pub(crate) fn covers(&self, call: &Call) -> bool {
        let range = call.header("range").unwrap_or_default();
        // Or a rule for all of the API could not be lifted any more.
        if call.endpoint() == "control" && self.endpoint.is_none() {
            return false;
        }
        self.origin.is_none_or(|origin| origin == call.origin)
            && self
                .method
                .as_ref()
                .is_none_or(|method| method.eq_ignore_ascii_case(call.method.as_str()))
            && self
                .endpoint
                .as_ref()
                .is_none_or(|endpoint| endpoint == call.endpoint())
            && self
                .path_contains
                .as_ref()
                .is_none_or(|part| call.target().contains(part))
            && self
                .range
                .as_ref()
                .is_none_or(|wanted| match wanted.as_str() {
                    "*" => !range.is_empty(),
                    exact => exact == range,
                })
    }

    /// `matched` counts this request already, `applied` does not.
    pub(crate) fn is_turn(&self, matched: u64, applied: u64) -> bool {
        self.nth.is_none_or(|nth| matched == nth)
            && self.from.is_none_or(|from| matched >= from)
            && self
                .every
                .is_none_or(|every| matched.is_multiple_of(every.max(1)))
            && self.times.is_none_or(|times| applied < times)
    }
}

/// What goes wrong. Offsets count the body bytes of one answer, from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Another answer instead of the true one.
    Status {
        /// The status.
        status: u16,
        /// The body; JSON or XML is recognised by its first character unless a `Content-Type` is given.
        #[serde(default)]
        body: String,
        /// More headers, such as `Retry-After`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// Waits before the answer.
    Delay {
        /// Milliseconds of real time.
        ms: u64,
    },
    /// Never answers.
    Hang,
    /// Stops after `at` bytes and says nothing more.
    Stall {
        /// Body bytes that are sent.
        at: u64,
    },
    /// Sends a few bytes at a time.
    Drip {
        /// Bytes at a time.
        bytes: u64,
        /// Milliseconds between them.
        every_ms: u64,
    },
    /// Sends no faster than this.
    Rate {
        /// Bytes in a second.
        bytes_per_second: u64,
    },
    /// Resets the connection after `at` bytes. What the client has not received by then may be lost with it.
    Reset {
        /// Body bytes that are sent.
        at: u64,
    },
    /// Closes the connection in an orderly way after `at` bytes, in the middle of the body.
    Truncate {
        /// Body bytes that are sent.
        at: u64,
    },
    /// Changes one byte.
    Corrupt {
        /// Which byte of the body.
        at: u64,
    },
    /// Another `Content-Range` than the true one.
    ContentRange {
        /// The header's value.
        value: String,
    },
    /// Another `ETag` than the true one.
    Etag {
        /// The header's value, with its quotes.
        value: String,
    },
    /// Any other header, set or (with an empty value) removed. A `Content-Length` that is too long ends in a cut.
    Header {
        /// The header's name.
        name: String,
        /// The header's value.
        value: String,
    },
    /// Answers with the whole content although a range was asked for.
    IgnoreRange,
    /// Sends the data gzip-encoded.
    Gzip,
    /// Sends the body in chunks, without its length.
    Chunked,
    /// Sends the client elsewhere.
    Redirect {
        /// The `Location`.
        to: String,
        /// The status.
        #[serde(default = "found")]
        status: u16,
    },
    /// Answers as if the token, cookie or signed URL had expired.
    Expire,
    /// Answers 400 `ExpiredToken`, as S3 does when the signing credentials went first.
    ExpiredToken,
    /// Sends something that is not HTTP and closes.
    Garbage {
        /// What is sent.
        #[serde(default = "garbage")]
        text: String,
    },
    /// Closes (or resets) the connection instead of answering.
    Drop {
        /// Reset rather than close.
        #[serde(default)]
        reset: bool,
    },
    /// Sends more bytes after the answer than it announced.
    Extra {
        /// How many.
        bytes: u64,
    },
    /// Answers 200 with an HTML page, as captive portals do.
    Html,
    /// Closes the connection after the answer without having said so.
    Close,
    /// Changes values in a JSON answer, by JSON pointer; `null` removes.
    Json {
        /// Pointer and value, such as `{"/size": -1}`.
        set: BTreeMap<String, serde_json::Value>,
    },
}

fn found() -> u16 {
    302
}

fn garbage() -> String {
    "this is not HTTP\r\n\r\n".to_owned()
}

impl Fault {
    /// The name of the kind, as in its JSON form.
    pub(crate) fn kind(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["kind"].as_str().unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted() {
        let turns = |rule: Match| {
            let mut applied = 0;
            let mut hit = Vec::new();
            for matched in 1..=8 {
                if rule.is_turn(matched, applied) {
                    applied += 1;
                    hit.push(matched);
                }
            }
            hit
        };
        assert_eq!(
            turns(Match {
                nth: Some(3),
                ..Match::default()
            }),
            [3]
        );
        assert_eq!(
            turns(Match {
                from: Some(6),
                ..Match::default()
            }),
            [6, 7, 8]
        );
        assert_eq!(
            turns(Match {
                every: Some(3),
                ..Match::default()
            }),
            [3, 6]
        );
        assert_eq!(
            turns(Match {
                times: Some(2),
                from: Some(4),
                ..Match::default()
            }),
            [4, 5]
        );
    }

    #[test]
    fn the_json_form_is_strict() {
        let rule = Rule::from_json(
            r#"{"match": {"origin": "cdn", "nth": 2}, "fault": {"kind": "reset", "at": 9}}"#,
        );
        assert_eq!(rule.unwrap().fault, Fault::Reset { at: 9 });
        assert!(Rule::from_json(r#"{"fault": {"kind": "reset"}}"#).is_err());
        assert!(
            Rule::from_json(r#"{"match": {"orign": "cdn"}, "fault": {"kind": "html"}}"#).is_err()
        );
    }
}
