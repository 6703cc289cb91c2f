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
    pub fn new(mut known: Vec<SecretString>) -> Self {
        // What follows the bar of an app token is the app's secret, and may be repeated without its id.
        let inside = known.iter().filter_map(|token| token.expose_secret().split_once('|'));
        let inside: Vec<SecretString> = inside.map(|(_, secret)| SecretString::from(secret)).collect();
        known.extend(inside);
        Self { known }
    }

    /// The text without secrets, cut after 2,000 characters. The same text comes back when there is nothing to hide.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        let mut cleaned = text.to_owned();
        for exposed in self.known.iter().map(ExposeSecret::expose_secret).filter(|exposed| exposed.len() >= 4) {
            let encoded: String = form_urlencoded::byte_serialize(exposed.as_bytes()).collect();
            cleaned = cleaned.replace(exposed, MASK).replace(&encoded, MASK);
        }
        // Cut after that, so that no half of a secret is left.
        let mut cleaned = mask_words(&cleaned);
        if let Some((end, _)) = cleaned.char_indices().nth(LONGEST_TEXT) {
            cleaned.truncate(end);
            cleaned.push('…');
        }
        cleaned
    }
}

/// Walks over the words of a text, until there are more than can be kept; a word ends where a token cannot go on.
fn mask_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    // Each turn adds a character at least, so that a body of megabytes takes no longer than a long sentence.
    for _ in 0..=LONGEST_TEXT {
        let end = rest.find(|c: char| !is_token_char(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_secret =
            || SECRET_PARAMETERS.iter().any(|name| ends_with_parameter(&out, name)) || looks_like_token(word);
        let is_masked = !word.is_empty() && is_secret();
        out.push_str(if is_masked { MASK } else { word });
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
    ["|", "%7C", "%7c"]
        .iter()
        .filter_map(|bar| word.split_once(bar))
        .any(|(id, secret)| id.len() >= 5 && id.bytes().all(|b| b.is_ascii_digit()) && secret.len() >= 16)
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
    fn the_secret_inside_an_app_token_is_masked_alone_and_in_either_encoding() {
        let redactor = Redactor::new(vec![SecretString::from("77|hidden")]);
        assert_eq!(redactor.clean("77%7chidden 77%7Chidden hidden"), "77%7c[redacted] [redacted] [redacted]");
        assert_eq!(Redactor::default().clean("12345%7c0123456789abcdef"), "[redacted]");
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
