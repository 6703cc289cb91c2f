//! The sentences of `spec/guide.md`.

use crate::tidy::files::SourceFile;

/// Where they stand.
const FILE: &str = "spec/guide.md";

/// The section that lists the sentences without a behaviour of software, and what holds those.
const WITHOUT_BEHAVIOUR: &str = "## Statements without a behaviour";

/// One numbered sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// `8.4`, `T2`.
    pub(super) number: String,
    /// What the guide says, retold.
    pub(super) text: String,
    /// How it is held where it states no behaviour of software; a test must hold all others.
    pub(super) held_by: Option<String>,
}

impl Sentence {
    pub(super) fn states_behaviour(&self) -> bool {
        self.held_by.is_none()
    }
}

/// All of them, in the guide's order.
pub(super) fn read(sources: &[SourceFile], problems: &mut Vec<String>) -> Vec<Sentence> {
    match sources.iter().find(|file| file.path == FILE) {
        Some(file) => parse(file, problems),
        None => {
            problems.push(format!("{FILE}:1: the guide is not there"));
            Vec::new()
        }
    }
}

fn parse(file: &SourceFile, problems: &mut Vec<String>) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = Vec::new();
    let mut exempt: Vec<(usize, String, String)> = Vec::new();
    let mut in_exempt = false;
    for (line, text) in file.lines() {
        if text.starts_with("## ") {
            in_exempt = text == WITHOUT_BEHAVIOUR;
        }
        let cells = cells(text);
        match cells.as_slice() {
            [number, held_by] if in_exempt && is_number(number) => exempt.push((line, number.clone(), held_by.clone())),
            [number, says, meaning] if is_number(number) && meaning.starts_with('→') => {
                if sentences.iter().any(|known| known.number == *number) {
                    problems.push(format!("{FILE}:{line}: {number} is used twice; a number never changes its meaning"));
                }
                sentences.push(Sentence { number: number.clone(), text: says.clone(), held_by: None });
            }
            _ => {}
        }
    }
    for (line, number, held_by) in exempt {
        match sentences.iter_mut().find(|sentence| sentence.number == number) {
            Some(sentence) => sentence.held_by = Some(held_by),
            None => problems.push(format!("{FILE}:{line}: there is no sentence {number}")),
        }
    }
    sentences
}

/// The cells of a row of a table; nothing of any other line.
fn cells(line: &str) -> Vec<String> {
    let row = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
    row.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).unwrap_or_default()
}

/// `8.4`, `T2`: a letter or a step, and a place in its group.
pub(super) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((step, place)) => digits(step) && digits(place),
        None => text.strip_prefix(|first: char| first.is_ascii_uppercase()).is_some_and(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Vec<Sentence>, Vec<String>) {
        let mut problems = Vec::new();
        let file = SourceFile { path: FILE.to_owned(), text: text.to_owned() };
        (parse(&file, &mut problems), problems)
    }

    #[test]
    fn sentences_are_read_with_what_holds_those_that_state_no_behaviour() {
        let (sentences, problems) = parsed(
            "| No. | The guide says | → for us |\n|---|---|---|\n| 1.1 | Do this. | → done |\n| T2 | Then that. | → so |\n\
             | 1.1–1.3 | TP | Notify |\n## Statements without a behaviour\n| No. | Held by |\n|---|---|\n| T2 | its text |\n\
             ## Whose duty\n| 1.1 | TP |\n",
        );
        assert_eq!(problems, [""; 0]);
        let read: Vec<_> =
            sentences.iter().map(|s| (s.number.as_str(), s.text.as_str(), s.held_by.as_deref())).collect();
        assert_eq!(read, [("1.1", "Do this.", None), ("T2", "Then that.", Some("its text"))]);
    }

    #[test]
    fn a_number_that_comes_twice_or_is_exempt_without_being_there_is_a_problem() {
        let (_, twice) = parsed("| 1.1 | a | → b |\n| 1.1 | c | → d |\n");
        assert_eq!(twice.len(), 1, "{twice:?}");
        let (_, unknown) = parsed("## Statements without a behaviour\n| 9.9 | text |\n");
        assert_eq!(unknown.len(), 1, "{unknown:?}");
    }

    #[test]
    fn numbers_are_those_of_sentences_and_not_of_whole_steps() {
        for number in ["8.4", "T2", "R1", "12.10"] {
            assert!(is_number(number), "{number}");
        }
        for other in ["8", "No.", "1.3–1.7", "T", "T2.", "1.", ""] {
            assert!(!is_number(other), "{other}");
        }
    }
}
