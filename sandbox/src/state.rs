//! What the three servers share.

use crate::clock::Clock;
use crate::faults::Faults;
use crate::limits::Limits;
use crate::log::{Log, lock};
use crate::s3::Signer;
use crate::tokens::Tokens;
use crate::world::World;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, SystemTime};

/// Where the three servers listen, without a slash at the end.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub(crate) api: String,
    pub(crate) cdn: String,
    pub(crate) s3: String,
}

impl Origins {
    /// The host of the CDN without its port, which cookies are for.
    pub(crate) fn cdn_host(&self) -> &str {
        let authority = self.cdn.rsplit('/').next().unwrap_or_default();
        authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host)
    }
}

/// The clients that are registered with the sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// A desktop program: it has no secret and logs in with PKCE.
    pub(crate) public_id: String,
}

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) started: SystemTime,
    pub(crate) scheme: &'static str,
    pub(crate) origins: Origins,
    pub(crate) clients: Clients,
    pub(crate) token_lifetime: Mutex<Duration>,
    pub(crate) signer: Signer,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) world: Mutex<World>,
    pub(crate) log: Log,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) limits: Mutex<Limits>,
    pub(crate) ca_file: Option<std::path::PathBuf>,
    pub(crate) stop: StopRequest,
    pub(crate) connections: AtomicU64,
}

impl State {
    pub(crate) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::SeqCst) + 1
    }

    pub(crate) fn request_stop(&self) {
        self.stop.request();
    }
}

/// Someone asked, over the control endpoint, that the sandbox should end.
#[derive(Default)]
pub(crate) struct StopRequest {
    requested: Mutex<bool>,
    changed: Condvar,
}

impl StopRequest {
    pub(crate) fn request(&self) {
        *lock(&self.requested) = true;
        self.changed.notify_all();
    }

    pub(crate) fn wait(&self) {
        let mut requested = lock(&self.requested);
        while !*requested {
            requested = self
                .changed
                .wait(requested)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }
}
