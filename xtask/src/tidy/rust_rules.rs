//! Rules over sources of Rust. Clippy refuses most of these calls too, where it can resolve them; here stands who may.

use super::Violation;
use super::files::SourceFile;
use super::house_rules::{LINES_OF_RUST_AT_MOST, MAY_CONNECT, MAY_READ_THE_CLOCK, MAY_SLEEP, is_listed};
use super::rust_code::RustCode;
use super::text_rules::contains_word;

const CLOCK_READS: [&str; 4] = ["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now"];
const SLEEPS: [&str; 3] = ["thread::sleep", "time::sleep", "time::sleep_until"];

pub(super) fn check(file: &SourceFile) -> Vec<Violation> {
    let code = RustCode::of(&file.text);
    let mut violations = Vec::new();
    violations.extend(too_long(file));
    violations.extend(unexplained_permissions(file, &code));
    violations.extend(ignored_tests(file, &code));
    violations.extend(clock_reads(file, &code));
    violations.extend(sleeps(file, &code));
    violations.extend(connections(file, &code));
    violations
}

fn too_long(file: &SourceFile) -> Option<Violation> {
    let lines = file.lines().count();
    (lines > LINES_OF_RUST_AT_MOST).then(|| {
        let advice =
            format!("{lines} lines are more than {LINES_OF_RUST_AT_MOST}: give a part of it a file of its own");
        Violation::new(&file.path, LINES_OF_RUST_AT_MOST + 1, "file-too-long", advice)
    })
}

fn unexplained_permissions(file: &SourceFile, code: &RustCode) -> Vec<Violation> {
    let mut found = Vec::new();
    for attribute in code.attributes() {
        for permission in ["allow", "expect"] {
            let permits = is_lint_attribute(attribute.content, permission);
            if permits && !contains_word(attribute.content, "reason") {
                let advice = format!("say why: `#[{permission}(…, reason = \"…\")]`, or do without");
                found.push(Violation::new(&file.path, attribute.line, "no-reason", advice));
            }
        }
    }
    found
}

/// Whether the attribute is `allow(…)`, or hides one behind `cfg_attr(…, allow(…))`.
fn is_lint_attribute(content: &str, permission: &str) -> bool {
    let compact: String = content.split_whitespace().collect();
    let called = format!("{permission}(");
    compact.starts_with(&called) || (compact.starts_with("cfg_attr(") && compact.contains(&format!(",{called}")))
}

fn ignored_tests(file: &SourceFile, code: &RustCode) -> Vec<Violation> {
    let ignores = |content: &str| {
        let compact: String = content.split_whitespace().collect();
        compact == "ignore"
            || compact.starts_with("ignore=")
            || (compact.starts_with("cfg_attr(") && contains_word(&compact, "ignore"))
    };
    let attributes = code.attributes();
    let ignored = attributes.iter().filter(|attribute| ignores(attribute.content));
    ignored
        .map(|attribute| {
            let advice = "make the test run everywhere, or delete it: nobody sees a test that does not run";
            Violation::new(&file.path, attribute.line, "ignored-test", advice)
        })
        .collect()
}

fn clock_reads(file: &SourceFile, code: &RustCode) -> Vec<Violation> {
    if is_listed(&file.path, &MAY_READ_THE_CLOCK) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for call in CLOCK_READS {
        for line in lines_that_name(code, call) {
            let advice =
                format!("`{call}` makes two runs differ: take the instant as an argument, or from the engine's clock");
            found.push(Violation::new(&file.path, line, "clock-read", advice));
        }
    }
    found
}

fn sleeps(file: &SourceFile, code: &RustCode) -> Vec<Violation> {
    let may_sleep = is_listed(&file.path, &MAY_SLEEP);
    let tests = code.test_lines();
    let mut lines: Vec<usize> = SLEEPS.into_iter().flat_map(|call| lines_that_name(code, call)).collect();
    lines.extend(lines_that_import_a_sleep(code));
    lines.sort_unstable();
    lines.dedup();
    lines.retain(|line| !may_sleep || tests.iter().any(|range| range.contains(line)));
    let advice = "wait for a value that was reached, or let virtual time pass through the engine's clock";
    lines.into_iter().map(|line| Violation::new(&file.path, line, "sleep", advice)).collect()
}

fn connections(file: &SourceFile, code: &RustCode) -> Vec<Violation> {
    if is_listed(&file.path, &MAY_CONNECT) {
        return Vec::new();
    }
    let advice = "requests are values here: what opens connections is the transport, or the simulator's `serve`";
    lines_that_name(code, "reqwest").map(|line| Violation::new(&file.path, line, "connection", advice)).collect()
}

/// Lines on which the path `name` stands with no letter beside it; a longer path that ends in it counts.
fn lines_that_name<'a>(code: &'a RustCode, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    (1..).zip(code.text().lines()).filter(move |(_, line)| contains_word(line, name)).map(|(number, _)| number)
}

