//! A server of rustls at the other end, and what it may send.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::transport::socket::Socket;
use crate::transport::throttle::Throttle;

type Server = StreamOwned<ServerConnection, TcpStream>;

/// A server for one connection, and the client's side of it. The client trusts `trusted`, or the server's own.
fn connect<T: Send + 'static>(
    trusted: Option<CertificateDer<'static>>,
    serve: impl FnOnce(io::Result<Server>) -> T + Send + 'static,
) -> (io::Result<TlsTransport>, JoinHandle<T>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let (certificate, key) = certificate();
    let config = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.set_nodelay(true).unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        let shaken = connection.complete_io(&mut socket);
        serve(shaken.map(|_| StreamOwned::new(connection, socket)))
    });
    let mut roots = RootCertStore::empty();
    roots.add(trusted.unwrap_or(certificate)).unwrap();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(address).unwrap();
    let line = Line::Socket(Socket::new(
        socket,
        Arc::new(Throttle::new(0)),
        Arc::default(),
    ));
    let name = ServerName::try_from("localhost").unwrap();
    let deadline = Deadline::new(Duration::from_secs(30));
    let client = TlsTransport::handshake(Arc::new(config), name, line, &deadline, None);
    (client, server)
}

fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    (made.cert.der().clone(), key)
}

fn patience() -> NextTimeout {
    NextTimeout {
        after: Duration::from_secs(30).into(),
        ..NextTimeout::default()
    }
}

#[test]
fn records_may_be_cut_anywhere_and_keys_may_change() {
    let sent: Vec<u8> = (0..300_000u32)
        .map(|i| (i.wrapping_mul(i) >> 7) as u8)
        .collect();
    let content = sent.clone();
    let (client, server) = connect(None, move |server| {
        let mut server = server.unwrap();
        let mut asked = [0; 3];
        server.read_exact(&mut asked).unwrap();
        // In memory first, and from there in pieces of all sizes.
        let mut records = Vec::new();
        for (number, block) in content.chunks(60_000).enumerate() {
            if number == 2 {
                server.conn.refresh_traffic_keys().unwrap();
            }
            server.conn.writer().write_all(block).unwrap();
            while server.conn.wants_write() {
                server.conn.write_tls(&mut records).unwrap();
            }
        }
        let (mut rest, mut size) = (&records[..], 1);
        while !rest.is_empty() {
            let (piece, more) = rest.split_at(size.min(rest.len()));
            server.sock.write_all(piece).unwrap();
            (rest, size) = (more, size % 7_001 * 3 + 1);
        }
        // With the new keys as well.
        server.read_exact(&mut asked).unwrap();
        server.conn.send_close_notify();
        server.flush().unwrap();
        asked
    });
    let mut client = client.unwrap();
    client.send(b"one", patience()).unwrap();
    let mut received = vec![0; sent.len()];
    let mut done = 0;
    while done < received.len() {
        let end = received.len().min(done + 10_007);
        let count = client
            .receive(&mut received[done..end], patience())
            .unwrap();
        assert!(count > 0, "after {done}");
        done += count;
    }
    assert!(received == sent);
    client.send(b"two", patience()).unwrap();
    assert_eq!(
        client.receive(&mut [0; 9], patience()).unwrap(),
        0,
        "the end"
    );
    assert_eq!(
        client.receive(&mut [0; 9], patience()).unwrap(),
        0,
        "it stays"
    );
    assert_eq!(server.join().unwrap(), *b"two");
}

#[test]
fn an_end_without_a_word_is_no_end() {
    let (client, server) = connect(None, |server| {
        server.unwrap().write_all(b"all?").unwrap();
    });
    let mut client = client.unwrap();
    server.join().unwrap();
    let mut block = [0; 9];
    assert_eq!(client.receive(&mut block, patience()).unwrap(), 4);
    let error = into_io(client.receive(&mut block, patience()).unwrap_err());
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_record_that_was_changed_on_the_way_is_an_error_and_stays_one() {
    let (client, server) = connect(None, |server| {
        let mut server = server.unwrap();
        let mut records = Vec::new();
        for text in ["right", "wrong"] {
            server.conn.writer().write_all(text.as_bytes()).unwrap();
            while server.conn.wants_write() {
                server.conn.write_tls(&mut records).unwrap();
            }
        }
        *records.last_mut().unwrap() ^= 1;
        server.sock.write_all(&records).unwrap();
        // Until the other side is gone.
        let _ = server.sock.read_to_end(&mut Vec::new());
    });
    let mut client = client.unwrap();
    let mut block = [0; 5];
    assert_eq!(client.receive(&mut block, patience()).unwrap(), 5);
    assert_eq!(&block, b"right");
    let error = into_io(client.receive(&mut block, patience()).unwrap_err());
    assert!(
        crate::transport::tls::rustls_error(&error).is_some(),
        "{error}"
    );
    for _ in 0..2 {
        assert!(!client.is_quiet());
        client.receive(&mut block, patience()).unwrap_err();
        client.send(b"more", patience()).unwrap_err();
    }
    drop(client);
    server.join().unwrap();
}

#[test]
fn a_ticket_may_wait_for_its_reader_and_nothing_else_may() {
    let (wish, wishes) = mpsc::channel::<&[u8]>();
    let (done, granted) = mpsc::channel();
    let (client, server) = connect(None, move |server| {
        let mut server = server.unwrap();
        for wish in wishes {
            server.write_all(wish).unwrap();
            done.send(()).unwrap();
        }
    });
    let mut client = client.unwrap();
    wish.send(b"answer").unwrap();
    granted.recv().unwrap();
    assert!(!client.is_quiet(), "tickets and an answer, both unread");
    let mut block = [0; 99];
    assert_eq!(client.receive(&mut block, patience()).unwrap(), 6);
    assert!(client.is_quiet());
    wish.send(b"unasked").unwrap();
    granted.recv().unwrap();
    assert!(!client.is_quiet());
    drop(wish);
    server.join().unwrap();
}

#[test]
fn a_server_hears_why_it_was_left() {
    let (other, _) = certificate();
    let (client, server) = connect(Some(other), |server| server.map(drop));
    let error = client.err().unwrap();
    assert!(
        crate::transport::tls::rustls_error(&error).is_some(),
        "{error}"
    );
    let heard = server.join().unwrap().unwrap_err();
    assert!(heard.to_string().contains("alert"), "{heard}");
}
