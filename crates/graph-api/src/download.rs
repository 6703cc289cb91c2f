//! The file behind a sample's address: a plain GET of somebody else's host, without any token.

use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::header::CONTENT_TYPE;

use crate::endpoint::check_clear;
use crate::{GraphEndpoint, Transport, TransportError};

/// A file as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFile {
    /// Its media type, such as `image/png`, without parameters.
    pub media_type: String,
    /// Its bytes.
    pub content: Bytes,
}

/// Why there is no file. The address is never repeated: whoever has it has the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The address is not one that we ask.
    #[error("the sample's address is not asked: {0}")]
    Address(&'static str),
    /// The address is no longer good (`observations: templates.media_headers`): another reading of the template shows a new one.
    #[error("the sample's address is no longer good: HTTP {status} {words:?}")]
    Expired {
        /// The status.
        status: u16,
        /// The beginning of what the host said.
        words: String,
    },
    /// The file is larger than may be kept.
    #[error("the sample has {bytes} bytes, more than the {most} that are kept")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// What may be kept.
        most: usize,
    },
    /// Something is there, but no file with a media type.
    #[error("the sample's address gave no file: {0}")]
    NoFile(String),
    /// Nothing answered; asking again may help.
    #[error("the sample could not be fetched: {0}")]
    NoAnswer(String),
}

/// Longest part of an answer that an error repeats, in characters.
const SHOWN: usize = 80;

/// Fetches the file at `address`, of at most `most_bytes`. `graph` is where the address was read: a simulator's files are its own
/// and may come in clear from this machine, all others only over HTTPS from a host with a name.
///
/// # Errors
/// [`DownloadError`]; nothing is followed or repeated.
pub async fn download(
    transport: &dyn Transport,
    graph: &GraphEndpoint,
    address: &str,
    most_bytes: usize,
    deadline: Duration,
) -> Result<SampleFile, DownloadError> {
    let uri: Uri = address.parse().map_err(|_| DownloadError::Address("it cannot be parsed"))?;
    check_address(&uri, graph)?;
    // No header besides: what Meta's token is good for is no business of this host.
    let request = http::Request::get(uri).body(Bytes::new()).map_err(|_| DownloadError::Address("it is no address"))?;
    let response = match transport.exchange(request, deadline).await {
        Ok(response) => response,
        Err(TransportError::NotSent(_)) => return Err(DownloadError::NoAnswer("no connection".to_owned())),
        Err(TransportError::NoAnswer(_)) => {
            return Err(DownloadError::NoAnswer("the connection was lost or timed out".to_owned()));
        }
    };
    read(&response, most_bytes)
}

fn read(response: &http::Response<Bytes>, most: usize) -> Result<SampleFile, DownloadError> {
    let status = response.status();
    let content = response.body();
    match status.as_u16() {
        200 => {}
        400 | 401 | 403 | 404 | 410 => {
            return Err(DownloadError::Expired { status: status.as_u16(), words: beginning(content) });
        }
        500.. | 408 | 429 => return Err(DownloadError::NoAnswer(format!("HTTP {}", status.as_u16()))),
        other => return Err(DownloadError::NoFile(format!("HTTP {other}"))),
    }
    if content.len() > most {
        return Err(DownloadError::TooLarge { bytes: content.len(), most });
    }
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).map(str::trim).filter(|kind| is_media(kind));
    match media_type {
        Some(_) if content.is_empty() => Err(DownloadError::NoFile("it is empty".to_owned())),
        Some(media_type) => Ok(SampleFile { media_type: media_type.to_ascii_lowercase(), content: content.clone() }),
        None => Err(DownloadError::NoFile("it has no media type of a file".to_owned())),
    }
}

fn is_media(kind: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
    };
    kind.split_once('/').is_some_and(|(of, sort)| plain(of) && plain(sort) && !of.eq_ignore_ascii_case("text"))
}

fn beginning(content: &Bytes) -> String {
    let words = String::from_utf8_lossy(content.get(..SHOWN).unwrap_or(content));
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The address came from an answer: it must not lead into a network behind us.
fn check_address(uri: &Uri, graph: &GraphEndpoint) -> Result<(), DownloadError> {
    check_clear(uri).map_err(|_| DownloadError::Address("it is neither https nor on this machine"))?;
    let authority = uri.authority().ok_or(DownloadError::Address("it has no host"))?;
    let of_graph: Option<Uri> = graph.base_url().parse().ok();
    if of_graph.is_some_and(|graph| graph.authority() == Some(authority)) {
        return Ok(());
    }
    if authority.as_str().contains('@') {
        return Err(DownloadError::Address("it has a user name"));
    }
    if uri.scheme_str() != Some("https") {
        return Err(DownloadError::Address("it is not https"));
    }
    let host = authority.host();
    let is_number = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    if is_number || !host.contains('.') {
        return Err(DownloadError::Address("its host is no name of the open network"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "download/tests.rs"]
mod tests;
