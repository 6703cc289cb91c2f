//! Connections that a scripted fault can really close.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::connect_info::Connected,
    response::Response,
    serve::{IncomingStream, Listener},
};
use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// What a handler knows of its connection: how to have it closed.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    dropped: Arc<AtomicBool>,
}

impl Connection {
    /// Not a byte of the response leaves: the next write fails, and the connection closes.
    pub(super) fn drop_it(&self) -> Response {
        self.dropped.store(true, Ordering::Release);
        Response::new(Body::from(Bytes::new()))
    }
}

impl Connected<IncomingStream<'_, DroppingListener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, DroppingListener>) -> Self {
        Self { dropped: Arc::clone(&stream.io().dropped) }
    }
}

/// A listener whose connections can be dropped from within.
pub(super) struct DroppingListener(pub(super) TcpListener);

impl Listener for DroppingListener {
    type Io = DroppingStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // An answer leaves at once, not when the one before it is acknowledged. A socket that cannot be told so still works.
        let _ = stream.set_nodelay(true);
        (DroppingStream { stream, dropped: Arc::new(AtomicBool::new(false)) }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

pub(super) struct DroppingStream {
    stream: TcpStream,
    dropped: Arc<AtomicBool>,
}

impl DroppingStream {
    fn check(&self) -> io::Result<()> {
        if self.dropped.load(Ordering::Acquire) {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "dropped by a scripted fault"));
        }
        Ok(())
    }
}

impl AsyncRead for DroppingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for DroppingStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
