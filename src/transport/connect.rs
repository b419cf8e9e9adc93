//! Making a TCP connection: to the first of a host's addresses that answers, and until it is cancelled.
//!
//! The operating system's own connect cannot be broken off, and takes minutes to find out that an address leads nowhere.
//! So connecting is asynchronous, and several addresses are tried side by side (RFC 8305, "happy eyeballs"):
//! a network whose IPv6 is dead costs a quarter of a second. An address that does not answer is tried once more beside the first
//! try: where one packet of a hundred is lost, one of so many connections would wait a second for the system to send it again.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use super::distance::Handshake;

/// How long an address is tried before the next one is tried beside it (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);
/// How many times as long as it takes a host to answer, an answer is waited for before the same address is tried again.
const OVERDUE: u32 = 3;
/// And how long at the least.
const AGAIN: Duration = Duration::from_millis(100);
/// How often a connect looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(20);
/// How long the family that worked for a host is tried first.
const REMEMBER: Duration = Duration::from_secs(10 * 60);
/// Hosts to remember at the most.
const MAX_HOSTS: usize = 256;

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Failed {
    Cancelled,
    TimedOut,
    Io(io::Error),
}

/// Which family, IPv6 or IPv4, has worked for a host, and how long that took.
#[derive(Default)]
pub(super) struct Families {
    hosts: Mutex<HashMap<String, Known>>,
}

#[derive(Clone, Copy)]
struct Known {
    is_ipv6: bool,
    took: Duration,
    at: Instant,
}

impl Families {
    /// Connects to a host, the family first that has worked before, and remembers which one works now.
    pub(super) fn connect(
        &self,
        host: &str,
        addresses: &[SocketAddr],
        until: Instant,
        cancelled: &AtomicBool,
        seen: Handshake<'_>,
    ) -> Result<TcpStream, Failed> {
        let begun = Instant::now();
        let known = self.recall(host, begun);
        let ordered = interleave(addresses, known.map(|known| known.is_ipv6));
        let again = known.map_or(HEAD_START, |known| {
            known.took.saturating_mul(OVERDUE).max(AGAIN)
        });
        // A family that leads nowhere answers late, and says nothing of how far the other one goes.
        let alike =
            |pair: &[SocketAddr]| matches!(pair, [one, other] if one.is_ipv6() == other.is_ipv6());
        let telling = known.is_some() || ordered.windows(2).all(alike);
        let mut seen = telling.then_some(seen);
        let (stream, attempt) = connect(&ordered, again, until, cancelled, seen.as_mut())?;
        if let Some(seen) = seen.filter(|_| attempt == 0) {
            seen.end();
        }
        if let Ok(peer) = stream.peer_addr() {
            let now = Instant::now();
            // With a second attempt, it says nothing of how long one takes.
            let took = match known {
                Some(known) if attempt > 0 => known.took,
                _ => now.saturating_duration_since(begun),
            };
            self.remember(host, peer.is_ipv6(), took, now);
        }
        Ok(stream)
    }

    fn recall(&self, host: &str, now: Instant) -> Option<Known> {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = hosts.get(host)?;
        (now.saturating_duration_since(known.at) < REMEMBER).then_some(*known)
    }

    fn remember(&self, host: &str, is_ipv6: bool, took: Duration, at: Instant) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_HOSTS && !hosts.contains_key(host) {
            hosts.clear();
        }
        let known = Known { is_ipv6, took, at };
        hosts.insert(host.to_owned(), known);
    }
}

/// The families in turns, each in the system's order. `known` says which comes first, else the system's first does.
fn interleave(addresses: &[SocketAddr], known: Option<bool>) -> Vec<SocketAddr> {
    let ipv6_first = known.unwrap_or_else(|| addresses.first().is_some_and(SocketAddr::is_ipv6));
    let (mut one, mut other): (Vec<SocketAddr>, Vec<SocketAddr>) = addresses
        .iter()
        .rev()
        .copied()
        .partition(|address| address.is_ipv6() == ipv6_first);
    let mut ordered = Vec::with_capacity(addresses.len());
    while !one.is_empty() || !other.is_empty() {
        ordered.extend(one.pop());
        ordered.extend(other.pop());
    }
    ordered
}

