//! The simulator on a socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::{net::SocketAddr, time::Duration};

use common::WABA;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use unmoor_simulator::{Keep, Simulator, load, serve, serve_and_keep};

struct Server {
    address: SocketAddr,
    simulator: Simulator,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(rate: f64) -> Self {
        let simulator = Simulator::from_setup(load::load(common::CUSTOMERS, common::SCENARIO, 1).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = serve(simulator.clone(), listener, rate, async move {
            let _ = stopped.await;
        });
        Self { address, simulator, stop, task: tokio::spawn(served) }
    }

    /// Everything the server sends back before it closes.
    async fn raw(&self, method: &str, path: &str, body: &str) -> std::io::Result<String> {
        self.send(method, path, "Content-Type: application/json", body.as_bytes()).await
    }

    async fn send(&self, method: &str, path: &str, header: &str, body: &[u8]) -> std::io::Result<String> {
        let token = self.simulator.credentials().customers[0].business_token.clone().unwrap();
        let mut stream = TcpStream::connect(self.address).await?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{header}\r\n\
             Content-Length: {}\r\n\r\n",
            self.address,
            token.expose(),
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> (String, Value) {
        let answer = self.raw(method, path, body).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), serde_json::from_str(body).unwrap())
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn it_answers_with_virtual_time_as_its_date() {
    let server = Server::start(0.0).await;
    let (head, body) = server.call("GET", &format!("/v25.0/{WABA}?fields=name"), "").await;
    assert_eq!(body, json!({ "name": "Acorn", "id": WABA }));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("date: Mon, 01 Mar 2027 08:00:00 GMT"), "{head}");
    server.call("POST", "/_sim/clock", r#"{"advance_s":86400}"#).await;
    let (head, _) = server.call("GET", &format!("/v25.0/{WABA}"), "").await;
    assert!(head.contains("date: Tue, 02 Mar 2027 08:00:00 GMT"), "{head}");
    server.stop().await;
}

#[tokio::test]
async fn virtual_time_runs_at_its_rate() {
    let server = Server::start(1_000_000.0).await;
    let (_, first) = server.call("GET", "/_sim/clock", "").await;
    let (_, second) = server.call("GET", "/_sim/clock", "").await;
    let instant = |body: &Value| body["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(instant(&second) > instant(&first));
    server.call("POST", "/_sim/clock", r#"{"rate":0}"#).await;
    let (_, third) = server.call("GET", "/_sim/clock", "").await;
    let (_, fourth) = server.call("GET", "/_sim/clock", "").await;
    assert_eq!(third, fourth);
    server.stop().await;
}

#[tokio::test]
async fn a_dropped_connection_is_really_closed() {
    let server = Server::start(0.0).await;
    let app = server.simulator.credentials().app_id;
    let body = json!({ "app_id": app }).to_string();
    let path = format!("/v25.0/{WABA}/set_solution_migration_intent");
    for (drop, effects) in [("before", 0), ("after", 1)] {
        let fault =
            json!({ "match": { "path": "/*/set_solution_migration_intent" }, "times": 1, "action": { "drop": drop } });
        server.call("POST", "/_sim/faults", &fault.to_string()).await;
        let answer = server.raw("POST", &path, &body).await.unwrap_or_default();
        assert_eq!(answer, "", "not a byte of an answer");
        assert_eq!(server.simulator.ledger(0).len(), effects);
    }
    let (_, repeated) = server.call("POST", &path, &body).await;
    assert!(repeated["id"].is_string());
    server.stop().await;
}

#[tokio::test]
async fn what_has_changed_is_kept_and_what_could_not_be_is_tried_again() {
    let simulator = Simulator::from_setup(load::load(common::CUSTOMERS, common::SCENARIO, 1).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let (tells, mut told) = mpsc::unbounded_channel();
    let mut tries = 0;
    let keep = Keep::every(Duration::from_millis(1), move |simulator: &Simulator| {
        tries += 1;
        tells.send(simulator.requests(0).len()).unwrap();
        tries > 2
    });
    let until = async move {
        let _ = stopped.await;
    };
    let task = tokio::spawn(serve_and_keep(simulator.clone(), listener, 1_000_000.0, until, keep));
    let server = Server { address, simulator, stop, task };
    for requests in [0, 0, 0] {
        assert_eq!(told.recv().await, Some(requests), "two tries fail");
    }
    for _ in 0..20 {
        server.call("GET", "/_sim/clock", "").await;
    }
    server.call("GET", &format!("/v25.0/{WABA}"), "").await;
    assert_eq!(told.recv().await, Some(1), "time and looks change nothing, a request does");
    server.stop().await;
    assert_eq!((told.recv().await, told.recv().await), (Some(1), None), "and at the end once more");
}

#[tokio::test]
async fn a_rate_that_cannot_be_is_refused() {
    let simulator = Simulator::from_setup(load::load(common::CUSTOMERS, "", 1).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = serve(simulator, listener, f64::NAN, std::future::ready(())).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

/// Sends a head and as much of a body as the server takes, and gives what it answers.
async fn flood(server: &Server, head: &str, chunk: &[u8], most: usize) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let answer = tokio::spawn(async move {
        let mut answer = Vec::new();
        let _ = reading.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    });
    let mut sent = 0;
    while sent < most && writing.write_all(chunk).await.is_ok() {
        sent += chunk.len();
    }
    assert!(sent < most, "the server takes whatever it is sent: {sent} bytes");
    answer.await.unwrap()
}

#[tokio::test]
async fn a_gigantic_body_is_answered_and_not_read_to_its_end() {
    let server = Server::start(0.0).await;
    let token = server.simulator.credentials().customers[0].business_token.clone().unwrap();
    let (chunk, most) = (vec![b' '; 64 * 1024], 512 * 1024 * 1024);
    let head = |more: &str| {
        format!(
            "POST /v25.0/{WABA}/subscribed_apps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n{more}\r\n\r\n",
            token.expose()
        )
    };
    let answer = flood(&server, &head(&format!("Content-Length: {most}")), &chunk, most).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("larger than 1048576 bytes"), "{answer}");
    let chunked = [b"10000\r\n".as_slice(), &chunk, b"\r\n"].concat();
    let answer = flood(&server, &head("Transfer-Encoding: chunked"), &chunked, most).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("larger than 1048576 bytes"), "{answer}");
    assert!(server.simulator.ledger(0).is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_file_is_taken_at_once_although_it_is_larger_than_parameters_may_be() {
    let server = Server::start(0.0).await;
    let app = server.simulator.credentials().app_id;
    let file = vec![7; 3 * 1024 * 1024];
    let begin = format!("/v25.0/{app}/uploads?file_type=image/png&file_length=");
    let (_, session) = server.call("POST", &format!("{begin}{}", file.len()), "").await;
    let path = format!("/v25.0/{}", session["id"].as_str().unwrap());
    let answer = server.send("POST", &path, "file_offset: 0", &file).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("{\"h\":\"4::"), "{answer}");

    let (_, session) = server.call("POST", &format!("{begin}{}", file.len() - 1), "").await;
    let path = format!("/v25.0/{}", session["id"].as_str().unwrap());
    let answer = server.send("POST", &path, "file_offset: 0", &file).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("more than the 3145727 bytes"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_request_ends_its_connection_and_nothing_else() {
    let server = Server::start(0.0).await;
    let long = "a".repeat(100_000);
    for nonsense in [
        "\0\u{1}\u{2}\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        format!("GET /v25.0/{WABA}?fields={long} HTTP/1.1\r\nHost: h\r\n\r\n"),
        format!("GET /v25.0/{WABA} HTTP/1.1\r\nHost: h\r\nX: {long}{long}{long}{long}{long}\r\n\r\n"),
        format!("POST /v25.0/{WABA} HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n"),
        format!("POST /v25.0/{WABA} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "GET /v25.0/me HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \u{fffd}\r\nConnection: close\r\n\r\n".to_owned(),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let _ = stream.write_all(nonsense.as_bytes()).await;
        // A large head that arrives at once may pass for a request, after which the connection would be kept for another one.
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let (head, _) = server.call("GET", &format!("/v25.0/{WABA}"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    server.stop().await;
}
