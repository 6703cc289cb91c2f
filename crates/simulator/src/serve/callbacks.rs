//! The one place of the simulator that opens connections: to the callbacks that its user gave.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Certificate, Client, ClientBuilder, redirect, retry};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::webhooks::{Delivery, Handshake, HandshakeAnswer, Outcome};

/// How long a callback has for its answer, in real time: it is a real program, whatever the rate of the clock
/// (observations: webhooks.handshake_refused).
const TIMEOUT: Duration = Duration::from_secs(10);
/// No challenge is longer than this, so neither is an answer that is worth reading.
const MOST_ANSWER_BYTES: usize = 4096;

/// The way to the callbacks: over HTTPS, or plain HTTP to this machine. Redirects are not followed, nothing is repeated, and
/// no proxy of the environment is used.
#[derive(Clone, Debug)]
pub(super) struct Callbacks {
    client: Client,
}

impl Callbacks {
    /// Trusts what the operating system trusts; where that has no certificates at all, Mozilla's list that is compiled in.
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // Another part of the process may have chosen a provider already; then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = builder().build().or_else(|_| {
            let roots =
                TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>()?;
            builder().tls_certs_only(roots).build()
        })?;
        Ok(Self { client })
    }

    /// Sends a delivery. Its answer counts by its status; the body is not read.
    pub(super) async fn deliver(&self, delivery: &Delivery) -> Outcome {
        let request =
            self.client.post(&delivery.url).headers(delivery.headers.clone()).body(delivery.body.clone()).send();
        match request.await {
            Ok(response) => Outcome::Answered(response.status().as_u16()),
            Err(error) => Outcome::NoAnswer(describe(error)),
        }
    }

    /// Asks a callback whether it is one.
    pub(super) async fn ask(&self, handshake: &Handshake) -> HandshakeAnswer {
        match self.fetch(&handshake.url).await {
            Ok((status, body)) => HandshakeAnswer::Answered { status, body },
            Err(error) => HandshakeAnswer::NoAnswer(describe(error)),
        }
    }

    async fn fetch(&self, url: &str) -> Result<(u16, Bytes), reqwest::Error> {
        let mut response = self.client.get(url).send().await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await?
            && body.len() <= MOST_ANSWER_BYTES
        {
            body.extend_from_slice(&chunk);
        }
        Ok((response.status().as_u16(), body.freeze()))
    }
}

fn builder() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("unmoor-simulator/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .timeout(TIMEOUT)
}

/// The whole chain of causes, without the address: its query holds a verify token.
fn describe(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
