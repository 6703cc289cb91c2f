//! Tokens, the app secret and PINs: no `Display`, a `Debug` that shows nothing, wiped from memory when dropped.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::AppId;

/// Why a text cannot be used as a secret. The text itself is never part of the error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Empty, or with characters that a header cannot carry.
    #[error("{what} is empty or has spaces, line breaks or characters beyond ASCII; paste it again, without quotes")]
    NotPrintable {
        /// Which secret.
        what: &'static str,
    },
    /// A PIN is six digits (`observations: registration.pin`).
    #[error("a two-step verification PIN has exactly six digits")]
    NotSixDigits,
}

fn printable(what: &'static str, text: SecretString) -> Result<SecretString, SecretError> {
    let exposed = text.expose_secret();
    if exposed.is_empty() || !exposed.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(SecretError::NotPrintable { what });
    }
    Ok(text)
}

macro_rules! token {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Takes a token as Meta issued it.
            ///
            /// # Errors
            /// [`SecretError::NotPrintable`] when it is empty or cannot stand in a header.
            pub fn new(text: impl Into<SecretString>) -> Result<Self, SecretError> {
                printable($what, text.into()).map(Self)
            }

            /// The token itself, for a vault or a request; never for a log.
            #[must_use]
            pub fn secret(&self) -> &SecretString {
                &self.0
            }
        }
    };
}

token!(
    /// The system user token of the Tech Provider: guide 4 and 5.
    SystemToken,
    "the system token"
);
token!(
    /// The business token of one customer: guide 2 and 6 to 9. One token need not be good for both WABAs.
    BusinessToken,
    "the business token"
);
token!(
    /// The token of the app itself, `<APP_ID>|<APP_SECRET>`.
    AppToken,
    "the app token"
);
token!(
    /// The secret of the app. It never travels; only proofs made with it do.
    AppSecret,
    "the app secret"
);

impl AppToken {
    /// The app token that belongs to an app and its secret.
    #[must_use]
    pub fn of_app(app_id: &AppId, secret: &AppSecret) -> Self {
        Self(SecretString::from(format!("{app_id}|{}", secret.secret().expose_secret())))
    }
}

/// The six digits of two-step verification that guide 9 sets.
#[derive(Debug, Clone)]
pub struct Pin(SecretString);

impl Pin {
    /// Takes a PIN.
    ///
    /// # Errors
    /// [`SecretError::NotSixDigits`] when it is not six ASCII digits.
    pub fn new(text: impl Into<SecretString>) -> Result<Self, SecretError> {
        let text = text.into();
        let exposed = text.expose_secret();
        if exposed.len() != 6 || !exposed.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SecretError::NotSixDigits);
        }
        Ok(Self(text))
    }

    /// The PIN itself, for a vault or a request; never for a log.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// Proof that whoever sends a token also knows the app secret: lower-case hexadecimal HMAC-SHA256 with the secret as
/// key and the calling token as message (`observations: tokens.appsecret_proof`). Each token has its own proof.
#[must_use]
pub fn appsecret_proof(calling_token: &SecretString, secret: &AppSecret) -> String {
    // HMAC takes keys of any length (RFC 2104), so the error below cannot occur; the empty text would be refused by Meta.
    let key = secret.secret().expose_secret().as_bytes();
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(calling_token.expose_secret().as_bytes());
            hex::encode(mac.finalize().into_bytes())
        },
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_proof_is_the_published_hmac_vector() {
        // RFC 4231, test case 2, is HMAC-SHA256 of this message under the key "Jefe".
        let secret = AppSecret::new("Jefe").unwrap();
        let proof = appsecret_proof(&SecretString::from("what do ya want for nothing?"), &secret);
        assert_eq!(proof, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn a_proof_belongs_to_one_token() {
        let secret = AppSecret::new("s3cret").unwrap();
        assert_ne!(
            appsecret_proof(&SecretString::from("system"), &secret),
            appsecret_proof(&SecretString::from("business"), &secret)
        );
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let token = BusinessToken::new("EAABUSINESS").unwrap();
        let secret = AppSecret::new("0123456789abcdef").unwrap();
        let app = AppToken::of_app(&AppId::parse("77").unwrap(), &secret);
        let pin = Pin::new("482913").unwrap();
        let shown = format!("{token:?} {secret:?} {app:?} {pin:?}");
        for part in ["EAABUSINESS", "0123456789abcdef", "482913"] {
            assert!(!shown.contains(part), "{shown}");
        }
    }

    #[test]
    fn texts_that_a_header_cannot_carry_are_refused_without_being_repeated() {
        for text in ["", "two words", "line\nbreak", "naïve"] {
            let error = SystemToken::new(text).unwrap_err();
            assert!(text.is_empty() || !error.to_string().contains(text));
        }
        for text in ["12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(Pin::new(text).unwrap_err(), SecretError::NotSixDigits);
        }
    }
}
