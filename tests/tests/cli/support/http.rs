//! As much of HTTP/1.1 as the control surface needs: one request per connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(10);

/// What was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The body as JSON.
    pub(crate) body: Value,
}

/// `GET url`, which has to succeed.
pub(crate) fn get(url: &str) -> Value {
    let answer = request("GET", url, None);
    assert_eq!(answer.status, 200, "GET {url}: {}", answer.body);
    answer.body
}

/// Sends one request and reads the answer to its end.
pub(crate) fn request(method: &str, url: &str, body: Option<&Value>) -> Answer {
    exchange(method, url, body).unwrap_or_else(|error| panic!("{method} {url}: {error}"))
}

fn exchange(method: &str, url: &str, body: Option<&Value>) -> io::Result<Answer> {
    let rest = url.strip_prefix("http://").expect("tests speak to loopback only");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    stream.write_all(
        format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").as_bytes(),
    )?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let odd = || io::Error::other(format!("no HTTP: {}", String::from_utf8_lossy(&bytes)));
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(odd)?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(odd)?;
    Ok(Answer { status, body: serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default() })
}
