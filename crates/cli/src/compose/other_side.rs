//! Who is on the other side: Meta, or a simulator that proves to be one.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri};
use jiff::Timestamp;
use serde::Deserialize;
use unmoor_graph_api::{GraphEndpoint, NetworkTransport, Transport, TransportError};

use crate::config::Config;
use crate::exit::Trouble;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Who is on the other side.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OtherSide {
    /// Meta: nothing is a rehearsal.
    Meta,
    /// A simulator, with its clock as it stood when it was asked.
    Simulator {
        /// Its present.
        now: Timestamp,
        /// Its seconds per real second.
        rate: f64,
    },
}

/// The way there.
pub(crate) struct Connection {
    pub(crate) endpoint: GraphEndpoint,
    pub(crate) transport: Arc<dyn Transport>,
    /// Scheme, host and port.
    pub(crate) origin: String,
    pub(crate) side: OtherSide,
}

impl Connection {
    /// Makes a transport, and has whoever is not Meta prove that it is a simulator.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let endpoint = config.endpoint()?;
        let origin = origin(&endpoint)?;
        let transport: Arc<dyn Transport> = Arc::new(NetworkTransport::new()?);
        let side = meet(transport.as_ref(), &endpoint, &origin).await?;
        if side == OtherSide::Meta && config.clock_rate.is_some() {
            return Err(Trouble::refused("UNMOOR_CLOCK_RATE is set, and time at Meta cannot be hurried")
                .hint("unset it (clock_rate in unmoor.toml), or name a simulator in UNMOOR_GRAPH_URL")
                .into());
        }
        Ok(Self { endpoint, transport, origin, side })
    }
}

/// Scheme, host and port of an endpoint.
pub(crate) fn origin(endpoint: &GraphEndpoint) -> anyhow::Result<String> {
    let uri: Uri = endpoint.base_url().parse()?;
    let scheme = uri.scheme_str().unwrap_or("https");
    let authority = uri.authority().map(|authority| authority.as_str().to_ascii_lowercase()).unwrap_or_default();
    Ok(format!("{scheme}://{authority}"))
}

/// What `GET /_sim/clock` of a simulator answers.
#[derive(Debug, Deserialize)]
struct SimulatorClock {
    now: Timestamp,
    rate: f64,
}

async fn meet(transport: &dyn Transport, endpoint: &GraphEndpoint, origin: &str) -> anyhow::Result<OtherSide> {
    if endpoint.is_meta() {
        return Ok(OtherSide::Meta);
    }
    let clock = read_clock(transport, origin).await?;
    Ok(OtherSide::Simulator { now: clock.0, rate: clock.1 })
}

/// The clock of the simulator at `origin`: its present, and its rate.
pub(crate) async fn read_clock(transport: &dyn Transport, origin: &str) -> Result<(Timestamp, f64), Trouble> {
    let nobody = |why: String| {
        Trouble::unexpected(format!("nobody answers at {origin}: {why}"))
            .hint("start the simulator (`unmoor simulate`), or correct UNMOOR_GRAPH_URL")
    };
    let stranger = || {
        Trouble::refused(format!("{origin} is neither Meta nor a simulator: it does not answer GET /_sim/clock"))
            .hint("tokens are sent to Meta and to simulators only; correct UNMOOR_GRAPH_URL")
    };
    let request = Request::builder()
        .method(Method::GET)
        .uri(format!("{origin}/_sim/clock"))
        .body(Bytes::new())
        .map_err(|error| nobody(error.to_string()))?;
    match transport.exchange(request, TIMEOUT).await {
        Ok(answer) if answer.status().is_success() => {
            let clock: SimulatorClock = serde_json::from_slice(answer.body()).map_err(|_| stranger())?;
            Ok((clock.now, clock.rate))
        }
        Ok(_) => Err(stranger()),
        Err(TransportError::NotSent(why) | TransportError::NoAnswer(why)) => Err(nobody(why)),
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use http::Response;
    use unmoor_graph_api::GraphVersion;

    use super::*;
    use crate::exit::Exit;

    struct Answers(u16, &'static str);

    #[async_trait]
    impl Transport for Answers {
        async fn exchange(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, TransportError> {
            assert_eq!(request.uri(), "http://127.0.0.1:7070/_sim/clock");
            assert!(request.headers().is_empty(), "no token before it is known who is there");
            Response::builder().status(self.0).body(self.1.into()).map_err(|e| TransportError::NotSent(e.to_string()))
        }
    }

    async fn meet_at(url: &str, answers: Answers) -> anyhow::Result<OtherSide> {
        let endpoint = GraphEndpoint::new(url, GraphVersion::default())?;
        meet(&answers, &endpoint, &origin(&endpoint)?).await
    }

    #[tokio::test]
    async fn a_simulator_shows_its_clock_and_a_stranger_is_refused() {
        let url = "http://127.0.0.1:7070/prefix";
        let clock = Answers(200, r#"{"now":"2026-11-02T09:00:00Z","rate":1000.0,"next_event_at":null}"#);
        let now = "2026-11-02T09:00:00Z".parse().unwrap();
        assert_eq!(meet_at(url, clock).await.unwrap(), OtherSide::Simulator { now, rate: 1000.0 });
        for stranger in [Answers(404, "{}"), Answers(200, "<html>"), Answers(200, r#"{"hello":1}"#)] {
            let error = meet_at(url, stranger).await.unwrap_err();
            assert_eq!(crate::exit::of_error(&error).0, Exit::Refused);
            assert!(error.to_string().contains("neither Meta nor a simulator"), "{error}");
        }
    }

    #[tokio::test]
    async fn meta_is_never_asked_whether_it_is_a_simulator() {
        let answers = Answers(500, "");
        assert_eq!(meet_at("https://graph.facebook.com", answers).await.unwrap(), OtherSide::Meta);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let of = |url| origin(&GraphEndpoint::new(url, GraphVersion::default()).unwrap()).unwrap();
        assert_eq!(of("https://Graph.Facebook.com/"), "https://graph.facebook.com");
        assert_eq!(of("http://127.0.0.1:7070/x/"), "http://127.0.0.1:7070");
    }
}
