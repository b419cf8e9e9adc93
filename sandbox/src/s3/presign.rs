//! SigV4 pre-signed URLs, made and checked by AWS's own signer with the sandbox's credentials and clock.

use crate::clock;
use crate::text;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use std::time::{Duration, SystemTime};

const REGION: &str = "us-east-1";
/// S3 takes clocks that differ by up to a quarter of an hour.
const MAX_SKEW: Duration = Duration::from_secs(15 * 60);
/// S3's upper limit for a pre-signed URL: seven days.
const MAX_EXPIRES: u64 = 7 * 24 * 3600;

pub(crate) struct Signer {
    key_id: String,
    secret: String,
    token: String,
}

/// Why S3 refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No signature at all.
    Anonymous,
    /// Something is missing or malformed; the text says what.
    Malformed(&'static str),
    UnknownKey,
    InvalidToken,
    NotYetValid,
    Expired {
        at: SystemTime,
        seconds: u64,
    },
    Mismatch,
}

impl Signer {
    pub(crate) fn new() -> Signer {
        Signer {
            key_id: format!("ASIA{}", text::hex(&text::random::<8>()).to_uppercase()),
            secret: text::secret::<30>(),
            token: text::secret::<90>(),
        }
    }

    /// Appends a signature to a URL that is fully percent-encoded already.
    pub(crate) fn presign(
        &self,
        method: &str,
        url: &str,
        now: SystemTime,
        lifetime: Duration,
    ) -> String {
        let pairs = self
            .sign(method, url, &[], now, lifetime)
            .expect("the sandbox's own URLs can be signed")
            .0;
        let mut signed = url.to_owned();
        for (name, value) in pairs {
            signed.push(if signed.contains('?') { '&' } else { '?' });
            signed.push_str(&format!("{name}={}", text::encode_segment(&value)));
        }
        signed
    }

    /// The pairs to append to the query, and the signature among them.
    fn sign(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        time: SystemTime,
        lifetime: Duration,
    ) -> Option<(Vec<(String, String)>, String)> {
        let credentials = Credentials::new(
            &*self.key_id,
            &*self.secret,
            Some(self.token.clone()),
            None,
            "sandbox",
        );
        let identity = credentials.into();
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(lifetime);
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        settings.session_token_mode = SessionTokenMode::Include;
        // Which headers are signed is the caller's decision, not a list's.
        settings.excluded_headers = None;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("s3")
            .time(time)
            .settings(settings)
            .build()
            .ok()?
            .into();
        let body = SignableBody::UnsignedPayload;
        let request = SignableRequest::new(method, url, headers.iter().copied(), body).ok()?;
        let (instructions, signature) = sign(request, &params).ok()?.into_parts();
        let pairs = instructions
            .params()
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_string()));
        Some((pairs.collect(), signature))
    }

    /// Checks a request's signature by making it again. `header` gives the value of a header by its name.
    pub(crate) fn verify(
        &self,
        method: &str,
        base: &str,
        query: Option<&str>,
        header: impl Fn(&str) -> Option<String>,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let query = query.unwrap_or_default();
        let pairs = text::pairs(query);
        let get = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let signature = get("X-Amz-Signature").ok_or(Refusal::Anonymous)?;
        if get("X-Amz-Algorithm") != Some("AWS4-HMAC-SHA256") {
            return Err(Refusal::Malformed(
                "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"",
            ));
        }
        let time = get("X-Amz-Date")
            .and_then(clock::parse_amz_date)
            .ok_or(Refusal::Malformed(
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
            ))?;
        let seconds = get("X-Amz-Expires")
            .and_then(|text| text.parse::<u64>().ok())
            .ok_or(Refusal::Malformed("X-Amz-Expires should be a number"))?;
        if seconds > MAX_EXPIRES {
            return Err(Refusal::Malformed(
                "X-Amz-Expires must be less than a week (in seconds)",
            ));
        }
        let credential =
            get("X-Amz-Credential").ok_or(Refusal::Malformed("X-Amz-Credential is missing"))?;
        let day = &get("X-Amz-Date").unwrap_or_default()[..8];
        match credential.strip_prefix(&self.key_id) {
            None => return Err(Refusal::UnknownKey),
            Some(scope) if scope != format!("/{day}/{REGION}/s3/aws4_request") => {
                return Err(Refusal::Malformed(
                    "the X-Amz-Credential parameter is malformed",
                ));
            }
            Some(_) => {}
        }
        if get("X-Amz-Security-Token") != Some(&self.token) {
            return Err(Refusal::InvalidToken);
        }
        if time > now + MAX_SKEW {
            return Err(Refusal::NotYetValid);
        }
        let at = time + Duration::from_secs(seconds);
        if now >= at {
            return Err(Refusal::Expired { at, seconds });
        }
        let signed_headers = get("X-Amz-SignedHeaders").unwrap_or_default();
        let headers: Vec<(&str, String)> = signed_headers
            .split(';')
            .filter_map(|name| Some((name, header(name)?)))
            .collect();
        if headers.len() != signed_headers.split(';').count()
            || !signed_headers.split(';').any(|n| n == "host")
        {
            return Err(Refusal::Mismatch);
        }
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let rest: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_ours(pair))
            .collect();
        let url = if rest.is_empty() {
            base.to_owned()
        } else {
            format!("{base}?{}", rest.join("&"))
        };
        let expected = self.sign(method, &url, &headers, time, Duration::from_secs(seconds));
        match expected {
            Some((_, expected)) if expected == signature => Ok(()),
            _ => Err(Refusal::Mismatch),
        }
    }
}

