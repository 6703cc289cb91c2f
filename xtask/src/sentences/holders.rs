//! Tests that say which sentences of the guide they hold: `/// guide: 8.1, 8.3` above a test of Rust, `# guide: 8.1` above a
//! function of Python.

use super::guide::is_number;
use crate::tidy::files::SourceFile;

/// A test that holds sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// Its file, below the root.
    pub(super) path: String,
    /// The line of its function, counted from one.
    pub(super) line: usize,
    /// Its function.
    pub(super) name: String,
    /// What it holds.
    pub(super) numbers: Vec<String>,
}

impl Holder {
    /// As a removal names it.
    pub(super) fn id(&self) -> String {
        format!("{}::{}", self.path, self.name)
    }

    /// As people read it. A script that is one test goes by its file.
    pub(super) fn shown(&self) -> &str {
        let script = self.path.rsplit('/').next().and_then(|file| file.strip_suffix(".py"));
        script.filter(|_| self.name == "main").unwrap_or(&self.name)
    }

    pub(super) fn holds(&self, number: &str) -> bool {
        self.numbers.iter().any(|held| held == number)
    }
}

/// How a language writes such a line and the function below it.
struct Language {
    mark: &'static str,
    function: &'static str,
    /// What may stand between the two.
    between: &'static [&'static str],
    /// One of these stands between them, if a function is a test only with it.
    test_marks: &'static [&'static str],
}

const RUST: Language =
    Language { mark: "/// guide:", function: "fn ", between: &["///", "//", "#["], test_marks: &["test]", "test("] };
const PYTHON: Language = Language { mark: "# guide:", function: "def ", between: &["#", "@"], test_marks: &[] };

/// All of them, by path and line.
pub(super) fn find(sources: &[SourceFile], problems: &mut Vec<String>) -> Vec<Holder> {
    let mut holders = Vec::new();
    for file in sources {
        if file.has_extension("rs") {
            find_in(file, &RUST, &mut holders, problems);
        } else if file.has_extension("py") {
            find_in(file, &PYTHON, &mut holders, problems);
        }
    }
    holders
}

fn find_in(file: &SourceFile, language: &Language, holders: &mut Vec<Holder>, problems: &mut Vec<String>) {
    let lines: Vec<(usize, &str)> = file.lines().map(|(number, line)| (number, line.trim())).collect();
    for (index, (line, text)) in lines.iter().enumerate() {
        let Some(list) = text.strip_prefix(language.mark) else { continue };
        let place = format!("{}:{line}", file.path);
        let numbers: Vec<String> = list.split(',').map(|number| number.trim().to_owned()).collect();
        for wrong in numbers.iter().filter(|number| !is_number(number)) {
            problems.push(format!("{place}: `{wrong}` is no number of a sentence; write them as in `8.1, T2`"));
        }
        match test_below(lines.get(index + 1..).unwrap_or_default(), language) {
            Some((line, name)) => {
                holders.push(Holder { path: file.path.clone(), line, name: name.to_owned(), numbers });
            }
            None => problems.push(format!("{place}: there is no test directly below this line")),
        }
    }
}

/// The line and name of the function below, if it is a test.
fn test_below<'a>(lines: &[(usize, &'a str)], language: &Language) -> Option<(usize, &'a str)> {
    let mut is_test = language.test_marks.is_empty();
    for (line, text) in lines {
        if language.between.iter().any(|start| text.starts_with(start)) {
            is_test |= text.starts_with("#[") && language.test_marks.iter().any(|mark| text.contains(mark));
            continue;
        }
        let (before, rest) = text.split_once(language.function)?;
        let is_function = before.split_whitespace().all(|word| ["pub", "async"].contains(&word));
        let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
        return (is_test && is_function && !name.is_empty()).then_some((*line, name));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> (Vec<Holder>, Vec<String>) {
        let mut problems = Vec::new();
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        (find(&[file], &mut problems), problems)
    }

    #[test]
    fn a_test_is_found_below_its_line() {
        let (holders, problems) = found_in(
            "crates/a/tests/b.rs",
            "/// guide: 8.1, T2\n/// More about it.\n#[tokio::test]\nasync fn it_moves() {\n}\n    /// guide: 9.1\n    #[test]\n    fn inside() {}\n",
        );
        assert_eq!(problems, [""; 0]);
        let ids: Vec<_> = holders.iter().map(|holder| (holder.id(), holder.line, holder.numbers.join(" "))).collect();
        assert_eq!(
            ids,
            [
                ("crates/a/tests/b.rs::it_moves".to_owned(), 4, "8.1 T2".to_owned()),
                ("crates/a/tests/b.rs::inside".to_owned(), 8, "9.1".to_owned())
            ]
        );
        let (holders, problems) = found_in("clients/steps.py", "# guide: 2.1\ndef test_tag(sim):\n    pass\n");
        assert_eq!((holders.len(), problems.len()), (1, 0));
        assert_eq!(holders.first().map(Holder::id), Some("clients/steps.py::test_tag".to_owned()));
        let (holders, _) = found_in("clients/steps.py", "# guide: 2.1\ndef main(address: str) -> None:\n");
        assert_eq!(holders.first().map(Holder::shown), Some("steps"));
    }

    #[test]
    fn a_line_above_anything_else_is_a_problem() {
        for text in [
            "/// guide: 8.1\nfn helper() {}\n",
            "/// guide: 8.1\n\n#[test]\nfn after_a_gap() {}\n",
            "/// guide: 8.1\n#[derive(Debug)]\nstruct S;\n",
            "/// guide: 8.1\n",
        ] {
            let (holders, problems) = found_in("a.rs", text);
            assert_eq!((holders.len(), problems.len()), (0, 1), "{text}");
        }
    }

    #[test]
    fn a_word_that_is_no_number_is_a_problem() {
        let (_, problems) = found_in("a.rs", "/// guide: 8, 8.1\n#[test]\nfn f() {}\n");
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn prose_about_the_guide_is_no_mark() {
        let (holders, problems) =
            found_in("a.rs", "/// The guide: 8.1\nfn f() {}\n// guide: 8.1\nlet a = \"/// guide: 8.1\";\n");
        assert_eq!((holders.len(), problems.len()), (0, 0));
    }
}
