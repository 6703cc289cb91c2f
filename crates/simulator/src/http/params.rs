//! Parameters of a call, from query string, form body and JSON body alike (observations: limits.parameters). The body wins.

use std::collections::BTreeMap;

use http::{HeaderMap, Request, header};
use serde_json::Value;

use super::error::{Answer, GraphError};
use crate::{ids::Id, rules::templates::upload};

/// The largest body of parameters that is read.
const BODY_LIMIT: usize = 1024 * 1024;

/// How much of the body of a request is worth reading: parameters have one limit, the bytes of a file another.
pub(crate) fn body_limit<T>(request: &Request<T>) -> usize {
    let is_file = request.uri().path().split('/').any(|segment| segment.starts_with("upload:"));
    if is_file { upload::LARGEST } else { BODY_LIMIT }
}

const MULTIPART: &str = "multipart/form-data";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Parameters by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(BTreeMap<String, Value>);

/// One filter.
pub(crate) struct Condition {
    pub(crate) field: String,
    pub(crate) operator: String,
    pub(crate) value: String,
}

impl Params {
    pub(crate) fn read(query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Answer<Self> {
        let mut params = Self::default();
        params.add_form(query.unwrap_or_default().as_bytes());
        if body.len() > BODY_LIMIT {
            return Err(GraphError::invalid_parameter(format!("the body is larger than {BODY_LIMIT} bytes")));
        }
        let text = body.trim_ascii();
        if text.is_empty() {
            return Ok(params);
        }
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_of_type = |wanted: &str| content_type.trim_start().starts_with(wanted);
        if is_of_type(MULTIPART) {
            return Err(GraphError::not_simulated(&format!("bodies of type {MULTIPART}"), &[FORM, JSON]));
        }
        if is_of_type(FORM) {
            params.add_form(text);
            return Ok(params);
        }
        match serde_json::from_slice(text) {
            Ok(Value::Object(object)) => params.0.extend(object),
            Ok(_) => return Err(GraphError::invalid_parameter("the body is JSON, but no object")),
            Err(error) => return Err(GraphError::invalid_parameter(format!("the body is no JSON: {error}"))),
        }
        Ok(params)
    }

    fn add_form(&mut self, text: &[u8]) {
        for (name, value) in form_urlencoded::parse(text) {
            self.0.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }

    /// Whether something is given, of whatever type.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// The names of what is given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A text or a number, as text. Empty counts as absent.
    pub(crate) fn text(&self, name: &str) -> Answer<Option<String>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => Err(wrong_type(name, "a string")),
        }
    }

    pub(crate) fn required(&self, name: &str) -> Answer<String> {
        self.text(name)?.ok_or_else(|| GraphError::missing(name))
    }

    /// A whole number, as JSON or as text.
    pub(crate) fn integer(&self, name: &str) -> Answer<Option<i64>> {
        self.text(name)?.map(|text| text.parse().map_err(|_| wrong_type(name, "an integer"))).transpose()
    }

