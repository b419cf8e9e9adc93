//! The proxy's one thread: it takes connections and gives each its turn when something happened or its time came.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::Road;
use super::connection::{Connection, Turn};
use crate::process;

use super::poll::{self, Alarm, Poll};

/// A road with a door on this machine. It ends with this object.
pub(crate) struct Proxy {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    alarm: Arc<Alarm>,
    thread: Option<JoinHandle<f64>>,
}

impl Proxy {
    pub(crate) fn start(road: Road, server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("a port")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let alarm = Arc::new(Alarm::new()?);
        let poll = Poll::new()?;
        poll.watch(listener.as_raw_fd(), LISTENER)?;
        poll.watch(alarm.descriptor(), ALARM)?;
        let mut state = State {
            road,
            server,
            listener,
            poll,
            begun: Instant::now(),
            taken: 0,
            connections: HashMap::new(),
        };
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("road".to_owned())
            .spawn(move || {
                // A network does not wait until the receiver's threads leave it a processor.
                process::this_thread_comes_first();
                if let Err(error) = state.run(&told) {
                    eprintln!("the proxy failed: {error:#}");
                }
                poll::cpu_seconds_of_this_thread()
            })?;
        Ok(Self {
            address,
            stop,
            alarm,
            thread: Some(thread),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it. How many seconds of a processor it took: a proxy that is busy all the time is no road but an obstacle.
    pub(crate) fn end(mut self) -> f64 {
        self.join()
    }

    fn join(&mut self) -> f64 {
        self.stop.store(true, Ordering::Release);
        self.alarm.ring();
        let thread = self.thread.take();
        thread.and_then(|thread| thread.join().ok()).unwrap_or(0.0)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.join();
    }
}

const LISTENER: u64 = u64::MAX;
const ALARM: u64 = u64::MAX - 1;

struct State {
    road: Road,
    server: SocketAddr,
    listener: TcpListener,
    poll: Poll,
    begun: Instant,
    /// How many connections were taken.
    taken: u64,
    /// With the time of the next turn, if it has one.
    connections: HashMap<u64, (Connection, Option<Duration>)>,
}

impl State {
    fn run(&mut self, stop: &AtomicBool) -> Result<()> {
        let mut events = Vec::new();
        let mut due = Vec::new();
        loop {
            let next = self.connections.values().filter_map(|(_, at)| *at).min();
            let timeout = next.map(|at| at.saturating_sub(self.begun.elapsed()));
            self.poll.wait(timeout, &mut events)?;
            if stop.load(Ordering::Acquire) {
                return Ok(());
            }
            let now = self.begun.elapsed();
            due.clear();
            for event in &events {
                match event.token {
                    LISTENER => self.accept(now, &mut due)?,
                    ALARM => {}
                    token => {
                        // Even numbers are clients' sockets, odd ones servers'.
                        if let Some((connection, _)) = self.connections.get_mut(&(token / 2)) {
                            if token % 2 == 0 {
                                connection.client_readable |= event.readable;
                                connection.client_writable |= event.writable;
                            } else {
                                connection.server_readable |= event.readable;
                            }
                            due.push(token / 2);
                        }
                    }
                }
            }
            for (number, (_, at)) in &self.connections {
                if at.is_some_and(|at| at <= now) {
                    due.push(*number);
                }
            }
            due.sort_unstable();
            due.dedup();
            for number in &due {
                if let Some((connection, at)) = self.connections.get_mut(number) {
                    match connection.turn(self.begun.elapsed()) {
                        Turn::Sleep => *at = None,
                        Turn::At(next) => *at = Some(next),
                        Turn::Over => {
                            self.connections.remove(number);
                        }
                    }
                }
            }
        }
    }

    fn accept(&mut self, now: Duration, due: &mut Vec<u64>) -> Result<()> {
        loop {
            let client = match self.listener.accept() {
                Ok((client, _)) => client,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("taking a connection"),
            };
            let number = self.taken;
            self.taken += 1;
            let rate = self.road.rate_of(number);
            let connection = Connection::new(client, self.server, self.road.round_trip, rate, now)?;
            self.poll.watch(connection.client.as_raw_fd(), 2 * number)?;
            self.poll
                .watch(connection.server.as_raw_fd(), 2 * number + 1)?;
            self.connections.insert(number, (connection, None));
            due.push(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    /// A test that would wait for ever fails instead.
    fn connect(proxy: &Proxy) -> TcpStream {
        let client = TcpStream::connect(proxy.address()).unwrap();
        client
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        client
    }

    /// A server that answers each byte with that many bytes times 100,000, until the client ends.
    fn server() -> (SocketAddr, JoinHandle<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut byte = [0];
            while stream.read(&mut byte).unwrap() == 1 {
                let answer: Vec<u8> = (0..usize::from(byte[0]) * 100_000)
                    .map(|at| (at % 251) as u8)
                    .collect();
                stream.write_all(&answer).unwrap();
            }
        });
        (address, thread)
    }

    #[test]
    fn every_byte_arrives_in_order_and_not_too_early() {
        let (address, thread) = server();
        let road = Road {
            round_trip: Duration::from_millis(20),
            rate: Some(50_000_000),
            stragglers: None,
        };
        let proxy = Proxy::start(road, address).unwrap();
        let begun = Instant::now();
        let mut client = connect(&proxy);
        let mut first = vec![0; 100_000];
        client.write_all(&[1]).unwrap();
        client.read_exact(&mut first).unwrap();
        // Two round trips to connect and to be answered, and three more windows.
        assert!(begun.elapsed() >= Duration::from_millis(80));
        let begun = Instant::now();
        let mut second = vec![0; 5_000_000];
        client.write_all(&[50]).unwrap();
        client.read_exact(&mut second).unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(115));
        for (at, byte) in first.iter().enumerate().chain(second.iter().enumerate()) {
            assert_eq!(usize::from(*byte), at % 251);
        }
        drop(client);
        thread.join().unwrap();
    }

    #[test]
    fn the_end_of_the_server_reaches_the_client() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let proxy = Proxy::start(Road::default(), listener.local_addr().unwrap()).unwrap();
        let mut client = connect(&proxy);
        let (mut server, _) = listener.accept().unwrap();
        server.write_all(b"the end").unwrap();
        drop(server);
        let mut all = String::new();
        client.read_to_string(&mut all).unwrap();
        assert_eq!(all, "the end");
    }
}
