//! A TCP connection as ureq sees it: every wait has a limit, and ureq's `shutdown` ends it at once.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::fd::AsRawFd as _;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ureq::Timeout;
use ureq::unversioned::transport::{Buffers, NextTimeout, ShutdownHandle, Transport};

use super::lines::Lines;
use super::low_water::{LowWater, holding};
use super::throttle::Throttle;
use super::tls::{INPUT_BUFFER, OUTPUT_BUFFER, headers_too_large};
use super::window::Window;

/// A rate below this counts as none: 1 KiB within the usual stall limit, in bytes per second.
const DRIP: u128 = 34;
/// The shortest limit a socket can be given; zero would mean none.
const SHORTEST: Duration = Duration::from_millis(1);

/// What a slow connection receives at once, and so what it takes of memory, over http.
const SLOW_BUFFER: usize = 64 * 1024;
/// And a fast one, if it is the only one: the fewer the reads, the less each byte costs.
const LONE_BUFFER: usize = 1024 * 1024;
/// Where so much fits, nothing is gained by waiting until there is more of it.
const AMPLE: usize = LONE_BUFFER / 2;

/// Whether a connection may be read from after its limit. Windows does not promise that nothing is lost.
const GOES_ON: bool = cfg!(unix);

pub(super) struct Socket {
    wire: Wire,
    /// For http. Under TLS nothing is kept here, so it takes no room.
    input: Window,
    output: Vec<u8>,
    /// ureq has taken something since the last bytes came.
    progress: bool,
}

/// The connection without ureq's buffers.
struct Wire {
    /// Shared with the handle through which a cancelled session shuts it down. The standard library says of that call
    /// that pending reads and writes return at once, on every platform.
    stream: Arc<TcpStream>,
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    pace: Pace,
    low_water: LowWater,
    throttle: Arc<Throttle>,
    lines: Arc<Lines>,
}

/// How long a body has been waited for since it last moved. The time between reads is the reader's own.
#[derive(Default)]
struct Pace {
    waited: Duration,
    bytes: usize,
}

impl Pace {
    fn note(&mut self, waited: Duration, bytes: usize, limit: Option<Duration>) {
        self.waited = self.waited.saturating_add(waited);
        self.bytes = self.bytes.saturating_add(bytes);
        let enough = limit.map_or(0, |limit| limit.as_millis().saturating_mul(DRIP) / 1000);
        if self.bytes as u128 >= enough.max(1) {
            *self = Pace::default();
        }
    }
}

impl Socket {
    pub(super) fn new(stream: TcpStream, throttle: Arc<Throttle>, lines: Arc<Lines>) -> Self {
        Socket {
            wire: Wire {
                stream: Arc::new(stream),
                read_limit: None,
                write_limit: None,
                pace: Pace::default(),
                low_water: LowWater::default(),
                throttle,
                lines,
            },
            input: Window::default(),
            output: Vec::new(),
            progress: false,
        }
    }

    fn allocate(&mut self) {
        if self.output.is_empty() {
            self.output = vec![0; OUTPUT_BUFFER];
        }
    }

    pub(super) fn shutdown_handle(&self) -> Weak<dyn ShutdownHandle> {
        let stream: Arc<dyn ShutdownHandle> = self.wire.stream.clone();
        Arc::downgrade(&stream)
    }

    /// Waits for bytes; 0 is the end.
    pub(super) fn receive(
        &mut self,
        into: &mut [u8],
        timeout: NextTimeout,
    ) -> Result<usize, ureq::Error> {
        self.wire.receive(into, timeout)
    }

    /// Waits at most so long for something to read, to the millisecond; a limit on a read may take some more. Whether there is
    /// something, or an end.
    #[cfg(unix)]
    pub(super) fn await_input(&self, wait: Duration) -> Option<bool> {
        use nix::errno::Errno;
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        use std::os::fd::AsFd as _;
        let wait = u16::try_from(wait.as_millis().saturating_add(1)).unwrap_or(u16::MAX);
        let mut socket = [PollFd::new(self.wire.stream.as_fd(), PollFlags::POLLIN)];
        let outcome = poll(&mut socket, PollTimeout::from(wait));
        Some(!matches!(outcome, Ok(0) | Err(Errno::EINTR)))
    }

