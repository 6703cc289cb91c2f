//! What sources cite of `spec/` exists: `observations: numbers.is_pin_enabled, errors.200` and `guide 8.4`.

use std::collections::BTreeSet;

use super::Violation;
use super::files::SourceFile;

const GUIDE: &str = "spec/guide.md";
const OBSERVATIONS: &str = "spec/observations.md";

/// What may be cited.
struct Cited {
    /// `2.3`, `T4`, and the steps and groups they belong to: `2`, `T`.
    sentences: BTreeSet<String>,
    /// `numbers.is_pin_enabled`, and the sections they belong to: `numbers`.
    anchors: BTreeSet<String>,
}

/// Checks the citations of every source file. A checkout without the two pages has none to check.
pub(super) fn check(sources: &[SourceFile]) -> Vec<Violation> {
    let page = |path: &str| sources.iter().find(|file| file.path == path);
    let (Some(guide), Some(observations)) = (page(GUIDE), page(OBSERVATIONS)) else { return Vec::new() };
    let cited = Cited { sentences: sentences(guide), anchors: anchors(observations) };
    let code = sources.iter().filter(|file| file.has_extension("rs"));
    code.flat_map(|file| check_file(file, &cited)).collect()
}

fn check_file(file: &SourceFile, cited: &Cited) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (line, text) in file.lines() {
        for anchor in lists_behind(text, "observations: ").filter(|anchor| !cited.anchors.contains(*anchor)) {
            let advice = format!("`{anchor}` is no anchor of {OBSERVATIONS}: cite one that is, or add the fact there");
            violations.push(Violation::new(&file.path, line, "unknown-citation", advice));
        }
        for number in lists_behind(text, "guide ").filter(|word| is_number(word)) {
            if !cited.sentences.contains(number) {
                let advice = format!("{GUIDE} has no sentence {number}");
                violations.push(Violation::new(&file.path, line, "unknown-citation", advice));
            }
        }
    }
    violations
}

/// The words of each list that begins behind `lead`: `a, b and c` has `a`, `b`, `c`. Ends with the first other word.
fn lists_behind<'a>(line: &'a str, lead: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(lead).flat_map(move |(start, _)| {
        let mut rest = line.get(start + lead.len()..).unwrap_or_default();
        let mut words = Vec::new();
        loop {
            let end = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(end);
            // A full stop behind the word is the sentence's.
            words.push(word.trim_end_matches('.'));
            let Some(next) = [", ", " and ", " to "].iter().find_map(|joint| behind.strip_prefix(joint)) else { break };
            rest = next;
        }
        let is_citation = |word: &&str| word.contains('.') || word.chars().any(|letter| letter.is_ascii_digit());
        // The first word decides; what follows a comma may be prose again.
        let first = words.iter().take(1).filter(|word| !word.is_empty()).copied();
        let others: Vec<&str> = words.iter().skip(1).copied().take_while(is_citation).collect();
        first.chain(others).collect::<Vec<_>>()
    })
}

fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '.'
}

/// `8`, `8.4`, `T4`: what numbers of the guide look like.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['I', 'R', 'C', 'T', 'B']).unwrap_or(word);
    !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
}

fn sentences(guide: &SourceFile) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in guide.lines() {
        let Some(number) = line.strip_prefix("| ").and_then(|row| row.split(" |").next()) else { continue };
        if is_number(number) {
            found.insert(number.to_owned());
            found.extend(number.split_once('.').map(|(step, _)| step.to_owned()));
        }
    }
    found
}

fn anchors(observations: &SourceFile) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, line) in observations.lines() {
        let Some(anchor) = line.strip_prefix("| `").and_then(|row| row.split('`').next()) else { continue };
        if let Some((section, _)) = anchor.split_once('.') {
            found.insert(section.to_owned());
            found.insert(anchor.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let sources = [
            file(GUIDE, "| No. | The guide says |\n| 8.4 | digits |\n| T4 | green |\n"),
            file(OBSERVATIONS, "| `numbers.paging` | D | pages |\n| `errors.200` | D | denied |\n"),
            file("crates/a/src/lib.rs", code),
        ];
        check(&sources).into_iter().map(|violation| violation.what_to_do).collect()
    }

    #[test]
    fn what_exists_may_be_cited() {
        for code in [
            "//! Guide 8 (observations: numbers.paging, errors.200).",
            "/// As in guide 8.4, T4 and 8.",
            "/// observations: errors. Then prose, with 3 commas.",
            "// The guide says nothing; a guide to it does.",
        ] {
            assert_eq!(found(code), Vec::<String>::new(), "{code}");
        }
    }

    #[test]
    fn what_does_not_exist_may_not() {
        assert_eq!(found("// guide 8.5").len(), 1);
        assert_eq!(found("// guide T4, T9").len(), 1);
        // In halves, so that this file does not cite them itself.
        assert_eq!(found(concat!("// observations", ": numbers.pagging")).len(), 1);
        assert_eq!(found(concat!("// observations", ": numbers.paging, errors.201")).len(), 1);
    }
}
