//! HTTP. The only place that names ureq.
//!
//! A [`Network`] holds what the requests of one client share: limits, trust, resolved names, idle
//! connections. A [`Session`] is one cancel scope, such as a job: cancelling it breaks off its requests
//! wherever they wait, and nothing else.

mod address;
mod body;
mod connect;
mod context;
mod dial;
mod distance;
mod echo;
mod exchange;
mod failure;
#[cfg(any(test, feature = "fuzzing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "never in a library that is built for use, and a fuzzer has to find what goes wrong"
)]
pub(crate) mod fuzz;
mod line;
mod lines;
mod low_water;
mod pause;
mod proxy;
mod range;
mod reason;
mod resolve;
mod retry;
mod socket;
mod throttle;
mod tls;
mod tls_stream;
mod trust;
mod tunnel;
mod upload;
mod warm;
mod window;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use address::origin;
pub(crate) use context::{Context, Observer};
pub(crate) use distance::{Distance, Road};
pub(crate) use exchange::{Call, Reply, read_failure};
pub(crate) use failure::Limits;
pub(crate) use lines::Errand;
pub(crate) use low_water::Coming;
pub(crate) use range::{ContentRange, digits};
pub(crate) use reason::reason_text;
pub(crate) use retry::{Backoff, is_transient};
pub(crate) use throttle::{Throttle, Ticket};
pub(crate) use upload::Put;

use self::proxy::{Proxies, ProxyAddress};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::threads::Threads;

/// How the network is used.
#[derive(Debug, Clone)]
pub(crate) struct NetworkOptions {
    pub(crate) user_agent: String,
    pub(crate) max_connections: usize,
    pub(crate) limits: Limits,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) proxy: Proxy,
    /// Bytes a second of all downloads together, or 0.
    pub(crate) bandwidth_limit: u64,
}

/// Checks the address of a proxy.
pub(crate) fn check_proxy(address: &str) -> Result<()> {
    ProxyAddress::parse(address).map(drop)
}

/// Which proxy to use.
#[derive(Debug, Clone)]
pub(crate) enum Proxy {
    /// The environment (`HTTPS_PROXY`, `ALL_PROXY`, `HTTP_PROXY`, `NO_PROXY`) or the settings of Windows.
    System,
    /// None, whatever the environment says.
    Direct,
    /// This one: `http://user:password@host:port`.
    Address(Secret),
}

/// What all requests of one client share.
pub(crate) struct Network {
    options: NetworkOptions,
    ways: Arc<dial::Ways>,
    throttle: Arc<Throttle>,
    idle: Mutex<Vec<Scope>>,
}

/// An agent with its connections, and the flag that ends it.
#[derive(Clone)]
struct Scope {
    agent: ureq::Agent,
    dialer: Arc<dial::Dialer>,
    cancelled: Arc<AtomicBool>,
}

impl Network {
    pub(crate) fn new(options: NetworkOptions, threads: Threads) -> Result<Arc<Self>> {
        let proxies = match &options.proxy {
            Proxy::System => Proxies::of_the_system(),
            Proxy::Direct => Proxies::Direct,
            Proxy::Address(address) => {
                Proxies::Always(Arc::new(ProxyAddress::parse(address.expose())?))
            }
        };
        let throttle = Arc::new(Throttle::new(options.bandwidth_limit));
        Ok(Arc::new(Network {
            ways: Arc::new(dial::Ways {
                names: Arc::new(resolve::Names::new(threads)),
                families: connect::Families::default(),
                proxies,
                tls: tls::Tls::new(options.ca_file.as_deref())?,
                limit: options.limits.connect,
                user_agent: options.user_agent.clone(),
                throttle: throttle.clone(),
                lines: Arc::default(),
                distance: Distance::default(),
            }),
            throttle,
            idle: Mutex::new(Vec::new()),
            options,
        }))
    }

    pub(crate) fn limits(&self) -> Limits {
        self.options.limits
    }

    /// What limits the bandwidth.
    pub(crate) fn throttle(&self) -> &Arc<Throttle> {
        &self.throttle
    }

    /// How far the servers are.
    pub(crate) fn distance(&self) -> &Distance {
        &self.ways.distance
    }

