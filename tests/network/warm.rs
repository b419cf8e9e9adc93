//! A file of unknown size from afar: connections for the rest of it are made while its first reply is awaited.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex};

use super::server::{Authority, Server, accept, head_of};
use super::*;

const CONNECTIONS: usize = 8;

/// What the connections of the server tell each other.
#[derive(Default)]
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    begun: usize,
    made: usize,
    asked: HashSet<usize>,
    closed: usize,
}

impl Seen {
    fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }

    /// Whether it came to that.
    fn until(&self, is_so: impl Fn(&State) -> bool) -> bool {
        let state = self.state.lock().unwrap();
        let not_yet = |state: &mut State| !is_so(state);
        let outcome = self.changed.wait_timeout_while(state, LONG, not_yet);
        !outcome.unwrap().1.timed_out()
    }
}

/// A server of one file, which goes on with the handshakes when `patient` says so.
fn serve(
    authority: &Authority,
    size: usize,
    patient: impl Fn(&Seen) + Send + Sync + 'static,
) -> (Server, Arc<Seen>) {
    let config = authority.vouch(&["localhost"], |_| {});
    let seen = Arc::new(Seen::default());
    let shared = seen.clone();
    let server = Server::start(move |peer| {
        let seen = &shared;
        seen.note(|state| state.begun += 1);
        patient(seen);
        let Some(mut stream) = accept(peer.socket.try_clone().unwrap(), &config) else {
            return seen.note(|state| state.closed += 1);
        };
        seen.note(|state| state.made += 1);
        while let Some(head) = head_of(&mut stream) {
            seen.note(|state| {
                state.asked.insert(peer.number);
            });
            // The first reply is one more round trip away than the other connections.
            seen.until(|state| state.made >= state.begun);
            // Nobody fetches everything before the others have begun.
            if peer.number > 1 {
                seen.until(|state| state.asked.len() >= CONNECTIONS / 2);
            }
            let range = head.split("bytes=").nth(1).unwrap().lines().next().unwrap();
            let (from, to) = range.split_once('-').unwrap();
            let from: usize = from.parse().unwrap();
            let to = to.parse::<usize>().unwrap().min(size - 1);
            let reply = format!(
                "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{to}/{size}\r\nETag: \"1\"\r\n\r\n",
                to + 1 - from
            );
            let body: Vec<u8> = (from..=to).map(byte).collect();
            if stream.write_all(reply.as_bytes()).is_err() || stream.write_all(&body).is_err() {
                break;
            }
        }
        seen.note(|state| state.closed += 1);
    });
    (server, seen)
}

fn byte(at: usize) -> u8 {
    (at % 251) as u8
}

fn client(authority: &Authority) -> Client {
    impatient("https://localhost")
        .ca_file(authority.file())
        .max_connections(CONNECTIONS as u32)
        .unwrap()
        .build()
        .unwrap()
}

fn file(server: &Server) -> Request {
    let url = format!("https://localhost:{}/file", server.address.port());
    Request::url(&url).unwrap().to_memory(16 << 20)
}

fn all_have_begun(seen: &Seen) {
    assert!(
        seen.until(|state| state.begun >= CONNECTIONS),
        "nobody makes the others"
    );
}

#[test]
fn all_connections_are_made_before_the_first_reply_and_used_behind_it() {
    let authority = Authority::new();
    let size = 5_000_000;
    let (server, seen) = serve(&authority, size, all_have_begun);
    let results = client(&authority)
        .download(vec![file(&server)], |_| true)
        .unwrap();
    let data = results[0].as_ref().unwrap().data.clone().unwrap();
    assert!(data.len() == size && data.iter().enumerate().all(|(at, is)| *is == byte(at)));
    // Those that came later were made because others had been broken off.
    let asked = &seen.state.lock().unwrap().asked;
    let first = asked.iter().filter(|number| **number <= CONNECTIONS);
    assert!(first.count() >= CONNECTIONS / 2, "{asked:?}");
}

/// From not so far, it is those that there are at the start.
#[test]
fn the_first_four_are_made_while_the_first_one_takes_some_milliseconds() {
    let authority = Authority::new();
    // On a machine that has other things to do it may take longer, and all of them are made, but not in each of these runs.
    let made: Vec<usize> = (0..5)
        .map(|_| {
            let four = |seen: &Seen| assert!(seen.until(|state| state.begun >= 4), "too few");
            let (server, _seen) = serve(&authority, 1000, four);
            let results = client(&authority)
                .download(vec![file(&server)], |_| true)
                .unwrap();
            assert_eq!(results[0].as_ref().unwrap().bytes, 1000);
            server.accepted()
        })
        .collect();
    assert!(made.contains(&4), "{made:?}");
}

