//! A peer that does what a test says, and ends with its handle.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server on a free port of 127.0.0.1; one thread for each connection.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    stopped: AtomicBool,
    accepted: AtomicUsize,
    /// Of the connections whose handler runs, by number.
    sockets: Mutex<HashMap<usize, TcpStream>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Server {
    pub(crate) fn start(handle: impl Fn(Peer) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let (shared, handle) = (state.clone(), Arc::new(handle));
        let accepting = std::thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(socket) = socket else { continue };
                if shared.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let number = shared.accepted.fetch_add(1, Ordering::SeqCst) + 1;
                shared
                    .sockets
                    .lock()
                    .unwrap()
                    .insert(number, socket.try_clone().unwrap());
                let (handle, state) = (handle.clone(), shared.clone());
                let thread = std::thread::spawn(move || {
                    let ended = state.clone();
                    handle(Peer {
                        socket,
                        number,
                        state,
                    });
                    // The last one of this connection, so this closes it.
                    ended.sockets.lock().unwrap().remove(&number);
                });
                shared.threads.lock().unwrap().push(thread);
            }
        });
        Server {
            address,
            state,
            accepting: Some(accepting),
        }
    }

    /// One that accepts and then says nothing, ever.
    pub(crate) fn silent() -> Server {
        Server::start(|peer| peer.hold())
    }

    /// Connections that were accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
        let _ = self.accepting.take().unwrap().join();
        for socket in self.state.sockets.lock().unwrap().values() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        for thread in std::mem::take(&mut *self.state.threads.lock().unwrap()) {
            let _ = thread.join();
        }
    }
}

/// One connection, as the server sees it.
pub(crate) struct Peer {
    pub(crate) socket: TcpStream,
    /// From 1.
    pub(crate) number: usize,
    state: Arc<State>,
}

impl Peer {
    /// What a client sends up to the empty line; nothing if it leaves.
    pub(crate) fn head(&mut self) -> Option<String> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match self.socket.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                _ => return None,
            }
        }
        Some(String::from_utf8_lossy(&head).into_owned())
    }

    pub(crate) fn say(&mut self, words: impl AsRef<[u8]>) {
        let _ = self.socket.write_all(words.as_ref());
    }

    /// Waits until the client leaves.
    pub(crate) fn hold(mut self) {
        let mut block = [0; 4096];
        while matches!(self.socket.read(&mut block), Ok(count) if count > 0) {}
    }

    /// Says the same byte over and over.
    pub(crate) fn drip(&mut self, byte: u8, every: Duration) {
        while !self.state.stopped.load(Ordering::SeqCst) && self.socket.write_all(&[byte]).is_ok() {
            std::thread::sleep(every);
        }
    }

    /// Ends the connection with a reset instead of an end.
    pub(crate) fn reset(self) {
        // Unread data makes the system answer with a reset.
        let _ = self.socket.set_read_timeout(Some(Duration::from_secs(1)));
        let _ = self.socket.peek(&mut [0]);
    }
}

/// An authority and what it vouches for.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        Self::named("the firm")
    }

    pub(crate) fn named(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Authority { issuer, folder }
    }

    /// The file a client is given.
    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A certificate for these names, changed as wished before it is signed.
    pub(crate) fn vouch(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = params(names);
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(certificate.der().clone(), &key)
    }
}

/// A certificate that vouches for itself.
pub(crate) fn self_signed(names: &[&str]) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let certificate = params(names).self_signed(&key).unwrap();
    config(certificate.der().clone(), &key)
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.use_authority_key_identifier_extension = true;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn config(
    certificate: rustls::pki_types::CertificateDer<'static>,
    key: &KeyPair,
) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

/// A TLS connection over what a client sent.
pub(crate) fn accept(
    socket: TcpStream,
    config: &Arc<ServerConfig>,
) -> Option<StreamOwned<ServerConnection, TcpStream>> {
    let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).ok()?;
    }
    Some(stream)
}

/// Reads a request's head from a TLS connection.
pub(crate) fn head_of(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A listener whose queue is full: it answers nothing, like an address that leads nowhere. Nothing if the system
/// accepts without end.
pub(crate) struct BlackHole {
    pub(crate) address: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl BlackHole {
    pub(crate) fn open(place: &str) -> Option<BlackHole> {
        let listener = TcpListener::bind(place).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queue = Vec::new();
        for _ in 0..5000 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(100)) {
                Ok(stream) => queue.push(stream),
                Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                    return Some(BlackHole {
                        address,
                        _listener: listener,
                        _queue: queue,
                    });
                }
                Err(_) => return None,
            }
        }
        None
    }
}
