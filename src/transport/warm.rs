//! Connections that are made before there is anything to ask for: while the first reply of a file from afar is awaited, which says
//! how large it is, the connections for the rest of it get ready.

use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ShutdownHandle, Transport};

use crate::error::{Error, Result};

/// Servers close connections over which nothing is asked.
const FRESH: Duration = Duration::from_secs(5);

/// Those of one cancel scope.
#[derive(Default)]
pub(super) struct Warm {
    stock: Mutex<Stock>,
}

#[derive(Default)]
struct Stock {
    ready: Vec<Ready>,
    /// Of those that are being made as well.
    sockets: Vec<Weak<dyn ShutdownHandle>>,
    cancelled: bool,
}

/// A connection that nobody has used.
pub(super) struct Ready {
    pub(super) transport: Box<dyn Transport>,
    pub(super) socket: Weak<dyn ShutdownHandle>,
    place: String,
    made: Instant,
}

impl Warm {
    fn lock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection has begun; from here on, cancelling ends it.
    pub(super) fn begin(&self, socket: Weak<dyn ShutdownHandle>) -> Result<()> {
        let mut stock = self.lock();
        if stock.cancelled {
            return Err(Error::cancelled());
        }
        stock.sockets.push(socket);
        Ok(())
    }

    /// It is ready to be used.
    pub(super) fn keep(
        &self,
        place: String,
        transport: Box<dyn Transport>,
        socket: Weak<dyn ShutdownHandle>,
    ) {
        let mut stock = self.lock();
        if !stock.cancelled {
            stock.ready.push(Ready {
                transport,
                socket,
                place,
                made: Instant::now(),
            });
        }
    }

    /// One that leads there, if there is one.
    pub(super) fn take(&self, place: &str) -> Option<Ready> {
        let mut stock = self.lock();
        let now = Instant::now();
        let old = |ready: &Ready| now.saturating_duration_since(ready.made) > FRESH;
        stock.ready.retain(|ready| !old(ready));
        let at = stock.ready.iter().position(|ready| ready.place == place)?;
        Some(stock.ready.swap_remove(at))
    }

    /// Closes what nobody has used.
    pub(super) fn clear(&self) {
        let mut stock = self.lock();
        let unused = std::mem::take(&mut stock.ready);
        stock.sockets.retain(|socket| socket.strong_count() > 0);
        drop(stock);
        drop(unused);
    }

    /// Breaks off those that are being made, and makes no more.
    pub(super) fn cancel(&self) {
        let sockets = {
            let mut stock = self.lock();
            stock.cancelled = true;
            std::mem::take(&mut stock.sockets)
        };
        for socket in sockets {
            if let Some(socket) = socket.upgrade() {
                socket.shutdown();
            }
        }
        self.clear();
    }
}
