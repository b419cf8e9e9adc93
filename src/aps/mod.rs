//! What APS says: tokens, regions, URNs, and the operations of its pages.
//!
//! Nothing here touches a file; requests become [`Signed`](crate::Signed) items.

mod batch;
mod details;
mod direct;
mod encode;
#[cfg(any(test, feature = "fuzzing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never in a library that is built for use, and a fuzzer has to find what goes wrong"
)]
pub(crate) mod fuzz;
mod grant;
mod json;
mod login;
mod manifest;
mod objects;
mod s3_download;
mod signed_cookies;
mod signed_url;
mod token;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use batch::{BATCH_LIMIT, BatchItem, BatchQuery};
pub use details::Details;
pub(crate) use direct::explain_svf2;
pub(crate) use encode::{bucket_key, derivative_urn, design_urn, object_key, region};
pub(crate) use grant::is_token;
pub(crate) use login::Secrets;
pub(crate) use signed_cookies::CookieQuery;
pub use signed_url::{Access, SignedUrl, SignedUrlOptions};
pub use token::AccessToken;
pub(crate) use token::{Bearer, Credentials, Tokens};

use crate::cancel::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::threads::Threads;
use crate::transport::{Backoff, Call, Context, Network, Reply, origin};

/// Where APS lives unless told otherwise.
pub(crate) const DEFAULT_BASE_URL: &str = "https://developer.api.autodesk.com";

/// The API of one client: address, region and token.
pub(crate) struct Api {
    pub(crate) network: Arc<Network>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) threads: Threads,
    /// Ends what runs beside the jobs when the client is freed: renewals, logins, uploads.
    pub(crate) closing: CancelToken,
    base: String,
    region: Option<String>,
    emea_path: bool,
}

/// A request to the API, before its token.
struct ApiCall<'a> {
    method: &'static str,
    path: String,
    headers: Vec<(&'a str, String)>,
    body: Option<&'a [u8]>,
    /// Begins the sentence of an error: "Signing the derivative".
    doing: &'a str,
}

impl Api {
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn new(
        network: Arc<Network>,
        base: &str,
        region: Option<String>,
        emea_path: bool,
        access_token: Option<Secret>,
        credentials: Credentials,
        token_wait: Duration,
        threads: Threads,
    ) -> Result<Self> {
        let base = base.trim_end_matches('/').to_owned();
        origin(&base, "base URL")?;
        let closing = CancelToken::new();
        Ok(Api {
            tokens: Arc::new(Tokens::new(
                &base,
                access_token,
                credentials,
                token_wait,
                network.clone(),
                threads.clone(),
                closing.clone(),
            )),
            threads,
            closing,
            network,
            base,
            region,
            emea_path,
        })
    }

    /// The path of the Model Derivative service; with the EMEA form, the region header is ignored by APS.
    fn model_derivative(&self) -> &'static str {
        if self.emea_path {
            "/modelderivative/v2/regions/eu/designdata"
        } else {
            "/modelderivative/v2/designdata"
        }
    }

    /// Where the API is.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Whether the API itself is on https.
    fn is_https(&self) -> bool {
        self.base.starts_with("https://")
    }

    fn region_header(&self) -> Vec<(&'static str, String)> {
        match &self.region {
            Some(region) if !self.emea_path => vec![("region", region.clone())],
            _ => Vec::new(),
        }
    }

    /// Sends a call whose reply's headers say everything.
    fn call(&self, context: &Context, call: &ApiCall<'_>, accept: &[u16]) -> Result<Reply> {
        self.ask(context, call, accept, Ok)
    }

    /// Sends a call with a bearer token and reads the reply: renews the token once after a 401 and tries again what
    /// may succeed. A body that breaks off, or is not what it should be, is asked for again like a reply that never
    /// came; every call of ours can be repeated. The reply's status is 2xx, or one that `accept` names.
    fn ask<T>(
        &self,
        context: &Context,
        call: &ApiCall<'_>,
        accept: &[u16],
        mut read: impl FnMut(Reply) -> Result<T>,
    ) -> Result<T> {
        if let Some(error) = context.observer.given_up() {
            return Err(error);
        }
        let url = format!("{}{}", self.base, call.path);
        let mut backoff = Backoff::new(context.session.limits().retry);
        let mut rejections = 0u32;
        let mut refusal: Option<Error> = None;
        loop {
            // Without another token, the answer to the last one says more than that there is none.
            let bearer = self
                .tokens
                .bearer(context)
                .map_err(|error| match &refusal {
                    Some(refusal)
                        if error.kind() == ErrorKind::Auth && error.http_status().is_none() =>
                    {
                        refusal.clone()
                    }
                    _ => error,
                })?;
            let mut plain = call.headers.clone();
            plain.push(("Accept-Encoding", "gzip".to_owned()));
            let request = Call {
                method: call.method,
                url: &url,
                plain,
                bound: vec![("Authorization", &bearer.header)],
                body: call.body,
                patience: None,
            };
            let error = match context.session.send(&request) {
                Ok(reply)
                    if (200..300).contains(&reply.status) || accept.contains(&reply.status) =>
                {
                    match read(reply) {
                        Ok(answer) => return Ok(answer),
                        Err(error) => error,
                    }
                }
                Ok(reply) if reply.status == 401 => {
                    let error = reply.into_error(call.doing);
                    let again = self.tokens.rejected(&bearer);
                    rejections = rejections.saturating_add(1);
                    if again && rejections < 2 {
                        refusal = Some(error);
                        continue;
                    }
                    return Err(error);
                }
                Ok(reply) => reply.into_error(call.doing),
                Err(error) => error,
            };
            pause_or_give_up(context, &mut backoff, error)?;
        }
    }
}

fn pause_or_give_up(context: &Context, backoff: &mut Backoff, error: Error) -> Result<()> {
    context.session.check()?;
    match backoff.next_of_call(&error) {
        Some(wait) if context.observer.may_retry(wait) => context.session.pause(wait),
        _ => Err(error),
    }
}
