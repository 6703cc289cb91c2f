//! A node as the text of an answer, written field by field: what is read most needs no tree of values in between.

use serde::Serialize;

use super::fields::{Selection, Wanted, narrow};

/// Room for most nodes, so that the text is seldom moved while it grows.
const USUAL_BYTES: usize = 512;

/// The JSON text of a node.
pub(crate) struct NodeText(Vec<u8>);

/// One wanted field, to be written or left out.
pub(crate) struct FieldText<'a> {
    wanted: &'a Wanted,
    text: &'a mut Vec<u8>,
}

impl Selection {
    /// As [`Selection::show`]: the wanted fields in the wanted order. `write` writes nothing for what the node does not have
    /// now.
    pub(crate) fn write(&self, mut write: impl FnMut(&str, FieldText<'_>)) -> NodeText {
        let mut text = Vec::with_capacity(USUAL_BYTES);
        text.push(b'{');
        for wanted in self.wanted() {
            write(&wanted.name, FieldText { wanted, text: &mut text });
        }
        text.push(b'}');
        NodeText(text)
    }
}

impl FieldText<'_> {
    /// Writes the field. Where only a part of its inside is wanted, that part.
    pub(crate) fn value(self, value: &impl Serialize) {
        let Self { wanted, text } = self;
        if text.len() > 1 {
            text.push(b',');
        }
        add(text, &wanted.name);
        text.push(b':');
        if wanted.inside.is_empty() {
            add(text, value);
        } else {
            add(text, &narrow(serde_json::to_value(value).unwrap_or_default(), &wanted.inside));
        }
    }
}

impl NodeText {
    /// The text of whatever else is JSON.
    pub(super) fn of(value: &impl Serialize) -> Self {
        let mut text = Vec::with_capacity(USUAL_BYTES);
        add(&mut text, value);
        Self(text)
    }

    pub(super) fn into_bytes(self) -> bytes::Bytes {
        self.0.into()
    }
}

fn add(text: &mut Vec<u8>, value: &impl Serialize) {
    // Cannot fail: names of fields are texts, and there is always room.
    let _ = serde_json::to_writer(text, value);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::{Value, json};

    use super::*;
    use crate::http::fields::NodeType;

    const NODE: NodeType = NodeType { name: "Thing", default: &["id", "name"], fields: &["id", "name", "owner"] };

    #[test]
    fn the_text_is_that_of_the_tree() {
        let owner = json!({ "id": "2", "name": "o\"", "more": { "x": 1 } });
        for fields in [None, Some("name"), Some("owner{name}"), Some("owner,name"), Some("owner{more{x}},id")] {
            for has_name in [true, false] {
                let selection = Selection::read(fields, &NODE).unwrap();
                let value_of = |name: &str| match name {
                    "id" => Some(json!("1")),
                    "name" if has_name => Some(json!("n")),
                    "owner" => Some(owner.clone()),
                    _ => None,
                };
                let text = selection.write(|name, field| {
                    if let Some(value) = value_of(name) {
                        field.value(&value);
                    }
                });
                assert_eq!(String::from_utf8(text.0).unwrap(), selection.show(value_of).to_string(), "{fields:?}");
            }
        }
        assert_eq!(NodeText::of(&Value::Null).0, b"null");
    }
}