    /// A new cancel scope, with the warm connections of an earlier one if there are any.
    pub(crate) fn session(self: &Arc<Self>) -> Arc<Session> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let is_new = idle.is_none();
        let scope = idle.unwrap_or_else(|| self.new_scope());
        scope.dialer.warm.open();
        Arc::new(Session {
            is_new,
            network: self.clone(),
            scope,
            pauses: pause::Pauses::new(),
        })
    }

    fn new_scope(&self) -> Scope {
        let limits = self.options.limits;
        let connections = self.options.max_connections;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Names, proxies, limits on connecting: all of it is the dialer's.
            .proxy(None)
            .user_agent(self.options.user_agent.as_str())
            .timeout_recv_response(Some(limits.reply))
            .timeout_per_read(Some(limits.stall))
            .timeout_per_write(Some(limits.stall))
            // ureq takes what comes behind an informational reply for headers; the connections have a limit of their own.
            .max_response_header_size(tls::INPUT_BUFFER)
            .input_buffer_size(tls::INPUT_BUFFER)
            .output_buffer_size(tls::OUTPUT_BUFFER)
            .max_idle_connections(connections.saturating_add(4))
            .max_idle_connections_per_host(connections)
            .build();
        let cancelled = Arc::new(AtomicBool::new(false));
        let dialer = Arc::new(dial::Dialer {
            ways: self.ways.clone(),
            cancelled: cancelled.clone(),
            warm: warm::Warm::default(),
        });
        let connector = dial::Shared(dialer.clone());
        Scope {
            agent: ureq::Agent::with_parts(config, connector, dial::NoResolver),
            dialer,
            cancelled,
        }
    }
}

/// One cancel scope.
pub(crate) struct Session {
    network: Arc<Network>,
    scope: Scope,
    /// It began without connections.
    is_new: bool,
    pauses: pause::Pauses,
}

impl Session {
    /// Breaks off every request and pause of this scope, now and in future.
    pub(crate) fn cancel(&self) {
        self.pauses.cancel(&self.scope.cancelled);
        self.scope.agent.clone().shutdown();
        self.cool_down();
    }

    /// Makes a connection that the next request to this address may use, and waits until it is ready or has failed. Whether it is
    /// ready.
    pub(crate) fn warm_up(&self, url: &str) -> bool {
        url.parse().is_ok_and(|uri| self.scope.dialer.warm_up(&uri))
    }

    /// Closes the connections that were made in vain, and makes no more.
    pub(crate) fn cool_down(&self) {
        self.scope.dialer.warm.close();
    }

    /// What this thread asks for from here on can be broken off by [`Session::hang_up`], until it is dropped.
    pub(crate) fn begin_errand(&self) -> Errand {
        self.network.ways.lines.begin()
    }

    /// Ends the connection that is used for it now, and only that. Whether there is one.
    pub(crate) fn hang_up(&self, errand: u64) -> bool {
        self.network.ways.lines.hang_up(errand)
    }

    /// Whether that has happened, and no other connection is used for it since.
    pub(crate) fn has_hung_up(&self, errand: u64) -> bool {
        self.network.ways.lines.has_hung_up(errand)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.scope.cancelled.load(Ordering::Acquire)
    }

    /// An error once the scope is cancelled.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::cancelled());
        }
        Ok(())
    }

    /// Waits, unless cancelled.
    pub(crate) fn pause(&self, time: Duration) -> Result<()> {
        self.check()?;
        let then = Instant::now()
            .checked_add(time)
            .ok_or_else(|| Error::new(ErrorKind::Timeout, "The pause is too long."))?;
        match self.pauses.until(then, &self.scope.cancelled) {
            true => Ok(()),
            false => Err(Error::cancelled()),
        }
    }

    /// Whether it began without connections that others had made.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    pub(crate) fn limits(&self) -> Limits {
        self.network.limits()
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.network.throttle
    }

    pub(crate) fn distance(&self) -> &Distance {
        self.network.distance()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.is_cancelled() {
            return;
        }
        self.cool_down();
        let mut idle = self
            .network
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // More than a few scopes at rest means more idle connections than anyone will use again.
        if idle.len() < 4 {
            idle.push(self.scope.clone());
        }
    }
}
