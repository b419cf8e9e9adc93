//! TLS over a line, as ureq sees it.
//!
//! rustls is used without its buffers: records are decrypted where they were received. With them, each byte was copied once
//! more, and the socket's bytes were handed over 4 KiB at a time.

use std::fmt;
use std::io::{self, Read as _};
use std::sync::Arc;

use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};
use rustls::{ClientConfig, Error as TlsError};
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::dial::Deadline;
use super::distance::Handshake;
use super::line::{Budget, Line, into_io};
use super::low_water::holding;
use super::tls::{INPUT_BUFFER, OUTPUT_BUFFER, headers_too_large};
use super::window::Window;

/// What is decrypted comes in records of 16 KiB at the most; headers may be longer than one.
const PLAIN_BUFFER: usize = 48 * 1024;
/// What is received at once of a connection that brings little; there may be many of them.
const SLOW_BUFFER: usize = 64 * 1024;
/// A message of the handshake is seldom longer.
const MESSAGE: usize = 2 * 1024;
/// The largest record.
const RECORD: usize = 16 * 1024;
/// What a record of 16 KiB has beside its content, and more.
const OVERHEAD: usize = 512;

/// A TLS connection.
pub(super) struct TlsTransport {
    stream: Stream,
    /// What ureq wants to send.
    output: Vec<u8>,
    /// Whether ureq made something of what it saw last; if not, it has to see more.
    progress: bool,
}

struct Stream {
    records: Records,
    line: Line,
    /// What was decrypted.
    plain: Window,
    /// Records that wait to be sent.
    outgoing: Vec<u8>,
    /// The other side has said that this was all.
    ended: bool,
    /// Something was wrong: rustls must not be asked again.
    broken: bool,
    /// What was wrong with the records.
    error: Option<TlsError>,
}

/// The connection's state, and what was received and not used yet.
struct Records {
    connection: UnbufferedClientConnection,
    received: Window,
}

/// What the records received so far come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Something was decrypted.
    Plain,
    /// Nothing is left to do: the handshake is over, and no record is complete.
    Idle,
    /// The handshake goes on with what the other side says.
    Handshake,
    /// The other side has said that this was all.
    Ended,
}

impl Records {
    /// The next thing to do. What it says is to be discarded has been used when that is done.
    fn process(&mut self) -> UnbufferedStatus<'_, '_, ClientConnectionData> {
        self.connection
            .process_tls_records(self.received.filled_mut())
    }
}

/// As rustls itself puts its errors into those of I/O.
fn broken(error: TlsError) -> ureq::Error {
    ureq::Error::Io(io::Error::new(io::ErrorKind::InvalidData, error))
}

/// The connection ended without a word: what came may not have been all.
fn cut() -> ureq::Error {
    ureq::Error::Io(io::ErrorKind::UnexpectedEof.into())
}

/// How much room it takes, if that is what was wrong.
fn missing(error: &EncodeError) -> Option<usize> {
    match error {
        EncodeError::InsufficientSize(size) => Some(size.required_size),
        EncodeError::AlreadyEncoded => None,
    }
}

/// Puts a record at the end of `outgoing`, which grows until it fits.
fn append<E>(
    outgoing: &mut Vec<u8>,
    mut room: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, E>,
    missing: impl Fn(&E) -> Option<usize>,
) -> Result<(), E> {
    let used = outgoing.len();
    loop {
        outgoing.resize(used.saturating_add(room), 0);
        match write(outgoing.get_mut(used..).unwrap_or_default()) {
            Ok(count) => {
                outgoing.truncate(used.saturating_add(count));
                return Ok(());
            }
            Err(error) => match missing(&error).filter(|required| *required > room) {
                Some(required) => room = required,
                None => {
                    outgoing.truncate(used);
                    return Err(error);
                }
            },
        }
    }
}

impl TlsTransport {
    /// Wraps a connected line in TLS, within the deadline. `seen` is told now and then how long nothing came.
    pub(super) fn handshake(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        line: Line,
        deadline: &Deadline,
        mut seen: Option<&mut Handshake<'_>>,
    ) -> io::Result<Self> {
        let connection = UnbufferedClientConnection::new(config, name)
            .map_err(|error| into_io(broken(error)))?;
        let mut stream = Stream {
            records: Records {
                connection,
                received: Window::default(),
            },
            line,
            plain: Window::default(),
            outgoing: Vec::new(),
            ended: false,
            broken: false,
            error: None,
        };
        loop {
            let budget = Budget::new(deadline.timeout());
            match stream.step(&budget, &mut None) {
                // Both sides may speak from here on, whoever begins.
                Ok(Step::Idle | Step::Plain) => break,
                Ok(Step::Handshake) => {}
                Ok(Step::Ended) => return Err(into_io(cut())),
                Err(error) => {
                    stream.tell_why(&budget);
                    return Err(into_io(error));
                }
            }
            stream
                .await_handshake(deadline, seen.as_deref_mut())
                .map_err(into_io)?;
        }
        Ok(TlsTransport {
            stream,
            output: Vec::new(),
            progress: false,
        })
    }

