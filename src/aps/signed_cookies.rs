//! Fetch Derivative Download URL: `GET {urn}/manifest/{derivativeUrn}/signedcookies`.

use std::time::SystemTime;

use serde::Deserialize;

use super::encode::segment;
use super::{Api, ApiCall, json};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::signed::{Cookie, Signed, SignedStatus};
use crate::transport::{Context, Reply, origin};

/// The page's query parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct CookieQuery {
    pub(crate) minutes_expiration: Option<u32>,
    pub(crate) response_content_disposition: Option<String>,
}

impl CookieQuery {
    fn to_query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(minutes) = self.minutes_expiration {
            parts.push(format!("minutes-expiration={minutes}"));
        }
        if let Some(disposition) = &self.response_content_disposition {
            parts.push(format!(
                "response-content-disposition={}",
                segment(disposition)
            ));
        }
        super::encode::query(&parts)
    }
}

#[derive(Deserialize)]
pub(super) struct Body {
    url: String,
    #[serde(default, deserialize_with = "json::size")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "json::text")]
    etag: Option<String>,
    #[serde(default, rename = "content-type", deserialize_with = "json::text")]
    content_type: Option<String>,
    #[serde(default, deserialize_with = "json::number")]
    expiration: Option<u64>,
}

pub(super) const NAMES: [&str; 3] = [
    "CloudFront-Policy",
    "CloudFront-Key-Pair-Id",
    "CloudFront-Signature",
];

impl Api {
    /// Signs one derivative. Both URNs are in the form [`super::encode`] makes.
    pub(crate) fn signed_cookies(
        &self,
        context: &Context,
        urn: &str,
        derivative_urn: &str,
        query: &CookieQuery,
    ) -> Result<Signed> {
        let path = format!(
            "{}/{urn}/manifest/{}/signedcookies{}",
            self.model_derivative(),
            segment(derivative_urn),
            query.to_query()
        );
        let call = ApiCall {
            method: "GET",
            path,
            headers: self.region_header(),
            body: None,
            doing: "Signing the derivative",
        };
        let answer = self
            .ask(context, &call, &[], read)
            .map_err(|error| super::direct::explain_svf2(derivative_urn, error))?;
        signed(answer)
    }
}

/// What an answer says, the cookies each with its domain.
pub(super) type Answer = (SystemTime, Vec<(Cookie, String)>, Body);

pub(super) fn read(reply: Reply) -> Result<Answer> {
    if reply.status == 202 {
        return Err(reply.into_error("Signing the derivative"));
    }
    let server_now = reply.date();
    let cookies = read_cookies(&reply);
    let body = json::read(reply, "signedcookies reply")?;
    Ok((server_now, cookies, body))
}

/// The URL with its cookies, if the cookies are for the URL's host.
pub(super) fn signed((server_now, cookies, body): Answer) -> Result<Signed> {
    let target = origin(&body.url, "download URL in the signedcookies reply")
        .map_err(|error| Error::bad_response(error.message()))?;
    let cookies = cookies
        .into_iter()
        .map(
            |(cookie, domain)| match domain_matches(target.host(), &domain) {
                true => Ok(cookie),
                false => Err(Error::bad_response(format!(
                    "The signed cookies are for another host than the download URL ({}).",
                    target.host()
                ))),
            },
        )
        .collect::<Result<Vec<_>>>()?;
    if let Some(name) = NAMES
        .iter()
        .find(|name| !cookies.iter().any(|cookie| cookie.name() == **name))
    {
        return Err(Error::bad_response(format!(
            "The signedcookies reply lacks the cookie {name}."
        )));
    }
    let mut signed = Signed::new(SignedStatus::Complete);
    signed.url = Some(Secret::new(body.url));
    signed.cookies = cookies;
    signed.size = body.size;
    signed.etag = body.etag.filter(|etag| !etag.is_empty());
    signed.content_type = body.content_type;
    signed.set_expiration(body.expiration, server_now);
    Ok(signed)
}

/// The three cookies by name, each with its `Domain`. Others are none of our business.
fn read_cookies(reply: &Reply) -> Vec<(Cookie, String)> {
    reply
        .header_all("set-cookie")
        .filter_map(|header| {
            let mut parts = header.split(';');
            let (name, value) = parts.next()?.split_once('=')?;
            let name = NAMES.iter().find(|known| **known == name.trim())?;
            let domain = parts
                .filter_map(|attribute| attribute.split_once('='))
                .find(|(key, _)| key.trim().eq_ignore_ascii_case("domain"))
                .map(|(_, domain)| domain.trim().trim_start_matches('.').to_ascii_lowercase())
                .unwrap_or_default();
            Some((Cookie::new(name, value.trim()), domain))
        })
        .collect()
}

/// RFC 6265's domain match, and no domain at all means the host of the download URL.
fn domain_matches(host: &str, domain: &str) -> bool {
    // A bare top-level name would match every host below it.
    domain.is_empty()
        || host == domain
        || (domain.contains('.')
            && host
                .strip_suffix(domain)
                .is_some_and(|front| front.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_keep_to_their_domain() {
        assert!(domain_matches(
            "cdn.derivative.autodesk.com",
            "cdn.derivative.autodesk.com"
        ));
        assert!(domain_matches(
            "cdn.derivative.autodesk.com",
            "autodesk.com"
        ));
        assert!(domain_matches("127.0.0.1", "127.0.0.1"));
        assert!(!domain_matches("cdn.derivative.autodesk.com", "com"));
        assert!(!domain_matches("evilautodesk.com", "autodesk.com"));
    }

    #[test]
    fn the_query_is_encoded() {
        let query = CookieQuery {
            minutes_expiration: Some(5),
            response_content_disposition: Some("attachment; filename=\"a b.obj\"".into()),
        };
        assert_eq!(
            query.to_query(),
            "?minutes-expiration=5&response-content-disposition=attachment%3B%20filename%3D%22a%20b.obj%22"
        );
        assert_eq!(CookieQuery::default().to_query(), "");
    }
}
