//! One component or button as it was handed in, with its place for people who have to find it.

use serde_json::{Map, Value};

use super::super::refusal;
use crate::http::error::{Answer, GraphError};

/// A JSON object with a `type`.
pub(super) struct Part<'a> {
    /// Where it stands, for example `components[2].buttons[0]`.
    pub(super) place: String,
    /// Its type in upper case.
    pub(super) kind: String,
    members: &'a Map<String, Value>,
}

impl<'a> Part<'a> {
    pub(super) fn read(place: String, value: &'a Value) -> Answer<Self> {
        let Value::Object(members) = value else {
            return Err(refusal::invalid(format!("{place} must be an object")));
        };
        match members.get("type") {
            Some(Value::String(kind)) => Ok(Self { place, kind: kind.to_ascii_uppercase(), members }),
            Some(_) | None => Err(refusal::invalid(format!("{place}.type must be a text"))),
        }
    }

    /// Refuses members other than `type` and `names`.
    pub(super) fn only(&self, names: &[&str]) -> Answer<()> {
        let known = |name: &&String| *name == "type" || names.contains(&name.as_str());
        match self.members.keys().find(|name| !known(name)) {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().take(60).collect();
                Err(refusal::invalid(format!("Unexpected key \"{name}\" on param {}", self.place)))
            }
        }
    }

    /// All members, for a type whose members are not looked at.
    pub(super) fn members(&self) -> &'a Map<String, Value> {
        self.members
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Answer<Option<&'a str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong(&format!("{name} must be a text"))),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Answer<&'a str> {
        self.text(name)?.ok_or_else(|| self.wrong(&format!("{name} is missing")))
    }

    pub(super) fn object(&self, name: &str) -> Answer<&'a Map<String, Value>> {
        match self.get(name) {
            Some(Value::Object(object)) => Ok(object),
            Some(_) | None => Err(self.wrong(&format!("{name} must be an object"))),
        }
    }

    pub(super) fn list(&self, name: &str) -> Answer<&'a [Value]> {
        match self.get(name) {
            Some(Value::Array(items)) => Ok(items),
            Some(_) | None => Err(self.wrong(&format!("{name} must be a list"))),
        }
    }

    pub(super) fn boolean(&self, name: &str) -> Answer<Option<bool>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.wrong(&format!("{name} must be a boolean"))),
        }
    }

    /// The refusal of this part.
    pub(super) fn wrong(&self, what: &str) -> Box<GraphError> {
        refusal::invalid(format!("{} ({}): {what}", self.place, self.kind))
    }
}