/// Tries the addresses side by side, each with a head start before the next, and those that do not answer once more `again`
/// later. The first that connects wins; which attempt that was is told.
fn connect(
    addresses: &[SocketAddr],
    again: Duration,
    until: Instant,
    cancelled: &AtomicBool,
    mut seen: Option<&mut Handshake<'_>>,
) -> Result<(TcpStream, usize), Failed> {
    let mut poll = Poll::new().map_err(Failed::Io)?;
    let mut events = Events::with_capacity(addresses.len().max(1));
    let mut waiting: Vec<Attempt> = Vec::new();
    let mut rest: VecDeque<SocketAddr> = addresses.iter().copied().collect();
    let mut number = 0usize;
    let mut next_at = Instant::now();
    let mut failure = None;
    loop {
        if cancelled.load(Ordering::Acquire) {
            return Err(Failed::Cancelled);
        }
        let now = Instant::now();
        if now >= until {
            return Err(Failed::TimedOut);
        }
        if waiting.is_empty() || now >= next_at {
            match rest.pop_front() {
                Some(address) => {
                    let is_first = number < addresses.len();
                    let unanswered = waiting.iter().any(|attempt| attempt.address == address);
                    if !is_first && !unanswered {
                        // It has failed.
                        continue;
                    }
                    match begin(&poll, Token(number), address) {
                        Ok(stream) => {
                            waiting.push(Attempt {
                                address,
                                number,
                                stream,
                            });
                            if is_first {
                                rest.push_back(address);
                            }
                            let is_last = number.saturating_add(1) >= addresses.len();
                            let wait = if is_last { again } else { HEAD_START };
                            next_at = now.checked_add(wait).unwrap_or(until);
                        }
                        Err(error) if is_of_this_address(&error) => note(&mut failure, error),
                        Err(error) => return Err(Failed::Io(error)),
                    }
                    number = number.saturating_add(1);
                    continue;
                }
                None if waiting.is_empty() => {
                    let none = || io::Error::from(io::ErrorKind::AddrNotAvailable);
                    return Err(match failure.unwrap_or_else(none) {
                        error if error.kind() == io::ErrorKind::TimedOut => Failed::TimedOut,
                        error => Failed::Io(error),
                    });
                }
                None => next_at = until,
            }
        }
        let next_look = seen.as_ref().and_then(|seen| seen.next_look());
        let wait = LOOK
            .min(next_look.unwrap_or(LOOK))
            .min(until.saturating_duration_since(now))
            .min(next_at.saturating_duration_since(now));
        match poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                return Err(Failed::Io(error));
            }
            _ => {}
        }
        if events.is_empty() {
            if let Some(seen) = &mut seen {
                seen.look();
            }
            continue;
        }
        let mut still = Vec::with_capacity(waiting.len());
        let mut failed = None;
        for mut attempt in waiting {
            match look(&attempt.stream) {
                Ok(true) => {
                    poll.registry()
                        .deregister(&mut attempt.stream)
                        .map_err(Failed::Io)?;
                    let stream = blocking(attempt.stream).map_err(Failed::Io)?;
                    return Ok((stream, attempt.number));
                }
                Ok(false) => still.push(attempt),
                Err(error) => {
                    note(&mut failure, error);
                    failed = Some(attempt.address);
                }
            }
        }
        // The other attempt would hear the same.
        still.retain(|attempt| Some(attempt.address) != failed);
        if failed.is_some() && number < addresses.len() {
            // Nothing is gained by giving a head start to the dead.
            next_at = Instant::now();
        }
        waiting = still;
    }
}

/// A connection that is being made.
struct Attempt {
    address: SocketAddr,
    number: usize,
    stream: mio::net::TcpStream,
}

fn begin(poll: &Poll, token: Token, address: SocketAddr) -> io::Result<mio::net::TcpStream> {
    let mut stream = mio::net::TcpStream::connect(address)?;
    poll.registry()
        .register(&mut stream, token, Interest::WRITABLE)?;
    Ok(stream)
}

