//! A sentence with everything in it that is not the translator's: menus, addresses, numbers and names. Each way of showing
//! it sets these apart as it can.

use std::fmt;

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    pub(super) spans: Vec<Span>,
}

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Span {
    /// The translator's words.
    Words(String),
    /// What stands on a menu or a button of Meta's, in English.
    Menu(&'static str),
    /// A word of Meta's that is looked for, and whose place in the menus the guide does not name.
    Term(&'static str),
    /// An address that one may follow.
    Address(&'static str),
    /// A number, an id, a mail address or a name, as it is.
    Verbatim(String),
}

impl Span {
    /// A name that came from outside. What would move a cursor or turn the reading direction over is left out.
    pub(super) fn name(text: &str) -> Self {
        let turns = |letter: &char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let shown = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        let shown: String = shown.filter(|letter| !turns(letter)).collect();
        Self::Verbatim(shown.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Its letters.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Words(text) | Self::Verbatim(text) => text,
            Self::Menu(text) | Self::Term(text) | Self::Address(text) => text,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spans.iter().try_for_each(|span| f.write_str(span.text()))
    }
}
