//! Buttons: samples for the parameter of an address, a Flow's id in the destination, everything else as it was.

use serde_json::{Value, json};

use super::{Bench, Lack, example, keep, text};

pub(super) fn again(bench: &mut Bench<'_>, read: &Value) -> Value {
    let buttons: Vec<Value> =
        read.get("buttons").and_then(Value::as_array).into_iter().flatten().map(|button| one(bench, button)).collect();
    if buttons.is_empty() {
        bench.lacks(Lack::Unreadable("its buttons are not shown".to_owned()));
    }
    json!({ "type": "BUTTONS", "buttons": buttons })
}

fn one(bench: &mut Bench<'_>, read: &Value) -> Value {
    match text(read, "type").unwrap_or_default().to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => Value::Object(keep(read, &["type", "text"])),
        "PHONE_NUMBER" => Value::Object(keep(read, &["type", "text", "phone_number"])),
        "URL" => url(bench, read),
        "COPY_CODE" => copy_code(bench, read),
        "FLOW" => flow(bench, read),
        // Members of catalogs, calls and apps.
        _ => super::plain::again(read),
    }
}

fn url(bench: &mut Bench<'_>, read: &Value) -> Value {
    let mut button = keep(read, &["type", "text", "url"]);
    if !example::parameters(text(read, "url").unwrap_or_default()).is_empty() {
        match sample(read) {
            Some(sample) => {
                button.insert("example".to_owned(), json!([sample]));
            }
            None => lacks_sample(bench, read),
        }
    }
    Value::Object(button)
}

fn copy_code(bench: &mut Bench<'_>, read: &Value) -> Value {
    let mut button = keep(read, &["type"]);
    match sample(read) {
        Some(sample) => {
            button.insert("example".to_owned(), sample.into());
        }
        None => lacks_sample(bench, read),
    }
    Value::Object(button)
}

fn sample(read: &Value) -> Option<String> {
    let samples = example::texts(read.get("example")?)?;
    samples.into_iter().next().filter(|sample| !sample.is_empty())
}

fn lacks_sample(bench: &mut Bench<'_>, read: &Value) {
    let label = text(read, "text").unwrap_or("code");
    bench.lacks(Lack::Samples { of: format!("button {label:?}") });
}

/// A Flow is named by the id that it has in one WABA.
fn flow(bench: &mut Bench<'_>, read: &Value) -> Value {
    let mut button = keep(read, &["type", "text", "flow_action", "navigate_screen", "icon"]);
    let source_id = match read.get("flow_id") {
        Some(Value::String(id)) if !id.is_empty() => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(_) | None => None,
    };
    match source_id {
        Some(source_id) => match bench.flow(&source_id) {
            Some(id) => {
                button.insert("flow_id".to_owned(), id.into());
            }
            None => bench.lacks(Lack::Flow { source_id }),
        },
        None => bench.lacks(Lack::Unreadable("a button does not show its Flow".to_owned())),
    }
    Value::Object(button)
}
