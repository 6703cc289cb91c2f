//! Parameters in a text: `{{1}}` or `{{first_name}}` (observations: templates.parameters).

/// The parameters of a text and what surrounds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::rules::templates) struct Placeholders {
    /// Their names in the order of their first appearance.
    pub(in crate::rules::templates) names: Vec<String>,
    /// Words of the text beside them.
    pub(in crate::rules::templates) words: usize,
    /// Whether the text begins with one.
    pub(in crate::rules::templates) leads: bool,
    /// Whether the text ends with one.
    pub(in crate::rules::templates) trails: bool,
    /// Whether two stand side by side with nothing but space between them.
    pub(in crate::rules::templates) touch: bool,
}

/// Braces that do not fit, or something between them that is no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules::templates) struct Malformed(pub(in crate::rules::templates) String);

/// Reads a text. Single braces are text. `punctuation_counts` tells whether a full stop behind the last parameter keeps the
/// text from ending with it (observations: templates.template_edge_ignores_punctuation).
pub(in crate::rules::templates) fn read(text: &str, punctuation_counts: bool) -> Result<Placeholders, Malformed> {
    let is_blank = |part: &str| part.chars().all(char::is_whitespace);
    let is_edge = |part: &str| {
        part.chars().all(|letter| letter.is_whitespace() || (!punctuation_counts && !letter.is_alphanumeric()))
    };
    let mut found = Placeholders::default();
    let mut rest = text;
    let mut is_first = true;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else {
            return Err(Malformed("{{ without }}".to_owned()));
        };
        if before.contains("}}") {
            return Err(Malformed("}} without {{".to_owned()));
        }
        let name = name.trim();
        if !is_name(name) {
            let shown: String = name.chars().take(40).collect();
            return Err(Malformed(format!("{{{{{shown}}}}} is no parameter")));
        }
        found.leads |= is_first && is_edge(before);
        found.touch |= !is_first && is_blank(before);
        found.words += words(before);
        if !found.names.iter().any(|known| known == name) {
            found.names.push(name.to_owned());
        }
        is_first = false;
        rest = after;
    }
    if rest.contains("}}") {
        return Err(Malformed("}} without {{".to_owned()));
    }
    found.trails = !is_first && is_edge(rest);
    found.words += words(rest);
    Ok(found)
}

fn is_name(name: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    !name.is_empty() && name.chars().all(letters)
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn read_with_punctuation(text: &str) -> Placeholders {
        read(text, true).unwrap()
    }

    #[test]
    fn names_are_found_in_order_and_once() {
        let found = read_with_punctuation("Hi {{2}}, see {{ 1 }} and {{2}} again");
        assert_eq!(found.names, ["2", "1"]);
        assert_eq!(found.words, 4);
        assert!(!found.leads && !found.trails && !found.touch);
    }

    #[test]
    fn edges_and_neighbours_are_seen() {
        assert!(read_with_punctuation("{{1}} is back").leads);
        assert!(read_with_punctuation("Back is {{1}} ").trails);
        assert!(read_with_punctuation("a {{1}} {{2}} b").touch);
        assert!(!read_with_punctuation("a {{1}}, {{2}} b").touch);
        assert!(!read_with_punctuation("Your order is {{1}}.").trails);
        assert!(read("Your order is {{1}}.", false).unwrap().trails);
        assert!(!read_with_punctuation("no parameter").leads);
    }

    #[test]
    fn braces_that_do_not_fit_are_refused() {
        for text in ["a {{1 b", "a 1}} b", "a {{}} b", "a {{#}} b", "a {{First}} b", "a {{1}} b}} c"] {
            assert!(read(text, true).is_err(), "{text}");
        }
        assert!(read_with_punctuation("a {1} b").names.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[{}a-z0-9_ .é]{0,60}") {
            let _ = read(&text, true);
            let _ = read(&text, false);
        }
    }
}
