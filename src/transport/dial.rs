//! From an address to a connection that is ready for a request: proxy, name, TCP, tunnel, TLS, all within one limit.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ureq::Timeout;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, NextTimeout, ShutdownHandle, Transport,
};

use super::connect::{Failed, Families};
use super::distance::{self, Distance};
use super::failure::{self, carry};
use super::line::Line;
use super::lines::Lines;
use super::proxy::{Proxies, ProxyAddress, Route};
use super::resolve::Names;
use super::socket::Socket;
use super::throttle::Throttle;
use super::tls::{self, Tls};
use super::tunnel;
use super::warm::Warm;
use crate::error::{Error, ErrorKind, Result};

/// What the connections of one client have in common.
pub(super) struct Ways {
    pub(super) names: Arc<Names>,
    pub(super) families: Families,
    pub(super) proxies: Proxies,
    pub(super) tls: Tls,
    pub(super) limit: Duration,
    pub(super) user_agent: String,
    pub(super) throttle: Arc<Throttle>,
    pub(super) lines: Arc<Lines>,
    pub(super) distance: Distance,
}

/// When a connection has to be ready.
pub(super) struct Deadline {
    pub(super) limit: Duration,
    until: Instant,
}

impl Deadline {
    pub(super) fn new(limit: Duration) -> Self {
        let now = Instant::now();
        Deadline {
            limit,
            // Limits are a day at most.
            until: now.checked_add(limit).unwrap_or(now),
        }
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// For a look at something on the way.
    pub(super) fn timeout_within(&self, look: Duration) -> NextTimeout {
        NextTimeout {
            after: self.left().min(look).into(),
            ..self.timeout()
        }
    }

    /// For reads and writes on the way.
    pub(super) fn timeout(&self) -> NextTimeout {
        NextTimeout {
            after: self.left().into(),
            reason: Timeout::Connect,
            ..NextTimeout::default()
        }
    }
}

/// Where a request goes.
pub(super) struct Target<'a> {
    https: bool,
    /// In brackets if it is an IPv6 address.
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl<'a> Target<'a> {
    fn of(uri: &'a Uri, https: bool) -> Self {
        Target {
            https,
            host: uri.host().unwrap_or_default(),
            port: uri.port_u16().unwrap_or(if https { 443 } else { 80 }),
        }
    }

    /// Under which name a connection to it is kept.
    fn name(&self) -> String {
        let place = distance::place(self.host, self.port);
        format!("{} {place}", if self.https { "https" } else { "http" })
    }
}

/// How an attempt to connect is broken off.
struct Way<'a> {
    /// Is told of a socket before anything is awaited over it. An error ends the attempt.
    register: &'a dyn Fn(Weak<dyn ShutdownHandle>) -> Result<()>,
    cancelled: &'a AtomicBool,
}

/// Makes the connections of one cancel scope.
pub(super) struct Dialer {
    pub(super) ways: Arc<Ways>,
    pub(super) cancelled: Arc<AtomicBool>,
    pub(super) warm: Warm,
}

impl Dialer {
    /// Makes a connection for somebody who will ask for something over it soon. It fails without a word: whoever asks then
    /// makes one of his own, and hears why that failed. Whether it is ready.
    pub(super) fn warm_up(&self, uri: &Uri) -> bool {
        let target = Target::of(uri, uri.scheme_str() == Some("https"));
        let making = self.warm.begin();
        let socket = OnceCell::new();
        let register = |of_it: Weak<dyn ShutdownHandle>| {
            making.register(of_it.clone())?;
            let _ = socket.set(of_it);
            Ok(())
        };
        let way = Way {
            register: &register,
            cancelled: &making.stop,
        };
        let outcome = self.dial(&target, &way);
        match (outcome, socket.into_inner()) {
            (Ok(transport), Some(socket)) => making.keep(target.name(), transport, socket),
            _ => false,
        }
    }

    fn dial(&self, target: &Target<'_>, way: &Way<'_>) -> Result<Box<dyn Transport>> {
        let deadline = Deadline::new(self.ways.limit);
        let line = match self.ways.proxies.route(target.host, target.port)? {
            Route::Direct => self.reach(target.host, target.port, false, way, &deadline)?,
            Route::Through(proxy) => self.tunnel(&proxy, target, way, &deadline)?,
        };
        match target.https {
            true => {
                let (tls, host) = (&self.ways.tls, target.host);
                // Reading the system's authorities can take longer than a far server's answer, and says nothing of it.
                tls.prepare()?;
                let place = distance::place(host, target.port);
                let mut seen = self.ways.distance.begin(&place);
                let stream = tls::handshake(tls, line, host, &deadline, Some(&mut seen))?;
                seen.end();
                Ok(Box::new(stream))
            }
            false => Ok(match line {
                Line::Socket(socket) => Box::new(socket),
                Line::Proxy(stream) => stream,
            }),
        }
    }

