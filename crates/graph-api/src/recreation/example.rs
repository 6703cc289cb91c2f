//! Samples for parameters: whatever form a read shows them in, the request has one (`observations: templates.parameters`).

use serde_json::{Value, json};

use super::{Bench, Lack, ParameterFormat, text};

/// The names of the parameters in a text, in the order of their first appearance: `1`, `first_name`.
pub(super) fn parameters(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("{{") {
        let Some((name, after)) = behind.split_once("}}") else { break };
        let name = name.trim();
        if !names.contains(&name) {
            names.push(name);
        }
        rest = after;
    }
    names
}

/// A text, or a list of texts, possibly inside another list.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::Array(list) if list.len() == 1 && list.iter().all(Value::is_array) => texts(list.first()?),
        Value::Array(list) => {
            let one = |item: &Value| match item {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
            };
            list.iter().map(one).collect()
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}

/// `example` of a body; `None` where its text has no parameters.
pub(super) fn of_body(bench: &mut Bench<'_>, read: &Value) -> Option<Value> {
    let names = parameters(text(read, "text").unwrap_or_default());
    of(bench, read, &names, "body", &|samples| json!({ "body_text": [samples] }), "body_text", "body_text_named_params")
}

/// The same of a header's text.
pub(super) fn of_header(bench: &mut Bench<'_>, read: &Value) -> Option<Value> {
    let names = parameters(text(read, "text").unwrap_or_default());
    let in_list = |samples: Vec<String>| json!({ "header_text": samples });
    of(bench, read, &names, "header", &in_list, "header_text", "header_text_named_params")
}

fn of(
    bench: &mut Bench<'_>,
    read: &Value,
    names: &[&str],
    whose: &str,
    form: &dyn Fn(Vec<String>) -> Value,
    positional: &str,
    named: &str,
) -> Option<Value> {
    if names.is_empty() {
        return None;
    }
    let shown = read.get("example");
    let example = match bench.format {
        ParameterFormat::Positional => {
            let samples = shown.and_then(|example| texts(example.get(positional)?));
            samples
                .filter(|samples| samples.len() == names.len() && samples.iter().all(|one| !one.is_empty()))
                .map(form)
        }
        ParameterFormat::Named => {
            let samples = shown.and_then(|example| example.get(named)).and_then(Value::as_array);
            samples.and_then(|samples| all_named(samples, names)).map(|samples| json!({ named: samples }))
        }
    };
    if example.is_none() {
        bench.lacks(Lack::Samples { of: whose.to_owned() });
    }
    example
}

/// A sample for each name, in Meta's order.
fn all_named(samples: &[Value], names: &[&str]) -> Option<Vec<Value>> {
    let read = |sample: &Value| {
        let name = text(sample, "param_name")?.trim_start_matches("{{").trim_end_matches("}}").to_owned();
        let example = text(sample, "example").filter(|example| !example.is_empty())?.to_owned();
        Some((name, example))
    };
    let samples: Vec<(String, String)> = samples.iter().map(read).collect::<Option<_>>()?;
    let is_there = |name: &&str| samples.iter().any(|(known, _)| known == name);
    if !names.iter().all(is_there) {
        return None;
    }
    // One that the text does not have would be refused.
    let used = samples.into_iter().filter(|(name, _)| names.contains(&name.as_str()));
    Some(used.map(|(name, example)| json!({ "param_name": name, "example": example })).collect())
}
