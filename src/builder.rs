//! The options of a client.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::aps::{self, Api, Credentials};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::threads::Threads;
use crate::transfer::{Engine, EngineOptions};
use crate::transport::{Limits, Network, NetworkOptions, Proxy};

/// Connections at the most, unless told otherwise. How many of them are used depends on the road.
const DEFAULT_CONNECTIONS: u32 = 128;
/// And of those so many for few files from afar at once: more have to show that they help.
const DEFAULT_AT_ONCE: u32 = 64;

/// The options of a [`Client`]. Each setter checks its value at once.
///
/// ```
/// # fn main() -> apsfetch::Result<()> {
/// let client = apsfetch::Client::builder()
///     .access_token("eyJhbGciOi")?
///     .region("EMEA")?
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    base_url: String,
    access_token: Option<Secret>,
    credentials: Option<(String, Secret, String)>,
    login: Option<(String, Secret, String)>,
    token_wait: Duration,
    region: Option<String>,
    emea_path: bool,
    max_connections: Option<u32>,
    part_size: u64,
    connect_timeout: Duration,
    reply_timeout: Duration,
    stall_timeout: Duration,
    retry_timeout: Duration,
    ca_file: Option<PathBuf>,
    proxy: Proxy,
    user_agent: String,
    durable: bool,
    disk_timeout: Duration,
    bandwidth_limit: u64,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        ClientBuilder {
            base_url: aps::DEFAULT_BASE_URL.to_owned(),
            access_token: None,
            credentials: None,
            login: None,
            token_wait: Duration::ZERO,
            region: None,
            emea_path: false,
            max_connections: None,
            part_size: 0,
            connect_timeout: Duration::from_secs(30),
            reply_timeout: Duration::from_secs(60),
            stall_timeout: Duration::from_secs(30),
            retry_timeout: Duration::from_secs(40),
            ca_file: None,
            proxy: Proxy::System,
            user_agent: concat!("apsfetch/", env!("CARGO_PKG_VERSION")).to_owned(),
            durable: false,
            disk_timeout: Duration::from_secs(60),
            bandwidth_limit: 0,
        }
    }
}

impl ClientBuilder {
    /// Where APS is. The default is `https://developer.api.autodesk.com`; a sandbox is somewhere else.
    pub fn base_url(mut self, url: &str) -> Result<Self> {
        crate::transport::origin(url, "base URL")?;
        if url.contains(['?', '#']) {
            return Err(Error::invalid("The base URL must not have a query."));
        }
        self.base_url = url.to_owned();
        Ok(self)
    }

    /// A token the host has got, without the word `Bearer`. It can be changed later with
    /// [`Client::set_access_token`].
    pub fn access_token(mut self, token: &str) -> Result<Self> {
        self.access_token = Some(check_token(token)?);
        Ok(self)
    }

    /// Client id and secret of an APS app, with which the library gets its own token and renews it.
    /// `scopes` are separated by spaces, such as `data:read viewables:read`.
    pub fn client_credentials(
        mut self,
        client_id: &str,
        client_secret: &str,
        scopes: &str,
    ) -> Result<Self> {
        for (value, name) in [
            (client_id, "client id"),
            (client_secret, "client secret"),
            (scopes, "list of scopes"),
        ] {
            check_words(value, name)?;
        }
        self.credentials = Some((
            client_id.to_owned(),
            Secret::new(client_secret),
            scopes.to_owned(),
        ));
        self.login = None;
        Ok(self)
    }

    /// Goes on with a [`Login`](crate::Login) of an earlier run: the client gets its access tokens with the
    /// refresh token that the host has kept ([`Client::refresh_token`]). It takes the place of
    /// [`ClientBuilder::client_credentials`]. `scopes` are separated by spaces, and no more than the login
    /// granted; an empty text means the same ones.
    ///
    /// APS replaces the refresh token at each renewal, so the host has to keep the new one each time.
    pub fn refresh_token(
        mut self,
        client_id: &str,
        refresh_token: &str,
        scopes: &str,
    ) -> Result<Self> {
        check_words(client_id, "client id")?;
        if !scopes.is_empty() {
            check_words(scopes, "list of scopes")?;
        }
        let token = refresh_token.trim();
        if !aps::is_token(token) {
            return Err(Error::invalid(
                "The refresh token is empty or has characters that a token cannot have.",
            ));
        }
        self.login = Some((client_id.to_owned(), Secret::new(token), scopes.to_owned()));
        self.credentials = None;
        Ok(self)
    }

    /// How long a job waits for [`Client::set_access_token`] when APS refuses the token or there is none.
    /// The default is zero: the items fail with [`ErrorKind::Auth`](crate::ErrorKind::Auth) at once. Blocking calls,
    /// such as [`Client::sign`], never wait: they fail, and can be made again with another token.
    pub fn token_wait(mut self, wait: Duration) -> Self {
        self.token_wait = wait;
        self
    }

