//! Removes secrets from texts that are about to be shown or stored.

use secrecy::{ExposeSecret, SecretString};

const MASK: &str = "[redacted]";
/// Longest text that is kept, in characters: enough for all of Meta's words, too short to fill a log.
const LONGEST_TEXT: usize = 2000;

/// Parameters whose value is a secret wherever they stand in a text.
const SECRET_PARAMETERS: [&str; 7] =
    ["access_token", "input_token", "appsecret_proof", "fb_exchange_token", "client_secret", "verify_token", "pin"];

/// Removes the secrets of one call, and whatever looks like a token, from texts that the other side sent.
///
/// Meta repeats a malformed token in its message, and network errors repeat addresses with their query.
#[derive(Debug, Default)]
pub struct Redactor {
    known: Vec<SecretString>,
}

impl Redactor {
    /// A redactor that knows some secrets literally. Texts below four characters are not replaced.
    #[must_use]
    pub fn new(known: Vec<SecretString>) -> Self {
        Self { known }
    }

    /// The text without secrets, cut after 2,000 characters. The same text comes back when there is nothing to hide.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        let mut cleaned = text.to_owned();
        for secret in &self.known {
            let exposed = secret.expose_secret();
            if exposed.len() >= 4 {
                cleaned = cleaned.replace(exposed, MASK);
                let encoded: String = form_urlencoded::byte_serialize(exposed.as_bytes()).collect();
                cleaned = cleaned.replace(&encoded, MASK);
            }
        }
        // Cut last, so that no half of a secret is left.
        let mut cleaned = mask_words(&cleaned);
        if let Some((end, _)) = cleaned.char_indices().nth(LONGEST_TEXT) {
            cleaned.truncate(end);
            cleaned.push('…');
        }
        cleaned
    }
}

/// Walks over the words of a text; a word ends where a token cannot go on.
fn mask_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_token_char(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_value = SECRET_PARAMETERS.iter().any(|name| ends_with_parameter(&out, name));
        out.push_str(if !word.is_empty() && (is_value || looks_like_token(word)) { MASK } else { word });
        let Some(separator) = after.chars().next() else { break };
        out.push(separator);
        rest = after.get(separator.len_utf8()..).unwrap_or_default();
    }
    out
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '|' | '.' | '%')
}

/// Whether `text` ends in `name=`, or `name":"`, with a boundary before the name.
fn ends_with_parameter(text: &str, name: &str) -> bool {
    [format!("{name}="), format!("{name}\":\""), format!("{name}\": \"")].iter().any(|ending| {
        text.strip_suffix(ending.as_str())
            .is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// User and system user tokens begin with `EAA`; app tokens are an id, a bar and thirty-two hexadecimal digits.
fn looks_like_token(word: &str) -> bool {
    if word.len() >= 16 && word.starts_with("EAA") {
        return true;
    }
    word.split_once('|')
        .is_some_and(|(id, secret)| id.len() >= 5 && id.bytes().all(|b| b.is_ascii_digit()) && secret.len() >= 16)
}

/// Method and path of a request, without query, headers and body: what a log may show.
#[must_use]
pub fn request_line<B>(request: &http::Request<B>) -> String {
    format!("{} {}", request.method(), request.uri().path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_masked_wherever_they_stand() {
        let redactor = Redactor::default();
        let cases = [
            ("Malformed access token EAAGm0PX4ZCpsBAKZC0123", "Malformed access token [redacted]"),
            ("https://h/v25.0/x?access_token=abc&limit=1", "https://h/v25.0/x?access_token=[redacted]&limit=1"),
            ("?input_token=EAA%7Cx", "?input_token=[redacted]"),
            ("{\"access_token\":\"abc\"}", "{\"access_token\":\"[redacted]\"}"),
            ("app 1234567|0123456789abcdef0123456789abcdef here", "app [redacted] here"),
        ];
        for (text, cleaned) in cases {
            assert_eq!(redactor.clean(text), cleaned);
        }
    }

    #[test]
    fn words_that_only_resemble_secrets_stay() {
        let text = "(#100) error code=2388103? No: error_code is 100. Spin=3 and the PIN is missing; EAA is short.";
        assert_eq!(Redactor::default().clean(text), text);
    }

    #[test]
    fn the_secrets_of_the_call_are_masked_literally_and_encoded() {
        let redactor = Redactor::new(vec![SecretString::from("77|s"), SecretString::from("482913")]);
        assert_eq!(
            redactor.clean("pin 482913, token 77|s or 77%7Cs"),
            "pin [redacted], token [redacted] or [redacted]"
        );
    }

    #[test]
    fn long_texts_are_cut_after_their_secrets_are_gone() {
        let redactor = Redactor::new(vec![SecretString::from("SECRET")]);
        let cleaned = redactor.clean(&("é ".repeat(999) + "SECRET and more"));
        assert!(!cleaned.contains("SEC") && cleaned.ends_with('…') && cleaned.chars().count() < 2020, "{cleaned}");
    }

    #[test]
    fn a_request_line_has_no_query() {
        let request = http::Request::get("https://h/v25.0/debug_token?input_token=x").body(()).ok();
        assert_eq!(request.map(|r| request_line(&r)).as_deref(), Some("GET /v25.0/debug_token"));
    }
}
