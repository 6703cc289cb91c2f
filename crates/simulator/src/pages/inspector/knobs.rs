//! The knobs: what is unknown about the vendor, how it is set now, and how else it could be.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::super::{
    notice::Notice,
    parts::{Mood, badge, notice, sentence},
    visit::{Answer, Denied, Page, Shown, Visit, see},
};
use super::Menu;
use crate::{
    knobs::{KnobEntry, Knobs},
    state::State,
};

/// A knob that was set to something it cannot be.
pub(super) struct Wrong {
    name: String,
    given: String,
    reason: String,
}

pub(super) fn page(state: &State, visit: &Visit<'_>, wrong: Option<&Wrong>) -> Page {
    let now = all(&state.knobs);
    let mut section = "";
    let body = html! {
        h1 { "Knobs" }
        p.lead {
            "What nobody outside Meta knows. Each knob stands at the reading that its sources speak for; software that \
             migrates has to work with every other one as well."
        }
        (notice(visit.query.notice()))
        @for knob in Knobs::catalog() {
            @let of = knob.anchor.split('.').next().unwrap_or_default();
            @if of != section {
                @let () = section = of;
                h2 { (of) }
            }
            (one(&knob, now.get(knob.name).unwrap_or(&Value::Null), wrong.filter(|wrong| wrong.name == knob.name)))
        }
    };
    super::page(Menu::Knobs, "Knobs", body)
}

fn one(knob: &KnobEntry, now: &Value, wrong: Option<&Wrong>) -> Markup {
    let KnobEntry { name, meaning, unknown, anchor, default, values } = knob;
    let described = format!("{name}-about");
    html! {
        form.knob #{ "knob-" (name) } method="post" action="/_sim/knobs" {
            div {
                h3 {
                    label for=(name) { code { (name) } }
                    @if now != default { " " (badge(Mood::Waiting, "changed")) }
                }
                p id=(described) { (sentence(meaning)) " " span.note { (sentence(unknown)) } }
                p.note { "Default " code { (word(default)) } ", " code { "spec/observations.md " (anchor) } }
                @if let Some(wrong) = wrong { p.notice.bad role="alert" { strong { "Not set. " } (wrong.reason) } }
            }
            div.row {
                input type="hidden" name="knob" value=(name);
                @if is_closed(values) {
                    select id=(name) name="value" aria-describedby=(described) {
                        @for value in values { option value=(word(value)) selected[value == now] { (word(value)) } }
                    }
                } @else {
                    @let list = format!("{name}-values");
                    input id=(name) type="text" name="value" list=(list) aria-describedby=(described)
                          value=(wrong.map_or_else(|| word(now), |wrong| wrong.given.clone())) autocomplete="off" maxlength="100";
                    datalist id=(list) { @for value in values { option value=(word(value)) {} } }
                }
                button.quiet type="submit" { "Set" span.sr { " " (name) } }
            }
        }
    }
}

/// Whether a knob has no other values than these: words and switches, not numbers.
fn is_closed(values: &[Value]) -> bool {
    values.iter().all(|value| value.is_string() || value.is_boolean())
}

/// A value as people read and write it.
fn word(value: &Value) -> String {
    match value {
        Value::Null => "never".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// What a form means: one of the knob's values, else a number, `never`, or whatever the knob will refuse.
fn value(knob: &KnobEntry, given: &str) -> Value {
    if let Some(known) = knob.values.iter().find(|value| word(value) == given) {
        return known.clone();
    }
    if ["never", ""].contains(&given) {
        return Value::Null;
    }
    serde_json::from_str(given).unwrap_or_else(|_| Value::String(given.to_owned()))
}

fn all(knobs: &Knobs) -> Map<String, Value> {
    match serde_json::to_value(knobs) {
        Ok(Value::Object(all)) => all,
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | Err(_) => Map::new(),
    }
}

/// Sets the one knob that a form names, or shows the page again with what is wrong.
pub(super) fn set(visit: &Visit<'_>) -> Answer {
    let (name, given) = (visit.form.get("knob"), visit.form.get("value"));
    let knob = Knobs::catalog().into_iter().find(|knob| knob.name == name);
    let knob = knob.ok_or_else(|| Denied::Unreadable(format!("There is no knob `{name}`.")))?;
    let mut knobs = all(&visit.simulator.knobs());
    knobs.insert(name.to_owned(), value(&knob, given));
    let read = serde_json::from_value::<Knobs>(Value::Object(knobs)).map_err(|error| error.to_string());
    match read.and_then(|knobs| visit.simulator.set_knobs(knobs).map_err(|error| error.to_string())) {
        Ok(()) => see("/_sim/knobs", &Notice::KNOB_SET),
        Err(reason) => {
            let wrong = Wrong { name: name.to_owned(), given: given.to_owned(), reason };
            Ok(Shown::Refused(visit.simulator.look(|state| page(state, visit, Some(&wrong)))))
        }
    }
}