    fn tunnel(
        &self,
        proxy: &ProxyAddress,
        target: &Target<'_>,
        way: &Way<'_>,
        deadline: &Deadline,
    ) -> Result<Line> {
        let mut line = self.reach(&proxy.host, proxy.port, true, way, deadline)?;
        if proxy.https {
            let stream = tls::handshake(&self.ways.tls, line, &proxy.host, deadline, None)?;
            line = Line::Proxy(Box::new(stream));
        }
        tunnel::open(&mut line, proxy, target, &self.ways.user_agent, deadline)?;
        Ok(line)
    }

    /// A TCP connection to a host, which may be the proxy.
    fn reach(
        &self,
        host: &str,
        port: u16,
        is_proxy: bool,
        way: &Way<'_>,
        deadline: &Deadline,
    ) -> Result<Line> {
        let shown = match is_proxy {
            true => format!("the proxy {host}:{port}"),
            false => host.to_owned(),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = match bare.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => {
                let names = &self.ways.names;
                names.resolve(bare, port, is_proxy, deadline.left(), way.cancelled)?
            }
        };
        let key = format!("{bare}:{port}");
        // Apart from what TLS takes with it: that shows it where something on the way, such as a scanner, answers for the server.
        let place = format!("tcp {key}");
        let seen = self.ways.distance.begin(&place);
        let (families, until) = (&self.ways.families, deadline.until);
        let outcome = families.connect(&key, &addresses, until, way.cancelled, seen);
        let stream = match outcome {
            Ok(stream) => stream,
            Err(Failed::Cancelled) => return Err(Error::cancelled()),
            Err(failed) => {
                // The network may be another one by now, with other addresses.
                self.ways.names.forget(bare, port);
                return Err(match failed {
                    Failed::Io(error) => failure::unconnected(&shown, &error),
                    _ => Error::new(
                        ErrorKind::Timeout,
                        format!(
                            "No connection to {shown} within {} s. Check the network, the VPN, the proxy and the firewall.",
                            deadline.limit.as_secs_f32()
                        ),
                    ),
                });
            }
        };
        let socket = Socket::new(stream, self.ways.throttle.clone(), self.ways.lines.clone());
        // From here on, a cancelled scope shuts the socket down, also in the middle of a handshake.
        (way.register)(socket.shutdown_handle())?;
        Ok(Line::Socket(socket))
    }
}

thread_local! {
    /// Whether the thread has asked for a new connection. Without a destructor, which would outlive an unloaded library.
    static DIALLED: Cell<bool> = const { Cell::new(false) };
    /// When it got it.
    static READY: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Begins to look whether this thread dials: ureq does it inside a request, and does not say so.
pub(super) fn forget() {
    DIALLED.set(false);
    READY.set(None);
}

/// Whether it did. If not, the request went out on a connection that was kept.
pub(super) fn dialled() -> bool {
    DIALLED.get()
}

/// When the connection was ready, if it was a new one.
pub(super) fn ready() -> Option<Instant> {
    READY.get()
}

/// The same for ureq.
#[derive(Debug)]
pub(super) struct Shared(pub(super) Arc<Dialer>);

impl Connector for Shared {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _chained: Option<()>,
    ) -> std::result::Result<Option<Self::Out>, ureq::Error> {
        let register = |socket: Weak<dyn ShutdownHandle>| {
            (details.register_shutdown)(socket).map_err(|_| Error::cancelled())
        };
        let target = Target::of(details.uri, details.needs_tls());
        if let Some(ready) = self.0.warm.take(&target.name()) {
            register(ready.socket).map_err(carry)?;
            return Ok(Some(ready.transport));
        }
        DIALLED.set(true);
        let way = Way {
            register: &register,
            cancelled: &self.0.cancelled,
        };
        let transport = self.0.dial(&target, &way).map_err(carry)?;
        READY.set(Some(Instant::now()));
        Ok(Some(transport))
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}

/// ureq asks for the addresses before it knows whether a proxy is used; [`Dialer`] resolves what it needs.
#[derive(Debug)]
pub(super) struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
