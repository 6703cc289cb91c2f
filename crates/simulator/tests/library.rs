//! The simulator as a library of other people's tests: started, stopped, reset, turned by typed calls.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::net::SocketAddr;

use common::{CUSTOMERS, SCENARIO};
use jiff::SignedDuration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use unmoor_simulator::{Action, Drop, Fault, Knobs, PhoneIdAfterMigrate, Running, ScriptedError, Simulator, load};

fn simulator() -> Simulator {
    Simulator::from_setup(load::load(CUSTOMERS, SCENARIO, 1).unwrap())
}

/// A simulator of a time that no other one shows, so that it is known by its answers. A port that it gives up is anybody's: a
/// connection to it proves nothing.
async fn unique() -> Running {
    let running = simulator().start().await.unwrap();
    running
        .advance(SignedDuration::from_secs(i64::from(running.address().port()) * 60 + i64::from(std::process::id())));
    running
}

/// Whether the simulator that once gave `answer` still gives it.
async fn still_answers(address: SocketAddr, answer: &str) -> bool {
    get_at(address, "nobody's", "/v25.0/me").await.is_ok_and(|again| again == answer)
}

/// The head and body of an answer; nothing where the connection was closed.
async fn get(running: &Running, path: &str) -> std::io::Result<String> {
    let token = running.customer("acorn").unwrap().business_token.unwrap();
    get_at(running.address(), token.expose(), path).await
}

async fn get_at(address: SocketAddr, token: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn it_listens_on_a_free_port_until_it_is_stopped() {
    let (one, other) = (unique().await, unique().await);
    assert_ne!(one.address(), other.address(), "as many as one likes");
    assert_eq!(one.url(), format!("http://{}", one.address()));
    let waba = one.customer("acorn").unwrap().waba_id;
    let answer = get(&one, &format!("/v25.0/{waba}?fields=id")).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&format!("{{\"id\":\"{waba}\"}}")), "{answer}");
    let address = one.address();
    let answer = get_at(address, "nobody's", "/v25.0/me").await.unwrap();
    one.stop().await.unwrap();
    assert!(!still_answers(address, &answer).await, "nobody listens any more");
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let running = unique().await;
    let address = running.address();
    let answer = get_at(address, "nobody's", "/v25.0/me").await.unwrap();
    drop(running);
    for _ in 0..1000 {
        if !still_answers(address, &answer).await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("somebody still listens at {address}");
}

#[tokio::test]
async fn time_people_faults_and_knobs_are_typed_calls() {
    let running = simulator().start().await.unwrap();
    let start = running.now();
    assert_eq!(running.advance(SignedDuration::from_hours(48)).duration_since(start), SignedDuration::from_hours(48));
    let waba = running.customer("acorn").unwrap().waba_id;
    let path = format!("/v25.0/{waba}");
    let answer = get(&running, &path).await.unwrap();
    assert!(answer.contains("Wed, 03 Mar 2027"), "the answer shows the time that passed: {answer}");

    assert_eq!(running.lets("acorn", Action::TurnOnTwoStep), 1, "its one number");
    assert_eq!(running.lets("acorn", Action::TurnOnTwoStep), 0, "it is on");
    assert_eq!(running.lets("birch", Action::TurnOnTwoStep), 0, "nobody of that name");

    running.add_fault(Fault::on("GET", &format!("/{waba}")).about(waba).times(1).drops(Drop::Before)).unwrap();
    assert!(!get(&running, &path).await.is_ok_and(|answer| answer.contains("200 OK")));
    let error = ScriptedError::of_code(4);
    running.add_fault(Fault::on("GET", "/*").nth(1).lasting_s(60).fails_with(error)).unwrap();
    assert!(get(&running, &path).await.unwrap().contains("\"code\":4"));
    assert!(get(&running, &path).await.unwrap().contains("200 OK"));
    assert!(running.add_fault(Fault::on("GET", "/*")).is_err(), "it does nothing yet");

    let knobs = Knobs { phone_id_after_migrate: PhoneIdAfterMigrate::Same, ..running.knobs() };
    running.set_knobs(knobs).unwrap();
    running.reset(running.origin());
    assert_eq!(running.now(), start, "a reset takes everything back");
    assert_eq!(running.knobs(), Knobs::default());
    assert!(running.faults().is_empty());
}
