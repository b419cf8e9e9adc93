//! The three servers: connections, HTTP, and the way from a request to its answer.

mod body;
mod call;
mod line;
mod ranges;
mod reply;
mod service;
mod tls;
mod upload;

pub(crate) use body::Slice;
pub(crate) use call::Call;
pub(crate) use ranges::{Asked, Entity, parse_range, serve as serve_entity};
pub(crate) use reply::Reply;
pub(crate) use tls::create as create_authority;

use crate::log::Origin;
use crate::state::State;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use line::{Line, LineIo, Stream};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpSocket};
use tokio_rustls::TlsAcceptor;

/// Hundreds of clients may connect in the same instant.
const BACKLOG: u32 = 4096;

/// Binds a port of the loopback address. Must be called inside the runtime that will serve it.
pub(crate) fn bind(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // A given port must be usable again at once after a restart. On Windows the option means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    socket.listen(BACKLOG)
}

/// Accepts connections until the runtime ends.
pub(crate) async fn run(
    listener: TcpListener,
    origin: Origin,
    state: Arc<State>,
    acceptor: Option<TlsAcceptor>,
) {
    loop {
        match listener.accept().await {
            Ok((tcp, _)) => {
                let _ = tcp.set_nodelay(true);
                tokio::spawn(connection(
                    tcp,
                    origin,
                    Arc::clone(&state),
                    acceptor.clone(),
                ));
            }
            // Out of file descriptors: some connection has to end first.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
}

async fn connection(
    tcp: tokio::net::TcpStream,
    origin: Origin,
    state: Arc<State>,
    acceptor: Option<TlsAcceptor>,
) {
    let stream = match acceptor {
        None => Stream::Plain(tcp),
        Some(acceptor) => match acceptor.accept(tcp).await {
            Ok(tls) => Stream::Tls(Box::new(tls)),
            // The client does not trust us, or it is no TLS: nothing to answer.
            Err(_) => return,
        },
    };
    let line = Arc::new(Line::default());
    let number = state.next_connection();
    let io = TokioIo::new(LineIo::new(stream, Arc::clone(&line)));
    let service = service_fn(move |request| {
        let (state, line) = (Arc::clone(&state), Arc::clone(&line));
        async move { service::answer(state, origin, number, line, request).await }
    });
    // An error here is a client that went away or a fault that was ordered.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .auto_date_header(false)
        .writev(true)
        .max_buf_size(1 << 20)
        .serve_connection(io, service)
        .await;
}
