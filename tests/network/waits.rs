//! Every wait ends by its limit, and at once when it is cancelled.

use std::io::Write as _;
use std::sync::mpsc;

use apsfetch::{CancelToken, ErrorKind};

use super::server::{Authority, BlackHole, Server, accept, head_of};
use super::*;

const LIMIT: Duration = Duration::from_millis(400);

/// Asserts that a call with its one retry took twice the limit.
fn check(outcome: (Error, Duration), words: &str) {
    let (error, took) = outcome;
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.message().contains(words), "{error}");
    assert!((2 * LIMIT..2 * LIMIT + SOON).contains(&took), "{took:?}");
}

#[test]
fn an_address_that_leads_nowhere() {
    let Some(hole) = BlackHole::open("127.0.0.1:0") else {
        return skip("waits::black_hole", "this system accepts without end");
    };
    let client = impatient(&format!("http://{}", hole.address))
        .connect_timeout(LIMIT)
        .unwrap();
    check(
        refused(&client.build().unwrap()),
        "No connection to 127.0.0.1",
    );
}

#[test]
fn a_peer_that_says_nothing_in_the_tls_handshake() {
    let server = Server::silent();
    let client = impatient(&server.https()).connect_timeout(LIMIT).unwrap();
    check(refused(&client.build().unwrap()), "TLS handshake");
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_peer_that_drips_in_the_tls_handshake() {
    // The beginning of a ServerHello that never ends.
    let server = Server::start(|mut peer| {
        peer.say([0x16, 3, 3, 0x3f, 0xff]);
        peer.drip(0, Duration::from_millis(20));
    });
    let client = impatient(&server.https()).connect_timeout(LIMIT).unwrap();
    check(refused(&client.build().unwrap()), "TLS handshake");
}

#[test]
fn a_reply_that_never_comes_may_take_longer_than_a_stall() {
    let server = Server::silent();
    let client = impatient(&server.http())
        .reply_timeout(LIMIT)
        .unwrap()
        .stall_timeout(LIMIT / 8)
        .unwrap();
    check(
        refused(&client.build().unwrap()),
        "did not answer within 0.4 s",
    );
}

#[test]
fn headers_that_drip_end_by_the_limit_on_replies() {
    let server = Server::start(|mut peer| {
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nX-Drip: ");
        peer.drip(b'x', Duration::from_millis(20));
    });
    let client = impatient(&server.http()).reply_timeout(LIMIT).unwrap();
    check(
        refused(&client.build().unwrap()),
        "did not answer within 0.4 s",
    );
}

#[test]
fn an_api_reply_that_drips_ends_by_the_limit_on_replies() {
    let server = Server::start(|mut peer| {
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{");
        peer.drip(b' ', Duration::from_millis(20));
    });
    let client = impatient(&server.http()).reply_timeout(LIMIT).unwrap();
    check(
        refused(&client.build().unwrap()),
        "bytes of its reply within 0.4 s",
    );
}

#[test]
fn an_error_whose_reason_drips_is_still_that_error() {
    let server = Server::start(|mut peer| {
        peer.head();
        peer.say("HTTP/1.1 404 Not Found\r\nContent-Length: 5000\r\n\r\n{");
        peer.drip(b' ', Duration::from_millis(20));
    });
    let client = impatient(&server.http()).reply_timeout(LIMIT).unwrap();
    let (error, took) = refused(&client.build().unwrap());
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!((LIMIT..LIMIT + SOON).contains(&took), "{took:?}");
}

#[test]
fn a_download_that_drips_inside_one_tls_record_is_a_stall() {
    let authority = Authority::new();
    let config = authority.vouch(&["localhost"], |_| {});
    let server = Server::start(move |peer| {
        let Some(mut stream) = accept(peer.socket.try_clone().unwrap(), &config) else {
            return;
        };
        if head_of(&mut stream).is_none() {
            return;
        }
        let head = "HTTP/1.1 206 Partial Content\r\nContent-Length: 60000\r\nContent-Range: bytes 0-59999/60000\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        // One record of 16 KiB: nothing of it can be read before its last byte has come.
        let mut sealed = Vec::new();
        stream.conn.writer().write_all(&[b'x'; 16 * 1024]).unwrap();
        stream.conn.write_tls(&mut sealed).unwrap();
        for byte in sealed {
            if stream.sock.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(60));
        }
    });
    let url = format!("https://localhost:{}/x", server.address.port());
    let client = impatient("https://localhost")
        .ca_file(authority.file())
        .stall_timeout(LIMIT)
        .unwrap()
        .build()
        .unwrap();
    let begun = Instant::now();
    let request = Request::url(&url).unwrap().to_memory(1 << 20);
    let error = client
        .download(vec![request], |_| true)
        .unwrap()
        .remove(0)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.message().contains("moved no data"), "{error}");
    let took = begun.elapsed();
    assert!((2 * LIMIT..2 * LIMIT + SOON).contains(&took), "{took:?}");
}

