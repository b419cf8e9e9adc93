//! Which operation a path names.

use crate::log::Origin;
use crate::text;

/// The derivative of an operation, still as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesignPath {
    pub(crate) urn: String,
    /// True for `/regions/eu/`, where the region header is ignored.
    pub(crate) europe: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DerivativePath {
    pub(crate) design: DesignPath,
    /// Percent-encoded never, once or twice.
    pub(crate) derivative: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Token,
    Authorize,
    LoginDecision,
    Manifest(DesignPath),
    Derivative(DerivativePath),
    SignedCookies(DerivativePath),
    SignedResource { id: String },
    Buckets,
    Bucket { bucket: String },
    Objects { bucket: String },
    Batch { bucket: String },
    ObjectDetails { bucket: String, key: String },
    Signed { bucket: String, key: String },
    SignedS3Download { bucket: String, key: String },
    Control { path: String },
    Cdn,
    S3,
    Unknown,
}

impl Route {
    pub(crate) fn parse(origin: Origin, path: &str) -> Route {
        match origin {
            Origin::S3 => Route::S3,
            Origin::Cdn => signed_resource(path).unwrap_or(Route::Cdn),
            Origin::Api => api(one_slash(path)),
        }
    }

    /// The name that rules and records use.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Route::Token => "token",
            Route::Authorize => "authorize",
            Route::LoginDecision => "login",
            Route::Manifest(_) => "manifest",
            Route::Derivative(_) => "derivative",
            Route::SignedCookies(_) => "signedcookies",
            Route::SignedResource { .. } => "signedresource",
            Route::Buckets => "buckets",
            Route::Bucket { .. } => "bucket-details",
            Route::Objects { .. } => "objects",
            Route::Batch { .. } => "batchsigneds3download",
            Route::ObjectDetails { .. } => "object-details",
            Route::Signed { .. } => "signed",
            Route::SignedS3Download { .. } => "signeds3download",
            Route::Control { .. } => "control",
            Route::Cdn => "cdn",
            Route::S3 => "s3",
            Route::Unknown => "unknown",
        }
    }

    pub(crate) fn is_signed_resource(&self) -> bool {
        matches!(self, Route::SignedResource { .. })
    }
}

/// Autodesk's own SDK, told another address than the real one, puts a slash between two.
fn one_slash(path: &str) -> &str {
    let doubled = path.len() - path.trim_start_matches('/').len();
    &path[doubled.saturating_sub(1)..]
}

fn signed_resource(path: &str) -> Option<Route> {
    let id = path.strip_prefix("/oss/v2/signedresources/")?;
    (!id.is_empty() && !id.contains('/')).then(|| Route::SignedResource { id: id.to_owned() })
}

fn api(path: &str) -> Route {
    match path {
        "/authentication/v2/token" => return Route::Token,
        "/authentication/v2/authorize" => return Route::Authorize,
        "/authentication/v2/login" => return Route::LoginDecision,
        "/oss/v2/buckets" => return Route::Buckets,
        _ => {}
    }
    if let Some(path) = path.strip_prefix("/sandbox/") {
        return Route::Control {
            path: path.to_owned(),
        };
    }
    if let Some(rest) = path.strip_prefix("/modelderivative/v2/designdata/") {
        return derivative(rest, false);
    }
    if let Some(rest) = path.strip_prefix("/modelderivative/v2/regions/eu/designdata/") {
        return derivative(rest, true);
    }
    if let Some(rest) = path.strip_prefix("/oss/v2/buckets/") {
        return bucket(rest);
    }
    signed_resource(path).unwrap_or(Route::Unknown)
}

fn derivative(rest: &str, europe: bool) -> Route {
    let Some((urn, rest)) = rest.split_once('/') else {
        return Route::Unknown;
    };
    // The urn is checked where it can be refused with 400, not here.
    let urn = text::decode(urn).unwrap_or_else(|| urn.to_owned());
    let design = DesignPath { urn, europe };
    if rest == "manifest" {
        return Route::Manifest(design);
    }
    let Some(rest) = rest
        .strip_prefix("manifest/")
        .filter(|rest| !rest.is_empty())
    else {
        return Route::Unknown;
    };
    // Deployed clients send the derivative's urn raw as well: everything up to the last word belongs to it.
    match rest.strip_suffix("/signedcookies") {
        Some(derivative) => Route::SignedCookies(DerivativePath {
            design,
            derivative: derivative.to_owned(),
        }),
        None => Route::Derivative(DerivativePath {
            design,
            derivative: rest.to_owned(),
        }),
    }
}

fn bucket(rest: &str) -> Route {
    let segments: Option<Vec<String>> = rest.split('/').map(text::decode).collect();
    let segments = segments.unwrap_or_default();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments[..] {
        [bucket, "details"] => Route::Bucket {
            bucket: bucket.to_owned(),
        },
        [bucket, "objects"] => Route::Objects {
            bucket: bucket.to_owned(),
        },
        [bucket, "objects", "batchsigneds3download"] => Route::Batch {
            bucket: bucket.to_owned(),
        },
        [bucket, "objects", key, operation] => {
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            match operation {
                "details" => Route::ObjectDetails { bucket, key },
                "signed" => Route::Signed { bucket, key },
                "signeds3download" => Route::SignedS3Download { bucket, key },
                _ => Route::Unknown,
            }
        }
        _ => Route::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_at_the_front_count_as_one() {
        for path in ["/oss/v2/buckets", "//oss/v2/buckets"] {
            assert_eq!(Route::parse(Origin::Api, path), Route::Buckets);
        }
        assert_eq!(Route::parse(Origin::Api, ""), Route::Unknown);
    }

    #[test]
    fn derivative_urns_may_be_raw_or_encoded() {
        for derivative in [
            "urn:adsk.viewing:fs.file:QQ/output/1/a%20b.svf",
            "urn%3Aadsk%2Foutput%2Fsignedcookies",
        ] {
            let path =
                format!("/modelderivative/v2/designdata/dXJu/manifest/{derivative}/signedcookies");
            let Route::SignedCookies(found) = Route::parse(Origin::Api, &path) else {
                panic!("{path}")
            };
            assert_eq!(found.derivative, derivative);
            assert!(!found.design.europe);
        }
        let path = "/modelderivative/v2/regions/eu/designdata/dXJu/manifest";
        let Route::Manifest(found) = Route::parse(Origin::Api, path) else {
            panic!("{path}")
        };
        assert!(found.europe);
    }

    #[test]
    fn an_object_key_is_one_segment() {
        let key = |path: &str| match Route::parse(Origin::Api, path) {
            Route::ObjectDetails { key, .. } => Some(key),
            _ => None,
        };
        assert_eq!(
            key("/oss/v2/buckets/abc/objects/a%2Fb%2B%20%23/details").as_deref(),
            Some("a/b+ #")
        );
        assert_eq!(key("/oss/v2/buckets/abc/objects/a/b/details"), None);
    }
}
