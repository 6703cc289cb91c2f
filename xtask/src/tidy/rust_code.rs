//! Source text of Rust with everything blanked that is not code, so that a rule about code is not upset by a sentence.

use std::ops::RangeInclusive;

/// Code alone: comments and the contents of literals are spaces. Lines stay where they were.
pub(super) struct RustCode {
    text: String,
}

/// An attribute, `#[…]` or `#![…]`.
pub(super) struct Attribute<'a> {
    pub(super) line: usize,
    /// Between the brackets, literals blanked.
    pub(super) content: &'a str,
}

impl RustCode {
    pub(super) fn of(source: &str) -> Self {
        Self { text: Blanker::new(source).blank() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line, counted from one, on which the byte `offset` stands.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    pub(super) fn attributes(&self) -> Vec<Attribute<'_>> {
        let mut found = Vec::new();
        for opening in ["#[", "#!["] {
            for (start, _) in self.text.match_indices(opening) {
                let content_start = start + opening.len();
                let Some(length) = self.text.get(content_start..).and_then(|rest| length_until_closed(rest, '[', ']'))
                else {
                    continue;
                };
                if let Some(content) = self.text.get(content_start..content_start + length) {
                    found.push(Attribute { line: self.line_of(start), content });
                }
            }
        }
        found
    }

    /// The lines of modules and functions that exist for tests only.
    pub(super) fn test_lines(&self) -> Vec<RangeInclusive<usize>> {
        let mut found = Vec::new();
        for (start, _) in self.text.match_indices("#[cfg(test)]") {
            let rest = self.text.get(start..).unwrap_or_default();
            let Some(brace) = rest.find('{').filter(|brace| !rest.get(..*brace).is_some_and(|head| head.contains(';')))
            else {
                continue;
            };
            let length = rest.get(brace + 1..).and_then(|body| length_until_closed(body, '{', '}'));
            let end = length.map_or(self.text.len(), |length| start + brace + 1 + length);
            found.push(self.line_of(start)..=self.line_of(end));
        }
        found
    }
}

/// How many bytes stand before the bracket that closes the one before `text`.
fn length_until_closed(text: &str, opens: char, closes: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, letter) in text.char_indices() {
        if letter == opens {
            depth += 1;
        } else if letter == closes {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Some(offset),
            }
        }
    }
    None
}

/// Walks over source text once, copying code and blanking the rest.
struct Blanker<'a> {
    rest: &'a str,
    /// The letter of code before `rest`, to tell `r"` from the end of `var`.
    previous: char,
    blanked: String,
}

impl<'a> Blanker<'a> {
    fn new(source: &'a str) -> Self {
        Self { rest: source, previous: ' ', blanked: String::with_capacity(source.len()) }
    }

    fn blank(mut self) -> String {
        while let Some(letter) = self.rest.chars().next() {
            if let Some(length) = self.length_of_comment().or_else(|| self.length_of_literal(letter)) {
                self.skip(length);
                self.previous = ' ';
            } else {
                self.blanked.push(letter);
                self.previous = letter;
                self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
            }
        }
        self.blanked
    }

    /// Puts spaces for the next `length` bytes, keeping the ends of lines.
    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.blanked.extend(skipped.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }

    fn length_of_comment(&self) -> Option<usize> {
        if self.rest.starts_with("//") {
            return Some(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
        let mut inside = self.rest.strip_prefix("/*")?;
        let mut depth = 1_usize;
        while depth > 0 {
            let next = inside.find(['/', '*'])?;
            inside = inside.get(next..)?;
            let step = if inside.starts_with("/*") {
                depth += 1;
                2
            } else if inside.starts_with("*/") {
                depth -= 1;
                2
            } else {
                1
            };
            inside = inside.get(step..)?;
        }
        Some(self.rest.len() - inside.len())
    }

    fn length_of_literal(&self, letter: char) -> Option<usize> {
        match letter {
            '"' => Some(length_of_string(self.rest)),
            '\'' => length_of_character(self.rest),
            'r' if !is_part_of_name(self.previous) => length_of_raw_string(self.rest, 1),
            'b' | 'c' if !is_part_of_name(self.previous) && self.rest.get(1..2) == Some("r") => {
                length_of_raw_string(self.rest, 2)
            }
            _ => None,
        }
    }
}

fn is_part_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// `text` begins with the opening quotation mark.
fn length_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (offset, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return offset + 1,
            _ => {}
        }
    }
    text.len()
}

