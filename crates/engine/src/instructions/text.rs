//! The instructions as plain text, for a mail or a terminal.

use std::fmt::Write as _;

use super::language::Language;
use super::line::{Line, Span};
use super::{Account, Instructions, Step, TaskPart};

/// What stands before a line of its own, by how deep it belongs.
const INDENT: &str = "   ";
/// Puts a line into the direction of its language although it may begin with a digit.
const RIGHT_TO_LEFT_MARK: char = '\u{200f}';
/// Keeps a word of another direction together, and its neighbours in order.
const ISOLATE: char = '\u{2068}';
const END_OF_ISOLATE: char = '\u{2069}';

/// The whole of it.
pub(super) fn text(instructions: &Instructions) -> String {
    let mut page = Sheet { language: instructions.language, text: String::new() };
    page.heading(&instructions.title, '=');
    page.paragraph(&instructions.opening);
    for account in &instructions.accounts {
        page.account(account);
    }
    page.paragraph(&instructions.closing);
    page.text
}

/// A line with what is not words set apart.
pub(super) fn plain(line: &Line, language: Language) -> String {
    let mut text = String::new();
    for span in &line.spans {
        let shown = match span {
            Span::Menu(menu) => format!("[{menu}]"),
            Span::Words(_) | Span::Term(_) | Span::Address(_) | Span::Verbatim(_) => span.text().to_owned(),
        };
        if language.is_right_to_left() && !matches!(span, Span::Words(_)) {
            text.extend([ISOLATE]);
            text.push_str(&shown);
            text.push(END_OF_ISOLATE);
        } else {
            text.push_str(&shown);
        }
    }
    text
}

/// The text so far.
struct Sheet {
    language: Language,
    text: String,
}

impl Sheet {
    fn write(&mut self, indent: &str, before: &str, line: &Line) {
        let mark = self.language.is_right_to_left().then_some(RIGHT_TO_LEFT_MARK);
        self.text.extend(mark);
        let _ = writeln!(self.text, "{indent}{before}{}", plain(line, self.language));
    }

    fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    fn heading(&mut self, line: &Line, rule: char) {
        self.blank();
        self.write("", "", line);
        let width = line.to_string().chars().count();
        let mark = self.language.is_right_to_left().then_some(RIGHT_TO_LEFT_MARK);
        self.text.extend(mark.into_iter().chain(std::iter::repeat_n(rule, width)));
        self.text.push('\n');
    }

    fn paragraph(&mut self, lines: &[Line]) {
        if lines.is_empty() {
            return;
        }
        self.blank();
        for line in lines {
            self.write("", "", line);
        }
    }

    fn account(&mut self, account: &Account) {
        self.heading(&account.heading, '-');
        for (index, task) in account.tasks.iter().enumerate() {
            self.task(index + 1, task);
        }
        self.paragraph(account.nothing.as_slice());
        if let Some(waiting) = &account.waiting {
            self.paragraph(std::slice::from_ref(&waiting.heading));
            self.numbers(waiting.numbers.as_ref());
            for line in &waiting.lines {
                self.write(INDENT, "", line);
            }
        }
    }

    fn task(&mut self, place: usize, task: &TaskPart) {
        self.blank();
        self.write("", &format!("{place}. "), &task.heading);
        for reason in &task.reasons {
            self.write(INDENT, "", reason);
        }
        self.numbers(task.numbers.as_ref());
        for (index, Step { line, detour }) in task.steps.iter().enumerate() {
            let before = format!("{place}.{} ", index + 1);
            self.write(INDENT, &before, line);
            if let Some(detour) = detour {
                self.write(INDENT, &" ".repeat(before.len()), detour);
            }
        }
        for note in &task.notes {
            self.write(INDENT, "", note);
        }
    }

    fn numbers(&mut self, numbers: Option<&(Line, Vec<Line>)>) {
        let Some((before, numbers)) = numbers else { return };
        self.write(INDENT, "", before);
        for number in numbers {
            self.write(INDENT, "- ", number);
        }
    }
}