/// True for the parameters that signing adds.
fn is_ours(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or(pair);
    matches!(
        name,
        "X-Amz-Algorithm"
            | "X-Amz-Credential"
            | "X-Amz-Date"
            | "X-Amz-Expires"
            | "X-Amz-SignedHeaders"
            | "X-Amz-Signature"
            | "X-Amz-Security-Token"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(signer: &Signer, method: &str, url: &str, now: SystemTime) -> Result<(), Refusal> {
        let (base, query) = url.split_once('?').unwrap();
        signer.verify(
            method,
            base,
            Some(query),
            |name| (name == "host").then(|| "s3:1".to_owned()),
            now,
        )
    }

    #[test]
    fn a_changed_request_is_refused() {
        let signer = Signer::new();
        let now = clock::parse_amz_date("20260101T000000Z").unwrap();
        let plain = "http://s3:1/b/a%20b%2B.bin?response-content-disposition=attachment%3B%20filename%3D%22a%22";
        let url = signer.presign("GET", plain, now, Duration::from_secs(120));
        assert_eq!(check(&signer, "GET", &url, now), Ok(()));
        assert_eq!(check(&signer, "HEAD", &url, now), Err(Refusal::Mismatch));
        assert_eq!(
            check(&signer, "GET", &url.replace("%22a%22", "%22b%22"), now),
            Err(Refusal::Mismatch)
        );
        assert_eq!(
            check(&signer, "GET", &url.replace("a%20b", "c"), now),
            Err(Refusal::Mismatch)
        );
        assert_eq!(
            check(&signer, "GET", &format!("{url}&x=1"), now),
            Err(Refusal::Mismatch)
        );
        assert_eq!(
            check(
                &signer,
                "GET",
                &url.replace("Expires=120", "Expires=900"),
                now
            ),
            Err(Refusal::Mismatch)
        );
        assert!(matches!(
            check(&signer, "GET", &url, now + Duration::from_secs(120)),
            Err(Refusal::Expired { seconds: 120, .. })
        ));
        assert_eq!(check(&signer, "GET", plain, now), Err(Refusal::Anonymous));
        assert_eq!(
            check(&Signer::new(), "GET", &url, now),
            Err(Refusal::UnknownKey)
        );
    }
}