/// `text` begins with an apostrophe: of a character, or of a lifetime, which is code.
fn length_of_character(text: &str) -> Option<usize> {
    let inside = text.get(1..)?;
    let first = inside.chars().next()?;
    if first == '\\' {
        // The escaped letter itself may be an apostrophe.
        let after_escape = inside.get(1..)?;
        let escaped = after_escape.chars().next()?.len_utf8();
        let closing = after_escape.get(escaped..)?.find('\'')?;
        return Some(2 + escaped + closing + 1);
    }
    inside.get(first.len_utf8()..)?.starts_with('\'').then(|| 1 + first.len_utf8() + 1)
}

/// `text` begins with a prefix of `prefix` bytes; none if hashes and a quotation mark do not follow.
fn length_of_raw_string(text: &str, prefix: usize) -> Option<usize> {
    let after_prefix = text.get(prefix..)?;
    let hashes = after_prefix.bytes().take_while(|byte| *byte == b'#').count();
    let inside = after_prefix.get(hashes..)?.strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&closing).map_or(inside.len(), |at| at + closing.len());
    Some(prefix + hashes + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(source: &str) -> String {
        RustCode::of(source).text().to_owned()
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        assert_eq!(blanked("a // b\nc"), "a     \nc");
        assert_eq!(blanked("a /* b /* c */ \n d */ e"), "a              \n      e");
        assert_eq!(blanked(r#"f("a\"b", x)"#), "f(      , x)");
        assert_eq!(blanked("f(\"a\nb\")"), "f(  \n  )");
        assert_eq!(blanked("f(r#\"a\"b\"#, br\"\\\", r\"x\")"), "f(        ,      ,     )");
        assert_eq!(blanked(r#"('"', '\'', 'a', 'ä') + x"#), "(   ,     ,    ,    ) + x");
        assert_eq!(blanked(r"'\u{1F600}' + x"), "            + x");
    }

    #[test]
    fn lifetimes_raw_names_and_names_that_end_in_r_are_code() {
        for code in ["fn f<'a>(x: &'a str) -> &'a str", "r#type + var", "for b in br", "'label: loop"] {
            assert_eq!(blanked(code), code);
        }
        assert_eq!(blanked("bar\"x\""), "bar   ");
    }

    #[test]
    fn what_never_ends_is_blanked_to_the_end() {
        assert_eq!(blanked("a \"b"), "a   ");
        assert_eq!(blanked("a r#\"b"), "a     ");
        assert_eq!(blanked("a '"), "a '");
        assert_eq!(blanked("a '\\"), "a '\\");
    }

    #[test]
    fn attributes_are_found_over_several_lines() {
        let code = RustCode::of("\n#[allow(\n  x[1],\n  reason = \"]\"\n)]\n#![deny(y)]\nfn f() {}");
        let mut found: Vec<_> = code.attributes().iter().map(|a| (a.line, a.content.contains("reason"))).collect();
        found.sort_unstable();
        assert_eq!(found, [(2, true), (6, false)]);
    }

    #[test]
    fn test_modules_reach_to_their_closing_brace() {
        let source =
            "fn f() {}\n#[cfg(test)]\nmod tests {\n  fn g() { { } }\n}\nfn h() {}\n#[cfg(test)]\nuse x;\nfn i() {}\n";
        assert_eq!(RustCode::of(source).test_lines(), [2..=5]);
    }
}
