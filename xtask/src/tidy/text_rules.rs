//! Rules over every text file.

use super::Violation;
use super::files::SourceFile;
use super::house_rules::{JSON_FOLDERS, UNWANTED_WORDS};

/// Files that a tool writes; what their lines end with is not ours to choose.
const WRITTEN_BY_TOOLS: [&str; 2] = ["snap", "new"];

pub(super) fn check(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    // A corpus holds what a fuzzer found, byte for byte.
    let is_corpus = file.path.contains("/fuzz/corpus/");
    if !is_corpus && !WRITTEN_BY_TOOLS.iter().any(|extension| file.has_extension(extension)) {
        violations.extend(trailing_whitespace(file));
    }
    violations.extend(unwanted_words(file));
    violations.extend(invalid_json(file));
    violations
}

fn trailing_whitespace(file: &SourceFile) -> impl Iterator<Item = Violation> {
    file.lines().filter(|(_, line)| line.ends_with([' ', '\t', '\r'])).map(|(number, _)| {
        Violation::new(&file.path, number, "trailing-whitespace", "remove what stands after the last visible letter")
    })
}

fn unwanted_words(file: &SourceFile) -> impl Iterator<Item = Violation> {
    file.lines().flat_map(move |(number, line)| {
        UNWANTED_WORDS.into_iter().filter(|word| contains_word(line, word)).map(move |word| {
            let advice = format!("`{word}` puts work off: do it, or say in a sentence what is not done and why");
            Violation::new(&file.path, number, "unwanted-word", advice)
        })
    })
}

/// Whether `word` stands in `line` with no letter, digit or underscore beside it.
pub(super) fn contains_word(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, found)| {
        let before = line.get(..start).and_then(|text| text.chars().next_back());
        let after = line.get(start + found.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

fn invalid_json(file: &SourceFile) -> Option<Violation> {
    if !file.has_extension("json") || !JSON_FOLDERS.iter().any(|folder| file.path.starts_with(folder)) {
        return None;
    }
    let error = serde_json::from_str::<serde_json::Value>(&file.text).err()?;
    Some(Violation::new(&file.path, error.line().max(1), "invalid-json", format!("make it JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        check(&file).into_iter().map(|violation| (violation.line, violation.rule)).collect()
    }

    #[test]
    fn whitespace_at_the_end_of_a_line_is_refused_but_in_snapshots_and_corpora() {
        assert_eq!(
            found("README.md", "fine\nnot \nnot\t\ncarriage\r\n"),
            [(2, "trailing-whitespace"), (3, "trailing-whitespace"), (4, "trailing-whitespace"),]
        );
        assert_eq!(found("crates/cli/tests/snapshots/table.snap", "cell  \n"), []);
        assert_eq!(found("crates/cli/fuzz/corpus/customer_file/crlf_rows", "cell\r\n"), []);
    }

    #[test]
    fn words_that_put_work_off_are_refused_as_whole_words() {
        for word in UNWANTED_WORDS {
            assert_eq!(found("a.rs", &format!("// {word}: later\n")), [(1, "unwanted-word")], "{word}");
            assert_eq!(found("a.toml", &format!("\n# ({word})\n")), [(2, "unwanted-word")], "{word}");
            assert_eq!(found("a.rs", &format!("let MAX_{word}_S = 1;\nlet {word}ES = 2;\n")), [], "{word}");
        }
    }

    #[test]
    fn fixtures_must_be_json() {
        assert_eq!(found("spec/fixtures/guide/2.json", "{\"a\": 1}\n"), []);
        assert_eq!(found("spec/fixtures/guide/2.json", "{\n\"a\": 1,\n}\n"), [(3, "invalid-json")]);
        assert_eq!(found("spec/fixtures/empty.json", ""), [(1, "invalid-json")]);
        assert_eq!(found("examples/broken.json", "{"), [], "only where the rule holds");
    }
}