#[test]
fn each_redirect_has_the_limits_of_its_own() {
    let server = Server::start(|mut peer| {
        while let Some(head) = peer.head() {
            let hop: u32 = head
                .split_once("hop=")
                .map_or(0, |(_, rest)| rest[..1].parse().unwrap());
            std::thread::sleep(LIMIT / 2);
            if hop == 4 {
                peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            } else {
                let location = format!("/?hop={}", hop + 1);
                peer.say(format!(
                    "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                ));
            }
        }
    });
    let client = impatient(&server.http())
        .reply_timeout(LIMIT)
        .unwrap()
        .build()
        .unwrap();
    let request = Request::url(&format!("{}/?hop=0", server.http())).unwrap();
    let begun = Instant::now();
    let results = client
        .download(vec![request.to_memory(100)], |_| true)
        .unwrap();
    assert_eq!(results[0].as_ref().unwrap().bytes, 2);
    assert!(begun.elapsed() > 2 * LIMIT, "the hops were not waited for");
}

/// Cancels while the call is where `arrived` says; it has to end at once though every limit is long.
fn cancelled(client: &Client, arrived: impl FnOnce() + Send) {
    let token = CancelToken::new();
    let (sender, ended) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let outcome = sign_until(client, Some(&token));
            sender.send((outcome, Instant::now())).unwrap();
        });
        arrived();
        // It is in the midst of it now, or about to be: both must end.
        std::thread::sleep(Duration::from_millis(50));
        let begun = Instant::now();
        token.cancel();
        let (outcome, at) = ended.recv_timeout(LONG).unwrap();
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Cancelled);
        let took = at.saturating_duration_since(begun);
        println!("cancelled within {took:?}");
        assert!(took < Duration::from_millis(500), "{took:?}");
    });
}

/// Waits until the server has accepted a connection.
fn accepted(server: &Server) {
    let give_up = Instant::now() + LONG;
    while server.accepted() == 0 {
        assert!(Instant::now() < give_up, "nobody came");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn cancel_ends_a_connect() {
    let Some(hole) = BlackHole::open("127.0.0.1:0") else {
        return skip("waits::cancel_connect", "this system accepts without end");
    };
    let client = impatient(&format!("http://{}", hole.address));
    cancelled(&client.build().unwrap(), || {});
}

#[test]
fn cancel_ends_the_tls_handshake() {
    let server = Server::silent();
    let client = impatient(&server.https()).build().unwrap();
    cancelled(&client, || accepted(&server));
}

#[test]
fn cancel_ends_the_wait_for_the_proxy() {
    let server = Server::silent();
    let client = impatient("https://aps.test").proxy(&server.http()).unwrap();
    cancelled(&client.build().unwrap(), || accepted(&server));
}

#[test]
fn cancel_ends_the_wait_for_a_reply() {
    let server = Server::silent();
    let client = impatient(&server.http()).build().unwrap();
    cancelled(&client, || accepted(&server));
}

#[test]
fn cancel_ends_the_wait_for_a_body() {
    let server = Server::start(|mut peer| {
        peer.head();
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{");
        peer.hold();
    });
    let client = impatient(&server.http()).build().unwrap();
    cancelled(&client, || accepted(&server));
}

#[test]
fn cancel_ends_the_pause_before_a_retry() {
    let server = Server::start(|mut peer| {
        peer.head();
        peer.say("HTTP/1.1 503 No\r\nRetry-After: 100\r\nContent-Length: 0\r\n\r\n");
        peer.hold();
    });
    let client = impatient(&server.http()).build().unwrap();
    cancelled(&client, || accepted(&server));
}
