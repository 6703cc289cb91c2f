//! Where the Graph API is, and how a call becomes a request to it.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Uri};
use secrecy::ExposeSecret;

use crate::call::{RequestBody, RequestError, RequestParts};
use crate::secret::{AppSecret, appsecret_proof};

/// Why an address or a version cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not `v`, digits, a dot and digits.
    #[error("`{text}` is not a Graph API version; write it like v25.0")]
    Version {
        /// What was given.
        text: String,
    },
    /// Not an address of the form `https://host[:port][/prefix]`.
    #[error("not the address of a Graph API: {why}; write it like https://graph.facebook.com")]
    Address {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Tokens would travel in clear.
    #[error(
        "refusing to talk http to `{host}`: tokens would travel in clear; use https, or an address of this machine"
    )]
    Clear {
        /// The host that is not this machine.
        host: String,
    },
}

/// A version of the Graph API, `v25.0` unless configured otherwise (`observations: versions.path`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GraphVersion(String);

impl GraphVersion {
    /// Checks that the text is `v<digits>.<digits>`.
    ///
    /// # Errors
    /// [`EndpointError::Version`] when it is not.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let digits = |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        match text.strip_prefix('v').and_then(|rest| rest.split_once('.')) {
            Some((major, minor)) if digits(major) && digits(minor) => Ok(Self(text.to_owned())),
            Some(_) | None => Err(EndpointError::Version { text: text.chars().take(32).collect() }),
        }
    }

    /// The version as it stands in a path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for GraphVersion {
    fn default() -> Self {
        Self("v25.0".to_owned())
    }
}

impl fmt::Display for GraphVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for GraphVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The Graph API that calls are sent to: Meta's, or a simulator on this machine.
#[derive(Debug, Clone)]
pub struct GraphEndpoint {
    base_url: String,
    version: GraphVersion,
    proof_secret: Option<AppSecret>,
}

impl GraphEndpoint {
    /// Meta's address.
    pub const META: &'static str = "https://graph.facebook.com";

    /// Meta's API in the default version.
    #[must_use]
    pub fn meta() -> Self {
        Self { base_url: Self::META.to_owned(), version: GraphVersion::default(), proof_secret: None }
    }

    /// Checks an address; `http` only for this machine.
    ///
    /// # Errors
    /// [`EndpointError`] when it is not an address, has a query or credentials, or is `http` elsewhere.
    pub fn new(base_url: &str, version: GraphVersion) -> Result<Self, EndpointError> {
        let uri: Uri = base_url.parse().map_err(|_| EndpointError::Address { why: "it cannot be parsed" })?;
        let authority = uri.authority().ok_or(EndpointError::Address { why: "it has no host" })?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::Address { why: "it has a user name" });
        }
        if uri.query().is_some() || base_url.contains('#') {
            return Err(EndpointError::Address { why: "it has a query or a fragment" });
        }
        check_clear(&uri)?;
        Ok(Self { base_url: base_url.trim_end_matches('/').to_owned(), version, proof_secret: None })
    }

    /// The same endpoint, sending `appsecret_proof` with every call that carries a user's token. Needed when the app's
    /// setting "Require App Secret" is on (`observations: tokens.require_appsecret_proof`); off by default. Guide 5 always sends it.
    #[must_use]
    pub fn always_send_proof(mut self, secret: AppSecret) -> Self {
        self.proof_secret = Some(secret);
        self
    }

    /// The address without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The version that stands in every path.
    #[must_use]
    pub fn version(&self) -> &GraphVersion {
        &self.version
    }

    /// Whether this is Meta's own API, where nothing is a rehearsal.
    #[must_use]
    pub fn is_meta(&self) -> bool {
        self.base_url
            .parse::<Uri>()
            .ok()
            .and_then(|uri| uri.host().map(str::to_ascii_lowercase))
            .is_some_and(|host| host == "facebook.com" || host.ends_with(".facebook.com"))
    }

    /// Makes the request that the parts of a call describe.
    pub(crate) fn build(&self, parts: &RequestParts<'_>) -> Result<http::Request<Bytes>, RequestError> {
        let scheme = if matches!(parts.body, RequestBody::Upload { .. }) { "OAuth" } else { "Bearer" };
        let mut authorization = HeaderValue::try_from(format!("{scheme} {}", parts.token.expose_secret()))
            .map_err(|_| RequestError::Token)?;
        authorization.set_sensitive(true);
        let mut builder = http::Request::builder().method(parts.method.clone()).uri(self.uri(parts));
        let body = match &parts.body {
            RequestBody::Empty => Bytes::new(),
            RequestBody::Json(value) => {
                builder = builder.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Bytes::from(serde_json::to_vec(value).map_err(|_| RequestError::Body)?)
            }
            RequestBody::Form(pairs) => {
                builder = builder.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
                Bytes::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
            }
            RequestBody::Upload { offset, content } => {
                builder = builder.header("file_offset", HeaderValue::from(*offset));
                content.clone()
            }
        };
        builder.header(AUTHORIZATION, authorization).body(body).map_err(|_| RequestError::Address)
    }

    fn uri(&self, parts: &RequestParts<'_>) -> String {
        let mut uri = format!("{}/{}/{}", self.base_url, self.version, parts.path);
        let proof = self
            .proof_secret
            .as_ref()
            .filter(|_| parts.may_carry_proof)
            .map(|secret| ("appsecret_proof", appsecret_proof(parts.token, secret)));
        for (name, value) in parts.query.iter().chain(proof.iter()) {
            // The id of an upload has a question mark of its own.
            uri.push(if uri.contains('?') { '&' } else { '?' });
            uri.push_str(name);
            uri.push('=');
            // Commas separate fields, and Meta's documents print them as they are.
            let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            uri.push_str(&encoded.replace("%2C", ","));
        }
        uri
    }
}

