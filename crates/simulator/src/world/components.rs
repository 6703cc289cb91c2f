//! The components of a template. Thousands of templates of a generated world say the same, and a copy says what its original
//! says: all of them share one list.

use std::{ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::sharing;

/// Header, body, footer, buttons and so on, as they were handed in: types in upper case, an uploaded file as its handle, a
/// button for a one-time code as `OTP`. What a read shows instead is the business of `rules/templates/read_back.rs`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Components(Arc<Vec<Value>>);

impl Deref for Components {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl From<Vec<Value>> for Components {
    fn from(components: Vec<Value>) -> Self {
        Self(Arc::new(components))
    }
}

impl Components {
    /// The component of a type, for example `BODY`.
    pub(crate) fn of_type(&self, kind: &str) -> Option<&Value> {
        self.iter().find(|component| component.get("type").and_then(Value::as_str) == Some(kind))
    }

    /// The text of the component of a type.
    pub(crate) fn text_of(&self, kind: &str) -> Option<&str> {
        self.of_type(kind)?.get("text")?.as_str()
    }
}

impl Serialize for Components {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Components {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        sharing::components(deserializer)
    }
}
