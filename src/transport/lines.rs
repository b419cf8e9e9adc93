//! Which connection is used for what, so that one over which nothing comes any more can be ended while a thread waits for it.
//!
//! ureq takes a connection out of its pool inside a request, and does not say which one. The connection says so itself, when it
//! sends for a thread that has said what for.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ureq::unversioned::transport::ShutdownHandle;

thread_local! {
    /// What this thread sends for; 0 is nothing that anybody would end. Without a destructor, which would outlive an unloaded library.
    static ERRAND: Cell<u64> = const { Cell::new(0) };
}

/// The connections of one client that are used for an errand.
#[derive(Default)]
pub(super) struct Lines {
    latest: AtomicU64,
    used: Mutex<HashMap<u64, Line>>,
}

/// What an errand uses now.
enum Line {
    Used(Weak<dyn ShutdownHandle>),
    /// It was ended, and no other is used since.
    Ended,
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Line>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this thread asks for from here on is one errand, until it is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Errand {
        let number = self
            .latest
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        ERRAND.set(number);
        Errand {
            lines: self.clone(),
            number,
        }
    }

    /// This thread sends over such a connection.
    pub(super) fn note<S: ShutdownHandle + 'static>(&self, socket: &Arc<S>) {
        let number = ERRAND.get();
        if number != 0 {
            let socket: Arc<dyn ShutdownHandle> = socket.clone();
            let line = Line::Used(Arc::downgrade(&socket));
            self.lock().insert(number, line);
        }
    }

    /// This thread begins a request. The connection it used before may be somebody else's by now.
    pub(super) fn forget(&self) {
        let number = ERRAND.get();
        if number != 0 {
            self.lock().remove(&number);
        }
    }

    /// Ends the connection that an errand uses now. The thread that waits for it gets an error. Whether there is one.
    pub(super) fn hang_up(&self, number: u64) -> bool {
        let mut used = self.lock();
        let Some(line) = used.get_mut(&number) else {
            return false;
        };
        if let Line::Used(socket) = line {
            if let Some(socket) = socket.upgrade() {
                socket.shutdown();
            }
            *line = Line::Ended;
        }
        true
    }

    /// Whether that has happened, and no other connection is used for it since.
    pub(super) fn has_hung_up(&self, number: u64) -> bool {
        matches!(self.lock().get(&number), Some(Line::Ended))
    }
}

/// What a thread asks for, over one connection after the other.
pub(crate) struct Errand {
    lines: Arc<Lines>,
    number: u64,
}

impl Errand {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Errand {
    fn drop(&mut self) {
        ERRAND.set(0);
        self.lines.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_connection_is_ended_only_for_what_it_is_used_for() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let streams = [(); 2].map(|()| Arc::new(TcpStream::connect(address).unwrap()));
        let [first, second] = &streams;
        let lines = Arc::new(Lines::default());
        lines.note(first);
        assert!(lines.lock().is_empty(), "nobody has said what for");
        let errand = lines.begin();
        lines.note(first);
        lines.note(second);
        let (peer, _) = listener.accept().unwrap();
        drop(peer);
        assert!(!lines.hang_up(errand.number() + 1));
        assert!(!lines.has_hung_up(errand.number()));
        assert!(lines.hang_up(errand.number()));
        assert!(lines.has_hung_up(errand.number()));
        // It would wait for ever otherwise: the peer of this one is still in the listener's queue.
        assert_eq!((&**second).read(&mut [0]).unwrap(), 0);
        lines.forget();
        assert!(
            !lines.hang_up(errand.number()),
            "the next request has none yet"
        );
        lines.note(first);
        assert!(!lines.has_hung_up(errand.number()));
        drop(errand);
        assert!(lines.lock().is_empty());
        lines.note(first);
        assert!(lines.lock().is_empty());
    }
}
