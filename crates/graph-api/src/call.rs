//! What a call is: a value that can become a request and can read its answer.

use std::fmt;

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use serde_json::Value;

use crate::{AnswerError, GraphEndpoint};

/// Whether a call changes anything at Meta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// May be sent again at will.
    Read,
    /// May be sent again; the second time changes nothing (guide 6).
    RepeatableWrite,
    /// After an unknown outcome, look before sending again (guide 2, 8 and 9).
    Write,
}

impl CallKind {
    /// What a person does next when it is not known whether a call took effect.
    pub(crate) fn after_unknown(self) -> &'static str {
        match self {
            Self::Read | Self::RepeatableWrite => "send it again",
            Self::Write => "look at what Meta has now, and only then decide whether to send it again",
        }
    }
}

/// Name and kind of a call, as errors carry them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTag {
    /// [`GraphCall::NAME`].
    pub name: &'static str,
    /// [`GraphCall::KIND`].
    pub kind: CallKind,
}

impl fmt::Display for CallTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// One call of the Graph API.
pub trait GraphCall: Sync {
    /// What a successful answer says.
    type Answer: Send;

    /// Name of the call in logs and errors, in Meta's words where Meta has one.
    const NAME: &'static str;

    /// Whether the call changes anything.
    const KIND: CallKind;

    /// Method, path, parameters, body and token.
    fn parts(&self) -> RequestParts<'_>;

    /// Name and kind together.
    #[must_use]
    fn tag() -> CallTag
    where
        Self: Sized,
    {
        CallTag { name: Self::NAME, kind: Self::KIND }
    }

    /// Reads a successful answer.
    ///
    /// # Errors
    /// [`AnswerError`] when the document lacks what the answer cannot do without.
    fn answer(&self, body: &Value) -> Result<Self::Answer, AnswerError>;

    /// The request as it goes over the wire, without what the network adds. [`send`](crate::send()) makes the same one.
    ///
    /// # Errors
    /// [`RequestError`] when the parts cannot be a request; nothing was sent then.
    fn request(&self, endpoint: &GraphEndpoint) -> Result<http::Request<Bytes>, RequestError> {
        endpoint.build(&self.parts())
    }
}

/// Why a call could not be made into a request. The parts are not repeated: they hold secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The token has characters that a header cannot carry.
    #[error("the token cannot stand in a header; store it again")]
    Token,
    /// The body cannot be written.
    #[error("the body cannot be written as JSON")]
    Body,
    /// The path or its parameters are not an address.
    #[error("the path and its parameters do not make an address")]
    Address,
}

/// The parts of a request, before they are bound to an address. No `Debug`: they hold secrets.
pub struct RequestParts<'a> {
    /// GET, POST or DELETE.
    pub method: Method,
    /// The path below the version, without a slash at its beginning; made of checked ids and literal edges.
    pub path: String,
    /// Parameters of the query, in order.
    pub query: Vec<(&'static str, String)>,
    /// The body.
    pub body: RequestBody,
    /// The token that goes into the header `Authorization`.
    pub token: &'a SecretString,
    /// Further secrets inside the parts, which errors must not repeat.
    pub secrets: Vec<&'a SecretString>,
    /// Whether [`GraphEndpoint::always_send_proof`] applies: not to app tokens, nor where the body has a proof already.
    pub may_carry_proof: bool,
}

/// The body of a request. No `Debug`: it may hold secrets.
pub enum RequestBody {
    /// None at all, and no content type.
    Empty,
    /// `application/json`.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(&'static str, String)>),
    /// The bytes of a file, with the header `file_offset`; the token then comes as `OAuth` (`observations: templates.upload`).
    Upload {
        /// How many bytes of the file are there already.
        offset: u64,
        /// The bytes from there on.
        content: Bytes,
    },
}

impl<'a> RequestParts<'a> {
    /// A GET with a user's token.
    #[must_use]
    pub fn get(token: &'a SecretString, path: impl Into<String>) -> Self {
        Self::new(Method::GET, token, path.into(), RequestBody::Empty)
    }

    /// A POST with a user's token.
    #[must_use]
    pub fn post(token: &'a SecretString, path: impl Into<String>, body: RequestBody) -> Self {
        Self::new(Method::POST, token, path.into(), body)
    }

    fn new(method: Method, token: &'a SecretString, path: String, body: RequestBody) -> Self {
        Self { method, path, query: Vec::new(), body, token, secrets: Vec::new(), may_carry_proof: true }
    }

    /// Adds a parameter, if there is a value for it.
    #[must_use]
    pub fn with_query(mut self, name: &'static str, value: Option<String>) -> Self {
        self.query.extend(value.map(|value| (name, value)));
        self
    }

    /// Names a secret that stands somewhere in the parts.
    #[must_use]
    pub fn with_secret(mut self, secret: &'a SecretString) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Says that no proof may be added.
    #[must_use]
    pub fn without_proof(mut self) -> Self {
        self.may_carry_proof = false;
        self
    }
}
