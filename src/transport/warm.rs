//! Connections that are made before there is anything to ask for: while the first reply of a file from afar is awaited, which says
//! how large it is, the connections for the rest of it get ready.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
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
    making: Vec<Weak<dyn ShutdownHandle>>,
    /// Ends those that are being made.
    stop: Arc<AtomicBool>,
    closed: bool,
}

/// A connection that nobody has used.
pub(super) struct Ready {
    pub(super) transport: Box<dyn Transport>,
    pub(super) socket: Weak<dyn ShutdownHandle>,
    place: String,
    made: Instant,
}

/// One that is being made.
pub(super) struct Making<'a> {
    warm: &'a Warm,
    /// Nobody wants it any more.
    pub(super) stop: Arc<AtomicBool>,
}

impl Making<'_> {
    /// Its socket; from here on it can be broken off there as well.
    pub(super) fn register(&self, socket: Weak<dyn ShutdownHandle>) -> Result<()> {
        let mut stock = self.warm.lock();
        if self.stop.load(Ordering::Acquire) {
            return Err(Error::cancelled());
        }
        stock.making.push(socket);
        Ok(())
    }

    /// It is ready to be used. Whether anybody wants it still.
    pub(super) fn keep(
        self,
        place: String,
        transport: Box<dyn Transport>,
        socket: Weak<dyn ShutdownHandle>,
    ) -> bool {
        let mut stock = self.warm.lock();
        if self.stop.load(Ordering::Acquire) {
            return false;
        }
        stock.making.retain(|other| !other.ptr_eq(&socket));
        stock.ready.push(Ready {
            transport,
            socket,
            place,
            made: Instant::now(),
        });
        true
    }
}

impl Warm {
    fn lock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self) -> Making<'_> {
        let stop = self.lock().stop.clone();
        Making { warm: self, stop }
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

    /// Nobody wants them any more: ends those that are ready, breaks off those that are being made, and makes no more.
    pub(super) fn close(&self) {
        let (ready, making) = {
            let mut stock = self.lock();
            stock.closed = true;
            stock.stop.store(true, Ordering::Release);
            (
                std::mem::take(&mut stock.ready),
                std::mem::take(&mut stock.making),
            )
        };
        for socket in making {
            if let Some(socket) = socket.upgrade() {
                socket.shutdown();
            }
        }
        drop(ready);
    }

    /// For the next one who uses the scope.
    pub(super) fn open(&self) {
        let mut stock = self.lock();
        if stock.closed {
            stock.closed = false;
            stock.stop = Arc::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_after_the_end_is_stopped_until_somebody_opens_again() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let socket: Arc<dyn ShutdownHandle> = Arc::new(stream);
        let of_it = || Arc::downgrade(&socket);
        let warm = Warm::default();
        let early = warm.begin();
        assert!(early.register(of_it()).is_ok());
        warm.close();
        let late = warm.begin();
        for making in [&early, &late] {
            assert!(making.stop.load(Ordering::Acquire));
            assert!(making.register(of_it()).is_err());
        }
        warm.open();
        assert!(early.register(of_it()).is_err(), "of another time");
        assert!(warm.begin().register(of_it()).is_ok());
    }
}
