//! Scripted faults: what there is, what each has done, and a form for another one.

use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::super::{
    notice::Notice,
    parts::{empty, notice},
    visit::{Answer, Fields, Page, Shown, Visit, see},
};
use super::Menu;
use crate::{
    faults::{Drop, Fault},
    state::State,
};

/// What a fault can do: as the form says it, and in words.
const ACTIONS: [(&str, &str); 6] = [
    ("graph_error", "Answer with an error of the Graph API, without effect"),
    ("http_status", "Answer with a bare HTTP status, without effect"),
    ("before", "Drop the connection before any effect"),
    ("after", "Drop the connection after the effect"),
    ("later", "Drop the connection, and let the effect land later"),
    ("latency", "Only take longer"),
];

/// A field of the form: name, label, example.
const FIELDS: [(&str, &str, &str); 10] = [
    ("method", "Method (empty: any)", "POST"),
    ("path", "Path (* stands for anything; empty: any)", "/*/register"),
    ("waba", "WABA id (empty: any)", ""),
    ("nth", "Only the so manyth match (empty: each)", ""),
    ("probability", "Share of the matches, 0.0 to 1.0", "1.0"),
    ("times", "At most so often (empty: no limit)", "1"),
    ("code", "Error code, for an error of the Graph API", "131000"),
    ("http_status", "HTTP status, for a bare one", "502"),
    ("later_s", "Seconds until the effect lands, for a late one", "20"),
    ("latency_ms", "Milliseconds that the call takes (empty: as usual)", ""),
];

pub(super) fn page(state: &State, visit: &Visit<'_>, wrong: Option<&str>) -> Page {
    let active: Vec<(&Fault, u32)> = state.faults.all().collect();
    let body = html! {
        h1 { "Faults" }
        p.lead { "The first fault that fits a request and fires decides what becomes of it." }
        (notice(visit.query.notice()))
        @if active.is_empty() { (empty("There are no faults.")) } @else { (table(&active)) }
        h2 #add { "Add a fault" }
        @if let Some(wrong) = wrong { p.notice.bad role="alert" { strong { "Not added. " } (wrong) } }
        (form(&visit.form))
    };
    super::page(Menu::Faults, "Faults", body)
}

fn table(active: &[(&Fault, u32)]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Faults" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { "Requests" } th scope="col" { "Does" } th scope="col" { "When" } th scope="col" { "Fired" }
                } }
                tbody { @for (fault, fired) in active { (row(fault, *fired)) } }
            }
        }
        form.buttons method="post" action="/_sim/faults/clear" {
            button.danger type="submit" { "Remove all faults" }
        }
    }
}

fn row(fault: &Fault, fired: u32) -> Markup {
    let Fault { matches, probability, times, lasts_s, action } = fault;
    html! {
        tr {
            th.path scope="row" {
                (matches.method.as_deref().unwrap_or("any method")) " " (matches.path.as_deref().unwrap_or("any path"))
                @if let Some(waba) = matches.waba { span.sub { "WABA " (waba) } }
            }
            td {
                @if let Some(error) = &action.graph_error { "error " (error.code) " " }
                @if let Some(status) = action.http_status { "HTTP " (status) " " }
                @match action.drop {
                    Some(Drop::Before) => "drop before ",
                    Some(Drop::After) => "drop after ",
                    Some(Drop::Later) => "drop, lands later ",
                    None => "",
                }
                @if let Some(latency) = action.latency_ms { (latency) " ms " }
                @if let Some(person) = action.person {
                    "a person: " (person.as_str().replace('_', " "))
                    @if let Some(later) = action.later_s { " after " (later) " s" }
                    " "
                }
                @if let Some(calls) = action.other_calls { (calls) " calls of others " }
                @if let Some(tries) = action.other_registers { (tries) " tries of others to register" }
            }
            td {
                @match matches.nth { Some(nth) => { "match no. " (nth) }, None => "every match" }
                @if *probability < 1.0 { ", in a share of " (probability) }
                @if let Some(times) = times { ", " (times) " times at most" }
                @if let Some(lasts) = lasts_s { ", for " (lasts) " s from the first" }
            }
            td { (fired) }
        }
    }
}

fn form(given: &Fields) -> Markup {
    let chosen = given.get("action");
    html! {
        form.panel method="post" action="/_sim/faults" {
            label for="action" { "What it does" }
            select #action name="action" {
                @for (value, label) in ACTIONS { option value=(value) selected[value == chosen] { (label) } }
            }
            div.fields {
                @for (name, label, example) in FIELDS {
                    div {
                        label for=(name) { (label) }
                        input id=(name) type="text" name=(name) value=(given.get(name)) placeholder=(example)
                              autocomplete="off" maxlength="200";
                    }
                }
            }
            button type="submit" { "Add" }
        }
    }
}

/// Adds what the form says, or shows the form again with what is wrong.
pub(super) fn add(visit: &Visit<'_>) -> Answer {
    let added = read(&visit.form).and_then(|fault| visit.simulator.add_fault(fault).map_err(|error| error.to_string()));
    match added {
        Ok(()) => see("/_sim/faults", &Notice::FAULT_ADDED),
        Err(wrong) => Ok(Shown::Refused(visit.simulator.look(|state| page(state, visit, Some(&wrong))))),
    }
}

pub(super) fn clear(visit: &Visit<'_>) -> Answer {
    visit.simulator.clear_faults();
    see("/_sim/faults", &Notice::FAULTS_CLEARED)
}

/// The fault that the form describes, in the words of `POST /_sim/faults`, so that both are read by the same rules.
fn read(form: &Fields) -> Result<Fault, String> {
    let mut matches = texts(form, &["method", "path", "waba"]);
    matches.extend(numbers(form, &["nth"])?);
    let mut action = numbers(form, &["latency_ms"])?;
    let chosen = form.get("action");
    match chosen {
        "graph_error" => {
            action.insert("graph_error".to_owned(), Value::Object(numbers(form, &["code"])?));
        }
        "http_status" => action.extend(numbers(form, &["http_status"])?),
        "before" | "after" => {
            action.insert("drop".to_owned(), json!(chosen));
        }
        "later" => {
            action.insert("drop".to_owned(), json!(chosen));
            action.extend(numbers(form, &["later_s"])?);
        }
        _ => {}
    }
    let mut fault = numbers(form, &["probability", "times"])?;
    fault.insert("match".to_owned(), Value::Object(matches));
    fault.insert("action".to_owned(), Value::Object(action));
    serde_json::from_value(Value::Object(fault)).map_err(|error| error.to_string())
}

/// The fields that are filled in.
fn texts(form: &Fields, names: &[&str]) -> Map<String, Value> {
    let filled = names.iter().filter(|name| !form.get(name).is_empty());
    filled.map(|name| ((*name).to_owned(), json!(form.get(name)))).collect()
}

/// The fields that are filled in, each a number.
fn numbers(form: &Fields, names: &[&str]) -> Result<Map<String, Value>, String> {
    let filled = names.iter().filter(|name| !form.get(name).is_empty());
    let read = filled.map(|name| {
        let text = form.get(name);
        let number: serde_json::Number = text.parse().map_err(|_| format!("{name}: `{text}` is no number"))?;
        Ok(((*name).to_owned(), Value::Number(number)))
    });
    read.collect()
}
