//! A PUT whose body is read while it is sent.

use std::io::Read;
use std::time::Duration;

use ureq::SendBody;
use ureq::http::Request;

use super::address::origin;
use super::{Reply, Session, failure};
use crate::error::Error;

/// How long a server may take to say "go on" before the body is sent unasked; many never say it.
const AWAIT_CONTINUE: Duration = Duration::from_secs(1);
/// What the operating system may still hold when the last byte is handed to it.
const IN_FLIGHT: u64 = 4 * 1024 * 1024;
/// The slowest line that is worth waiting for while it empties that, in bytes per second.
const SLOWEST: u64 = 16 * 1024;

/// A request that brings `length` bytes.
pub(crate) struct Put<'a> {
    pub(crate) url: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) length: u64,
    pub(crate) body: &'a mut dyn Read,
    /// Ask before the body is sent, so that a refusal arrives instead of a broken connection.
    pub(crate) ask_first: bool,
}

/// A PUT without an answer.
pub(crate) struct PutFailure {
    pub(crate) error: Error,
    /// No connection was made, so the server has seen nothing of it.
    pub(crate) unsent: bool,
}

impl Session {
    /// Sends a PUT on a new connection and waits for the headers of the reply. Any status is `Ok`; redirects
    /// are not followed. A body that ends early breaks the connection, so that the server keeps nothing of it.
    pub(crate) fn put(&self, put: Put<'_>) -> Result<Reply, PutFailure> {
        let unsent = |error| PutFailure {
            error,
            unsent: true,
        };
        self.check().map_err(unsent)?;
        let at = origin(put.url, "address").map_err(unsent)?;
        let limits = self.limits();
        let mut request = Request::builder()
            .method("PUT")
            .uri(put.url)
            .header("Content-Type", put.content_type)
            .header("Content-Length", put.length)
            .header("Accept-Encoding", "identity");
        if put.ask_first {
            request = request.header("Expect", "100-continue");
        }
        let request = request.body(SendBody::from_reader(put.body)).map_err(|_| {
            unsent(Error::invalid(
                "The address or the content type has characters that HTTP does not allow.",
            ))
        })?;
        // The reply comes only after what the system still holds has gone out.
        let rest = Duration::from_secs(put.length.min(IN_FLIGHT) / SLOWEST);
        let reply = limits.reply.saturating_add(rest);
        let request = self
            .scope
            .agent
            .configure_request(request)
            // An idle connection may be dead, and nobody could tell whether the server saw the request.
            .max_idle_age(Duration::ZERO)
            .timeout_await_100(Some(AWAIT_CONTINUE))
            .timeout_recv_response(Some(reply))
            .timeout_per_read(Some(reply))
            .build();
        match self.scope.agent.run(request) {
            Ok(response) => Ok(Reply::new(response, at.host(), limits)),
            Err(_) if self.is_cancelled() => Err(PutFailure {
                error: Error::cancelled(),
                unsent: false,
            }),
            Err(error) => Err(PutFailure {
                unsent: failure::is_unsent(&error),
                error: failure::explain(at.host(), limits, error),
            }),
        }
    }
}
