#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::GraphVersion;

/// Answers everything alike, and keeps what it was asked.
struct Host {
    answer: Result<http::Response<Bytes>, TransportError>,
    asked: Mutex<Vec<http::Request<Bytes>>>,
}

impl Host {
    fn with(status: u16, media_type: &str, content: &'static [u8]) -> Self {
        let response = http::Response::builder().status(status).header("content-type", media_type);
        Self { answer: Ok(response.body(Bytes::from_static(content)).unwrap()), asked: Mutex::default() }
    }

    fn fetch(&self, address: &str) -> Result<SampleFile, DownloadError> {
        let endpoint = GraphEndpoint::meta();
        futures_of(download(self, &endpoint, address, 10, Duration::from_secs(1)))
    }
}

#[async_trait]
impl Transport for Host {
    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        _: Duration,
    ) -> Result<http::Response<Bytes>, TransportError> {
        self.asked.lock().unwrap().push(request);
        self.answer.clone()
    }
}

fn futures_of<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

const ADDRESS: &str = "https://scontent.example.net/v/t1?oe=1&oh=2";

#[test]
fn no_token_and_nothing_else_goes_to_the_host_of_a_sample() {
    let host = Host::with(200, "image/png; charset=x", b"picture");
    let file = host.fetch(ADDRESS).unwrap();
    assert_eq!((file.media_type.as_str(), file.content.as_ref()), ("image/png", b"picture".as_slice()));
    let asked = host.asked.lock().unwrap();
    assert_eq!((asked.len(), asked[0].method().as_str(), asked[0].uri().to_string().as_str()), (1, "GET", ADDRESS));
    assert!(asked[0].headers().is_empty(), "{:?}", asked[0].headers());
}

#[test]
fn an_address_whose_time_is_over_is_told_from_a_host_that_does_not_answer() {
    for status in [403, 404, 410] {
        let expired = Host::with(status, "text/plain", b"URL signature expired").fetch(ADDRESS).unwrap_err();
        assert_eq!(expired, DownloadError::Expired { status, words: "URL signature expired".to_owned() });
    }
    assert!(matches!(Host::with(503, "text/plain", b"").fetch(ADDRESS), Err(DownloadError::NoAnswer(_))));
    let silent = Host { answer: Err(TransportError::NoAnswer(ADDRESS.to_owned())), asked: Mutex::default() };
    let words = silent.fetch(ADDRESS).unwrap_err().to_string();
    assert!(!words.contains("oh=2"), "{words}");
}

#[test]
fn what_is_too_large_or_no_file_is_not_kept() {
    let large = Host::with(200, "video/mp4", b"12345678901").fetch(ADDRESS);
    assert_eq!(large, Err(DownloadError::TooLarge { bytes: 11, most: 10 }));
    for (media_type, content) in [("text/html", b"<html>".as_slice()), ("image/png", b""), ("nonsense", b"x")] {
        let answer = Host::with(200, media_type, content).fetch(ADDRESS);
        assert!(matches!(answer, Err(DownloadError::NoFile(_))), "{media_type} {answer:?}");
    }
    assert!(matches!(Host::with(302, "image/png", b"x").fetch(ADDRESS), Err(DownloadError::NoFile(_))));
}

#[test]
fn an_address_that_leads_elsewhere_is_not_asked() {
    let host = Host::with(200, "image/png", b"picture");
    for address in [
        "http://scontent.example.net/x",
        "http://127.0.0.1:9000/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "https://intranet/x",
        "https://user@scontent.example.net/x",
        "file:///etc/passwd",
        "4::aW1hZ2U=",
        "",
    ] {
        assert!(matches!(host.fetch(address), Err(DownloadError::Address(_))), "{address}");
    }
    assert!(host.asked.lock().unwrap().is_empty());
    let simulator = GraphEndpoint::new("http://127.0.0.1:7070", GraphVersion::default()).unwrap();
    let own = download(&host, &simulator, "http://127.0.0.1:7070/_media/1/0", 10, Duration::from_secs(1));
    assert!(futures_of(own).is_ok(), "a simulator's files are its own");
}
