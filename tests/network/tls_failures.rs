//! Certificates and peers that must not be accepted: each with words of its own.

use std::io::Read as _;

use apsfetch::ErrorKind;

use super::server::{Authority, Server, accept, head_of, self_signed};
use super::*;

/// A server that answers everything with 404, if a client comes that far.
fn serve(config: std::sync::Arc<rustls::ServerConfig>) -> Server {
    Server::start(move |peer| {
        let Some(mut stream) = accept(peer.socket.try_clone().unwrap(), &config) else {
            return;
        };
        while head_of(&mut stream).is_some() {
            let reply = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            let _ = std::io::Write::write_all(&mut stream, reply);
        }
    })
}

fn error_of(server: &Server, authority: &Authority) -> Error {
    let url = format!("https://localhost:{}", server.address.port());
    let client = impatient(&url).ca_file(authority.file());
    let (error, took) = refused(&client.build().unwrap());
    assert!(took < LONG, "{took:?}");
    error
}

fn check(server: &Server, authority: &Authority, words: &str) {
    let error = error_of(server, authority);
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert!(error.message().contains(words), "{error}");
    assert!(error.message().contains("localhost"), "{error}");
}

#[test]
fn a_good_certificate_is_accepted() {
    let authority = Authority::new();
    let server = serve(authority.vouch(&["localhost"], |_| {}));
    let error = error_of(&server, &authority);
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[test]
fn an_expired_certificate() {
    let authority = Authority::new();
    let server = serve(authority.vouch(&["localhost"], |params| {
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    }));
    check(&server, &authority, "has expired");
}

#[test]
fn a_certificate_of_the_future_points_at_the_clock() {
    let authority = Authority::new();
    let server = serve(authority.vouch(&["localhost"], |params| {
        params.not_before = rcgen::date_time_ymd(2999, 1, 1);
    }));
    check(&server, &authority, "clock");
}

#[test]
fn a_certificate_for_another_host() {
    let authority = Authority::new();
    let server = serve(authority.vouch(&["aps.test"], |_| {}));
    check(&server, &authority, "is not for localhost");
}

#[test]
fn an_authority_that_nobody_knows() {
    let server = serve(Authority::new().vouch(&["localhost"], |_| {}));
    check(&server, &Authority::named("another"), "does not trust");
    // Even of the same name, such as the one the firm had before.
    check(&server, &Authority::new(), "does not trust");
}

#[test]
fn a_certificate_that_vouches_for_itself() {
    let server = serve(self_signed(&["localhost"]));
    check(&server, &Authority::named("another"), "does not trust");
}

#[test]
fn an_authority_that_answers_itself() {
    let authority = Authority::new();
    let server = serve(authority.vouch(&["localhost"], |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    }));
    check(&server, &authority, "an authority's own");
}

/// Reads a ClientHello, answers with these bytes, and waits.
fn answers(bytes: &'static [u8]) -> Server {
    Server::start(move |mut peer| {
        let mut header = [0; 5];
        if peer.socket.read_exact(&mut header).is_err() {
            return;
        }
        let length = u16::from_be_bytes([header[3], header[4]]);
        let mut hello = vec![0; length.into()];
        if peer.socket.read_exact(&mut hello).is_ok() {
            peer.say(bytes);
            peer.hold();
        }
    })
}

#[test]
fn a_peer_that_knows_no_tls_but_1_1() {
    // As OpenSSL does with TLS 1.1 alone: the alert "protocol version".
    let alert = answers(&[0x15, 3, 2, 0, 2, 2, 70]);
    check(&alert, &Authority::new(), "TLS 1.2 or later");
    // And a peer that goes ahead: a ServerHello of 1.1 with a cipher of its time.
    const HELLO: [u8; 47] = {
        let mut hello = [7; 47];
        let head = [0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
        let mut at = 0;
        while at < head.len() {
            hello[at] = head[at];
            at += 1;
        }
        // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        hello[43] = 0;
        hello[44] = 0;
        hello[45] = 0x2f;
        hello[46] = 0;
        hello
    };
    let ahead = answers(&HELLO);
    check(&ahead, &Authority::new(), "TLS 1.2 or later");
}

#[test]
fn a_peer_that_speaks_plain_http() {
    let server = answers(b"HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\n\r\n");
    check(&server, &Authority::new(), "did not answer with TLS");
}

#[test]
fn a_peer_that_refuses_the_handshake() {
    let server = answers(&[0x15, 3, 3, 0, 2, 2, 40]);
    check(&server, &Authority::new(), "refused the TLS connection");
}

#[test]
fn a_peer_that_closes_in_the_handshake_is_tried_again() {
    let server = Server::start(|mut peer| {
        let _ = peer.socket.read(&mut [0; 4096]);
    });
    check(
        &server,
        &Authority::new(),
        "closed the connection in the TLS handshake",
    );
    assert_eq!(server.accepted(), 2);
}

#[test]
fn a_peer_that_resets_in_the_handshake_is_tried_again() {
    let server = Server::start(|peer| peer.reset());
    let error = error_of(&server, &Authority::new());
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert_eq!(server.accepted(), 2);
}
