//! `spec/removals/*.toml`: for each sentence a change that takes its rule away, and the test that must notice.

use serde::Deserialize;

use crate::proof::Change;
use crate::tidy::files::SourceFile;

/// Where they stand.
const FOLDER: &str = "spec/removals/";

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Removal {
    /// The sentences whose rule it takes away.
    pub(super) sentences: Vec<String>,
    /// What is true once it is made, in words.
    pub(super) makes: String,
    /// The text that is the rule, and what stands there once it is gone.
    pub(super) change: Change,
    /// The test that fails then: its file and function, `crates/simulator/tests/move_rules.rs::name`.
    pub(super) test: String,
    /// Where this removal is written down.
    pub(super) place: String,
}

/// One change as it is written down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sentences: Vec<String>,
    makes: String,
    file: String,
    find: String,
    replace: String,
    test: String,
}

impl Written {
    fn at(self, place: String) -> Removal {
        let Self { sentences, makes, file, find, replace, test } = self;
        Removal { sentences, makes, change: Change { file, find, replace }, test, place }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    removal: Vec<Written>,
}

impl Removal {
    /// File and function of the test.
    pub(super) fn test_parts(&self) -> Option<(&str, &str)> {
        self.test.rsplit_once("::")
    }
}

/// All of them, in the order of the files and of what stands in them.
pub(super) fn read(sources: &[SourceFile], problems: &mut Vec<String>) -> Vec<Removal> {
    let mut removals = Vec::new();
    for file in sources.iter().filter(|file| file.path.starts_with(FOLDER) && file.has_extension("toml")) {
        match toml::from_str::<Document>(&file.text) {
            Ok(document) => {
                let starts = file.lines().filter(|(_, line)| *line == "[[removal]]").map(|(line, _)| line);
                removals.extend(
                    document
                        .removal
                        .into_iter()
                        .zip(starts)
                        .map(|(written, line)| written.at(format!("{}:{line}", file.path))),
                );
            }
            Err(error) => {
                let line = error
                    .span()
                    .map_or(1, |span| file.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
                problems.push(format!("{}:{line}: {}", file.path, error.message()));
            }
        }
    }
    removals
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "[[removal]]\nsentences = [\"8.4\"]\nmakes = \"nothing is checked\"\nfile = \"a.rs\"\nfind = \"if bad\"\n\
                       replace = \"if false\"\ntest = \"tests/a.rs::it_is_checked\"\n";

    fn read_one(text: &str) -> (Vec<Removal>, Vec<String>) {
        let mut problems = Vec::new();
        let file = SourceFile { path: "spec/removals/step-8.toml".to_owned(), text: text.to_owned() };
        (read(&[file], &mut problems), problems)
    }

    #[test]
    fn a_removal_knows_its_place_and_its_test() {
        let (removals, problems) = read_one(&format!("# Step 8\n\n{ONE}\n{ONE}"));
        assert_eq!(problems, [""; 0]);
        let places: Vec<&str> = removals.iter().map(|removal| removal.place.as_str()).collect();
        assert_eq!(places, ["spec/removals/step-8.toml:3", "spec/removals/step-8.toml:11"]);
        assert_eq!(removals.first().and_then(Removal::test_parts), Some(("tests/a.rs", "it_is_checked")));
    }

    #[test]
    fn what_is_not_understood_is_a_problem_with_its_line() {
        let (removals, problems) = read_one(&ONE.replace("makes", "make"));
        assert!(removals.is_empty());
        assert!(problems.iter().all(|problem| problem.starts_with("spec/removals/step-8.toml:")), "{problems:?}");
        assert_eq!(problems.len(), 1);
    }
}
