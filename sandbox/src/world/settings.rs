//! Switches for what APS leaves open or does in more than one way.

use serde::{Deserialize, Serialize};

/// How the sandbox behaves where the documentation is silent or contradicts the real service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `size` and `expiration` of signed cookies as strings, as the documentation's table has them (default: numbers).
    pub numbers_as_strings: bool,
    /// Keys of a batch's `results` percent-encoded (default: raw).
    pub encoded_batch_keys: bool,
    /// The URL of a `fallback` begins with `http://` even when the sandbox speaks TLS, as in the documentation's
    /// example. Nothing answers plain http on that port then. Without TLS the URL is http anyway.
    pub http_fallback_url: bool,
    /// OSS ignores the end of a `Range` when the client accepts gzip, as the real service does.
    pub gzip_ignores_range_end: bool,
    /// A partial answer of the deprecated direct download claims the whole length in `Content-Length`, as in the
    /// documentation's example, and ends after the part. Such an answer is broken HTTP: the connection closes.
    pub direct_partial_claims_whole_length: bool,
    /// A partial answer of the deprecated direct download is sent chunked, without `Content-Length`.
    pub direct_partial_chunked: bool,
    /// `message` in manifest messages is an array of strings (default: one of each kind).
    pub manifest_messages_as_arrays: bool,
    /// The login page answers at once, as if the user had clicked: `allow` or `deny`.
    pub auto_login: Option<String>,
    /// OSS refuses a token without the right scope with 401, as its documentation says (default: 403, as it does).
    pub oss_missing_scope_is_401: bool,
    /// Refresh tokens may be used more than once (default: each use gives a new one and ends the old one).
    pub reusable_refresh_tokens: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            numbers_as_strings: false,
            encoded_batch_keys: false,
            http_fallback_url: true,
            gzip_ignores_range_end: true,
            direct_partial_claims_whole_length: false,
            direct_partial_chunked: false,
            manifest_messages_as_arrays: false,
            auto_login: None,
            oss_missing_scope_is_401: false,
            reusable_refresh_tokens: false,
        }
    }
}