    /// The data centre of the designs: `US` (APS's default), `EMEA`, `AUS`, `CAN`, `DEU`, `IND`, `JPN`, `GBR`
    /// or any later name.
    pub fn region(mut self, region: &str) -> Result<Self> {
        self.region = Some(aps::region(region)?);
        Ok(self)
    }

    /// Uses the older EMEA form of the addresses (`…/v2/regions/eu/designdata/…`) instead of the region header.
    pub fn emea_path(mut self, emea_path: bool) -> Self {
        self.emea_path = emea_path;
        self
    }

    /// Connections at the most, for all jobs of the client together: 1 to 256. The default is 128, or fewer where the
    /// process may not have so many files open; the engine uses as many of them as make the download faster. A large file from
    /// afar gets all of them at once if they were set, and 64 if not.
    pub fn max_connections(mut self, connections: u32) -> Result<Self> {
        if !(1..=256).contains(&connections) {
            return Err(Error::invalid("The number of connections is 1 to 256."));
        }
        self.max_connections = Some(connections);
        Ok(self)
    }

    /// Bytes a second that all downloads of the client together may take, so that an office can go on working: from 1024;
    /// 0, the default, is no limit. [`Client::set_bandwidth_limit`] changes it while jobs run. Replies of the API and uploads
    /// are not counted.
    pub fn bandwidth_limit(mut self, bytes_per_second: u64) -> Result<Self> {
        self.bandwidth_limit = check_bandwidth(bytes_per_second)?;
        Ok(self)
    }

    /// Bytes of a part, from 64 KiB; 0, the default, lets the engine choose. The first part of a file whose size nobody
    /// knows yet has its usual length all the same.
    pub fn part_size(mut self, bytes: u64) -> Result<Self> {
        if bytes != 0 && bytes < 64 * 1024 {
            return Err(Error::invalid(
                "The part size is at least 65536 bytes, or 0 to let the library choose.",
            ));
        }
        self.part_size = bytes;
        Ok(self)
    }

    /// The limit on each connection, until it is ready for a request: resolving the name, connecting, a proxy and TLS
    /// together. 1 ms to a day; the default is 30 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Result<Self> {
        self.connect_timeout = check_limit(limit, "connect timeout")?;
        Ok(self)
    }

    /// The limit on the wait for a reply, until its headers are complete; for each redirect anew. The body of an API
    /// reply may take as long again, and a second more for each 4 KiB. The reply to an upload may take a second more for
    /// each 16 KiB of its last 4 MiB, which the system may still have to send. 1 ms to a day; the default is 60 s.
    pub fn reply_timeout(mut self, limit: Duration) -> Result<Self> {
        self.reply_timeout = check_limit(limit, "reply timeout")?;
        Ok(self)
    }

    /// A connection that moves next to nothing (less than 34 bytes a second) for this long is given up and replaced. 1 ms to a day;
    /// the default is 30 s. There is no limit on a whole download: a slow one that moves is never broken off.
    pub fn stall_timeout(mut self, limit: Duration) -> Result<Self> {
        self.stall_timeout = check_limit(limit, "stall timeout")?;
        Ok(self)
    }

    /// How long failures that may pass (a broken connection, a name that is not resolved, a busy service) are answered by
    /// trying again, counted from the first failure since the last progress. Waits that the service asks for
    /// (`Retry-After`, 120 s at the most) are added, up to 5 minutes. 1 ms to a day; the default is 40 s, in which a
    /// change of network or VPN is over.
    pub fn retry_timeout(mut self, limit: Duration) -> Result<Self> {
        self.retry_timeout = check_limit(limit, "retry timeout")?;
        Ok(self)
    }

    /// How long a drive may take for one operation, such as a write to a network drive; forcing a file to the disk may
    /// take ten times as long. After that the file fails with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout). 1 ms
    /// to a day; the default is 60 s. The thread that is stuck cannot be freed: dropping the client waits for it.
    pub fn disk_timeout(mut self, limit: Duration) -> Result<Self> {
        self.disk_timeout = check_limit(limit, "disk timeout")?;
        Ok(self)
    }

    /// Certificates in PEM form to trust beside those of the operating system, such as a firm's own authority.
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Self {
        self.ca_file = Some(path.as_ref().to_owned());
        self
    }

    /// The proxy: `http://user:password@host:port`, or `https://…` for TLS to the proxy itself; an empty text for none
    /// whatever the environment says. User and password are percent-encoded, and sent as Basic authentication. It is
    /// used for every host: `NO_PROXY` does not count.
    ///
    /// The default is what the computer says, for every host but itself: the first of `HTTPS_PROXY`, `ALL_PROXY` and
    /// `HTTP_PROXY` that is set (in lower case, too) with the exceptions in `NO_PROXY`, or else the settings of Windows.
    pub fn proxy(mut self, address: &str) -> Result<Self> {
        self.proxy = match address.trim() {
            "" => Proxy::Direct,
            address => {
                crate::transport::check_proxy(address)?;
                Proxy::Address(Secret::new(address))
            }
        };
        Ok(self)
    }

    /// Whether each file is forced to the disk (`fsync`) before it takes the place of the target, and its folder
    /// after that. It is off by default: a process that is killed never leaves a wrong file either way, but
    /// after a power failure a file that had just been finished may have lost bytes. It costs time, on small files
    /// more than their download.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// What the library calls itself to the servers, such as `MyPlugin/2.1`. The default is `apsfetch/VERSION`.
    pub fn user_agent(mut self, name: &str) -> Result<Self> {
        let usable = (1..=256).contains(&name.len())
            && name.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !usable {
            return Err(Error::invalid(
                "The user agent must have 1 to 256 printable ASCII characters.",
            ));
        }
        self.user_agent = name.to_owned();
        Ok(self)
    }

    /// Makes the client. Nothing is sent yet.
    pub fn build(self) -> Result<Client> {
        let threads = Threads::default();
        let max_connections = self
            .max_connections
            .unwrap_or_else(|| affordable(open_files()));
        let at_once = self
            .max_connections
            .unwrap_or(DEFAULT_AT_ONCE)
            .min(max_connections);
        let network = Network::new(
            NetworkOptions {
                user_agent: self.user_agent,
                max_connections: max_connections as usize,
                limits: Limits {
                    connect: self.connect_timeout,
                    reply: self.reply_timeout,
                    stall: self.stall_timeout,
                    retry: self.retry_timeout,
                },
                ca_file: self.ca_file,
                proxy: self.proxy,
                bandwidth_limit: self.bandwidth_limit,
            },
            threads.clone(),
        )?;
        let throttle = network.throttle().clone();
        let credentials = match (self.credentials, self.login) {
            (Some((id, secret, scopes)), _) => Credentials::Client { id, secret, scopes },
            (None, Some((client_id, token, scopes))) => Credentials::Refresh {
                client_id,
                token,
                scopes,
            },
            (None, None) => Credentials::Host,
        };
        let api = Api::new(
            network,
            &self.base_url,
            self.region,
            self.emea_path,
            self.access_token,
            credentials,
            self.token_wait,
            threads.clone(),
        )?;
        let engine = Engine::new(
            EngineOptions {
                max_connections: max_connections as usize,
                at_once: at_once as usize,
                part_size: self.part_size,
                durable: self.durable,
                disk_timeout: self.disk_timeout,
            },
            throttle,
            threads,
        );
        let told = Arc::downgrade(&engine);
        api.network.distance().when_known(move |road| {
            if let Some(engine) = told.upgrade() {
                engine.found(road);
            }
        });
        Ok(Client::from_parts(Arc::new(api), engine))
    }
}

