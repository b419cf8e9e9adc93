//! One request, with its body read, as the handlers see it.

use crate::api::Route;
use crate::log::Origin;
use crate::text;
use bytes::Bytes;
use http::{HeaderMap, Method};

pub(crate) struct Call {
    pub(crate) origin: Origin,
    pub(crate) method: Method,
    /// As sent, still percent-encoded.
    pub(crate) path: String,
    /// As sent, still percent-encoded.
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) route: Route,
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// A fault says: answer as if what came with the request had expired.
    pub(crate) expired: bool,
}

impl Call {
    /// The sandbox's name for what is asked.
    pub(crate) fn endpoint(&self) -> &'static str {
        self.route.name()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    }

    /// Path and query, as sent.
    pub(crate) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Scheme, host and path, as they were asked for.
    pub(crate) fn url_without_query(&self) -> String {
        format!(
            "{}://{}{}",
            self.scheme,
            self.header("host").unwrap_or_default(),
            self.path
        )
    }

    /// A value of the query, decoded.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let pairs = text::pairs(self.query.as_deref().unwrap_or_default());
        pairs
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// True for `true`, in any case. APS ignores other values.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.param(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub(crate) fn accepts_gzip(&self) -> bool {
        self.headers_named("accept-encoding")
            .flat_map(|value| value.split(','))
            .any(|coding| {
                let mut parts = coding.split(';').map(str::trim);
                let name = parts.next().unwrap_or_default();
                let refused = parts.any(|part| {
                    matches!(part.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00")
                });
                matches!(name, "gzip" | "*") && !refused
            })
    }

    /// True when the body is announced as JSON.
    pub(crate) fn is_json(&self) -> bool {
        let media_type = self.header("content-type").unwrap_or_default();
        media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/json")
    }
}