/// Lets `https` pass, and `http` only to this machine.
pub(crate) fn check_clear(uri: &Uri) -> Result<(), EndpointError> {
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some(host)) if is_this_machine(host) => Ok(()),
        (Some("http"), Some(host)) => Err(EndpointError::Clear { host: host.to_owned() }),
        (Some(_) | None, _) => Err(EndpointError::Address { why: "it begins with neither https:// nor http://" }),
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn endpoint(url: &str) -> Result<GraphEndpoint, EndpointError> {
        GraphEndpoint::new(url, GraphVersion::default())
    }

    #[test]
    fn versions_have_one_form() {
        assert_eq!(GraphVersion::default().as_str(), "v25.0");
        assert!(GraphVersion::parse("v26.0").is_ok());
        for text in ["25.0", "v25", "v25.", "v.0", "v25.0/", "v25.0.1", "V25.0", "v25.x", ""] {
            assert!(GraphVersion::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn http_is_only_for_this_machine() {
        for url in ["http://127.0.0.1:7070", "http://localhost:7070/", "http://[::1]:7070", "http://127.8.8.8"] {
            assert!(endpoint(url).is_ok(), "{url}");
        }
        for url in ["http://graph.facebook.com", "http://10.0.0.1", "http://localhost.example.com", "http://0.0.0.0"] {
            assert!(matches!(endpoint(url), Err(EndpointError::Clear { .. })), "{url}");
        }
    }

    #[test]
    fn addresses_with_more_than_a_place_are_refused() {
        for url in
            ["", "graph.facebook.com", "/x", "ftp://h", "https://u:p@h", "https://h?x=1", "https://h#f", "https://"]
        {
            assert!(matches!(endpoint(url), Err(EndpointError::Address { .. })), "{url}");
        }
    }

    #[test]
    fn meta_is_recognised_by_its_host() {
        assert!(endpoint(GraphEndpoint::META).unwrap().is_meta());
        assert!(endpoint("https://GRAPH.facebook.com/").unwrap().is_meta());
        assert!(!endpoint("https://facebook.com.example.org").unwrap().is_meta());
        assert!(!endpoint("http://127.0.0.1:7070").unwrap().is_meta());
    }
}
