//! The simulator's answers against Meta's OpenAPI file, which the environment names in `UNMOOR_META_OPENAPI`: it is not ours to
//! pass on. Where an answer disagrees with the file, `spec/observations.md` says so and why.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod disagreements;
mod document;
mod exchanges;
mod recorder;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use document::Document;

/// Where the file is.
const VARIABLE: &str = "UNMOOR_META_OPENAPI";

/// Served, so that who calls them is refused and seen (guide I3): a migration needs no reverification.
const ALWAYS_REFUSED: [&str; 2] = ["POST /<PHONE>/request_code", "POST /<PHONE>/verify_code"];

/// The file, or nothing and a notice that cannot be overlooked: it goes past the capturing of a test's output.
fn given() -> Option<Document> {
    match std::env::var(VARIABLE) {
        Ok(path) if !path.is_empty() => Some(Document::read(&path)),
        Ok(_) | Err(_) => {
            let notice = format!("notice: {VARIABLE} names no file, so nothing is compared with Meta's OpenAPI file\n");
            std::io::stderr().write_all(notice.as_bytes()).unwrap();
            None
        }
    }
}

#[test]
fn every_answer_is_as_metas_file_has_it_or_the_disagreement_is_listed() {
    let Some(document) = given() else { return };
    let found = exchanges::all(&document).disagreements;
    let listed = disagreements::listed();
    let unlisted: Vec<String> = found
        .iter()
        .filter(|found| !listed.iter().any(|row| row.covers(found)))
        .map(|found| {
            format!("| `{}` | {} | `{}` | `{}` | ? | ? |", found.operation, found.status, found.place, found.rule)
        })
        .collect();
    let gone: Vec<String> =
        listed.iter().filter(|row| !found.iter().any(|found| row.covers(found))).map(ToString::to_string).collect();
    assert!(
        unlisted.is_empty() && gone.is_empty(),
        "{}: table \"{}\"\nnot listed:\n{}\nlisted, and no longer so:\n{}",
        disagreements::FILE,
        disagreements::HEADING,
        unlisted.join("\n"),
        gone.join("\n")
    );
}

#[test]
fn every_documented_call_that_is_served_was_answered_well_and_refused_once() {
    let Some(document) = given() else { return };
    let reached = exchanges::all(&document).reached;
    let served = exchanges::served();
    let served: Vec<&str> = document.operations().filter(|name| served.contains(*name)).collect();
    let reaches = |name: &str, low: u16, high: u16| {
        reached.get(name).is_some_and(|statuses| statuses.iter().any(|status| (low..high).contains(status)))
    };
    let never_well: Vec<_> =
        served.iter().filter(|name| !ALWAYS_REFUSED.contains(*name) && !reaches(name, 200, 300)).collect();
    let never_refused: Vec<_> = served.iter().filter(|name| !reaches(name, 400, 500)).collect();
    assert!(never_well.is_empty(), "`exchanges` makes no exchange that succeeds with {never_well:#?}");
    assert!(never_refused.is_empty(), "`exchanges` makes no exchange that is refused with {never_refused:#?}");
}

#[test]
fn every_call_of_metas_file_is_served_or_known_not_to_be() {
    let Some(document) = given() else { return };
    let served: BTreeSet<String> = exchanges::served();
    let mut page = String::new();
    for name in document.operations() {
        writeln!(page, "{} {name}", if served.contains(name) { "served    " } else { "not served" }).unwrap();
    }
    for name in served.iter().filter(|name| !document.operations().any(|known| known == name.as_str())) {
        writeln!(page, "not in the file {name}").unwrap();
    }
    insta::assert_snapshot!(page);
}