/// Whether it is connected by now.
fn look(stream: &mio::net::TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

fn blocking(stream: mio::net::TcpStream) -> io::Result<TcpStream> {
    let stream = TcpStream::from(stream);
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Whether another address may do better: not when the process has no descriptors left.
fn is_of_this_address(error: &io::Error) -> bool {
    !super::failure::is_out_of_descriptors(error.raw_os_error())
        && error.kind() != io::ErrorKind::OutOfMemory
}

/// Keeps the failure that says most: a machine that has no IPv6 at all is not why the other family failed.
fn note(known: &mut Option<io::Error>, latest: io::Error) {
    use io::ErrorKind as Io;
    let says_little = matches!(
        latest.kind(),
        Io::NetworkUnreachable | Io::HostUnreachable | Io::AddrNotAvailable
    );
    if known.is_none() || !says_little {
        *known = Some(latest);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

    use super::super::distance::Distance;
    use super::*;

    fn v4(number: u8) -> SocketAddr {
        (Ipv4Addr::new(192, 0, 2, number), 443).into()
    }

    fn v6(number: u16) -> SocketAddr {
        (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, number), 443).into()
    }

    fn soon(milliseconds: u64) -> Instant {
        Instant::now() + Duration::from_millis(milliseconds)
    }

    /// An address that answers nothing: a listener whose queue is full drops what comes. Nothing if it will not fill.
    fn black_hole() -> Option<(TcpListener, Vec<mio::net::TcpStream>)> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut queue = Vec::new();
        for _ in 0..5000 {
            let stream = mio::net::TcpStream::connect(address).ok()?;
            let full = (0..20).all(|_| {
                std::thread::sleep(Duration::from_millis(5));
                matches!(look(&stream), Ok(false))
            });
            queue.push(stream);
            if full {
                return Some((listener, queue));
            }
        }
        None
    }

    #[test]
    fn families_take_turns_and_the_one_that_worked_begins() {
        let addresses = [v6(1), v6(2), v4(1), v4(2), v4(3)];
        assert_eq!(
            interleave(&addresses, None),
            [v6(1), v4(1), v6(2), v4(2), v4(3)]
        );
        assert_eq!(
            interleave(&addresses, Some(false)),
            [v4(1), v6(1), v4(2), v6(2), v4(3)]
        );
        assert_eq!(interleave(&[v4(1)], Some(true)), [v4(1)]);
        assert_eq!(interleave(&[], None), []);
    }

    #[test]
    fn what_worked_is_remembered_for_a_while() {
        let families = Families::default();
        let now = Instant::now();
        let took = Duration::from_millis(20);
        assert!(families.recall("host", now).is_none());
        families.remember("host", false, took, now);
        let known = families.recall("host", now + REMEMBER / 2).unwrap();
        assert_eq!((known.is_ipv6, known.took), (false, took));
        assert!(families.recall("host", now + REMEMBER).is_none());
        for number in 0..2 * MAX_HOSTS {
            families.remember(&number.to_string(), true, took, now);
        }
        assert!(families.hosts.lock().unwrap().len() <= MAX_HOSTS);
    }

    #[test]
    fn an_address_that_refuses_costs_nothing() {
        let refusing = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = listener.local_addr().unwrap();
        let begun = Instant::now();
        let go = AtomicBool::new(false);
        let stream = connect(&[refusing, good], HEAD_START, soon(10_000), &go, None).unwrap();
        assert_eq!((stream.0.peer_addr().unwrap(), stream.1), (good, 1));
        assert!(begun.elapsed() < HEAD_START, "{:?}", begun.elapsed());
        match connect(&[refusing], Duration::ZERO, soon(10_000), &go, None).unwrap_err() {
            Failed::Io(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_that_leads_nowhere_costs_a_head_start() {
        let Some((hole, _queue)) = black_hole() else {
            eprintln!("skipped: this system accepts connections without end");
            return;
        };
        let hole = hole.local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = listener.local_addr().unwrap();
        let go = AtomicBool::new(false);
        let begun = Instant::now();
        let stream = connect(&[hole, good], HEAD_START, soon(10_000), &go, None).unwrap();
        assert_eq!((stream.0.peer_addr().unwrap(), stream.1), (good, 1));
        let took = begun.elapsed();
        assert!((HEAD_START..HEAD_START * 3).contains(&took), "{took:?}");
        // Alone, it ends by the limit.
        let begun = Instant::now();
        let failed = connect(&[hole], AGAIN, soon(400), &go, None).unwrap_err();
        assert!(matches!(failed, Failed::TimedOut), "{failed:?}");
        assert!(begun.elapsed() < Duration::from_millis(800));
        // And by being cancelled.
        let begun = Instant::now();
        let failed = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                go.store(true, Ordering::Release);
            });
            connect(&[hole], AGAIN, soon(10_000), &go, None).unwrap_err()
        });
        assert!(matches!(failed, Failed::Cancelled), "{failed:?}");
        // 100 ms of that are the pause; a busy machine gets some more.
        assert!(begun.elapsed() < Duration::from_secs(1), "{begun:?}");
    }

    #[test]
    fn an_address_that_does_not_answer_is_tried_once_more() {
        let Some((hole, mut queue)) = black_hole() else {
            eprintln!("skipped: this system accepts connections without end");
            return;
        };
        let address = hole.local_addr().unwrap();
        hole.set_nonblocking(true).unwrap();
        let go = AtomicBool::new(false);
        let (stream, attempt) = std::thread::scope(|scope| {
            scope.spawn(|| {
                // The first attempt is lost by then, and the system waits a second before it sends it again.
                std::thread::sleep(Duration::from_millis(100));
                for stream in queue.drain(..) {
                    drop(stream);
                    let _ = hole.accept();
                }
            });
            connect(&[address], AGAIN * 5, soon(10_000), &go, None).unwrap()
        });
        assert_eq!((stream.peer_addr().unwrap(), attempt), (address, 1));
    }

    #[test]
    fn an_address_that_does_not_answer_yet_is_far_unless_it_is_of_a_family_that_may_be_dead() {
        let Some((hole, _queue)) = black_hole() else {
            eprintln!("skipped: this system accepts connections without end");
            return;
        };
        let hole = hole.local_addr().unwrap();
        let go = AtomicBool::new(false);
        let is_far = |addresses: &[SocketAddr]| {
            let distance = Distance::default();
            let seen = distance.begin("tcp files:443");
            let outcome = Families::default().connect("files:443", addresses, soon(100), &go, seen);
            outcome.map(drop).unwrap_err();
            distance.is_far()
        };
        assert!(is_far(&[hole, hole]));
        let refusing = (Ipv6Addr::LOCALHOST, hole.port()).into();
        assert!(!is_far(&[hole, refusing]));
    }

    #[test]
    fn no_address_is_a_failure() {
        let go = AtomicBool::new(false);
        assert!(connect(&[], AGAIN, soon(1000), &go, None).is_err());
    }
}
