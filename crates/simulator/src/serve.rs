//! The simulator on a socket: `/v…` as Meta answers it, `/_sim/…` for whoever is in control, `/business/…` for people.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State, connect_info::Connected},
    response::Response,
    serve::{IncomingStream, Listener},
};
use bytes::{Bytes, BytesMut};
use jiff::{SignedDuration, Timestamp};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::Instant,
};

use crate::{
    clock::VirtualClock,
    control::{Control, control},
    pages,
    simulator::{Exchange, Reply, Simulator},
};

/// Control bodies beyond this are not read to their end. Worlds are the largest.
const LARGEST_CONTROL_BODY: usize = 256 * 1024 * 1024;

/// Serves `simulator` on `listener` until `shutdown`. Virtual time starts at the simulator's present and runs `rate` virtual
/// seconds per real second; every answer carries it as `Date`. Latency is really waited for, scaled by the rate, and a dropped
/// connection is really closed.
///
/// # Errors
/// A rate that no clock can have, and what the listener reports.
pub async fn serve(
    simulator: Simulator,
    listener: TcpListener,
    rate: f64,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let clock =
        VirtualClock::new(simulator.now(), rate).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let server = Arc::new(Server { simulator, clock: Mutex::new(clock), started: now() });
    let app = Router::new().fallback(answer).with_state(server);
    let listener = DroppingListener(listener);
    axum::serve(listener, app.into_make_service_with_connect_info::<Connection>())
        .with_graceful_shutdown(shutdown)
        .await
}

struct Server {
    simulator: Simulator,
    clock: Mutex<VirtualClock>,
    started: Instant,
}

#[allow(clippy::disallowed_methods, reason = "the one place where this crate looks at a clock")]
fn now() -> Instant {
    Instant::now()
}

#[allow(clippy::disallowed_methods, reason = "a vendor's latency, kept for a client in another process")]
async fn wait(duration: Duration) {
    // A timer that is due at once still costs a turn of the timer wheel.
    if duration.is_zero() {
        return;
    }
    tokio::time::sleep(duration).await;
}

impl Server {
    fn clock(&self) -> MutexGuard<'_, VirtualClock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn virtual_now(&self) -> Timestamp {
        self.clock().at(self.started.elapsed())
    }

    fn real(&self, virtual_time: SignedDuration) -> Duration {
        self.clock().real(virtual_time)
    }

    /// Does with the clock what a control call asked for.
    fn obey(&self, wanted: Control) {
        let elapsed = self.started.elapsed();
        let mut clock = self.clock();
        if wanted.moved {
            clock.set(elapsed, self.simulator.now());
        }
        if let Some(rate) = wanted.rate {
            // Checked by the control call; a rate that cannot be leaves the clock as it is.
            let _ = clock.set_rate(elapsed, rate);
        }
    }
}

async fn answer(
    State(server): State<Arc<Server>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let is_ours = pages::is_ours(&request);
    let limit = if is_ours { LARGEST_CONTROL_BODY } else { crate::http::BODY_LIMIT };
    let (parts, body) = request.into_parts();
    let Some(body) = read(body, limit).await else { return connection.drop_it() };
    let request = http::Request::from_parts(parts, body);
    if is_ours {
        server.simulator.advance_to(server.virtual_now());
        let rate = server.clock().rate();
        let (response, wanted) = control(&server.simulator, rate, &request);
        server.obey(wanted);
        return response.map(Body::from);
    }
    let Exchange { latency, reply } = server.simulator.exchange(server.virtual_now(), &request);
    wait(server.real(latency)).await;
    match reply {
        Reply::Answer(response) => response.map(Body::from),
        Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. } => connection.drop_it(),
    }
}

/// A body of at most `limit` bytes; of a larger one, a byte more than that, so that whoever gets it sees that it is too large.
/// Nothing if the connection broke.
async fn read(mut body: Body, limit: usize) -> Option<Bytes> {
    let mut read = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        read.extend_from_slice(&data);
        if read.len() > limit {
            read.truncate(limit + 1);
            break;
        }
    }
    Some(read.freeze())
}

/// What a handler knows of its connection: how to have it closed.
#[derive(Clone, Debug)]
struct Connection {
    dropped: Arc<AtomicBool>,
}

impl Connection {
    /// Not a byte of the response leaves: the next write fails, and the connection closes.
    fn drop_it(&self) -> Response {
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
struct DroppingListener(TcpListener);

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

struct DroppingStream {
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