    /// Cannot be told here.
    #[cfg(windows)]
    pub(super) fn await_input(&self, _wait: Duration) -> Option<bool> {
        None
    }

    /// Sends all of it.
    pub(super) fn send(&mut self, bytes: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.wire.send(bytes, timeout)
    }

    /// Whether it brings so much that it is worth more memory.
    pub(super) fn is_fast(&self) -> bool {
        self.wire.low_water.is_fast()
    }

    /// A connection at rest has nothing to read: neither an end nor anything unasked.
    pub(super) fn is_quiet(&mut self) -> bool {
        let outcome = look(&self.wire.stream);
        matches!(outcome, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// Looks whether there is something to read, without waiting.
#[cfg(unix)]
pub(super) fn look(stream: &TcpStream) -> io::Result<usize> {
    use nix::sys::socket::{MsgFlags, recv};
    let without_waiting = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
    Ok(recv(stream.as_raw_fd(), &mut [0], without_waiting)?)
}

#[cfg(windows)]
fn look(stream: &TcpStream) -> io::Result<usize> {
    stream.set_nonblocking(true)?;
    let outcome = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    outcome
}

impl Wire {
    /// Sets the limit on the next read, by a system call only if it is another one.
    fn limit_reads(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if !will_do(self.read_limit, limit, GOES_ON) {
            set(self.stream.set_read_timeout(limit))?;
            self.read_limit = limit;
        }
        Ok(())
    }

    fn limit_writes(&mut self, limit: Option<Duration>) -> io::Result<()> {
        if !will_do(self.write_limit, limit, false) {
            set(self.stream.set_write_timeout(limit))?;
            self.write_limit = limit;
        }
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        let timeout = timeout.for_write();
        self.lines.note(&self.stream);
        // For all of it: the buffer is small, and a peer that takes a byte now and then takes nothing.
        let until = left(&timeout).and_then(|left| Instant::now().checked_add(left));
        let mut rest = bytes;
        while !rest.is_empty() {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(ureq::Error::Timeout(timeout.reason));
            }
            self.limit_writes(left.map(|left| left.max(SHORTEST)))?;
            match (&*self.stream).write(rest) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::WriteZero).into()),
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_over(&error) => return Err(ureq::Error::Timeout(timeout.reason)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn receive(&mut self, into: &mut [u8], timeout: NextTimeout) -> Result<usize, ureq::Error> {
        let body = is_body(timeout.reason);
        if !body {
            self.pace = Pace::default();
        }
        let stall = timeout.per_read.filter(|_| body).map(|stall| *stall);
        let until = left(&timeout).and_then(|left| Instant::now().checked_add(left));
        loop {
            let of_phase = until.map(|until| until.saturating_duration_since(Instant::now()));
            let of_stall = stall.map(|stall| stall.saturating_sub(self.pace.waited));
            let (limit, reason) = match (of_phase, of_stall) {
                (Some(phase), Some(stall)) if stall < phase => (Some(stall), Timeout::PerRead),
                (None, Some(stall)) => (Some(stall), Timeout::PerRead),
                (phase, _) => (phase, timeout.reason),
            };
            if limit.is_some_and(|limit| limit.is_zero()) {
                return Err(ureq::Error::Timeout(reason));
            }
            self.limit_reads(limit.map(|limit| limit.max(SHORTEST)))?;
            // Under a limit on the bandwidth, what is not wanted yet stays with the server.
            let most = self.throttle.read_size();
            self.low_water
                .prepare(&self.stream, most.is_none() && into.len() < AMPLE);
            let most = most.unwrap_or(usize::MAX).min(into.len());
            let begun = Instant::now();
            let outcome = (&*self.stream).read(into.get_mut(..most).unwrap_or_default());
            let waited = begun.elapsed();
            match outcome {
                Ok(count) => {
                    self.pace.note(waited, count, stall);
                    self.low_water.note(begun, waited, count);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    self.pace.note(waited, 0, stall);
                }
                // The limit that was set may have been shorter than the one that counts.
                Err(error) if is_over(&error) && GOES_ON => {
                    self.pace.note(waited, 0, stall);
                }
                Err(error) if is_over(&error) => return Err(ureq::Error::Timeout(reason)),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether the limit that is set will do for the next wait: what is left of a limit on a phase is a little less each time,
/// and to be late by a thirty-second is worth a system call for each request. If the wait goes on after
/// a shorter one, that will do as well, but not so often that it costs anything.
fn will_do(set: Option<Duration>, wanted: Option<Duration>, goes_on: bool) -> bool {
    match (set, wanted) {
        (Some(set), Some(wanted)) => {
            let late = wanted.checked_div(32).unwrap_or_default();
            let early = wanted.checked_div(4).unwrap_or_default();
            (set >= wanted && set.saturating_sub(wanted) <= late)
                || (goes_on && set < wanted && set >= early)
        }
        (set, wanted) => set == wanted,
    }
}

/// macOS refuses to set limits on a connection whose other end is closed; what is left to read tells the rest.
fn set(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if cfg!(target_os = "macos") && error.kind() == io::ErrorKind::InvalidInput => {
            Ok(())
        }
        other => other,
    }
}

/// How long the whole of this phase may still take, if it has a limit.
fn left(timeout: &NextTimeout) -> Option<Duration> {
    match timeout.after.is_not_happening() {
        true => None,
        false => Some(*timeout.after),
    }
}

/// Whether the bytes of a body are awaited; what comes before has a limit on the whole of it.
fn is_body(reason: Timeout) -> bool {
    matches!(
        reason,
        Timeout::Global | Timeout::PerCall | Timeout::RecvBody | Timeout::PerRead
    )
}

fn is_over(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

impl Buffers for Socket {
    fn output(&mut self) -> &mut [u8] {
        self.allocate();
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.input.filled()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.input.room(INPUT_BUFFER, 1)
    }

    fn input_appended(&mut self, amount: usize) {
        self.input.add(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.input.consume(amount);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.allocate();
        (self.input.room(INPUT_BUFFER, 1), &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && !self.input.is_empty()
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.output.get(..amount).unwrap_or_default();
        self.wire.send(output, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let held = self.input.filled().len();
        let low_water = &self.wire.low_water;
        let most = if low_water.is_fast_and_alone() {
            self.input.grow(LONE_BUFFER);
            LONE_BUFFER
        } else {
            self.input.shrink(INPUT_BUFFER);
            match low_water.is_fast() {
                true => INPUT_BUFFER,
                false => SLOW_BUFFER,
            }
        };
        let room = self.input.room(INPUT_BUFFER, 1);
        if room.is_empty() {
            return Err(headers_too_large());
        }
        let most = most.min(room.len());
        let room = room.get_mut(..most).unwrap_or_default();
        let count = holding(held, || self.wire.receive(room, timeout))?;
        self.input.add(count);
        Ok(count > 0)
    }

    fn is_open(&mut self) -> bool {
        self.is_quiet()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Socket")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_serves_again_if_it_is_hardly_longer_or_shorter_by_not_too_much() {
        let limit = |milliseconds| Some(Duration::from_millis(milliseconds));
        for goes_on in [false, true] {
            let will_do = |set, wanted| will_do(set, wanted, goes_on);
            assert!(will_do(limit(60_000), limit(59_000)));
            assert!(!will_do(limit(60_000), limit(30_000)));
            assert_eq!(will_do(limit(59_999), limit(60_000)), goes_on);
            assert_eq!(will_do(limit(30_000), limit(60_000)), goes_on);
            assert!(!will_do(limit(14_000), limit(60_000)), "too often");
            assert!(!will_do(limit(60_000), None) && !will_do(None, limit(60_000)));
            assert!(will_do(None, None));
        }
    }
}
