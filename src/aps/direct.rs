//! Download Derivative, deprecated: `GET {urn}/manifest/{derivativeUrn}`.

use super::Api;
use super::encode::segment;
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

impl Api {
    /// The address of a derivative at the API itself. It needs the token and the region with every request.
    pub(crate) fn direct_url(&self, urn: &str, derivative_urn: &str) -> String {
        format!("{}{}", self.base, self.derivative_path(urn, derivative_urn))
    }

    /// The region as a header of a direct download.
    pub(crate) fn direct_headers(&self) -> Vec<(String, Secret)> {
        self.region_header()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Secret::new(value)))
            .collect()
    }

    pub(super) fn derivative_path(&self, urn: &str, derivative_urn: &str) -> String {
        format!(
            "{}/{urn}/manifest/{}",
            self.model_derivative(),
            segment(derivative_urn)
        )
    }
}

/// A 3D SVF2 derivative stands in the manifest but cannot be downloaded; the service's own answer does not say so.
pub(crate) fn explain_svf2(derivative_urn: &str, error: Error) -> Error {
    let refused = error
        .http_status()
        .is_some_and(|status| (400..500).contains(&status) && status != 401 && status != 429);
    let is_svf2 =
        derivative_urn.starts_with("urn:adsk.fluent:") || derivative_urn.ends_with(".svf2");
    if !(refused && is_svf2) {
        return error;
    }
    let mut explained = Error::new(
        ErrorKind::Unsupported,
        "3D SVF2 derivatives cannot be downloaded from APS. Translate the design to SVF, OBJ, STEP or another format and download that.",
    )
    .with_request_id(error.request_id().map(str::to_owned));
    if let Some(status) = error.http_status() {
        explained = explained.with_http_status(status);
    }
    explained
}
