//! What a connection runs over: a socket, or TLS with a proxy. Bytes go where the caller wants them, without a buffer between.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::NextTimeout;

use super::dial::Deadline;
use super::socket::Socket;
use super::tls_stream::TlsTransport;

#[derive(Debug)]
pub(super) enum Line {
    Socket(Socket),
    Proxy(Box<TlsTransport>),
}

impl Line {
    /// Waits for bytes; 0 is the end.
    pub(super) fn receive(
        &mut self,
        into: &mut [u8],
        timeout: NextTimeout,
    ) -> Result<usize, ureq::Error> {
        match self {
            Line::Socket(socket) => socket.receive(into, timeout),
            Line::Proxy(stream) => stream.receive(into, timeout),
        }
    }

    /// Waits at most so long for something to read. Whether there is something, if that can be told without reading it.
    pub(super) fn await_input(&self, wait: Duration) -> Option<bool> {
        match self {
            Line::Socket(socket) => socket.await_input(wait),
            Line::Proxy(_) => None,
        }
    }

    /// Sends all of it.
    pub(super) fn send(&mut self, bytes: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        match self {
            Line::Socket(socket) => socket.send(bytes, timeout),
            Line::Proxy(stream) => stream.send(bytes, timeout),
        }
    }

    /// Whether it brings so much that it is worth more memory.
    pub(super) fn is_fast(&self) -> bool {
        match self {
            Line::Socket(socket) => socket.is_fast(),
            Line::Proxy(stream) => stream.is_fast(),
        }
    }

    /// Whether it is at rest, and neither ended nor has anything to say.
    pub(super) fn is_quiet(&mut self) -> bool {
        match self {
            Line::Socket(socket) => socket.is_quiet(),
            Line::Proxy(stream) => stream.is_quiet(),
        }
    }
}

/// A limit on several waits together.
pub(super) struct Budget {
    timeout: NextTimeout,
    begun: Instant,
}

impl Budget {
    pub(super) fn new(timeout: NextTimeout) -> Self {
        Budget {
            timeout,
            begun: Instant::now(),
        }
    }

    /// What is left of it.
    pub(super) fn left(&self) -> NextTimeout {
        let mut timeout = self.timeout;
        if !timeout.after.is_not_happening() {
            timeout.after = timeout.after.saturating_sub(self.begun.elapsed()).into();
        }
        timeout
    }
}

/// A line within a deadline, for what is read and written on the way.
pub(super) struct OnTheWay<'a> {
    pub(super) line: &'a mut Line,
    pub(super) deadline: &'a Deadline,
}

impl Read for OnTheWay<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.line
            .receive(buffer, self.deadline.timeout())
            .map_err(into_io)
    }
}

impl Write for OnTheWay<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.line
            .send(buffer, self.deadline.timeout())
            .map_err(into_io)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// ureq's error, inside one of I/O unless it is that anyway.
pub(super) fn into_io(error: ureq::Error) -> io::Error {
    match error {
        ureq::Error::Io(error) => error,
        other => io::Error::other(other),
    }
}