    /// A list of texts or numbers as they are: a JSON array, a text that holds one, or words between commas.
    pub(crate) fn texts(&self, name: &str) -> Answer<Option<Vec<String>>> {
        let given = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(list @ Value::Array(_)) => list,
                Ok(_) | Err(_) => text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect(),
            },
            Some(value) => value.clone(),
        };
        let as_text = |item: &Value| match item {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let texts = match &given {
            Value::Array(items) => items.iter().map(as_text).collect::<Option<Vec<_>>>(),
            one @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                as_text(one).map(|text| vec![text])
            }
        };
        texts.map(Some).ok_or_else(|| wrong_type(name, "a list of strings"))
    }

    /// A truth value: JSON `true`, or the texts `true` and `1`.
    pub(crate) fn boolean(&self, name: &str) -> Answer<Option<bool>> {
        if let Some(Value::Bool(value)) = self.0.get(name) {
            return Ok(Some(*value));
        }
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    pub(crate) fn id(&self, name: &str) -> Answer<Option<Id>> {
        self.text(name)?.map(|text| text.parse().map_err(|_| wrong_type(name, "an id"))).transpose()
    }

    /// A list: a JSON array of texts, or texts between commas. Compared in upper case.
    pub(crate) fn list(&self, name: &str) -> Answer<Option<Vec<String>>> {
        let words = match self.0.get(name) {
            Some(Value::Array(items)) => {
                let texts = items.iter().map(text_of);
                texts.collect::<Option<Vec<_>>>().ok_or_else(|| wrong_type(name, "a list of strings"))?
            }
            _ => match self.text(name)? {
                None => return Ok(None),
                Some(text) => match serde_json::from_str::<Vec<Value>>(&text) {
                    Ok(items) => items
                        .iter()
                        .map(text_of)
                        .collect::<Option<Vec<_>>>()
                        .ok_or_else(|| wrong_type(name, "a list of strings"))?,
                    Err(_) => text.split(',').map(|word| word.trim_matches(LIST_MARKS).to_owned()).collect(),
                },
            },
        };
        Ok(Some(words.into_iter().map(|word| word.to_ascii_uppercase()).collect()))
    }

    /// A text or a number; a list as its items between commas.
    pub(crate) fn text_or_list(&self, name: &str) -> Answer<Option<String>> {
        let Some(Value::Array(items)) = self.0.get(name) else { return self.text(name) };
        let words = items.iter().map(text_of).collect::<Option<Vec<_>>>();
        Ok(Some(words.ok_or_else(|| wrong_type(name, "a list of strings"))?.join(",")))
    }

    /// Filters: `[{"field":"account_mode","operator":"EQUAL","value":"LIVE"}]`, the value a text, a number or a truth value.
    pub(crate) fn conditions(&self, name: &str) -> Answer<Vec<Condition>> {
        let wrong = || wrong_type(name, "a list of objects with field, operator and value");
        let Some(structure) = self.structure(name)? else { return Ok(Vec::new()) };
        let conditions = structure.as_array().ok_or_else(wrong)?.iter().map(|condition| {
            let text = |name: &str| condition.get(name).and_then(Value::as_str).map(str::to_owned);
            let value = match condition.get("value")? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(value) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            Some(Condition { field: text("field")?, operator: text("operator")?, value })
        });
        conditions.collect::<Option<Vec<_>>>().ok_or_else(wrong)
    }

    /// A structure, given as JSON or as a text that holds JSON.
    pub(crate) fn structure(&self, name: &str) -> Answer<Option<Value>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                serde_json::from_str(text).map(Some).map_err(|_| wrong_type(name, "valid JSON"))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }
}

/// What stands around the words of a list: blanks, and the brackets and quotes of examples that are no JSON.
const LIST_MARKS: [char; 5] = [' ', '[', ']', '\'', '"'];

/// An item of a list: a text, or a number as text.
fn text_of(item: &Value) -> Option<String> {
    match item {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn wrong_type(name: &str, expected: &str) -> Box<GraphError> {
    GraphError::new(400, 100, &format!("Param {name} must be {expected}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn json_headers() -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse().unwrap())])
    }

    #[test]
    fn query_form_and_json_are_read_alike_and_the_body_wins() {
        let form = HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            "application/x-www-form-urlencoded; charset=utf-8".parse().unwrap(),
        )]);
        let by_query = Params::read(Some("pin=212834&on=true"), &HeaderMap::new(), b"").unwrap();
        let by_form = Params::read(None, &form, b"pin=212834&on=true").unwrap();
        let by_json = Params::read(Some("pin=1"), &json_headers(), br#"{"pin":212834,"on":true}"#).unwrap();
        for params in [by_query, by_form, by_json] {
            assert_eq!(params.required("pin").unwrap(), "212834");
            assert_eq!(params.boolean("on").unwrap(), Some(true));
        }
    }

    #[test]
    fn wrong_types_and_broken_json_are_refused() {
        assert!(Params::read(None, &json_headers(), b"{").is_err());
        assert!(Params::read(None, &json_headers(), b"[1]").is_err());
        assert!(Params::read(None, &json_headers(), &vec![b' '; BODY_LIMIT + 1]).is_err());
        let params = Params::read(None, &json_headers(), br#"{"pin":{"a":1},"on":"maybe","id":"x"}"#).unwrap();
        assert!(params.text("pin").is_err());
        assert!(params.boolean("on").is_err());
        assert!(params.id("id").is_err());
        assert!(params.required("absent").is_err());
    }

    #[test]
    fn a_body_of_several_parts_is_said_not_to_be_served() {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, "multipart/form-data; boundary=x".parse().unwrap())]);
        let error = Params::read(None, &headers, b"--x\r\n").unwrap_err();
        let said = format!("{error:?}");
        assert!(said.contains("does not serve bodies of type multipart/form-data") && said.contains(JSON), "{said}");
        assert!(Params::read(None, &headers, b"").is_ok(), "there is none");
    }

    #[test]
    fn a_list_is_an_array_or_words_between_commas() {
        let array = Params::read(None, &json_headers(), br#"{"status":["approved","PAUSED"]}"#).unwrap();
        let query = Params::read(Some("status=approved,paused"), &HeaderMap::new(), b"").unwrap();
        assert_eq!(array.list("status").unwrap(), query.list("status").unwrap());
    }
}
