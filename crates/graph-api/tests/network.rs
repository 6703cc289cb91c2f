//! The transport over sockets, against listeners on this machine.
#![cfg(feature = "network")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use unmoor_graph_api::{NetworkTransport, Transport, TransportError};

const LONG: Duration = Duration::from_secs(30);

/// Reads one request with a body of `body_len` bytes, answers with `answer` as it is, closes; gives what was read.
async fn serve_once(listener: TcpListener, body_len: usize, answer: &'static str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut read = Vec::new();
    let mut buffer = [0_u8; 1024];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if text.split_once("\r\n\r\n").is_some_and(|(_, body)| body.len() >= body_len) {
            stream.write_all(answer.as_bytes()).await.unwrap();
            return text;
        }
        let count = stream.read(&mut buffer).await.unwrap();
        read.extend(buffer.iter().take(count));
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn post(url: &str) -> http::Request<Bytes> {
    http::Request::post(url)
        .header("content-type", "application/json")
        .header("authorization", "Bearer EXAMPLE-TOKEN")
        .body(Bytes::from_static(b"{\"a\":1}"))
        .unwrap()
}

#[tokio::test]
async fn a_request_travels_as_it_is() {
    let (listener, address) = listen().await;
    let server =
        tokio::spawn(serve_once(listener, 7, "HTTP/1.1 200 OK\r\nx-app-usage: {}\r\ncontent-length: 2\r\n\r\n{}"));
    let url = format!("http://localhost:{}/v25.0/1/register?fields=id,name", address.port());
    let response = NetworkTransport::new().unwrap().exchange(post(&url), LONG).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_ref()), (200, b"{}".as_slice()));
    assert_eq!(response.headers().get("x-app-usage").unwrap(), "{}");
    let request = server.await.unwrap().replace(&address.port().to_string(), "PORT");
    insta::assert_snapshot!(request.replace("\r\n", "\n"), @r#"
    POST /v25.0/1/register?fields=id,name HTTP/1.1
    content-type: application/json
    authorization: Bearer EXAMPLE-TOKEN
    accept: */*
    user-agent: unmoor/0.1.0
    host: localhost:PORT
    content-length: 7

    {"a":1}
    "#);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (listener, address) = listen().await;
    let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/elsewhere\r\ncontent-length: 0\r\n\r\n";
    let server = tokio::spawn(serve_once(listener, 7, answer));
    let response = NetworkTransport::new().unwrap().exchange(post(&format!("http://{address}/")), LONG).await.unwrap();
    assert_eq!(response.status().as_u16(), 302);
    server.await.unwrap();
}

#[tokio::test]
async fn a_refused_connection_is_certain_not_to_have_carried_anything() {
    let (listener, address) = listen().await;
    drop(listener);
    let url = format!("http://{address}/v25.0/debug_token?input_token=SECRET");
    match NetworkTransport::new().unwrap().exchange(post(&url), LONG).await {
        Err(TransportError::NotSent(why)) => assert!(!why.contains("SECRET"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_failed_handshake_is_certain_not_to_have_carried_anything() {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let url = format!("https://localhost:{}/", address.port());
    let outcome = NetworkTransport::new().unwrap().exchange(post(&url), LONG).await;
    assert!(matches!(outcome, Err(TransportError::NotSent(_))), "{outcome:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn a_lost_connection_leaves_it_open() {
    for answer in ["", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"success\":true}"] {
        let (listener, address) = listen().await;
        let server = tokio::spawn(serve_once(listener, 7, answer));
        let outcome =
            NetworkTransport::new().unwrap().exchange(post(&format!("http://{address}/?x=SECRET")), LONG).await;
        match outcome {
            Err(TransportError::NoAnswer(why)) => assert!(!why.contains("SECRET"), "{why}"),
            other => panic!("{other:?}"),
        }
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_time_out_leaves_it_open() {
    // The connection is accepted by the operating system and never served.
    let (_listener, address) = listen().await;
    let outcome =
        NetworkTransport::new().unwrap().exchange(post(&format!("http://{address}/")), Duration::from_millis(50)).await;
    assert!(matches!(outcome, Err(TransportError::NoAnswer(_))), "{outcome:?}");
}

#[tokio::test]
async fn tokens_never_travel_in_clear_to_another_machine() {
    for url in ["http://graph.facebook.com/v25.0/me", "http://192.0.2.1/"] {
        let outcome = NetworkTransport::new().unwrap().exchange(post(url), LONG).await;
        assert!(matches!(outcome, Err(TransportError::NotSent(_))), "{outcome:?}");
    }
}
