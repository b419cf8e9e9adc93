//! The loopback listener that the login page sends the browser to.
//!
//! It has no thread: whoever waits for the login looks at it now and then, and nothing in here blocks. A
//! visitor who is slow, silent or talks nonsense has limits of its own and is in nobody's way.

use std::io::{ErrorKind as Io, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::page;
use super::request::{self, Answer, Meaning};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// How long a visitor may take from the connection to the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// What a request may have in bytes.
const MAX_REQUEST: usize = 16 * 1024;
/// Visitors at a time; for one more, the one who has been there the longest must go.
const MAX_VISITORS: usize = 32;

pub(super) struct Listener {
    socket: TcpListener,
    visitors: Vec<Visitor>,
}

/// One connection.
pub(super) struct Visitor {
    stream: TcpStream,
    since: Instant,
    request: Vec<u8>,
    reply: Vec<u8>,
    sent: usize,
    phase: Phase,
}

#[derive(PartialEq, Eq)]
enum Phase {
    Asking,
    Answered,
    /// Our side is closed. The other side closes too; before that, the reply might be lost with the connection.
    Leaving,
    Gone,
}

impl Listener {
    /// On this computer's own address, which nobody outside can reach. 0 is any free port.
    pub(super) fn open(port: u16) -> Result<(Self, u16)> {
        let refused = |error: std::io::Error| {
            let text = match error.kind() {
                Io::AddrInUse => format!(
                    "The port {port} of this computer is used by another program, so the login's answer cannot be received. Close that program, or a second copy of this one, or choose another port."
                ),
                Io::PermissionDenied => format!(
                    "The operating system does not allow this program to listen on the port {port}. Choose one above 1023."
                ),
                _ => format!(
                    "The operating system does not let this program listen on the port {port} of this computer, so the login's answer cannot be received."
                ),
            };
            Error::new(ErrorKind::Resource, text).with_os_code(error.raw_os_error())
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
        socket.set_nonblocking(true).map_err(refused)?;
        let port = socket.local_addr().map_err(refused)?.port();
        let visitors = Vec::new();
        Ok((Listener { socket, visitors }, port))
    }

    /// Takes all visitors as far as they go at this moment. The first who brings the login's answer leaves the
    /// listener with it, still to be answered.
    pub(super) fn look(&mut self, path: &str, state: &Secret) -> Option<(Visitor, Answer)> {
        let now = Instant::now();
        self.accept(now);
        let mut found = None;
        for (index, visitor) in self.visitors.iter_mut().enumerate() {
            if let Some(answer) = visitor.go_on(now, path, state) {
                found = Some((index, answer));
                break;
            }
        }
        if let Some((index, answer)) = found {
            return Some((self.visitors.swap_remove(index), answer));
        }
        self.visitors.retain(|visitor| visitor.phase != Phase::Gone);
        None
    }

    fn accept(&mut self, now: Instant) {
        // As many as there are places, so that a flood does not keep us here.
        for _ in 0..MAX_VISITORS {
            let Ok((stream, _)) = self.socket.accept() else {
                return;
            };
            if stream.set_nonblocking(true).is_err() {
                continue;
            }
            if self.visitors.len() >= MAX_VISITORS {
                self.visitors.remove(0);
            }
            self.visitors.push(Visitor {
                stream,
                since: now,
                request: Vec::new(),
                reply: Vec::new(),
                sent: 0,
                phase: Phase::Asking,
            });
        }
    }
}

impl Visitor {
    fn go_on(&mut self, now: Instant, path: &str, state: &Secret) -> Option<Answer> {
        if now.saturating_duration_since(self.since) > PATIENCE {
            self.phase = Phase::Gone;
        }
        if self.phase == Phase::Asking {
            self.receive();
            match request::read(&self.request, path, state) {
                Meaning::Answer(answer) => return Some(answer),
                Meaning::Partial if self.request.len() >= MAX_REQUEST => {
                    self.reply(
                        "431 Request Header Fields Too Large",
                        "The request is too large.",
                    );
                }
                Meaning::Partial => {}
                Meaning::Other { status, text } => self.reply(status, text),
            }
        }
        if self.phase == Phase::Answered {
            self.send();
        }
        if self.phase == Phase::Leaving {
            self.leave();
        }
        None
    }

    fn receive(&mut self) {
        let mut block = [0; 4096];
        while self.request.len() < MAX_REQUEST {
            match self.stream.read(&mut block) {
                Ok(count) if count > 0 => {
                    let arrived = block.get(..count).unwrap_or_default();
                    self.request.extend_from_slice(arrived);
                }
                Err(error) if error.kind() == Io::Interrupted => {}
                Err(error) if error.kind() == Io::WouldBlock => return,
                _ => {
                    self.phase = Phase::Gone;
                    return;
                }
            }
        }
    }

    fn reply(&mut self, status: &str, text: &str) {
        if self.phase == Phase::Gone {
            return;
        }
        let heading = status.get(4..).unwrap_or_default();
        self.reply = page::reply(status, &page::html(heading, text));
        self.phase = Phase::Answered;
    }

    fn send(&mut self) {
        while let Some(rest) = self.reply.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(count) if count > 0 => self.sent = self.sent.saturating_add(count),
                Err(error) if error.kind() == Io::Interrupted => {}
                Err(error) if error.kind() == Io::WouldBlock => return,
                _ => {
                    self.phase = Phase::Gone;
                    return;
                }
            }
        }
        self.phase = match self.stream.shutdown(Shutdown::Write) {
            Ok(()) => Phase::Leaving,
            Err(_) => Phase::Gone,
        };
    }

    fn leave(&mut self) {
        let mut block = [0; 4096];
        // Not for ever, if someone sends without end.
        for _ in 0..16 {
            match self.stream.read(&mut block) {
                Ok(count) if count > 0 => {}
                Err(error) if error.kind() == Io::Interrupted => {}
                Err(error) if error.kind() == Io::WouldBlock => return,
                _ => {
                    self.phase = Phase::Gone;
                    return;
                }
            }
        }
    }

    /// Shows a page to the one who brought the answer, and lets go of the connection. The page is smaller than
    /// any socket's buffer, so there is nothing to wait for.
    pub(super) fn dismiss(mut self, heading: &str, sentence: &str) {
        self.reply = page::reply("200 OK", &page::html(heading, sentence));
        self.phase = Phase::Answered;
        self.send();
        if self.phase == Phase::Leaving {
            self.leave();
        }
    }
}
