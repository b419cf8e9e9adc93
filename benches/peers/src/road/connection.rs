//! One connection through the proxy.
//!
//! What the client sends reaches the server a whole round trip later, the first bytes one more, because a connection
//! takes one to be made and ours to the client is there at once. What the server sends is not delayed, but rationed
//! by the link. A client cannot tell this from half a round trip in each direction.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::link::{Link, Permit};
use super::poll::{self, PIPE_SIZE, Pipe};

/// How much of an answer may wait in front of the road. The kernel counts it twice.
const RECEIVE_BUFFER: i32 = 512 << 10;
/// No more often than this, however many acknowledgements come in.
const TICK: Duration = Duration::from_millis(1);

pub(super) struct Connection {
    pub(super) client: TcpStream,
    pub(super) server: TcpStream,
    round_trip: Duration,
    born: Duration,
    link: Link,
    pipe: Pipe,
    /// On their way to the server, and when they arrive. Empty bytes are the end.
    requests: VecDeque<(Duration, Vec<u8>)>,
    pub(super) client_readable: bool,
    pub(super) client_writable: bool,
    pub(super) server_readable: bool,
    client_ended: bool,
    server_ended: bool,
}

/// What to do with a connection after its turn.
pub(super) enum Turn {
    /// Nothing until one of its sockets is ready.
    Sleep,
    At(Duration),
    Over,
}

impl Connection {
    pub(super) fn new(
        client: TcpStream,
        server: SocketAddr,
        round_trip: Duration,
        rate: Option<u64>,
        now: Duration,
    ) -> Result<Self> {
        let server = TcpStream::connect(server).context("connecting to the server")?;
        poll::limit_receive_buffer(&server, RECEIVE_BUFFER);
        for stream in [&client, &server] {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
        }
        Ok(Self {
            client,
            server,
            round_trip,
            born: now,
            link: Link::new(round_trip, rate),
            pipe: Pipe::new()?,
            requests: VecDeque::new(),
            client_readable: true,
            client_writable: true,
            server_readable: true,
            client_ended: false,
            server_ended: false,
        })
    }

    pub(super) fn turn(&mut self, now: Duration) -> Turn {
        match self.requests(now).and_then(|request| {
            let answer = self.answers(now)?;
            Ok((request, answer))
        }) {
            Ok(_) if self.server_ended && self.pipe.held == 0 => Turn::Over,
            Ok((Some(one), Some(other))) => Turn::At(one.min(other)),
            Ok((one, other)) => one.or(other).map_or(Turn::Sleep, Turn::At),
            Err(_) => Turn::Over,
        }
    }

    /// From the client to the server. When to come back.
    fn requests(&mut self, now: Duration) -> io::Result<Option<Duration>> {
        let mut buffer = [0; 16 << 10];
        while self.client_readable && !self.client_ended {
            match self.client.read(&mut buffer) {
                Ok(read) => {
                    self.client_ended = read == 0;
                    let sent = now.max(self.born + self.round_trip);
                    let bytes = buffer[..read].to_vec();
                    self.requests.push_back((sent + self.round_trip, bytes));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.client_readable = false,
                Err(error) => return Err(error),
            }
        }
        while let Some((at, bytes)) = self.requests.front() {
            if *at > now {
                return Ok(Some(*at));
            }
            if bytes.is_empty() {
                self.server.shutdown(Shutdown::Write)?;
            } else {
                // Requests are small, and the server reads them at once.
                self.server.write_all(bytes)?;
            }
            self.requests.pop_front();
        }
        Ok(None)
    }

    /// From the server to the client. When to come back.
    fn answers(&mut self, now: Duration) -> io::Result<Option<Duration>> {
        loop {
            let anything = self.pipe.held > 0 || (self.server_readable && !self.server_ended);
            if !anything || !self.client_writable {
                return Ok(None);
            }
            let most = match self.link.permit(now) {
                Permit::At(at) => return Ok(Some(at.max(now + TICK))),
                Permit::Bytes(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX).min(PIPE_SIZE),
            };
            if self.pipe.held < most && self.server_readable && !self.server_ended {
                match self.pipe.fill(&self.server, most - self.pipe.held) {
                    Ok(0) => self.server_ended = true,
                    Ok(_) => {}
                    // Also when the pipe is full, of small pieces. What it holds is drained next.
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.server_readable = self.pipe.held > 0;
                    }
                    Err(error) => return Err(error),
                }
            }
            if self.pipe.held > 0 {
                match self.pipe.drain(&self.client, most) {
                    Ok(moved) => self.link.sent(now, moved as u64),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        self.client_writable = false;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}
