//! Access tokens: one that the host sets, or one that the client gets and renews by itself.
//!
//! A renewal runs on a thread of its own, for all jobs of the client at once. If it ran on a worker of the
//! job that needs it first, cancelling that job would break it off, and a refresh token that the service has
//! already replaced would be lost with the reply.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::grant::{Failure, Grant, Issued};
use crate::cancel::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::threads::Threads;
use crate::transport::{Context, Network};

/// What stands before the token in the header.
const SCHEME: &str = "Bearer ";
/// A token is renewed this long before it expires.
const RENEW_EARLY: Duration = Duration::from_secs(60);
/// How long a renewal that failed is left alone while the old token still serves.
const RENEW_AGAIN: Duration = Duration::from_secs(10);
/// How often a wait for a token looks whether its job was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// Where tokens come from.
pub(crate) enum Credentials {
    /// The host sets them.
    Host,
    /// `grant_type=client_credentials`.
    Client {
        id: String,
        secret: Secret,
        scopes: String,
    },
    /// `grant_type=refresh_token`, from a login that the host has kept.
    Refresh {
        client_id: String,
        token: Secret,
        scopes: String,
    },
}

/// The token of one client.
pub(crate) struct Tokens {
    url: String,
    wait: Duration,
    network: Arc<Network>,
    threads: Threads,
    /// The client is being freed: no renewal begins any more, and one under way ends.
    closing: CancelToken,
    now: Box<dyn Fn() -> Instant + Send + Sync>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    token: Option<Bearer>,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
    /// Counts the tokens.
    generation: u64,
    grant: Option<Arc<Grant>>,
    renewing: bool,
    /// Counts the renewals, so that everyone who waits for one hears how it ended.
    attempt: u64,
    succeeded: u64,
    failed: Option<(u64, Error)>,
}

/// An access token that is handed out.
#[derive(Clone)]
pub struct AccessToken {
    header: Arc<Secret>,
    expires_in: Option<Duration>,
}

impl AccessToken {
    /// The token, without the word "Bearer". It is a secret, and wiped from memory with the last copy that the
    /// library has of it.
    pub fn token(&self) -> &str {
        let header = self.header.expose();
        header.strip_prefix(SCHEME).unwrap_or(header)
    }

    /// How long it is good from the moment it was asked for; `None` if that is not known, as of one that the host
    /// has set.
    pub fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// A token as the header that carries it.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) header: Arc<Secret>,
    generation: u64,
}