    /// Sends all of it.
    pub(super) fn send(&mut self, bytes: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.send(bytes, timeout)
    }

    /// For what is read by hand.
    pub(super) fn receive(
        &mut self,
        into: &mut [u8],
        timeout: NextTimeout,
    ) -> Result<usize, ureq::Error> {
        let stream = &mut self.stream;
        if stream.plain.is_empty() && !stream.await_plain(timeout)? {
            return Ok(0);
        }
        // Copies what both have room for.
        let count = stream.plain.filled().read(into)?;
        stream.plain.consume(count);
        Ok(count)
    }

    /// Whether it brings so much that it is worth more memory.
    pub(super) fn is_fast(&self) -> bool {
        self.stream.line.is_fast()
    }

    /// Whether it is at rest, and neither ended nor has anything to say.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.stream.is_quiet()
    }

    fn allocate(&mut self) {
        if self.output.is_empty() {
            self.output = vec![0; OUTPUT_BUFFER];
        }
    }
}

impl Stream {
    /// Receives what the other side says in the handshake.
    fn await_handshake(
        &mut self,
        deadline: &Deadline,
        seen: Option<&mut Handshake<'_>>,
    ) -> Result<(), ureq::Error> {
        if let Some(seen) = seen {
            while let Some(look) = seen.next_look() {
                let timeout = deadline.timeout_within(look);
                match self.line.await_input(*timeout.after) {
                    Some(true) => break,
                    Some(false) => {}
                    None => match self.fill(timeout) {
                        Err(ureq::Error::Timeout(_)) => {}
                        other => return other,
                    },
                }
                seen.look();
            }
        }
        self.fill(deadline.timeout())
    }

    /// Receives something.
    fn fill(&mut self, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let held = self.records.received.filled().len();
        let held = held.saturating_add(self.plain.filled().len());
        // A chain of certificates is one message, and may be longer than any record.
        let long = self.records.received.filled().len() > RECORD.saturating_add(OVERHEAD);
        let size = match long || self.line.is_fast() {
            true => INPUT_BUFFER,
            false => SLOW_BUFFER,
        };
        let room = self.records.received.room(size, 2 * RECORD);
        if room.is_empty() {
            // No record and no certificate is as long as that.
            return Err(broken(TlsError::General("a message without an end".into())));
        }
        // A record holds no more of the body than it is long.
        match holding(held, || self.line.receive(room, timeout))? {
            0 => Err(cut()),
            count => {
                self.records.received.add(count);
                Ok(())
            }
        }
    }

    /// Works through what was received as far as it goes, and sends what has to be said to it, and then `content` as soon
    /// as that may be.
    fn step(&mut self, budget: &Budget, content: &mut Option<&[u8]>) -> Result<Step, ureq::Error> {
        if self.broken {
            return Err(self.error.clone().map_or_else(cut, broken));
        }
        self.broken = true;
        let step = self.proceed(budget, content)?;
        self.broken = self.error.is_some();
        Ok(step)
    }

