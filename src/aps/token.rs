//! Access tokens: one that the host sets, or one that is fetched with client credentials and renewed.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::encode::segment;
use super::json;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::transport::{Backoff, Call, Context};

/// A token is renewed this long before it expires.
const RENEW_EARLY: Duration = Duration::from_secs(60);
/// How often a wait for a token looks whether its job was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// Where tokens come from.
pub(crate) enum Credentials {
    /// The host sets them.
    Host(Option<Secret>),
    /// `POST /authentication/v2/token` with `grant_type=client_credentials`.
    Client {
        id: String,
        secret: Secret,
        scopes: String,
    },
}

/// The token of one client.
pub(crate) struct Tokens {
    url: String,
    credentials: Option<(Secret, String)>,
    wait: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    token: Option<Bearer>,
    renew_at: Option<Instant>,
    generation: u64,
    /// One worker is fetching; the others wait for what it brings.
    renewing: bool,
}

/// A token as the header that carries it.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) header: Arc<Secret>,
    generation: u64,
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    #[serde(default, deserialize_with = "json::number")]
    expires_in: Option<u64>,
}

impl Tokens {
    pub(super) fn new(base: &str, credentials: Credentials, wait: Duration) -> Self {
        let mut state = State::default();
        let credentials = match credentials {
            Credentials::Host(token) => {
                if let Some(token) = token {
                    state.put(&token, None);
                }
                None
            }
            Credentials::Client { id, secret, scopes } => {
                let plain = zeroize::Zeroizing::new(format!("{id}:{}", secret.expose()));
                let basic = format!("Basic {}", STANDARD.encode(plain.as_bytes()));
                Some((Secret::new(basic), scopes))
            }
        };
        Tokens {
            url: format!("{base}/authentication/v2/token"),
            credentials,
            wait,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token from the host. Work that waits for one goes on.
    pub(crate) fn set(&self, token: &Secret) {
        self.lock().put(token, None);
        self.changed.notify_all();
    }

    /// Notes that APS answered 401. Whether it is worth asking for another token.
    pub(crate) fn rejected(&self, bearer: &Bearer) -> bool {
        let mut state = self.lock();
        if state.generation == bearer.generation {
            state.token = None;
            state.renew_at = None;
        }
        // Another worker may have brought a newer token meanwhile.
        state.token.is_some() || self.credentials.is_some() || !self.wait.is_zero()
    }

    /// The token to use now: fetched, renewed or waited for as the case may be.
    pub(crate) fn bearer(&self, context: &Context) -> Result<Bearer> {
        let mut waiting = Waiting::new(context);
        let give_up = Instant::now().checked_add(self.wait);
        let mut state = self.lock();
        loop {
            context.session.check()?;
            let fresh = state.renew_at.is_none_or(|at| Instant::now() < at);
            match &state.token {
                Some(bearer) if fresh || state.renewing => return Ok(bearer.clone()),
                _ => {}
            }
            if self.credentials.is_some() && !state.renewing {
                return self.renew(context, state);
            }
            if self.credentials.is_none() {
                let left = give_up.map(|at| at.saturating_duration_since(Instant::now()));
                if left.is_none_or(|left| left.is_zero()) {
                    return Err(missing());
                }
                waiting.begin();
            }
            state = self
                .changed
                .wait_timeout(state, LOOK)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn renew(&self, context: &Context, mut state: MutexGuard<'_, State>) -> Result<Bearer> {
        state.renewing = true;
        drop(state);
        let outcome = self.fetch(context);
        let mut state = self.lock();
        state.renewing = false;
        self.changed.notify_all();
        match outcome {
            Ok((token, lifetime)) => Ok(state.put(&token, lifetime)),
            // The old token may still serve for its last minute.
            Err(error) => match state.token.clone() {
                Some(bearer) if error.kind() != ErrorKind::Cancelled => {
                    state.renew_at = Instant::now().checked_add(Duration::from_secs(10));
                    Ok(bearer)
                }
                _ => Err(error),
            },
        }
    }

    fn fetch(&self, context: &Context) -> Result<(Secret, Option<Duration>)> {
        let Some((basic, scopes)) = &self.credentials else {
            return Err(missing());
        };
        let form = format!("grant_type=client_credentials&scope={}", segment(scopes));
        let mut backoff = Backoff::new();
        loop {
            let mut call = Call::get(&self.url)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .bound("Authorization", basic);
            call.method = "POST";
            call.body = Some(form.as_bytes());
            let error = match context.session.send(&call) {
                Ok(reply) if reply.status == 200 => {
                    let reply: TokenReply = json::read(reply, "token reply")?;
                    let lifetime = reply.expires_in.map(Duration::from_secs);
                    return Ok((Secret::new(reply.access_token), lifetime));
                }
                Ok(reply) => {
                    let status = reply.status;
                    let error = reply.into_error("Getting an access token");
                    match status {
                        400 | 401 | 403 => {
                            return Err(Error::new(
                                ErrorKind::Auth,
                                format!(
                                    "{} Check the client id, the client secret and the scopes.",
                                    error.message()
                                ),
                            )
                            .with_http_status(status)
                            .with_request_id(error.request_id().map(str::to_owned)));
                        }
                        _ => error,
                    }
                }
                Err(error) => error,
            };
            match backoff.next(&error) {
                Some(wait) if context.observer.may_retry(wait) => context.session.pause(wait)?,
                _ => return Err(error),
            }
        }
    }
}

impl State {
    fn put(&mut self, token: &Secret, lifetime: Option<Duration>) -> Bearer {
        self.generation = self.generation.wrapping_add(1);
        let bearer = Bearer {
            header: Arc::new(Secret::new(format!("Bearer {}", token.expose()))),
            generation: self.generation,
        };
        self.token = Some(bearer.clone());
        self.renew_at = lifetime.and_then(|lifetime| {
            // A token that lives for less than two minutes is renewed at half its life.
            let early = RENEW_EARLY.min(lifetime / 2);
            Instant::now().checked_add(lifetime.saturating_sub(early))
        });
        bearer
    }
}

fn missing() -> Error {
    Error::new(
        ErrorKind::Auth,
        "No valid access token. Set one (access token), or set a client id and secret so that the library gets its own.",
    )
}

/// Tells the observer that the work waits for the host, and that it goes on, whatever way it ends.
struct Waiting<'a> {
    context: &'a Context,
    begun: bool,
}

impl<'a> Waiting<'a> {
    fn new(context: &'a Context) -> Self {
        Waiting {
            context,
            begun: false,
        }
    }

    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.context.observer.waiting_for_token(true);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.begun {
            self.context.observer.waiting_for_token(false);
        }
    }
}
