//! A wire that keeps what went over it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use unmoor_cli::rehearsal::InProcess;
use unmoor_graph_api::{Transport, TransportError};

/// Requests in the order in which they left.
pub(super) type Recorded = Arc<Mutex<Vec<http::Request<Bytes>>>>;

pub(super) struct Recording {
    pub(super) wire: InProcess,
    pub(super) requests: Recorded,
}

#[async_trait]
impl Transport for Recording {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        self.wire.exchange(request, timeout).await
    }
}
