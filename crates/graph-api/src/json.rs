//! Reads answers tolerantly: ids as text or number, unknown fields ignored, missing fields `None`,
//! and an error that says where in the document the trouble is, without repeating what stood there.

use serde_json::Value;

/// A successful answer does not have the shape that we know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at {path}: {problem}")]
pub struct AnswerError {
    /// Where, as a JSON path that begins at `$`.
    pub path: String,
    /// What is wrong there. Values are never repeated: they might be secret.
    pub problem: String,
}

/// One place in an answer.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Place<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, path: "$".to_owned() }
    }

    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    pub(crate) fn trouble(&self, problem: impl Into<String>) -> AnswerError {
        AnswerError { path: self.path.clone(), problem: problem.into() }
    }

    /// A member of an object; `None` when it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<Place<'a>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Place { value, path: format!("{}.{name}", self.path) })
    }

    /// A member that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<Place<'a>, AnswerError> {
        self.get(name).ok_or_else(|| self.trouble(format!("`{name}` is missing; found {}", kind(self.value))))
    }

    /// The elements of an array.
    pub(crate) fn elements(&self) -> Result<Vec<Place<'a>>, AnswerError> {
        let list = self
            .value
            .as_array()
            .ok_or_else(|| self.trouble(format!("expected a list, found {}", kind(self.value))))?;
        Ok(list.iter().enumerate().map(|(i, value)| Place { value, path: format!("{}[{i}]", self.path) }).collect())
    }

    /// The elements of an optional list; an absent list has none.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<Place<'a>>, AnswerError> {
        self.get(name).map_or_else(|| Ok(Vec::new()), |place| place.elements())
    }

    /// Text, or a whole number written as text: Meta sends ids both ways.
    pub(crate) fn as_text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// Truth, also when it is written as text.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            Value::Null | Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    pub(crate) fn as_i64(&self) -> Option<i64> {
        self.value.as_i64().or_else(|| self.value.as_str().and_then(|text| text.parse().ok()))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_text()
    }

    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// A word of one of Meta's vocabularies.
    pub(crate) fn word<T: for<'t> From<&'t str>>(&self, name: &str) -> Option<T> {
        self.text(name).map(|text| T::from(text.as_str()))
    }

    /// A member that must be text.
    pub(crate) fn need_text(&self, name: &str) -> Result<String, AnswerError> {
        let place = self.need(name)?;
        place.as_text().ok_or_else(|| place.trouble(format!("expected text, found {}", kind(place.value))))
    }

    /// A member that must be an id.
    pub(crate) fn need_id<T: std::str::FromStr<Err = crate::IdError>>(&self, name: &str) -> Result<T, AnswerError> {
        let text = self.need_text(name)?;
        text.parse()
            .map_err(|_| AnswerError { path: format!("{}.{name}", self.path), problem: "expected an id".to_owned() })
    }

    /// A member that is an id, if it is there and is one.
    pub(crate) fn id<T: std::str::FromStr<Err = crate::IdError>>(&self, name: &str) -> Option<T> {
        self.text(name)?.parse().ok()
    }

    /// Meta's instants: `2023-08-22T19:05:53+0000`, or seconds since 1970.
    pub(crate) fn instant(&self, name: &str) -> Option<jiff::Timestamp> {
        let place = self.get(name)?;
        if let Some(seconds) = place.as_i64() {
            return jiff::Timestamp::from_second(seconds).ok();
        }
        let text = place.value.as_str()?;
        text.parse().ok().or_else(|| jiff::Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok())
    }
}

/// What kind of JSON a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// `{"success": true}`. Anything else leaves open what happened.
pub(crate) fn success(body: &Value) -> Result<(), AnswerError> {
    let place = Place::root(body).need("success")?;
    match place.as_bool() {
        Some(true) => Ok(()),
        Some(false) => Err(place.trouble("Meta says that it did not succeed, without a reason")),
        None => Err(place.trouble(format!("expected true, found {}", kind(place.value())))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_come_as_text_or_number() {
        let body = json!({"a": "12", "b": 12, "c": 1.5, "d": {"e": "x/y"}});
        let root = Place::root(&body);
        assert_eq!(root.text("a"), root.text("b"));
        assert_eq!(root.text("c"), None);
        let error = root.need("d").unwrap().need_id::<crate::WabaId>("e").unwrap_err();
        assert_eq!(error.to_string(), "at $.d.e: expected an id");
    }

    #[test]
    fn metas_instants_are_read() {
        let body = json!({"a": "2023-08-22T19:05:53+0000", "b": 1692731153, "c": "yesterday"});
        let root = Place::root(&body);
        assert_eq!(root.instant("a"), root.instant("b"));
        assert!(root.instant("a").is_some());
        assert_eq!(root.instant("c"), None);
    }

    /// guide: 6.5, 9.3
    #[test]
    fn only_success_true_is_success() {
        assert!(success(&json!({"success": true})).is_ok());
        assert!(success(&json!({"success": "true"})).is_ok());
        for body in [json!({"success": false}), json!({}), json!([]), json!({"success": 1})] {
            assert!(success(&body).is_err(), "{body}");
        }
    }
}
