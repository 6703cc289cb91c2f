//! The transport over sockets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::{Certificate, Client, ClientBuilder, redirect, retry};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::endpoint::check_clear;
use crate::{Transport, TransportError};

/// Largest body we read, in bytes. A page of 500 templates stays far below.
const MOST_BODY_BYTES: usize = 32 * 1024 * 1024;
/// Longest time for a connection to come about. Short, since it is the only failure after which nothing was sent.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The client for the network could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the network client cannot be made: {0}")]
pub struct NetworkError(#[source] reqwest::Error);

/// Sends requests over HTTPS (HTTP/1.1 or HTTP/2), and over plain HTTP to this machine only.
///
/// It follows no redirect, uses no proxy from the environment and repeats nothing that may have left. One thing below it
/// does repeat: a request that an idle connection turned out to be closed for, before any of it was written.
#[derive(Debug, Clone)]
pub struct NetworkTransport {
    client: Client,
}

impl NetworkTransport {
    /// Makes a client that trusts what the operating system trusts; where that has no certificates at all, as in a bare
    /// container, Mozilla's list that is compiled in.
    ///
    /// # Errors
    /// [`NetworkError`] when neither works.
    pub fn new() -> Result<Self, NetworkError> {
        // Another part of the process may have chosen a provider already; then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = match builder().build() {
            Ok(client) => client,
            Err(_) => with_compiled_roots()?,
        };
        Ok(Self { client })
    }
}

fn builder() -> ClientBuilder {
    // Whatever a file of host names says, `localhost` is this machine: port 0 stands for the port of the address.
    let this_machine =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(|ip| SocketAddr::new(ip, 0));
    Client::builder()
        .user_agent(concat!("unmoor/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .resolve_to_addrs("localhost", &this_machine)
}

fn with_compiled_roots() -> Result<Client, NetworkError> {
    let roots = TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(NetworkError)?;
    builder().tls_certs_only(roots).build().map_err(NetworkError)
}

#[async_trait]
impl Transport for NetworkTransport {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        check_clear(request.uri()).map_err(|error| TransportError::NotSent(error.to_string()))?;
        let mut request =
            reqwest::Request::try_from(request).map_err(|error| TransportError::NotSent(describe(error)))?;
        *request.timeout_mut() = Some(timeout);
        let response = self.client.execute(request).await.map_err(failure)?;
        let mut head = http::Response::builder().status(response.status());
        if let Some(headers) = head.headers_mut() {
            headers.clone_from(response.headers());
        }
        let body = read_body(response).await?;
        head.body(body).map_err(|error| TransportError::NoAnswer(error.to_string()))
    }
}

async fn read_body(mut response: reqwest::Response) -> Result<Bytes, TransportError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| TransportError::NoAnswer(describe(error)))? {
        if body.len() + chunk.len() > MOST_BODY_BYTES {
            return Err(TransportError::NoAnswer(format!("the answer is larger than {MOST_BODY_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Only a connection that never came about is certain not to have carried anything.
fn failure(error: reqwest::Error) -> TransportError {
    if error.is_connect() || error.is_builder() {
        TransportError::NotSent(describe(error))
    } else {
        TransportError::NoAnswer(describe(error))
    }
}

/// The whole chain of causes, without the address: its query may hold a token.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_certificates_gets_those_compiled_in() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        assert!(with_compiled_roots().is_ok());
    }
}
