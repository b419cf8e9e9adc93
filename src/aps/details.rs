//! Check Derivative Details: `HEAD {urn}/manifest/{derivativeUrn}`.

use std::time::{Duration, Instant};

use super::direct::explain_svf2;
use super::{Api, ApiCall};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Context, Reply};

/// The pauses between two questions, in milliseconds; the last one repeats.
const PAUSES: [u64; 7] = [500, 1000, 2000, 3000, 5000, 8000, 10_000];

/// What APS says of a derivative before it is downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Details {
    /// The size in bytes (`Content-Length`).
    pub size: Option<u64>,
    /// The media type (`Content-Type`).
    pub content_type: Option<String>,
    /// The service's name, version and environment (`x-ads-app-identifier`).
    pub app_identifier: Option<String>,
    /// When the service was started (`x-ads-startup-time`).
    pub startup_time: Option<String>,
    /// How long the request took there (`x-ads-duration`).
    pub duration: Option<String>,
    /// What the service says about a failure of its own (`x-ads-troubleshooting`).
    pub troubleshooting: Option<String>,
}

impl Api {
    /// Asks once, or again while the answer is 202, for `wait` at the most.
    pub(crate) fn details(
        &self,
        context: &Context,
        urn: &str,
        derivative_urn: &str,
        wait: Duration,
    ) -> Result<Details> {
        let call = ApiCall {
            method: "HEAD",
            path: self.derivative_path(urn, derivative_urn),
            headers: self.region_header(),
            body: None,
            doing: "Checking the derivative",
        };
        let give_up = Instant::now().checked_add(wait);
        let mut pauses = PAUSES.iter();
        let mut pause = Duration::from_millis(500);
        loop {
            let reply = self
                .call(context, &call, &[])
                .map_err(|error| explain_svf2(derivative_urn, error))?;
            if reply.status != 202 {
                return Ok(read(&reply));
            }
            if let Some(next) = pauses.next() {
                pause = Duration::from_millis(*next);
            }
            // A 202 may name its own pace.
            let pause = reply
                .retry_after()
                .unwrap_or(pause)
                .min(Duration::from_secs(30));
            let left = give_up.map_or(Duration::MAX, |at| {
                at.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Err(not_ready(&reply, wait));
            }
            context.session.pause(pause.min(left))?;
        }
    }
}

fn read(reply: &Reply) -> Details {
    let text = |name: &str| reply.header(name).map(str::to_owned);
    Details {
        size: reply.content_length(),
        content_type: text("content-type"),
        app_identifier: text("x-ads-app-identifier"),
        startup_time: text("x-ads-startup-time"),
        duration: text("x-ads-duration"),
        troubleshooting: text("x-ads-troubleshooting"),
    }
}

fn not_ready(reply: &Reply, waited: Duration) -> Error {
    let text = match waited.is_zero() {
        true => "The derivative is not translated yet. Ask again later, or give a time to wait."
            .to_owned(),
        false => format!(
            "The derivative was still not translated after {} s. Look at the manifest: the translation may have failed.",
            waited.as_secs()
        ),
    };
    Error::new(ErrorKind::NotReady, text)
        .with_http_status(202)
        .with_request_id(reply.request_id())
        .with_retry_after(reply.retry_after())
}