    fn proceed(
        &mut self,
        budget: &Budget,
        content: &mut Option<&[u8]>,
    ) -> Result<Step, ureq::Error> {
        let mut plain = false;
        loop {
            let UnbufferedStatus { mut discard, state } = self.records.process();
            let state = match state {
                Ok(state) => state,
                Err(error) => {
                    self.error = Some(error.clone());
                    // What came before it was right.
                    return if plain {
                        Ok(Step::Plain)
                    } else {
                        Err(broken(error))
                    };
                }
            };
            let step = match state {
                ConnectionState::ReadTraffic(mut traffic) => {
                    while let Some(record) = traffic.next_record() {
                        let record = record.map_err(broken)?;
                        discard = discard.saturating_add(record.discard);
                        let length = record.payload.len();
                        let room = self.plain.room(PLAIN_BUFFER, length).get_mut(..length);
                        room.ok_or_else(headers_too_large)?
                            .copy_from_slice(record.payload);
                        self.plain.add(length);
                        plain = true;
                    }
                    // Another one, if there is room.
                    (self.plain.room(PLAIN_BUFFER, RECORD).len() < RECORD).then_some(Step::Plain)
                }
                ConnectionState::EncodeTlsData(mut data) => {
                    append(
                        &mut self.outgoing,
                        MESSAGE,
                        |room| data.encode(room),
                        missing,
                    )
                    .map_err(|error| broken(TlsError::General(error.to_string())))?;
                    None
                }
                ConnectionState::TransmitTlsData(data) => {
                    self.line.send(&self.outgoing, budget.left())?;
                    self.outgoing.clear();
                    data.done();
                    None
                }
                ConnectionState::BlockedHandshake => Some(Step::Handshake),
                ConnectionState::WriteTraffic(mut traffic) => {
                    if let Some(bytes) = content.take() {
                        let missing = |error: &EncryptError| match error {
                            EncryptError::InsufficientSize(size) => Some(size.required_size),
                            EncryptError::EncryptExhausted => None,
                        };
                        let room = bytes.len().saturating_add(OVERHEAD);
                        let encrypt = |room: &mut [u8]| traffic.encrypt(bytes, room);
                        append(&mut self.outgoing, room, encrypt, missing)
                            .map_err(|error| broken(TlsError::General(error.to_string())))?;
                        self.line.send(&self.outgoing, budget.left())?;
                        self.outgoing.clear();
                    }
                    Some(Step::Idle)
                }
                ConnectionState::PeerClosed | ConnectionState::Closed => {
                    self.ended = true;
                    Some(Step::Ended)
                }
                // Early data is for servers.
                _ => return Err(broken(TlsError::General("an unknown state".into()))),
            };
            self.records.received.consume(discard);
            match step {
                None => {}
                // What was decrypted comes first; the end comes again.
                Some(_) if plain => return Ok(Step::Plain),
                Some(step) => return Ok(step),
            }
        }
    }

    /// Tells the other side what was wrong, which helps whoever reads the server's log. rustls must not be given what it
    /// received a second time, so it is asked for nothing but what is ready.
    fn tell_why(&mut self, budget: &Budget) {
        while self.records.connection.wants_write() {
            let state = self.records.connection.process_tls_records(&mut []).state;
            let Ok(ConnectionState::EncodeTlsData(mut data)) = state else {
                return;
            };
            if append(
                &mut self.outgoing,
                MESSAGE,
                |room| data.encode(room),
                missing,
            )
            .is_err()
            {
                return;
            }
        }
        let _ = self.line.send(&self.outgoing, budget.left());
    }

    /// Waits until something is decrypted; false is the end.
    fn await_plain(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let budget = Budget::new(timeout);
        loop {
            match self.step(&budget, &mut None)? {
                Step::Plain => return Ok(true),
                Step::Ended => return Ok(false),
                Step::Idle | Step::Handshake if self.ended => return Ok(false),
                Step::Idle | Step::Handshake => self.fill(budget.left())?,
            }
        }
    }

    /// Sends all of it.
    fn send(&mut self, bytes: &[u8], timeout: NextTimeout) -> Result<(), ureq::Error> {
        let budget = Budget::new(timeout);
        let mut content = Some(bytes);
        while content.is_some() {
            // Whoever sends without end before anything was asked fills the buffer, which is an error.
            if self.step(&budget, &mut content)? == Step::Handshake {
                self.fill(budget.left())?;
            }
        }
        Ok(())
    }

    /// Whether it is at rest, and neither ended nor has anything to say.
    fn is_quiet(&mut self) -> bool {
        if self.broken {
            return false;
        }
        // What came unasked may have been received with the end of the last answer, and so may a session ticket.
        let UnbufferedStatus { discard, state } = self.records.process();
        let idle = matches!(state, Ok(ConnectionState::WriteTraffic(_)));
        self.broken = !idle;
        self.records.received.consume(discard);
        let nothing = self.records.received.is_empty() && self.plain.is_empty();
        idle && nothing && !self.ended && self.line.is_quiet()
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}

impl Buffers for TlsTransport {
    fn output(&mut self) -> &mut [u8] {
        self.allocate();
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.stream.plain.filled()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.stream.plain.room(PLAIN_BUFFER, RECORD)
    }

    fn input_appended(&mut self, amount: usize) {
        self.stream.plain.add(amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.stream.plain.consume(amount);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.allocate();
        let room = self.stream.plain.room(PLAIN_BUFFER, RECORD);
        (room, &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && !self.stream.plain.is_empty()
    }
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.output.get(..amount).unwrap_or_default();
        self.stream.send(output, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.await_plain(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.stream.is_quiet()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
