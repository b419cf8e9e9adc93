//! Rate limits for each client id and endpoint.

use crate::clock::epoch_ms;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// So many requests in so long a time; above that the gateway answers 429 until the time is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// The sandbox's name of the endpoint; every endpoint on its own, when nothing is said.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The client id; every client on its own, when nothing is said.
    #[serde(default)]
    pub client_id: Option<String>,
    /// How many requests are answered in one window.
    pub requests: u64,
    /// The length of a window on the sandbox's clock.
    pub window_seconds: u64,
    /// `Retry-After` as an HTTP date rather than in seconds.
    #[serde(default)]
    pub retry_after_date: bool,
}

#[derive(Default)]
pub(crate) struct Limits {
    limits: Vec<RateLimit>,
    /// Limit, client and endpoint: when the window began, and how many requests it has seen.
    windows: HashMap<(usize, String, String), (u64, u64)>,
}

impl Limits {
    pub(crate) fn set(&mut self, limits: Vec<RateLimit>) {
        self.limits = limits;
        self.windows.clear();
    }

    /// Counts a request. The value of `Retry-After` when it is one too many.
    pub(crate) fn count(
        &mut self,
        client: &str,
        endpoint: &str,
        now: SystemTime,
    ) -> Option<String> {
        let mut refusal = None;
        for (index, limit) in self.limits.iter().enumerate() {
            let for_endpoint = limit
                .endpoint
                .as_deref()
                .is_none_or(|name| name == endpoint);
            let for_client = limit.client_id.as_deref().is_none_or(|id| id == client);
            if !for_endpoint || !for_client {
                continue;
            }
            let now_ms = epoch_ms(now);
            let length = limit.window_seconds.max(1) * 1000;
            let window = self
                .windows
                .entry((index, client.to_owned(), endpoint.to_owned()))
                .or_insert((now_ms, 0));
            if now_ms >= window.0 + length {
                *window = (now_ms, 0);
            }
            window.1 += 1;
            if window.1 > limit.requests {
                let left = Duration::from_millis(window.0 + length - now_ms);
                let seconds = left.as_secs_f64().ceil() as u64;
                refusal = Some(if limit.retry_after_date {
                    httpdate::fmt_http_date(now + Duration::from_secs(seconds))
                } else {
                    seconds.to_string()
                });
            }
        }
        refusal
    }
}