/// The default for a process that may have so many files open: each connection needs one for itself and one for what it
/// writes, and the host needs some as well.
fn affordable(open_files: Option<u64>) -> u32 {
    let ours = open_files.map_or(u64::MAX, |limit| limit.saturating_sub(64) / 3);
    u32::try_from(ours)
        .unwrap_or(u32::MAX)
        .clamp(8, DEFAULT_CONNECTIONS)
}

/// How many files this process may have open, if there is a limit: on macOS a program that was not started from a shell
/// may have 256.
#[cfg(unix)]
fn open_files() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(now, _)| now)
}

#[cfg(windows)]
fn open_files() -> Option<u64> {
    None
}

/// The slowest limit that is taken: below it, servers would give up first.
const LEAST_BANDWIDTH: u64 = 1024;

pub(crate) fn check_bandwidth(bytes_per_second: u64) -> Result<u64> {
    if (1..LEAST_BANDWIDTH).contains(&bytes_per_second) {
        return Err(Error::invalid(format!(
            "The bandwidth limit is at least {LEAST_BANDWIDTH} bytes per second, or 0 for none."
        )));
    }
    Ok(bytes_per_second)
}

fn check_limit(limit: Duration, name: &str) -> Result<Duration> {
    if limit.is_zero() || limit > Duration::from_secs(24 * 3600) {
        return Err(Error::invalid(format!(
            "The {name} must be more than nothing and at most a day."
        )));
    }
    Ok(limit)
}

/// An id, a secret or a list of scopes.
pub(crate) fn check_words(value: &str, name: &str) -> Result<()> {
    if value.trim().is_empty() || value.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "The {name} is empty or has a control character."
        )));
    }
    Ok(())
}

pub(crate) fn check_token(token: &str) -> Result<Secret> {
    let token = token.trim();
    if !aps::is_token(token) {
        return Err(Error::invalid(
            "The access token is empty or has characters that a token cannot have. Give it without the word `Bearer`.",
        ));
    }
    Ok(Secret::new(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_may_open_few_files_gets_fewer_connections() {
        for (open_files, connections) in [
            (None, 128),
            (Some(1_048_576), 128),
            (Some(1024), 128),
            (Some(256), 64),
            (Some(100), 12),
            (Some(10), 8),
        ] {
            assert_eq!(affordable(open_files), connections, "{open_files:?}");
        }
    }
}