/// `use tokio::time::{Duration, sleep};` and its like, which hide the path from the call.
fn lines_that_import_a_sleep(code: &RustCode) -> Vec<usize> {
    let text = code.text();
    let mut found = Vec::new();
    for (start, _) in text.match_indices("use ") {
        let begins_a_word =
            text.get(..start).and_then(|before| before.chars().next_back()).is_none_or(char::is_whitespace);
        let import = text.get(start..).and_then(|rest| rest.split(';').next()).unwrap_or_default();
        let from_there = contains_word(import, "time") || contains_word(import, "thread");
        let takes_it = contains_word(import, "sleep") || contains_word(import, "sleep_until");
        if begins_a_word && from_there && takes_it {
            found.push(code.line_of(start));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        check(&file).into_iter().map(|violation| (violation.line, violation.rule)).collect()
    }

    fn found(text: &str) -> Vec<(usize, &'static str)> {
        found_in("crates/store/src/lib.rs", text)
    }

    #[test]
    fn a_file_may_have_as_many_lines_as_the_limit_and_no_more() {
        assert_eq!(found(&"\n".repeat(LINES_OF_RUST_AT_MOST)), []);
        assert_eq!(found(&"\n".repeat(LINES_OF_RUST_AT_MOST + 1)), [(LINES_OF_RUST_AT_MOST + 1, "file-too-long")]);
    }

    #[test]
    fn connections_are_opened_in_the_listed_files_alone() {
        let text = "use reqwest::Client;\n// reqwest in a comment\nlet text = \"reqwest\";";
        assert_eq!(found(text), [(1, "connection")]);
        assert_eq!(found_in("crates/simulator/src/webhooks/outbox.rs", text), [(1, "connection")]);
        assert_eq!(found_in("crates/simulator/src/serve/callbacks.rs", text), []);
    }

    #[test]
    fn a_permission_needs_a_reason() {
        assert_eq!(found("#[allow(dead_code)]\nfn f() {}"), [(1, "no-reason")]);
        assert_eq!(found("#![allow(\n    dead_code\n)]"), [(1, "no-reason")]);
        assert_eq!(found("#[cfg_attr(test, allow(dead_code))]"), [(1, "no-reason")]);
        assert_eq!(found("#[expect(dead_code)]"), [(1, "no-reason")]);
        assert_eq!(found("#[allow(dead_code, reason = \"read by the macro\")]"), []);
        assert_eq!(found("// #[allow(dead_code)]\nlet x = \"#[allow(dead_code)]\";"), []);
        assert_eq!(found("fn allow(x: u8) {}\n#[doc(allow_this)]"), []);
        assert_eq!(found("#[allow(dead_code)] // reason = later"), [(1, "no-reason")]);
    }

    #[test]
    fn a_test_is_never_ignored() {
        assert_eq!(found("#[test]\n#[ignore]\nfn f() {}"), [(2, "ignored-test")]);
        assert_eq!(found("#[ignore = \"slow\"]"), [(1, "ignored-test")]);
        assert_eq!(found("#[cfg_attr(windows, ignore)]"), [(1, "ignored-test")]);
        assert_eq!(found("#[ignored_by_nobody]\n// #[ignore]"), []);
    }

    #[test]
    fn the_clock_is_read_in_listed_places_only() {
        assert_eq!(found("let at = Timestamp::now();"), [(1, "clock-read")]);
        assert_eq!(found("\nlet at = std::time::SystemTime::now();"), [(2, "clock-read")]);
        assert_eq!(found("let at = x.unwrap_or_else(jiff::Timestamp::now);"), [(1, "clock-read")]);
        assert_eq!(found("let at = SimulatedInstant::now(); // Instant::now"), []);
        assert_eq!(found_in("crates/engine/src/clock.rs", "let at = Timestamp::now();"), []);
        assert_eq!(found_in("crates/engine/src/worker.rs", "let at = Timestamp::now();"), [(1, "clock-read")]);
    }

    #[test]
    fn sleeping_is_for_listed_places_and_never_for_tests() {
        assert_eq!(found("std::thread::sleep(second);"), [(1, "sleep")]);
        assert_eq!(found("tokio::time::sleep(second).await;"), [(1, "sleep")]);
        assert_eq!(found("time::sleep_until(then).await;"), [(1, "sleep")]);
        assert_eq!(found("use tokio::time::{Duration, sleep};"), [(1, "sleep")]);
        assert_eq!(found("use std::{\n    fs,\n    thread::{self, sleep},\n};"), [(1, "sleep")]);
        assert_eq!(found("clock.sleep_until(then).await; self.sleep();"), []);
        let clock = "use tokio::time::sleep;\n#[cfg(test)]\nmod tests {\n  fn f() { thread::sleep(x); }\n}\n";
        assert_eq!(found_in("crates/engine/src/clock/system.rs", clock), [(4, "sleep")]);
        assert_eq!(found_in("tests/tests/cli.rs", "thread::sleep(x)"), [(1, "sleep")]);
    }
}
