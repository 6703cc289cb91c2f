//! The simulator on a socket: `/v…` as Meta answers it, `/_sim/…` for whoever is in control, `/business/…` for people.

mod callbacks;
mod deliver;
mod dropping;
mod keep;

use std::{
    future::{Future, IntoFuture},
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinSet,
    time::Instant,
};

pub use self::keep::Keep;
use self::{
    callbacks::Callbacks,
    dropping::{Connection, DroppingListener},
    keep::keep_going,
};
use crate::{
    clock::VirtualClock,
    control::{Control, control},
    pages,
    simulator::{Begun, Exchange, Reply, Simulator},
    webhooks::Receivers,
};

/// Control bodies beyond this are not read to their end. Worlds are the largest.
const LARGEST_CONTROL_BODY: usize = 256 * 1024 * 1024;

/// How many requests a server keeps: it may run for months.
const REQUESTS_KEPT: usize = 10_000;

/// Serves `simulator` on `listener` until `shutdown`. Virtual time starts at the simulator's present and runs `rate` virtual
/// seconds per real second; every answer carries it as `Date`. Latency is really waited for, scaled by the rate, and a dropped
/// connection is really closed. Webhooks are really sent, except to names that are reserved for examples, where nobody is.
///
/// # Errors
/// A rate that no clock can have, a machine on which no TLS client can be made, and what the listener reports.
pub async fn serve(
    simulator: Simulator,
    listener: TcpListener,
    rate: f64,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_and_keep(simulator, listener, rate, shutdown, Keep::NOTHING).await
}

/// Like [`serve`], for a simulator that outlives its process.
///
/// # Errors
/// As [`serve`].
pub async fn serve_and_keep(
    simulator: Simulator,
    listener: TcpListener,
    rate: f64,
    shutdown: impl Future<Output = ()> + Send + 'static,
    keep: Keep,
) -> io::Result<()> {
    serve_told(simulator, listener, rate, shutdown, keep, Arc::default()).await
}

/// The same for somebody who turns the simulator by calls: `changed` tells that something may have fallen due.
pub(crate) async fn serve_told(
    simulator: Simulator,
    listener: TcpListener,
    rate: f64,
    shutdown: impl Future<Output = ()> + Send + 'static,
    keep: Keep,
    changed: Arc<Notify>,
) -> io::Result<()> {
    let clock =
        VirtualClock::new(simulator.now(), rate).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let callbacks = Callbacks::new().map_err(io::Error::other)?;
    simulator.attach_receivers(Receivers::AtRealAddresses);
    simulator.keep_requests(REQUESTS_KEPT);
    let clock = Mutex::new(clock);
    let server = Arc::new(Server { simulator, clock, started: now(), callbacks, changed });
    let mut sender = JoinSet::new();
    sender.spawn(deliver::deliver(Arc::clone(&server)));
    let app = Router::new().fallback(answer).with_state(Arc::clone(&server));
    let listener = DroppingListener(listener);
    let (asked, stopping) = watch::channel(false);
    let stops = async move {
        shutdown.await;
        asked.send_replace(true);
        // The receivers see a sender that is still there.
        std::future::pending::<()>().await;
    };
    let polite = axum::serve(listener, app.into_make_service_with_connect_info::<Connection>())
        .with_graceful_shutdown(until_asked(stopping.clone()))
        .into_future();
    let patience = stopping.clone();
    let impatient = async {
        until_asked(patience).await;
        wait(LONGEST_FAREWELL).await;
    };
    let keeping = keep_going(Arc::clone(&server), keep, stopping);
    let served = async {
        tokio::select! {
            served = polite => served,
            () = impatient => Ok(()),
        }
    };
    let both = async { tokio::join!(served, keeping).0 };
    tokio::select! {
        served = both => served,
        () = stops => Ok(()),
    }
}

/// How long those who are being answered may still take when the server stops.
const LONGEST_FAREWELL: Duration = Duration::from_millis(500);

async fn until_asked(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone asks for the same.
    let _ = stopping.wait_for(|asked| *asked).await;
}

struct Server {
    simulator: Simulator,
    clock: Mutex<VirtualClock>,
    started: Instant,
    callbacks: Callbacks,
    /// Tells the sender of webhooks that something may have fallen due.
    changed: Arc<Notify>,
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
    let limit = if is_ours { LARGEST_CONTROL_BODY } else { crate::http::body_limit(&request) };
    let (parts, body) = request.into_parts();
    let Some(body) = read(body, limit).await else { return connection.drop_it() };
    let request = http::Request::from_parts(parts, body);
    if is_ours {
        server.simulator.advance_to(server.virtual_now());
        let rate = server.clock().rate();
        let (response, wanted) = control(&server.simulator, rate, &request);
        server.obey(wanted);
        server.changed.notify_one();
        return response.map(Body::from);
    }
    let Exchange { latency, reply } = exchange(&server, &request).await;
    // A read brings nothing about.
    if request.method() != Method::GET {
        server.changed.notify_one();
    }
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

/// One exchange, in the middle of which the callback is asked that the call wants to set, if it wants one.
async fn exchange(server: &Server, request: &http::Request<Bytes>) -> Exchange {
    match server.simulator.begin_exchange(server.virtual_now(), request) {
        Begun::Done(exchange) => exchange,
        Begun::Asks(suspended) => {
            // Apart from the rest: every exchange would carry the room that this one needs.
            let answer = Box::pin(server.callbacks.ask(suspended.handshake())).await;
            server.simulator.resume_exchange(server.virtual_now(), suspended, &answer)
        }
    }
}
