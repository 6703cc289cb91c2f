//! A load that costs next to nothing: prepared bytes, several requests in flight on each connection, answers only counted.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::stopwatch::Stopwatch;

const CONNECTIONS: usize = 8;
/// Requests in flight per connection.
const PIPELINE: usize = 16;

/// Answers per second to `request`, sent over and over for `span`. Refuses an answer other than 200.
pub(crate) async fn answers_per_second(address: SocketAddr, request: &[u8], span: Duration) -> Result<f64> {
    let batch = request.repeat(PIPELINE);
    let started = Stopwatch::start();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let batch = batch.clone();
            tokio::spawn(async move { connection(address, &batch, started, span).await })
        })
        .collect();
    let mut answers = 0_u64;
    for connection in connections {
        answers += connection.await.context("a connection of the load broke down")??;
    }
    let answers = u32::try_from(answers).context("more answers than can be")?;
    Ok(f64::from(answers) / started.elapsed().as_secs_f64())
}

async fn connection(address: SocketAddr, batch: &[u8], started: Stopwatch, span: Duration) -> Result<u64> {
    let mut stream = TcpStream::connect(address).await.context("connect to the server under load")?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(64 * 1024);
    let mut answers = 0;
    while started.elapsed() < span {
        stream.write_all(batch).await?;
        for _ in 0..PIPELINE {
            answer(&mut stream, &mut buffer).await?;
            answers += 1;
        }
    }
    Ok(answers)
}

/// Takes one answer off the stream.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    loop {
        if let Some(length) = complete(buffer)? {
            buffer.drain(..length);
            return Ok(());
        }
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
    }
}

/// The length of the answer at the front, if all of it is there.
fn complete(buffer: &[u8]) -> Result<Option<usize>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(buffer.get(..end).unwrap_or_default()).context("a head that is no text")?;
    if !head.starts_with("HTTP/1.1 200") {
        bail!("the server answered {}", head.lines().next().unwrap_or_default());
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .context("an answer without length")?;
    let whole = end + 4 + length;
    Ok((buffer.len() >= whole).then_some(whole))
}
