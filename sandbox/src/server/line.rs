//! One connection, seen from below HTTP: bytes that HTTP would not send, and ends that it would not make.

use crate::log::lock;
use bytes::{Buf as _, Bytes};
use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What a response may ask of its connection, beyond what HTTP offers.
#[derive(Default)]
pub(crate) struct Line {
    /// Spares the lock while there is nothing to do.
    armed: AtomicBool,
    order: Mutex<Order>,
}

#[derive(Default)]
struct Order {
    raw: Bytes,
    then: Then,
}

/// What follows when everything before is written.
#[derive(Default)]
pub(crate) enum Then {
    #[default]
    Continue,
    Close,
    Reset,
    /// Close, and tell someone.
    CloseAnd(Box<dyn FnOnce() + Send>),
}

impl Line {
    /// To be done as soon as everything that HTTP has buffered so far is written.
    pub(crate) fn order(&self, raw: Bytes, then: Then) {
        *lock(&self.order) = Order { raw, then };
        self.armed.store(true, Ordering::Release);
    }
}

pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => tls.get_ref().0,
        }
    }
}

/// The stream that HTTP writes to. HTTP calls `poll_flush` only when its own buffer is empty: that is the moment
/// at which orders are carried out, and the position in the stream is exact.
pub(crate) struct LineIo {
    stream: Stream,
    line: std::sync::Arc<Line>,
}

impl LineIo {
    pub(crate) fn new(stream: Stream, line: std::sync::Arc<Line>) -> LineIo {
        LineIo { stream, line }
    }

    fn poll_order(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let line = std::sync::Arc::clone(&self.line);
        let mut order = lock(&line.order);
        while order.raw.has_remaining() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &order.raw))?;
            order.raw.advance(written);
        }
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        let tell = match std::mem::take(&mut order.then) {
            Then::Continue => {
                self.line.armed.store(false, Ordering::Release);
                return Poll::Ready(Ok(()));
            }
            Then::Reset => {
                self.stream.tcp().set_zero_linger()?;
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            Then::Close => None,
            Then::CloseAnd(tell) => Some(tell),
        };
        // An end that the peer's window delays is made when the stream is dropped.
        let _ = Pin::new(&mut self.stream).poll_shutdown(cx);
        if let Some(tell) = tell {
            tell();
        }
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }
}

impl AsyncRead for LineIo {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for LineIo {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.line.armed.load(Ordering::Acquire) {
            return this.poll_order(cx);
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Stream::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write(cx, buf),
            Stream::Tls(tls) => Pin::new(tls).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, bufs),
            Stream::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Stream::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
