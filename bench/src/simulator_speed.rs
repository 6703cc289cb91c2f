//! `GET /<INTENT>`: the read that a fleet repeats most, against the same HTTP stack with a constant answer of the same bytes.

use std::{net::SocketAddr, thread, time::Duration};

use anyhow::{Context as _, Result};
use axum::{Router, body::Body, extract::Request, response::Response, serve::ListenerExt as _};
use bytes::Bytes;
use tokio::{net::TcpListener, runtime, sync::oneshot};
use unmoor_simulator::{Action, Id, Reply, Simulator, load, serve};

use crate::{
    table::{Row, median, progress},
    wire::answers_per_second,
};

const ROUNDS: usize = 7;
const SPAN: Duration = Duration::from_secs(2);
const CUSTOMERS: usize = 1000;

pub(crate) fn measure() -> Result<Vec<Row>> {
    let simulator = world()?;
    let (target, token) = accepted_intent(&simulator)?;
    let request = get(&target, &token);
    let body = in_process(&simulator, &target, &token)?;
    let simulated = Server::start(move |listener, stop| async move { serve(simulator, listener, 1.0, stop).await })?;
    let constant = Server::start(move |listener, stop| async move {
        let answer = move |request: Request| {
            let body = body.clone();
            async move {
                // Reads the request to its end, as the simulator does.
                let _ = axum::body::to_bytes(request.into_body(), 1024).await;
                let mut response = Response::new(Body::from(body));
                let json = http::HeaderValue::from_static("application/json; charset=UTF-8");
                response.headers_mut().insert(http::header::CONTENT_TYPE, json);
                response
            }
        };
        let listener = listener.tap_io(|stream| {
            // As the simulator does.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, Router::new().fallback(answer)).with_graceful_shutdown(stop).await
    })?;
    let client = runtime::Builder::new_current_thread().enable_all().build().context("start the load")?;
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let constant = client.block_on(answers_per_second(constant.address, &request, SPAN))?;
        let simulated = client.block_on(answers_per_second(simulated.address, &request, SPAN))?;
        progress(&format!("round {round} of {ROUNDS}: {simulated:.0}/s against {constant:.0}/s"));
        rounds.push((simulated, constant));
    }
    let of = |pick: fn(&(f64, f64)) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>()).unwrap_or_default();
    let ratio = of(|(simulated, constant)| simulated / constant);
    Ok(vec![Row {
        what: "`GET /<INTENT>` of the simulator, one server thread".to_owned(),
        measured: format!("{ratio:.2} of the baseline ({:.0}/s)", of(|round| round.0)),
        baseline: format!("the same stack with a constant body: {:.0}/s", of(|round| round.1)),
        at_least: "0.50",
        met: ratio >= 0.5,
    }])
}

/// A fleet whose first customer has accepted.
fn world() -> Result<Simulator> {
    let generated = load::generate(CUSTOMERS, 1);
    let mut setup = load::load(&generated.customers, "", 1).context("load the fleet")?;
    setup.knobs.latency_ms = 0;
    Ok(Simulator::from_setup(setup))
}

/// Tags the first customer's WABA and accepts. Gives path and token of the read.
fn accepted_intent(simulator: &Simulator) -> Result<(String, String)> {
    let credentials = simulator.credentials();
    let customer = credentials.customers.first().context("a fleet without customers")?;
    let business_token = customer.business_token.as_ref().context("a customer without token")?;
    let target = format!("/v25.0/{}/set_solution_migration_intent?app_id={}", customer.waba_id, credentials.app_id);
    let answer = exchange(simulator, "POST", &target, business_token.expose())?;
    let intent: Id = answer.get("id").and_then(|id| id.as_str()).context("no id of an intent")?.parse()?;
    simulator.person(customer.portfolio_id, Action::AcceptIntent);
    Ok((format!("/v25.0/{intent}"), credentials.system_token.expose().to_owned()))
}

fn in_process(simulator: &Simulator, target: &str, token: &str) -> Result<Bytes> {
    let answer = exchange(simulator, "GET", target, token)?;
    anyhow::ensure!(answer.get("status").is_some_and(|status| status == "ACCEPTED"), "not accepted: {answer}");
    Ok(Bytes::from(answer.to_string()))
}

fn exchange(simulator: &Simulator, method: &str, target: &str, token: &str) -> Result<serde_json::Value> {
    let request =
        http::Request::builder().method(method).uri(target).header("authorization", format!("Bearer {token}"));
    match simulator.exchange(simulator.now(), &request.body(Bytes::new())?).reply {
        Reply::Answer(response) => Ok(serde_json::from_slice(response.body())?),
        Reply::DroppedBefore | Reply::DroppedAfter | Reply::DroppedThenLate { .. } => {
            anyhow::bail!("the simulator dropped the connection")
        }
    }
}

fn get(target: &str, token: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: simulator.invalid\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// A server on a thread of its own, stopped when dropped.
struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

type Stop = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Server {
    fn start<F>(run: impl FnOnce(TcpListener, Stop) -> F + Send + 'static) -> Result<Self>
    where
        F: Future<Output = std::io::Result<()>>,
    {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("listen on loopback")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let outcome = runtime::Builder::new_current_thread().enable_all().build().and_then(|runtime| {
                runtime.block_on(async move {
                    let stopped: Stop = Box::pin(async move {
                        // A sender that is gone means the same.
                        let _ = stopped.await;
                    });
                    run(TcpListener::from_std(listener)?, stopped).await
                })
            });
            if let Err(error) = outcome {
                progress(&format!("a server failed: {error}"));
            }
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A server that is gone already needs no stopping.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
