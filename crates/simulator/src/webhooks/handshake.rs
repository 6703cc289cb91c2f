//! The question that a new callback has to answer during the call that sets it (observations: webhooks.handshake,
//! webhooks.handshake_refused).

use bytes::Bytes;

use crate::{
    http::error::{Answer, GraphError},
    ids::Seed,
    world::CallbackOverride,
};

/// A `GET` that a callback has to answer with 200 and the bare challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Address and query: `hub.mode`, `hub.challenge`, `hub.verify_token`.
    pub url: String,
    /// What the body of the answer has to be: an integer.
    pub challenge: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandshakeAnswer {
    /// An HTTP answer.
    Answered {
        /// Its status.
        status: u16,
        /// Its body.
        body: Bytes,
    },
    /// None: no connection, a connection that broke, or too late. The text says which.
    NoAnswer(String),
}

/// Whether a callback may be set; if not, what Meta says is wrong with it.
pub(crate) type Verdict = Result<(), String>;

impl Handshake {
    /// Asks `callback`; `about` tells one question from another.
    pub(crate) fn new(seed: Seed, callback: &CallbackOverride, about: &str) -> Self {
        let challenge = seed.draw(&["challenge", about]).between(100_000_000, 2_147_483_647).to_string();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.challenge", &challenge)
            .append_pair("hub.verify_token", callback.verify_token.expose())
            .finish();
        let join = if callback.uri.contains('?') { '&' } else { '?' };
        Self { url: format!("{}{join}{query}", callback.uri), challenge }
    }

    /// What a receiver answers that is as it should be.
    pub fn right_answer(&self) -> HandshakeAnswer {
        HandshakeAnswer::Answered { status: 200, body: self.challenge.clone().into() }
    }

    pub(crate) fn judge(&self, answer: &HandshakeAnswer) -> Verdict {
        match answer {
            HandshakeAnswer::Answered { status: 200, body } if body == self.challenge.as_bytes() => Ok(()),
            HandshakeAnswer::Answered { status: 200, body } => {
                let received: String = String::from_utf8_lossy(body).chars().take(100).collect();
                let expected = &self.challenge;
                Err(format!(
                    "Response does not match challenge, expected value=\"{expected}\", received=\"{received}\""
                ))
            }
            HandshakeAnswer::Answered { status, body: _ } => {
                let known = http::StatusCode::from_u16(*status).ok();
                let words = known.and_then(|status| status.canonical_reason()).unwrap_or("Unknown");
                Err(format!("HTTP Status Code = {status}; HTTP Message = {words}"))
            }
            HandshakeAnswer::NoAnswer(reason) => Err(format!("{reason}; HTTP Status Code = 0")),
        }
    }
}

/// The refusal of a call whose callback did not answer as it should.
pub(crate) fn check(verdict: &Verdict) -> Answer<()> {
    verdict.as_ref().map_err(|wrong| {
        GraphError::new(400, 2200, &format!("Callback verification failed with the following errors: {wrong}"))
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::world::Secret;

    fn handshake(uri: &str) -> Handshake {
        Handshake::new(Seed(1), &CallbackOverride { uri: uri.to_owned(), verify_token: Secret::new("a&b c") }, "A1")
    }

    #[test]
    fn the_question_stands_in_the_query_behind_what_the_address_has() {
        let plain = handshake("https://hooks.example/a");
        let challenge = &plain.challenge;
        let query = format!("hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token=a%26b+c");
        assert_eq!(plain.url, format!("https://hooks.example/a?{query}"));
        assert_eq!(handshake("https://hooks.example/a?key=1").url, format!("https://hooks.example/a?key=1&{query}"));
        assert!(challenge.parse::<u32>().is_ok(), "an integer: {challenge}");
    }

    #[test]
    fn only_200_and_the_bare_challenge_pass() {
        let handshake = handshake("https://hooks.example/a");
        let answer = |status, body: &str| {
            handshake.judge(&HandshakeAnswer::Answered { status, body: Bytes::copy_from_slice(body.as_bytes()) })
        };
        assert_eq!(handshake.judge(&handshake.right_answer()), Ok(()));
        assert!(answer(200, "\"1\"").unwrap_err().starts_with("Response does not match challenge"));
        assert_eq!(answer(404, &handshake.challenge).unwrap_err(), "HTTP Status Code = 404; HTTP Message = Not Found");
        assert!(answer(201, &handshake.challenge).is_err());
        assert!(handshake.judge(&HandshakeAnswer::NoAnswer("timed out".to_owned())).is_err());
    }
}
