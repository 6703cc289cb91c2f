//! The one thing that touches the outside: an exchange of a request for a response.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// Sends one request and reads one response, exactly once: no retry, no redirect, no cache.
///
/// A request holds tokens, and a response may; an implementation must not log either (see
/// [`request_line`](crate::request_line) for what may be shown).
#[async_trait]
pub trait Transport: Send + Sync {
    /// Exchanges a request for its whole response. `timeout` runs from the call to the last byte of the body.
    ///
    /// # Errors
    /// [`TransportError::NotSent`] only when it is certain that no byte of the request left; everything else, a
    /// time-out above all, is [`TransportError::NoAnswer`].
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError>;
}

/// Why an exchange gave no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing reached the other side: the name did not resolve, the connection or its encryption was not established.
    #[error("no connection: {0}")]
    NotSent(String),
    /// The request, or a part of it, may have reached the other side.
    #[error("connection lost or timed out: {0}")]
    NoAnswer(String),
}
