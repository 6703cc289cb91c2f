//! States and events as a damaged or foreign database may give them: each place of each document is changed in turn. Whatever can
//! still be read is decided about and applied without a panic; what it leads to is nobody's promise, and `verify` finds it.

use serde_json::{Value, json};
use unmoor_migration::{Command, Event, Input, Migration, Outcome, apply, begin, replay};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World};

/// What stands in a place instead; among them the ends of what an instant and a number can be.
fn instead() -> Vec<Value> {
    vec![
        Value::Null,
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!("x"),
        json!("9999-12-30T22:00:00.999999999Z"),
        json!("-009999-01-02T01:59:59Z"),
        json!([]),
        json!({}),
    ]
}

/// The paths to every place in a document.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(list) => {
            for (i, element) in list.iter().enumerate() {
                places(element, &format!("{path}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// Every document that differs from this one in one place, as the type reads it, where it still does.
fn damaged<T: serde::de::DeserializeOwned>(document: &Value) -> Vec<(String, T)> {
    let mut found = Vec::new();
    places(document, "", &mut found);
    let mut read = Vec::new();
    for path in found {
        for value in instead() {
            let mut changed = document.clone();
            *changed.pointer_mut(&path).unwrap() = value.clone();
            if let Ok(it) = serde_json::from_value(changed) {
                read.push((format!("{path} = {value}"), it));
            }
        }
    }
    read
}

/// The states and the events of a calm way over two numbers, each third of the former.
fn calm_way() -> (Vec<Run>, Vec<Event>) {
    let mut run = Run::started(World::calm(&[FIRST, SECOND]));
    let mut runs = Vec::new();
    for step in 0..2_000 {
        if run.m.is_final() {
            break;
        }
        if step % 3 == 0 {
            runs.push(run.clone());
        }
        run.step();
    }
    assert!(run.m.is_final() && runs.len() > 5, "{:?} after {} states", run.m.phase(), runs.len());
    (runs, run.journal)
}

fn inputs(run: &mut Run) -> Vec<Input> {
    let mut inputs = vec![Input::Wake, Input::Nudge { from: "a webhook".to_owned() }];
    for command in [Command::Retry, Command::Cancel { reason: None }] {
        inputs.push(Input::Command { by: "ada".to_owned(), command });
    }
    if let Some(attempt) = run.m.open_attempt().cloned() {
        let outcome: Outcome = run.world.answer(&attempt);
        inputs.push(Input::Ended { attempt: attempt.id, outcome });
        inputs.push(Input::Lost { attempt: attempt.id });
    }
    inputs
}

/// Tells which changes make it panic, all of them.
fn assert_calm<T>(documents: Vec<(String, T)>, look: impl Fn(&T)) {
    let panics = |document: &T| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look(document))).is_err();
    let found: Vec<String> = documents.into_iter().filter(|(_, it)| panics(it)).map(|(change, _)| change).collect();
    assert!(found.is_empty(), "{} changes make it panic: {found:#?}", found.len());
}

#[test]
fn a_damaged_state_is_decided_about_without_a_panic() {
    let (runs, _) = calm_way();
    let mut read = 0;
    for mut run in runs {
        let documents: Vec<(String, Migration)> = damaged(&serde_json::to_value(&run.m).unwrap());
        read += documents.len();
        let inputs = inputs(&mut run);
        assert_calm(documents, |m| {
            let run = Run { m: m.clone(), ..run.clone() };
            for input in &inputs {
                let _ = run.peek(input.clone());
            }
            let _ = (m.blockers(), m.wake_at(), m.is_final(), unmoor_migration::story(m, run.now));
        });
    }
    assert!(read > 1_000, "hardly any damaged state can be read any more: {read}");
}

#[test]
fn a_damaged_event_is_applied_without_a_panic() {
    let (_, journal) = calm_way();
    let mut read = 0;
    for (place, event) in journal.iter().enumerate() {
        let documents: Vec<(String, Event)> = damaged(&serde_json::to_value(event).unwrap());
        read += documents.len();
        let before = &journal[..place];
        let state = (place > 0).then(|| replay(before).unwrap());
        assert_calm(documents, |event| {
            let _ = match &state {
                Some(state) => apply(state.clone(), event),
                None => begin(event),
            };
        });
    }
    assert!(read > 500, "hardly any damaged event can be read any more: {read}");
}
