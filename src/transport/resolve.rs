//! Host names to addresses, with a limit on time and without stray threads.
//!
//! The operating system's lookup cannot be interrupted, so it runs on a thread of its own. One lookup
//! for each host is under way at a time, its answer serves all connections for a short while, and its
//! thread is joined when the client is freed.

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::threads::Threads;

/// Long enough for all connections of one job to start, short enough to follow a change of network.
const KEEP: Duration = Duration::from_secs(20);
/// How often a waiting connection looks whether its job was cancelled.
const LOOK: Duration = Duration::from_millis(50);
/// More than a host has in good faith.
const MAX_ADDRESSES: usize = 16;

enum Lookup {
    UnderWay,
    Found(Vec<SocketAddr>, Instant),
    Failed(Option<i32>),
}

/// The lookups of one client.
pub(super) struct Names {
    threads: Threads,
    lookups: Mutex<HashMap<String, Lookup>>,
    changed: Condvar,
}

impl Names {
    pub(super) fn new(threads: Threads) -> Self {
        Names {
            threads,
            lookups: Mutex::new(HashMap::new()),
            changed: Condvar::new(),
        }
    }

    /// Looks a host up. `is_proxy` is for the messages.
    pub(super) fn resolve(
        self: &Arc<Self>,
        host: &str,
        port: u16,
        is_proxy: bool,
        limit: Duration,
        cancelled: &AtomicBool,
    ) -> Result<Vec<SocketAddr>, Error> {
        let key = format!("{host}:{port}");
        let whose = match is_proxy {
            true => "host name of the proxy",
            false => "host name",
        };
        let begun = Instant::now();
        let mut started = false;
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match lookups.get(&key) {
                Some(Lookup::Found(addresses, at)) if at.elapsed() < KEEP => {
                    return Ok(addresses.clone());
                }
                Some(Lookup::Failed(code)) if started => {
                    return Err(Error::new(
                        ErrorKind::Dns,
                        format!(
                            "The {whose}, {host}, could not be resolved. Check the network, the VPN and the DNS settings."
                        ),
                    )
                    .with_os_code(*code));
                }
                Some(Lookup::UnderWay) => started = true,
                _ => {
                    lookups.insert(key.clone(), Lookup::UnderWay);
                    started = true;
                    self.start(&key, host, port).inspect_err(|_| {
                        lookups.remove(&key);
                    })?;
                }
            }
            if cancelled.load(Ordering::Acquire) {
                return Err(Error::cancelled());
            }
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    format!(
                        "Resolving the {whose}, {host}, took longer than {} s. Check the network, the VPN and the DNS settings.",
                        limit.as_secs_f32()
                    ),
                ));
            }
            lookups = self
                .changed
                .wait_timeout(lookups, left.min(LOOK))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// The addresses led nowhere: the next connection looks again.
    pub(super) fn forget(&self, host: &str, port: u16) {
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{host}:{port}");
        if matches!(lookups.get(&key), Some(Lookup::Found(..))) {
            lookups.remove(&key);
        }
    }

    fn start(self: &Arc<Self>, key: &str, host: &str, port: u16) -> Result<(), Error> {
        let (names, key, host) = (self.clone(), key.to_owned(), host.to_owned());
        self.threads
            .spawn("apsfetch-dns", move || {
                // Whoever waits for the answer gets one, also when a bug ends this early.
                let found = std::panic::catch_unwind(|| {
                    crate::failpoint::here("resolver");
                    let found = (host.as_str(), port).to_socket_addrs()?;
                    std::io::Result::Ok(found.take(MAX_ADDRESSES).collect())
                });
                let answer = match found {
                    Ok(Ok(addresses)) => Lookup::Found(addresses, Instant::now()),
                    Ok(Err(error)) => Lookup::Failed(error.raw_os_error()),
                    Err(_) => Lookup::Failed(None),
                };
                let mut lookups = names.lookups.lock().unwrap_or_else(PoisonError::into_inner);
                lookups.insert(key, answer);
                names.changed.notify_all();
            })
            .map_err(|error| {
                Error::new(
                    ErrorKind::Resource,
                    "The operating system refused a thread for resolving a host name.",
                )
                .with_os_code(error.raw_os_error())
            })
    }
}
