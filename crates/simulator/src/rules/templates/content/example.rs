//! Examples of parameters: without them a template is refused (observations: templates.parameters).

use serde_json::{Map, Value, json};

use super::{super::refusal, Part, placeholders::Placeholders};
use crate::{http::error::Answer, world::ParameterFormat};

/// The `example` of a body in the form that reads show: a list of lists.
pub(super) fn body(format: ParameterFormat, part: &Part<'_>, found: &Placeholders) -> Answer<Option<Value>> {
    if found.names.is_empty() {
        return Ok(None);
    }
    let example = part.object("example").map_err(|_| missing(part, "body_text"))?;
    match format {
        ParameterFormat::Named => named(part, example, "body_text_named_params", found),
        ParameterFormat::Positional => {
            // Meta's own pages have a list of lists, a flat list, and a text.
            let flat = match example.get("body_text") {
                Some(Value::Array(items)) => match items.first() {
                    Some(Value::Array(first)) => texts(first),
                    Some(_) | None => texts(items),
                },
                Some(Value::String(text)) => Some(vec![text.clone()]),
                Some(_) | None => None,
            };
            let flat = counted(part, "body_text", flat, found.names.len())?;
            Ok(Some(json!({ "body_text": [flat] })))
        }
    }
}

/// The `example` of a header's text.
pub(super) fn header(format: ParameterFormat, part: &Part<'_>, found: &Placeholders) -> Answer<Option<Value>> {
    if found.names.is_empty() {
        return Ok(None);
    }
    let example = part.object("example").map_err(|_| missing(part, "header_text"))?;
    match format {
        ParameterFormat::Named => named(part, example, "header_text_named_params", found),
        ParameterFormat::Positional => {
            let given = one_or_more(example.get("header_text"));
            let given = counted(part, "header_text", given, found.names.len())?;
            Ok(Some(json!({ "header_text": given })))
        }
    }
}

/// A list of texts, or one text.
pub(super) fn one_or_more(value: Option<&Value>) -> Option<Vec<String>> {
    match value {
        Some(Value::Array(items)) => texts(items),
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(_) | None => None,
    }
}

fn texts(items: &[Value]) -> Option<Vec<String>> {
    items.iter().map(|item| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned)).collect()
}

fn counted(part: &Part<'_>, name: &str, given: Option<Vec<String>>, expected: usize) -> Answer<Vec<String>> {
    match given {
        Some(given) if given.len() == expected => Ok(given),
        Some(given) => {
            Err(part.wrong(&format!("example.{name} has {} samples for {expected} parameters", given.len())))
        }
        None => Err(missing(part, name)),
    }
}

fn named(part: &Part<'_>, example: &Map<String, Value>, name: &str, found: &Placeholders) -> Answer<Option<Value>> {
    let Some(Value::Array(items)) = example.get(name) else { return Err(missing(part, name)) };
    let mut given = Vec::with_capacity(items.len());
    for item in items {
        let member = |key: &str| item.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(parameter), Some(sample)) = (member("param_name"), member("example")) else {
            return Err(part.wrong(&format!("example.{name} needs param_name and example in each entry")));
        };
        let parameter = parameter.trim_start_matches("{{").trim_end_matches("}}");
        if given.iter().any(|(known, _)| *known == parameter) {
            return Err(part.wrong(&format!("example.{name} has {parameter} twice")));
        }
        given.push((parameter, sample));
    }
    if let Some(lacking) = found.names.iter().find(|wanted| !given.iter().any(|(known, _)| known == wanted)) {
        return Err(part.wrong(&format!("example.{name} has no sample for {lacking}")));
    }
    if let Some((strange, _)) = given.iter().find(|(known, _)| !found.names.iter().any(|wanted| wanted == known)) {
        return Err(part.wrong(&format!("example.{name} has a sample for {strange}, which the text has not")));
    }
    let entries: Vec<Value> =
        given.iter().map(|(parameter, sample)| json!({ "param_name": parameter, "example": sample })).collect();
    Ok(Some(json!({ name: entries })))
}

fn missing(part: &Part<'_>, name: &str) -> Box<crate::http::error::GraphError> {
    refusal::invalid(format!("{} ({}): a text with parameters needs samples in example.{name}", part.place, part.kind))
}
