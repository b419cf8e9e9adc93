//! Answers, before they become HTTP.

use super::body::Slice;
use serde_json::{Value, json};

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Slice,
    /// For answers to HEAD, and for those that claim another length than they have.
    pub(crate) announced: Option<u64>,
    /// The body may be compressed when the client accepts it.
    pub(crate) compressible: bool,
    /// Sent without a length.
    pub(crate) chunked: bool,
    /// The sandbox stops when the answer is out.
    pub(crate) stop: bool,
}

impl Reply {
    pub(crate) fn new(status: u16) -> Reply {
        Reply::with_slice(status, Slice::bytes(Vec::new()))
    }

    pub(crate) fn with_slice(status: u16, body: Slice) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body,
            announced: None,
            compressible: false,
            chunked: false,
            stop: false,
        }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Reply {
        let mut reply = Reply::with_slice(status, Slice::bytes(value.to_string().into_bytes()));
        reply.compressible = true;
        reply.header("Content-Type", "application/json; charset=utf-8")
    }

    pub(crate) fn text(status: u16, content_type: &str, text: impl Into<String>) -> Reply {
        Reply::with_slice(status, Slice::bytes(text.into().into_bytes()))
            .header("Content-Type", content_type)
    }

    pub(crate) fn xml(status: u16, text: String) -> Reply {
        Reply::text(status, "application/xml", text)
    }

    /// The shape of Model Derivative's errors.
    pub(crate) fn diagnostic(status: u16, message: &str) -> Reply {
        Reply::json(status, &json!({ "diagnostic": message }))
            .header("x-ads-troubleshooting", message)
    }

    /// The shape of the Object Storage Service's errors.
    pub(crate) fn reason(status: u16, message: &str) -> Reply {
        Reply::json(status, &json!({ "reason": message }))
    }

    /// The shape of the gateway's errors.
    pub(crate) fn gateway(status: u16, code: &str, message: &str) -> Reply {
        Reply::json(
            status,
            &json!({
                "developerMessage": message,
                "errorCode": code,
                "moreInfo": "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/",
            }),
        )
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Replaces a header, or removes it when the value is empty.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }
}
