//! Whether a webhook is Meta's own.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;

use crate::AppSecret;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";

/// Why a webhook is not taken for Meta's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is not of the form `sha256=` and 64 hexadecimal digits.
    #[error("{SIGNATURE_HEADER} is not `sha256=` and 64 hexadecimal digits: this does not come from Meta")]
    Malformed,
    /// The body was signed with another secret, or changed on its way.
    #[error(
        "the signature does not fit the body: it was signed with another app's secret, or changed on its way; \
         check the app secret, and that nothing in between writes the body anew"
    )]
    Wrong,
}

/// Checks `X-Hub-Signature-256` of a body as it came: `sha256=` and the HMAC-SHA256 with the app secret over the raw bytes
/// (`observations: webhooks.signature`). Meta spells JSON in its own way, so a body that was parsed and written again does not fit.
/// The comparison takes the same time wherever a difference is.
///
/// # Errors
/// [`SignatureError`] when the header has another form, or does not fit the body.
pub fn verify_signature(secret: &AppSecret, header: &str, body: &[u8]) -> Result<(), SignatureError> {
    let digits = header.trim().strip_prefix("sha256=").filter(|digits| digits.len() == 64);
    let told = digits.and_then(|digits| hex::decode(digits).ok()).ok_or(SignatureError::Malformed)?;
    // HMAC takes keys of any length (RFC 2104), so this error cannot occur.
    let key = secret.secret().expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| SignatureError::Wrong)?;
    mac.update(body);
    mac.verify_slice(&told).map_err(|_| SignatureError::Wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}"#;

    /// Made with `printf '%s' "$BODY" | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`.
    const SIGNATURE: &str = "sha256=2889e173f98c7f2a895a1e54e881a87ed88648e37cb4ddd833a8ae18accdd9ec";

    fn secret() -> AppSecret {
        AppSecret::new("0123456789abcdef0123456789abcdef").unwrap()
    }

    #[test]
    fn a_signature_that_another_program_computed_fits() {
        assert_eq!(verify_signature(&secret(), SIGNATURE, BODY), Ok(()));
        assert_eq!(verify_signature(&secret(), &SIGNATURE.replace("2889e1", "2889E1"), BODY), Ok(()));
    }

    #[test]
    fn one_changed_byte_anywhere_is_noticed() {
        for place in 0..BODY.len() {
            let mut body = BODY.to_vec();
            body[place] ^= 1;
            assert_eq!(verify_signature(&secret(), SIGNATURE, &body), Err(SignatureError::Wrong), "byte {place}");
        }
        let other = AppSecret::new("0123456789abcdef0123456789abcdee").unwrap();
        assert_eq!(verify_signature(&other, SIGNATURE, BODY), Err(SignatureError::Wrong));
    }

    #[test]
    fn another_form_is_no_signature() {
        let digits = SIGNATURE.trim_start_matches("sha256=");
        for header in ["", "sha256=", digits, &format!("sha1={digits}"), &SIGNATURE[..70], &format!("{SIGNATURE}00")] {
            assert_eq!(verify_signature(&secret(), header, BODY), Err(SignatureError::Malformed), "{header:?}");
        }
        assert_eq!(
            verify_signature(&secret(), &SIGNATURE.replace('2', "g"), BODY),
            Err(SignatureError::Malformed),
            "no digits"
        );
    }
}