#[test]
fn those_made_in_vain_are_closed_when_the_job_is_over() {
    let authority = Authority::new();
    let (server, seen) = serve(&authority, 1000, all_have_begun);
    let client = client(&authority);
    let job = client.start(vec![file(&server)]).unwrap();
    assert!(job.wait(LONG));
    assert_eq!(job.result(0).unwrap().unwrap().bytes, 1000);
    // The one that was used is kept for the next job.
    let closed = seen.until(|state| state.closed >= CONNECTIONS - 1);
    assert!(closed, "{:?}", seen.state.lock().unwrap().closed);
    // Those of the first milliseconds, too, are among them.
    assert_eq!(server.accepted(), CONNECTIONS);
}

#[test]
fn a_server_that_forgets_them_holds_up_nobody() {
    let authority = Authority::new();
    let config = authority.vouch(&["localhost"], |_| {});
    let seen = Arc::new(Seen::default());
    let shared = seen.clone();
    // Like a server of one thread: the others are accepted, and never hear a word.
    let server = Server::start(move |peer| {
        shared.note(|state| state.begun += 1);
        if peer.number > 1 {
            peer.hold();
            return shared.note(|state| state.closed += 1);
        }
        all_have_begun(&shared);
        let mut stream = accept(peer.socket.try_clone().unwrap(), &config).unwrap();
        head_of(&mut stream).unwrap();
        let reply = "HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\nContent-Range: bytes 0-0/1\r\n\r\nx";
        stream.write_all(reply.as_bytes()).unwrap();
        peer.hold();
    });
    let client = client(&authority);
    let begun = Instant::now();
    let results = client.download(vec![file(&server)], |_| true).unwrap();
    assert_eq!(results[0].as_ref().unwrap().bytes, 1);
    drop(client);
    // Otherwise the client would wait for them as long as a connection may take.
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert!(seen.until(|state| state.closed >= CONNECTIONS - 1));
}

/// Several files share what is made ahead, and what is small is not worth a connection of its own when its size is known.
#[test]
fn small_files_from_afar_make_do_with_one_each() {
    let authority = Authority::new();
    // A machine that has other things to do may take so long that others are tried, but not in each of these runs.
    let made: Vec<usize> = (0..5)
        .map(|_| {
            let far = |seen: &Seen| {
                assert!(seen.until(|state| state.begun >= 4), "too few");
                std::thread::sleep(Duration::from_millis(60));
            };
            let (server, _seen) = serve(&authority, 300_000, far);
            let files = (0..4).map(|_| file(&server)).collect();
            let results = client(&authority).download(files, |_| true).unwrap();
            for result in results {
                assert_eq!(result.unwrap().bytes, 300_000);
            }
            server.accepted()
        })
        .collect();
    assert!(made.contains(&4), "{made:?}");
}

#[test]
fn none_are_made_when_the_size_is_known() {
    let authority = Authority::new();
    let (server, _seen) = serve(&authority, 1000, |_| {
        std::thread::sleep(Duration::from_millis(100));
    });
    let request = file(&server).size(1000);
    let results = client(&authority)
        .download(vec![request], |_| true)
        .unwrap();
    assert_eq!(results[0].as_ref().unwrap().bytes, 1000);
    assert_eq!(server.accepted(), 1);
}

#[test]
fn cancel_ends_them_at_once() {
    let authority = Authority::new();
    let begun = Arc::new(Seen::default());
    let seen = begun.clone();
    // None of them ever finishes its handshake.
    let server = Server::start(move |peer| {
        seen.note(|state| state.begun += 1);
        peer.hold();
        seen.note(|state| state.closed += 1);
    });
    let client = client(&authority);
    let job = client.start(vec![file(&server)]).unwrap();
    all_have_begun(&begun);
    let at = Instant::now();
    job.cancel();
    assert!(job.wait(LONG));
    drop((job, client));
    assert!(at.elapsed() < SOON, "{:?}", at.elapsed());
    assert!(begun.until(|state| state.closed >= CONNECTIONS));
}
