//! Addresses: what may be fetched, which origin a secret belongs to, and what a redirect points at.

use std::net::IpAddr;

use ureq::http::Uri;

use crate::error::{Error, Result};

/// Scheme, host and port: what a token or a cookie is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    https: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// The host for messages, without its port when that is the usual one.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }
}

/// Checks an absolute address and returns its origin.
///
/// https is required, except for addresses of this machine: tokens and signed URLs must not travel in clear.
/// `what` names the address in the error, which never shows the address itself.
pub(crate) fn origin(url: &str, what: &str) -> Result<Origin> {
    if url.len() > 16 * 1024 {
        return Err(Error::invalid(format!("The {what} is longer than 16 KiB.")));
    }
    let uri: Uri = url.parse().map_err(|_| {
        Error::invalid(format!(
            "The {what} is not a usable address. It must be absolute, such as https://host/path, with special characters percent-encoded."
        ))
    })?;
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => {
            return Err(Error::invalid(format!(
                "The {what} must begin with https://."
            )));
        }
    };
    let host = uri
        .host()
        .filter(|host| !host.is_empty())
        .ok_or_else(|| Error::invalid(format!("The {what} names no host.")))?
        .to_ascii_lowercase();
    if uri
        .authority()
        .is_some_and(|part| part.as_str().contains('@'))
    {
        return Err(Error::invalid(format!(
            "The {what} holds a user name or password; pass credentials as headers instead."
        )));
    }
    if !https && !is_loopback(&host) {
        return Err(Error::invalid(format!(
            "The {what} uses http for the host {host}. Only https is allowed, except on this computer."
        )));
    }
    // The parser takes a port that is none, such as 99999, and gives nothing for it.
    let has_port = uri
        .authority()
        .is_some_and(|part| part.as_str().len() > part.host().len());
    if has_port && uri.port_u16().is_none() {
        return Err(Error::invalid(format!(
            "The {what} has a port that is not a number from 0 to 65535."
        )));
    }
    let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
    Ok(Origin { https, host, port })
}

pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The absolute address a `Location` header means, seen from `base`.
pub(crate) fn resolve_location(base: &str, location: &str) -> Option<String> {
    let scheme_end = base.find("://")?;
    let authority_start = scheme_end.checked_add(3)?;
    let after = base.get(authority_start..)?;
    let authority_len = after.find(['/', '?', '#']).unwrap_or(after.len());
    let root = base.get(..authority_start.checked_add(authority_len)?)?;
    let location = location.split('#').next().unwrap_or_default();
    if location.contains("://")
        && location.find("://") < location.find(['/', '?']).map(|at| at.saturating_add(1))
    {
        return Some(location.to_owned());
    }
    if let Some(rest) = location.strip_prefix("//") {
        return Some(format!("{}://{rest}", base.get(..scheme_end)?));
    }
    if location.starts_with('/') {
        return Some(format!("{root}{location}"));
    }
    let path = after.get(authority_len..)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if location.is_empty() || location.starts_with('?') {
        return Some(format!("{root}{path}{location}"));
    }
    let folder = path
        .rfind('/')
        .map_or("", |at| path.get(..at).unwrap_or_default());
    Some(format!("{root}{folder}/{location}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine() {
        assert!(origin("https://developer.api.autodesk.com/a?b=c", "url").is_ok());
        assert!(origin("http://127.0.0.1:8080/a", "url").is_ok());
        assert!(origin("http://[::1]:8080/a", "url").is_ok());
        assert!(origin("http://localhost/a", "url").is_ok());
        for refused in [
            "http://example.com/a",
            "ftp://example.com/a",
            "/a",
            "https://user:pass@example.com/",
            "https:///a",
            "https://exa mple.com/",
            "http://127.0.0.1.example.com/",
            "https://example.com:99999/",
            "https://[::1]:x/",
        ] {
            let error = origin(refused, "url").unwrap_err();
            assert!(!error.message().contains("user:pass"), "{error}");
        }
    }

    #[test]
    fn the_usual_port_is_the_same_origin() {
        assert_eq!(
            origin("https://Example.com/a", "url").unwrap(),
            origin("https://example.com:443/b", "url").unwrap()
        );
        assert_ne!(
            origin("https://example.com/", "url").unwrap(),
            origin("https://example.com:444/", "url").unwrap()
        );
    }

    #[test]
    fn locations_of_every_form() {
        let base = "https://a.example:8443/one/two?q=1#f";
        for (location, expected) in [
            ("https://b.example/x", "https://b.example/x"),
            ("//b.example/x", "https://b.example/x"),
            ("/x?y=http://z/", "https://a.example:8443/x?y=http://z/"),
            ("x", "https://a.example:8443/one/x"),
            ("?p", "https://a.example:8443/one/two?p"),
            ("", "https://a.example:8443/one/two"),
        ] {
            assert_eq!(
                resolve_location(base, location).as_deref(),
                Some(expected),
                "{location}"
            );
        }
        assert_eq!(
            resolve_location("https://a.example", "x").as_deref(),
            Some("https://a.example/x")
        );
    }
}
