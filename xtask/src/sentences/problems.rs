//! Sentences, tests and removals held against each other, without building anything.

use super::guide::Sentence;
use super::holders::Holder;
use super::removals::Removal;
use crate::tidy::files::SourceFile;

/// What does not fit together, one line each.
pub(super) fn find(
    sentences: &[Sentence],
    holders: &[Holder],
    removals: &[Removal],
    sources: &[SourceFile],
) -> Vec<String> {
    let mut problems = Vec::new();
    for sentence in sentences.iter().filter(|sentence| sentence.states_behaviour()) {
        let number = &sentence.number;
        if !holders.iter().any(|holder| holder.holds(number)) {
            problems.push(format!("guide {number}: no test holds it; write `/// guide: {number}` above one that does"));
        }
        if !removals.iter().any(|removal| removal.sentences.contains(number)) {
            problems.push(format!("guide {number}: nothing in spec/removals takes its rule away"));
        }
    }
    for holder in holders {
        for number in holder.numbers.iter().filter(|number| !is_known(sentences, number)) {
            problems.push(format!("{}:{}: the guide has no sentence {number}", holder.path, holder.line));
        }
    }
    for removal in removals {
        problems
            .extend(of_removal(removal, sentences, holders, sources).map(|what| format!("{}: {what}", removal.place)));
    }
    problems
}

fn of_removal<'a>(
    removal: &'a Removal,
    sentences: &'a [Sentence],
    holders: &'a [Holder],
    sources: &[SourceFile],
) -> impl Iterator<Item = String> + 'a {
    let applies = removal.change.problem(sources);
    let none = removal.sentences.is_empty().then(|| "it names no sentence".to_owned());
    let holder = holders.iter().find(|holder| holder.id() == removal.test);
    let of_sentences = removal.sentences.iter().filter_map(move |number| {
        if !is_known(sentences, number) {
            return Some(format!("the guide has no sentence {number}"));
        }
        match holder {
            None => Some(format!("{} is no test that says what it holds", removal.test)),
            Some(holder) if !holder.holds(number) => {
                Some(format!("{} does not say that it holds {number}", removal.test))
            }
            Some(_) => None,
        }
    });
    applies.into_iter().chain(none).chain(of_sentences)
}

fn is_known(sentences: &[Sentence], number: &str) -> bool {
    sentences.iter().any(|sentence| sentence.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::Change;

    fn sentence(number: &str) -> Sentence {
        Sentence { number: number.to_owned(), text: "It is so.".to_owned(), held_by: None }
    }

    fn holder(numbers: &[&str]) -> Holder {
        let numbers = numbers.iter().map(|number| (*number).to_owned()).collect();
        Holder { path: "tests/a.rs".to_owned(), line: 3, name: "it_is_so".to_owned(), numbers }
    }

    fn change(file: &str, find: &str) -> Change {
        Change { file: file.to_owned(), find: find.to_owned(), replace: "false".to_owned() }
    }

    fn removal(number: &str) -> Removal {
        Removal {
            sentences: vec![number.to_owned()],
            makes: "it is otherwise".to_owned(),
            change: change("src/rule.rs", "true"),
            test: "tests/a.rs::it_is_so".to_owned(),
            place: "spec/removals/a.toml:1".to_owned(),
        }
    }

    fn found(sentences: &[Sentence], holders: &[Holder], removals: &[Removal]) -> Vec<String> {
        let rule = SourceFile { path: "src/rule.rs".to_owned(), text: "let rule = true;".to_owned() };
        find(sentences, holders, removals, &[rule])
    }

    #[test]
    fn a_sentence_with_test_and_removal_is_no_problem() {
        assert_eq!(found(&[sentence("8.4")], &[holder(&["8.4"])], &[removal("8.4")]), [""; 0]);
    }

    #[test]
    fn a_sentence_without_a_behaviour_needs_neither() {
        let silent = Sentence { held_by: Some("its text".to_owned()), ..sentence("1.3") };
        assert_eq!(found(&[silent], &[], &[]), [""; 0]);
    }

    #[test]
    fn a_missing_test_and_a_missing_removal_are_each_told() {
        assert_eq!(found(&[sentence("8.4")], &[], &[]).len(), 2);
        assert_eq!(found(&[sentence("8.4")], &[holder(&["8.4"])], &[]).len(), 1);
    }

    #[test]
    fn a_number_that_the_guide_does_not_have_is_told() {
        let problems = found(&[sentence("8.4")], &[holder(&["8.4", "8.99"])], &[removal("8.4")]);
        assert_eq!(problems, ["tests/a.rs:3: the guide has no sentence 8.99"]);
    }

    #[test]
    fn a_removal_that_no_longer_fits_is_told_with_its_place() {
        let moved = Removal { change: change("src/rule.rs", "gone"), ..removal("8.4") };
        let elsewhere = Removal { change: change("src/other.rs", "true"), ..removal("8.4") };
        let untested = Removal { test: "tests/a.rs::other".to_owned(), ..removal("8.4") };
        let foreign = Removal { sentences: vec!["8.5".to_owned()], ..removal("8.4") };
        let about_nothing = Removal { sentences: Vec::new(), ..removal("8.4") };
        for wrong in [moved, elsewhere, untested, foreign, about_nothing] {
            let problems = found(
                &[sentence("8.4"), sentence("8.5")],
                &[holder(&["8.4"]), holder5()],
                &[removal("8.4"), removal5(), wrong],
            );
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems.iter().all(|problem| problem.starts_with("spec/removals/a.toml:1: ")), "{problems:?}");
        }
    }

    fn holder5() -> Holder {
        Holder { name: "the_fifth".to_owned(), ..holder(&["8.5"]) }
    }

    fn removal5() -> Removal {
        Removal { test: "tests/a.rs::the_fifth".to_owned(), ..removal("8.5") }
    }
}
