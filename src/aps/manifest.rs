//! Fetch Manifest: `GET {urn}/manifest`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Api, ApiCall, json};
use crate::error::{Error, ErrorKind, Result};
use crate::manifest::{Manifest, TranslationStatus};
use crate::transport::{Context, Observer, Reply};

/// The pauses between two questions, in milliseconds; the last one repeats.
const PAUSES: [u64; 7] = [500, 1000, 2000, 3000, 5000, 8000, 12_000];
/// What a `Retry-After` can make of a pause: never a flood of questions, never a long silence.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(30);

/// An answer: the manifest, or that there is none yet (202 without one).
struct Answer {
    manifest: Option<Manifest>,
    status: u16,
    retry_after: Option<Duration>,
    request_id: Option<String>,
}

impl Api {
    /// Asks once.
    pub(crate) fn manifest(&self, context: &Context, urn: &str) -> Result<Manifest> {
        let answer = self.ask_manifest(context, urn)?;
        match answer.manifest {
            Some(manifest) => Ok(manifest),
            None => Err(Error::new(
                ErrorKind::NotReady,
                "There is no manifest yet: the translation has only just been asked for. Ask again later.",
            )
            .with_http_status(answer.status)
            .with_request_id(answer.request_id)
            .with_retry_after(answer.retry_after)),
        }
    }

    /// Asks with growing pauses until the translation is over, for `wait` at the most.
    /// `on_progress` sees each manifest; `false` from it ends the wait.
    pub(crate) fn wait_for_manifest(
        &self,
        context: Context,
        urn: &str,
        wait: Duration,
        on_progress: &mut dyn FnMut(&Manifest) -> bool,
    ) -> Result<Manifest> {
        let give_up = Instant::now().checked_add(wait);
        let context = Context {
            session: context.session,
            observer: Arc::new(Deadline {
                at: give_up,
                observer: context.observer,
            }),
        };
        let mut pauses = PAUSES.iter();
        let mut pause = SHORTEST;
        loop {
            let answer = self.ask_manifest(&context, urn)?;
            if let Some(manifest) = &answer.manifest {
                if !on_progress(manifest) && !manifest.status.is_final() {
                    return Err(Error::new(
                        ErrorKind::Cancelled,
                        "The wait for the translation was cancelled.",
                    ));
                }
                context.session.check()?;
            }
            let left = left(give_up);
            match answer.manifest {
                Some(manifest) if manifest.status.is_final() => return Ok(manifest),
                manifest if left.is_zero() => {
                    return Err(not_ready(manifest.as_ref(), wait)
                        .with_http_status(answer.status)
                        .with_request_id(answer.request_id)
                        .with_retry_after(answer.retry_after));
                }
                _ => {}
            }
            if let Some(next) = pauses.next() {
                pause = Duration::from_millis(*next);
            }
            // The service may name its own pace.
            let pause = answer
                .retry_after
                .unwrap_or(pause)
                .clamp(SHORTEST, LONGEST)
                .min(left);
            context.session.pause(pause)?;
        }
    }

    fn ask_manifest(&self, context: &Context, urn: &str) -> Result<Answer> {
        let call = ApiCall {
            method: "GET",
            path: format!("{}/{urn}/manifest", self.model_derivative()),
            headers: self.region_header(),
            body: None,
            doing: "Fetching the manifest",
        };
        self.ask(context, &call, &[], |reply| {
            let (status, retry_after) = (reply.status, reply.retry_after());
            let request_id = reply.request_id();
            let manifest = match read(reply, urn) {
                // "Accepted" may come with any body, or none.
                Ok(manifest) if status != 200 && manifest.status_text.is_none() => None,
                Ok(manifest) => Some(manifest),
                Err(error) if status != 200 && error.kind() == ErrorKind::BadResponse => None,
                Err(error) => return Err(error.with_request_id(request_id)),
            };
            Ok(Answer {
                manifest,
                status,
                retry_after,
                request_id,
            })
        })
    }
}

/// A model of many sheets has a manifest larger than any other reply, after decompression.
const MAX_MANIFEST: u64 = 64 * 1024 * 1024;

pub(super) fn read(reply: Reply, urn: &str) -> Result<Manifest> {
    let host = reply.host().to_owned();
    let bytes = reply.into_bytes_within(MAX_MANIFEST)?;
    let value = json::parse(&bytes, "manifest", &host)?;
    let unusable = || {
        Error::bad_response(format!(
            "The reply from {host} is JSON, but not a manifest."
        ))
    };
    let text = String::from_utf8(bytes).map_err(|_| unusable())?;
    Manifest::from_value(value, text, Some(urn)).ok_or_else(unusable)
}

fn not_ready(last: Option<&Manifest>, waited: Duration) -> Error {
    let how_far = match last {
        None => "There was no manifest yet".to_owned(),
        Some(manifest) => {
            let status = match manifest.status {
                TranslationStatus::Pending => "pending",
                TranslationStatus::InProgress => "in progress",
                _ => "in an unknown state",
            };
            match manifest.percent {
                Some(percent) => format!("The translation was {status}, at {percent}%,"),
                None => format!("The translation was {status}"),
            }
        }
    };
    Error::new(
        ErrorKind::NotReady,
        format!(
            "{how_far} after {} s of waiting. Wait longer, or look whether the translation was started.",
            waited.as_secs()
        ),
    )
}

/// Until when there may be retries: a wait of a minute must not end after two because the service was busy.
struct Deadline {
    at: Option<Instant>,
    observer: Arc<dyn Observer>,
}

impl Observer for Deadline {
    fn waiting_for_token(&self, waiting: bool) {
        self.observer.waiting_for_token(waiting);
    }

    fn can_wait_for_token(&self) -> bool {
        self.observer.can_wait_for_token()
    }

    fn may_retry(&self, wait: Duration) -> bool {
        left(self.at) > wait && self.observer.may_retry(wait)
    }
}

fn left(give_up: Option<Instant>) -> Duration {
    // A wait too long to be counted has no end.
    give_up.map_or(Duration::MAX, |at| {
        at.saturating_duration_since(Instant::now())
    })
}