impl Tokens {
    pub(super) fn new(
        base: &str,
        token: Option<Secret>,
        credentials: Credentials,
        wait: Duration,
        network: Arc<Network>,
        threads: Threads,
        closing: CancelToken,
    ) -> Self {
        let mut state = State::default();
        if let Some(token) = token {
            state.put(&token, None, Instant::now());
        }
        state.grant = match credentials {
            Credentials::Host => None,
            Credentials::Client { id, secret, scopes } => {
                let plain = zeroize::Zeroizing::new(format!("{id}:{}", secret.expose()));
                let basic = Secret::new(format!("Basic {}", STANDARD.encode(plain.as_bytes())));
                Some(Arc::new(Grant::Client { basic, scopes }))
            }
            Credentials::Refresh {
                client_id,
                token,
                scopes,
            } => Some(Arc::new(Grant::Refresh {
                client_id,
                token,
                scopes,
            })),
        };
        Tokens {
            url: format!("{base}/authentication/v2/token"),
            wait,
            network,
            threads,
            closing,
            now: Box::new(Instant::now),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A token from the host. Work that waits for one goes on.
    pub(crate) fn set(&self, token: &Secret) {
        self.lock().put(token, None, (self.now)());
        self.changed.notify_all();
    }

    /// What a login has brought takes the place of everything before it.
    pub(super) fn install(&self, issued: &Issued, client_id: &str, scopes: &str) {
        let mut state = self.lock();
        state.put(&issued.access, issued.lifetime, (self.now)());
        state.grant = issued.refresh.clone().map(|token| {
            Arc::new(Grant::Refresh {
                client_id: client_id.to_owned(),
                token,
                scopes: scopes.to_owned(),
            })
        });
        self.changed.notify_all();
    }

    /// The refresh token of the moment, for the host to keep.
    pub(crate) fn refresh_token(&self) -> Option<String> {
        match self.lock().grant.as_deref() {
            Some(Grant::Refresh { token, .. }) => Some(token.expose().to_owned()),
            _ => None,
        }
    }

    /// Notes that APS answered 401. Whether it is worth asking for another token.
    pub(crate) fn rejected(&self, bearer: &Bearer) -> bool {
        let mut state = self.lock();
        if state.generation == bearer.generation {
            state.token = None;
        }
        // Another worker may have brought a newer token meanwhile.
        state.token.is_some() || state.grant.is_some() || !self.wait.is_zero()
    }

    /// The token to use now: fetched, renewed or waited for as the case may be.
    pub(crate) fn bearer(self: &Arc<Self>, context: &Context) -> Result<Bearer> {
        let mut waiting = Waiting::new(context);
        // Nothing, when it is further away than the clock reaches: then the wait has no end.
        let wait = match context.observer.can_wait_for_token() {
            true => self.wait,
            false => Duration::ZERO,
        };
        let give_up = Instant::now().checked_add(wait);
        let mut awaited = None;
        let mut state = self.lock();
        loop {
            context.session.check()?;
            let now = (self.now)();
            if let Some(bearer) = state.usable(now, awaited) {
                if state.is_due(now) {
                    // The old one serves meanwhile, and also if this fails.
                    let _ = self.start(&mut state);
                }
                return Ok(bearer);
            }
            if state.grant.is_some() {
                if let Some(error) = state.failure_of(awaited) {
                    return Err(error);
                }
                self.start(&mut state)?;
                awaited.get_or_insert(state.attempt);
            } else {
                let left = give_up.map(|at| at.saturating_duration_since(Instant::now()));
                if left.is_some_and(|left| left.is_zero()) {
                    return Err(state.why_none());
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

    /// A token for somebody else. Unlike [`Tokens::bearer`], it waits for the renewal of one that is about to expire:
    /// nobody renews it over there.
    pub(crate) fn current(self: &Arc<Self>, context: &Context) -> Result<AccessToken> {
        let mut bearer = self.bearer(context)?;
        let mut state = self.lock();
        let attempt = state.attempt;
        while state.renewing && state.attempt == attempt && state.is_due((self.now)()) {
            context.session.check()?;
            state = self
                .changed
                .wait_timeout(state, LOOK)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        // What a renewal brought, or the old one, which still serves, if it failed.
        let now = (self.now)();
        if let Some(newer) = state.usable(now, None) {
            bearer = newer;
        }
        let same = bearer.generation == state.generation;
        let expires_at = state.expires_at.filter(|_| same);
        Ok(AccessToken {
            header: bearer.header,
            expires_in: expires_at.map(|at| at.saturating_duration_since(now)),
        })
    }

    /// Begins a renewal, unless one is under way.
    fn start(self: &Arc<Self>, state: &mut State) -> Result<()> {
        let grant = match &state.grant {
            Some(grant) if !state.renewing => grant.clone(),
            _ => return Ok(()),
        };
        if self.closing.is_cancelled() {
            return Err(Error::cancelled());
        }
        let (tokens, generation) = (self.clone(), state.generation);
        self.threads
            .spawn("apsfetch-token", move || tokens.renew(&grant, generation))
            .map_err(|error| {
                Error::new(
                    ErrorKind::Resource,
                    "The operating system refused a thread for renewing the access token.",
                )
                .with_os_code(error.raw_os_error())
            })?;
        state.renewing = true;
        state.attempt = state.attempt.wrapping_add(1);
        Ok(())
    }

    fn renew(&self, grant: &Arc<Grant>, generation: u64) {
        let began = (self.now)();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            crate::failpoint::here("token");
            let session = self.network.session();
            self.closing.watch(&session);
            grant.fetch(&session, &self.url)
        }));
        let outcome = caught.unwrap_or_else(|_| {
            Err(Failure::from(Error::new(
                ErrorKind::Panic,
                "A bug in apsfetch stopped the renewal of the access token. Please report it.",
            )))
        });
        let mut state = self.lock();
        state.renewing = false;
        state.finish(grant, generation, outcome, began, (self.now)());
        self.changed.notify_all();
    }
}

impl State {
    fn put(&mut self, token: &Secret, lifetime: Option<Duration>, began: Instant) {
        self.generation = self.generation.wrapping_add(1);
        self.token = Some(Bearer {
            header: Arc::new(Secret::new(format!("{SCHEME}{}", token.expose()))),
            generation: self.generation,
        });
        self.failed = None;
        // Further away than the clock reaches is as good as never.
        self.expires_at = lifetime.and_then(|lifetime| began.checked_add(lifetime));
        self.renew_at = lifetime.and_then(|lifetime| {
            // A token that lives for less than two minutes is renewed at half its life.
            let early = RENEW_EARLY.min(lifetime.checked_div(2).unwrap_or_default());
            began.checked_add(lifetime.saturating_sub(early))
        });
    }

    /// The token, unless its time is over. One that was waited for is used whatever its time: a service that
    /// gives tokens of a second would otherwise be asked for ever.
    fn usable(&self, now: Instant, awaited: Option<u64>) -> Option<Bearer> {
        let alive = self.expires_at.is_none_or(|at| now < at);
        let brought = awaited.is_some_and(|attempt| attempt <= self.succeeded);
        self.token.clone().filter(|_| alive || brought)
    }

    /// Whether it is time to renew the token.
    fn is_due(&self, now: Instant) -> bool {
        self.renew_at.is_some_and(|at| now >= at)
    }

    /// How the renewal ended that was waited for, if it brought nothing.
    fn failure_of(&self, awaited: Option<u64>) -> Option<Error> {
        match (&self.failed, awaited) {
            (Some((attempt, error)), Some(awaited)) if awaited <= *attempt => Some(error.clone()),
            _ => None,
        }
    }

    fn finish(
        &mut self,
        grant: &Arc<Grant>,
        generation: u64,
        outcome: std::result::Result<Issued, Failure>,
        began: Instant,
        now: Instant,
    ) {
        let current = self
            .grant
            .as_ref()
            .is_some_and(|held| Arc::ptr_eq(held, grant));
        if !current {
            // A login came in between. Its tokens are of another user, perhaps.
            self.succeeded = self.attempt;
            return;
        }
        match outcome {
            Ok(issued) => {
                self.succeeded = self.attempt;
                if let (
                    Grant::Refresh {
                        client_id, scopes, ..
                    },
                    Some(token),
                ) = (grant.as_ref(), &issued.refresh)
                {
                    self.grant = Some(Arc::new(Grant::Refresh {
                        client_id: client_id.clone(),
                        token: token.clone(),
                        scopes: scopes.clone(),
                    }));
                }
                // A token that the host has set meanwhile is newer than this one.
                if self.generation == generation || self.token.is_none() {
                    self.put(&issued.access, issued.lifetime, began);
                }
            }
            Err(failure) => {
                self.failed = Some((self.attempt, failure.error));
                if failure.over {
                    self.grant = None;
                }
                self.renew_at = self.renew_at.and_then(|_| now.checked_add(RENEW_AGAIN));
            }
        }
    }

    fn why_none(&self) -> Error {
        match &self.failed {
            Some((_, error)) => error.clone(),
            None => Error::new(
                ErrorKind::Auth,
                "No valid access token. Set one (access token), log in, or set a client id and secret so that the library gets its own.",
            ),
        }
    }
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

#[cfg(test)]
mod tests;
