//! Which token went with which request: the simulator's own log never tells.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use unmoor_cli::rehearsal::InProcess;
use unmoor_engine::clock::Clock;
use unmoor_graph_api::{Transport, TransportError};
use unmoor_simulator::Simulator;

/// One request as it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TappedCall {
    /// `GET /v23.0/…`, without the query.
    pub request: String,
    /// What stands behind `Bearer`.
    pub bearer: String,
    /// Whether `appsecret_proof` goes with it, in query or body.
    pub has_proof: bool,
    /// The body.
    pub body: String,
}

/// The wire of a rehearsal, with somebody listening.
pub struct Wiretap {
    inner: InProcess,
    heard: Arc<Mutex<Vec<TappedCall>>>,
}

impl Wiretap {
    /// A wire to `simulator` on `clock` that writes into `heard`.
    #[must_use]
    pub fn new(simulator: Simulator, clock: Arc<dyn Clock>, heard: Arc<Mutex<Vec<TappedCall>>>) -> Self {
        Self { inner: InProcess::new(simulator, clock), heard }
    }
}

#[async_trait]
impl Transport for Wiretap {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let authorization = request.headers().get(http::header::AUTHORIZATION);
        let bearer = authorization.map(|value| value.to_str().unwrap().replacen("Bearer ", "", 1)).unwrap_or_default();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let query = request.uri().query().unwrap_or_default();
        self.heard.lock().unwrap().push(TappedCall {
            request: format!("{} {}", request.method(), request.uri().path()),
            bearer,
            has_proof: query.contains("appsecret_proof=") || body.contains("appsecret_proof"),
            body,
        });
        self.inner.exchange(request, timeout).await
    }
}
