//! Through a proxy: how it is spoken to, and what nobody else hears.

use apsfetch::ErrorKind;

use super::scripted_proxy::{Answer, ScriptedProxy};
use super::server::{Authority, Server, accept};
use super::*;

const SECRET: &str = "pa:ss/w@rd%";
const ENCODED: &str = "f%C3%BC:pa%3Ass%2Fw%40rd%25@";
/// `fü:pa:ss/w@rd%` in base64.
const BASIC: &str = "Basic ZsO8OnBhOnNzL3dAcmQl";

#[test]
fn https_goes_through_a_tunnel_and_only_the_proxy_hears_the_password() {
    let sandbox = sandbox(true);
    let proxy = ScriptedProxy::start(Answer::Tunnel);
    let client = of_sandbox(&sandbox).proxy(&proxy.url(ENCODED)).unwrap();
    download(&client.build().unwrap()).unwrap();
    let heads = proxy.heads();
    let api = sandbox.info().api.replace("https://", "");
    assert!(heads[0].starts_with(&format!("CONNECT {api} HTTP/1.1\r\n")));
    for head in &heads {
        assert!(head.starts_with("CONNECT "), "{head}");
        assert!(
            head.contains(&format!("\r\nProxy-Authorization: {BASIC}\r\n")),
            "{head}"
        );
        assert!(
            !head.to_lowercase().contains("\r\nauthorization:"),
            "{head}"
        );
    }
    let requests = sandbox.requests();
    assert!(requests.len() >= 2);
    for request in requests {
        assert_eq!(request.header("proxy-authorization"), None);
        assert_eq!(request.header("proxy-connection"), None);
    }
}

#[test]
fn a_sandbox_on_http_goes_through_an_explicit_proxy_too() {
    let sandbox = sandbox(false);
    let proxy = ScriptedProxy::start(Answer::Tunnel);
    let client = of_sandbox(&sandbox).proxy(&proxy.url("")).unwrap();
    download(&client.build().unwrap()).unwrap();
    let heads = proxy.heads();
    assert!(heads.len() >= 2, "API and S3");
    assert!(
        heads
            .iter()
            .all(|head| !head.contains("Proxy-Authorization"))
    );
}

#[test]
fn a_proxy_that_is_itself_on_https() {
    let authority = Authority::new();
    let sandbox = sandbox(true);
    // Both authorities in one file.
    let folder = tempfile::tempdir().unwrap();
    let both = folder.path().join("both.pem");
    let mut text = std::fs::read_to_string(authority.file()).unwrap();
    text += &std::fs::read_to_string(sandbox.info().ca_file.as_ref().unwrap()).unwrap();
    std::fs::write(&both, text).unwrap();
    // TLS in front of the plain proxy.
    let plain = ScriptedProxy::start(Answer::Tunnel);
    let config = authority.vouch(&["127.0.0.1"], |_| {});
    let inner = plain.server.address;
    let front = Server::start(move |peer| {
        let Some(stream) = accept(peer.socket.try_clone().unwrap(), &config) else {
            return;
        };
        relay(stream, std::net::TcpStream::connect(inner).unwrap());
    });
    let client = of_sandbox(&sandbox)
        .ca_file(&both)
        .proxy(&format!("https://u:p@{}", front.address))
        .unwrap();
    download(&client.build().unwrap()).unwrap();
    assert!(
        plain
            .heads()
            .iter()
            .all(|head| head.contains("Proxy-Authorization: Basic "))
    );
}

/// Both ways on one thread: TLS cannot be read and written on two.
fn relay(
    mut tls: rustls::StreamOwned<rustls::ServerConnection, std::net::TcpStream>,
    mut plain: std::net::TcpStream,
) {
    use std::io::{ErrorKind, Read, Write};
    let tick = Some(Duration::from_millis(1));
    tls.sock.set_read_timeout(tick).unwrap();
    plain.set_read_timeout(tick).unwrap();
    let mut block = [0; 16 * 1024];
    let waits = |error: &std::io::Error| {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
    };
    loop {
        match tls.read(&mut block) {
            Ok(0) => return,
            Ok(count) => plain.write_all(&block[..count]).unwrap_or_default(),
            Err(error) if waits(&error) => {}
            Err(_) => return,
        }
        match plain.read(&mut block) {
            Ok(0) => return,
            Ok(count) => {
                if tls.write_all(&block[..count]).is_err() {
                    return;
                }
            }
            Err(error) if waits(&error) => {}
            Err(_) => return,
        }
    }
}

#[test]
fn connections_through_a_proxy_are_used_again() {
    let sandbox = sandbox(true);
    let proxy = ScriptedProxy::start(Answer::Tunnel);
    let client = of_sandbox(&sandbox).proxy(&proxy.url("")).unwrap();
    let client = client.build().unwrap();
    for _ in 0..5 {
        sign(&client).unwrap();
    }
    assert_eq!(proxy.heads().len(), 1);
}

#[test]
fn an_address_that_is_none_is_refused_by_the_setter() {
    for address in [
        "http://u:hunter2@",
        "http://u:hunter2@h:99999",
        "socks5://u:hunter2@h:1080",
        "ftp://u:hunter2@h",
        "http://u:hunter2@ho st:1",
    ] {
        let error = Client::builder().proxy(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{address}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let socks = Client::builder().proxy("socks5://h:1080").unwrap_err();
    assert!(socks.message().contains("SOCKS"), "{socks}");
}

#[test]
fn nothing_shows_the_password() {
    let builder = Client::builder()
        .proxy(&format!("http://{ENCODED}127.0.0.1:1"))
        .unwrap();
    let shown = format!("{builder:?}");
    for secret in [SECRET, "pa%3Ass", BASIC, "ZsO8"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
