//! How many bytes a fast connection is waited for at once.
//!
//! A thread that is woken for each packet spends more on waking up than on the bytes. So Linux is told to wake it when 64 KiB
//! are there, as long as so many must still come, and only where they take a few milliseconds at the most.
//! Elsewhere nothing is told.

use std::cell::Cell;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How many bytes are waited for.
const LOW_WATER: u64 = 64 * 1024;
/// So many must be on their way. Linux takes what is there, and then wakes for as many again and not for the rest
/// of them: with twice as many, those will come.
const LEAST: u64 = 2 * LOW_WATER;
/// A connection that brings so many bytes ...
const WINDOW: u64 = 512 * 1024;
/// ... in this time, at least 50 MB/s, is fast.
const FAST: Duration = Duration::from_millis(10);
/// And one that lets us wait for so long once is not.
const SLOW: Duration = Duration::from_millis(20);

thread_local! {
    static COMING: Cell<u64> = const { Cell::new(0) };
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// What the thread that reads a body knows of it, until this is dropped.
pub(crate) struct Coming(());

impl Coming {
    pub(crate) fn new() -> Self {
        Coming(())
    }

    /// So many bytes of the body, at least, have not been handed out yet.
    #[expect(clippy::unused_self, reason = "whoever says so takes it back")]
    pub(crate) fn set(&self, bytes: u64) {
        COMING.set(bytes);
    }

    /// No other thread reads a body: there is memory for more at once.
    #[expect(clippy::unused_self, reason = "whoever says so takes it back")]
    pub(crate) fn alone(&self, alone: bool) {
        ALONE.set(alone);
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        COMING.set(0);
        ALONE.set(false);
    }
}

/// Waits, where so many of the bytes that are to come have been received before.
pub(super) fn holding<R>(received: usize, wait: impl FnOnce() -> R) -> R {
    let coming = COMING.get();
    COMING.set(coming.saturating_sub(received as u64));
    let outcome = wait();
    COMING.set(coming);
    outcome
}

/// Of one connection.
#[derive(Debug, Default)]
pub(super) struct LowWater {
    fast: bool,
    /// Since when, and how many bytes.
    window: Option<(Instant, u64)>,
    /// The system was told.
    set: bool,
}

impl LowWater {
    /// Whether the connection has brought so much lately.
    pub(super) fn is_fast(&self) -> bool {
        self.fast
    }

    /// And nobody else reads.
    pub(super) fn is_fast_and_alone(&self) -> bool {
        self.fast && ALONE.get()
    }

    /// Before a wait. Under a limit of our own less is `wanted`, and where there is room for much more, what has piled up
    /// will do.
    pub(super) fn prepare(&mut self, stream: &TcpStream, wanted: bool) {
        let wanted = self.fast && wanted && COMING.get() >= LEAST;
        if wanted != self.set && tell(stream, if wanted { LOW_WATER } else { 1 }) {
            self.set = wanted;
        }
    }

    /// After one, which took so long and brought so many bytes.
    pub(super) fn note(&mut self, begun: Instant, waited: Duration, count: usize) {
        if waited > SLOW {
            (self.fast, self.window) = (false, None);
            return;
        }
        let (since, bytes) = self.window.unwrap_or((begun, 0));
        let bytes = bytes.saturating_add(count as u64);
        if bytes < WINDOW {
            self.window = Some((since, bytes));
            return;
        }
        let taken = begun
            .saturating_duration_since(since)
            .saturating_add(waited);
        (self.fast, self.window) = (taken <= FAST, None);
    }
}

#[cfg(target_os = "linux")]
fn tell(stream: &TcpStream, bytes: u64) -> bool {
    use nix::sys::socket::{setsockopt, sockopt};
    // nix has no name for it.
    #[derive(Clone, Copy, Debug)]
    struct ReceiveLowWater;
    nix::setsockopt_impl!(
        ReceiveLowWater,
        libc::SOL_SOCKET,
        libc::SO_RCVLOWAT,
        usize,
        sockopt::SetUsize
    );
    usize::try_from(bytes).is_ok_and(|bytes| setsockopt(stream, ReceiveLowWater, &bytes).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn tell(_stream: &TcpStream, _bytes: u64) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write as _};
    use std::net::TcpListener;

    use super::super::socket::look;
    use super::*;

    const KIB: usize = 1024;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    fn fast() -> LowWater {
        let mut low_water = LowWater::default();
        low_water.note(Instant::now(), Duration::ZERO, 512 * KIB);
        low_water
    }

    #[test]
    fn only_a_fast_connection_with_much_to_come_is_waited_for() {
        let (stream, _server) = pair();
        let told = |low_water: &mut LowWater, coming: u64, limited: bool| {
            let rest = Coming::new();
            rest.set(coming);
            low_water.prepare(&stream, !limited);
            low_water.set
        };
        let mut slow = LowWater::default();
        slow.note(Instant::now(), Duration::from_millis(11), 512 * KIB);
        assert!(!told(&mut slow, u64::MAX, false));
        let mut low_water = fast();
        assert!(told(&mut low_water, LEAST, false));
        assert!(!told(&mut low_water, LEAST - 1, false));
        assert!(told(&mut low_water, LEAST, false));
        assert!(!told(&mut low_water, LEAST, true), "a limit of our own");
        assert!(told(&mut low_water, LEAST, false));
        // What comes next is not known.
        low_water.prepare(&stream, true);
        assert!(!low_water.set);
        assert!(told(&mut low_water, LEAST, false));
        low_water.note(Instant::now(), Duration::from_millis(21), 512 * KIB);
        assert!(!told(&mut low_water, LEAST, false), "it is slow by now");
    }

    #[test]
    fn what_was_received_already_does_not_come_again() {
        let coming = Coming::new();
        coming.set(100);
        assert_eq!(holding(30, || holding(20, || COMING.get())), 50);
        assert_eq!(holding(300, || COMING.get()), 0);
        assert_eq!(COMING.get(), 100);
        drop(coming);
        assert_eq!(COMING.get(), 0);
    }

    /// Linux takes what is there and then waits for the low water mark once more, whatever the reader has got by then.
    #[test]
    fn nobody_waits_for_more_than_comes() {
        let (mut stream, mut server) = pair();
        let limit = Duration::from_secs(5);
        stream.set_read_timeout(Some(limit)).unwrap();
        let bodies: Vec<_> = (60..200).map(|number| number * KIB + number).collect();
        let expected = bodies.clone();
        let (written, turns) = std::sync::mpsc::channel();
        let (next, read) = std::sync::mpsc::channel();
        let looking = stream.try_clone().unwrap();
        let sender = std::thread::spawn(move || {
            for body in bodies {
                let bytes = vec![1; body];
                // Less than the mark is there when the reader comes, and the rest follows when it has taken that.
                let (first, rest) = bytes.split_at(body % 53 * KIB + 1);
                server.write_all(first).unwrap();
                written.send(()).unwrap();
                while look(&looking).is_ok() {
                    std::thread::yield_now();
                }
                server.write_all(rest).unwrap();
                read.recv().unwrap();
            }
        });
        let mut low_water = fast();
        let mut room = vec![0; 128 * KIB];
        let mut waited = 0;
        for body in expected {
            turns.recv().unwrap();
            let begun = Instant::now();
            let coming = Coming::new();
            let mut left = body;
            while left > 0 {
                coming.set(left as u64);
                low_water.prepare(&stream, true);
                waited += usize::from(low_water.set);
                left -= stream.read(&mut room).unwrap();
            }
            // Whoever waits in vain gets what there is after the limit.
            assert!(begun.elapsed() < limit, "{body}");
            next.send(()).unwrap();
        }
        sender.join().unwrap();
        assert!(waited > 50, "{waited}");
    }
}
