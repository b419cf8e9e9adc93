//! A small proxy that does what a test says and remembers what it was told.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};

use super::server::{Peer, Server};

/// What it answers to CONNECT.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Tunnels to where it was asked.
    Tunnel,
    /// Tunnels to another place, whatever it was asked.
    TunnelTo(std::net::SocketAddr),
    /// Says this and closes.
    Say(&'static str),
    /// Says this for the first so many, then tunnels.
    First(usize, &'static str),
    /// Closes without a word.
    Close,
    Silent,
    /// One byte now and then.
    Drip(&'static str),
}

pub(crate) struct ScriptedProxy {
    pub(crate) server: Server,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ScriptedProxy {
    pub(crate) fn start(answer: Answer) -> ScriptedProxy {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let known = heads.clone();
        let server = Server::start(move |mut peer| {
            let Some(head) = peer.head() else { return };
            known.lock().unwrap().push(head.clone());
            serve(peer, &head, &answer);
        });
        ScriptedProxy { server, heads }
    }

    /// Its address with `credentials@`, or nothing, before it.
    pub(crate) fn url(&self, credentials: &str) -> String {
        format!("http://{credentials}{}", self.server.address)
    }

    /// The requests, each up to its empty line.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(mut peer: Peer, head: &str, answer: &Answer) {
    match answer {
        Answer::Tunnel => tunnel(peer, asked(head)),
        Answer::TunnelTo(place) => tunnel(peer, TcpStream::connect(place)),
        Answer::First(times, words) if peer.number <= *times => peer.say(words),
        Answer::First(..) => tunnel(peer, asked(head)),
        Answer::Say(words) => peer.say(words),
        Answer::Close => {}
        Answer::Silent => peer.hold(),
        Answer::Drip(words) => {
            peer.say(words);
            peer.drip(b'x', std::time::Duration::from_millis(20));
        }
    }
}

fn asked(head: &str) -> std::io::Result<TcpStream> {
    let place = head.split(' ').nth(1).unwrap_or_default();
    TcpStream::connect(place)
}

fn tunnel(mut peer: Peer, there: std::io::Result<TcpStream>) {
    let Ok(there) = there else {
        return peer.say("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    };
    peer.say("HTTP/1.1 200 Connection established\r\n\r\n");
    let here = &peer.socket;
    std::thread::scope(|scope| {
        scope.spawn(|| copy(here, &there));
        copy(&there, here);
    });
}

/// Until either side ends; then both do.
fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    let mut block = [0; 64 * 1024];
    while let Ok(count) = from.read(&mut block) {
        if count == 0 || to.write_all(&block[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
