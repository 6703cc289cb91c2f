//! The `fields` parameter: which fields of a node an answer shows (observations: errors.nonexisting_field).

use serde_json::{Map, Value};

use super::error::{Answer, GraphError};

/// A wanted field and what is wanted of its inside, as in `owner_business_info{id,name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    inside: Vec<Wanted>,
}

/// A node type: its name in error texts, its default fields, and all that it has.
pub(crate) struct NodeType {
    pub(crate) name: &'static str,
    pub(crate) default: &'static [&'static str],
    pub(crate) fields: &'static [&'static str],
}

/// The fields an answer shows.
#[derive(Clone, Debug)]
pub(crate) struct Selection(Vec<Wanted>);

impl Selection {
    /// Reads `fields`, or takes the node's default. `id` is always shown.
    pub(crate) fn read(fields: Option<&str>, node: &NodeType) -> Answer<Self> {
        let mut wanted = match fields {
            Some(text) => parse(text).ok_or_else(|| {
                GraphError::new(
                    400,
                    2500,
                    &format!("Syntax error in field list \"{}\"", text.chars().take(100).collect::<String>()),
                )
            })?,
            None => node.default.iter().map(|name| Wanted { name: (*name).to_owned(), inside: Vec::new() }).collect(),
        };
        for field in &wanted {
            if !node.fields.contains(&field.name.as_str()) {
                return Err(GraphError::nonexisting_field(&field.name, node.name, node.fields));
            }
        }
        if !wanted.iter().any(|field| field.name == "id") {
            wanted.push(Wanted { name: "id".to_owned(), inside: Vec::new() });
        }
        Ok(Self(wanted))
    }

    /// The node with the wanted fields in the wanted order. `value` gives none for what the node does not have now.
    pub(crate) fn show(&self, value: impl Fn(&str) -> Option<Value>) -> Value {
        let mut shown = Map::new();
        for field in &self.0 {
            if let Some(found) = value(&field.name) {
                shown.insert(field.name.clone(), narrow(found, &field.inside));
            }
        }
        Value::Object(shown)
    }
}

/// Leaves only `inside` of an object; `id` stays.
fn narrow(value: Value, inside: &[Wanted]) -> Value {
    if inside.is_empty() {
        return value;
    }
    let Value::Object(object) = value else { return value };
    let keeps = |name: &str| inside.iter().find(|field| field.name == name);
    let narrowed = object.into_iter().filter_map(|(name, value)| match keeps(&name) {
        Some(field) => Some((name, narrow(value, &field.inside))),
        None if name == "id" => Some((name, value)),
        None => None,
    });
    Value::Object(narrowed.collect())
}

/// `a,b{c,d{e}}`. Nesting is bounded, so that no input can exhaust the stack.
fn parse(text: &str) -> Option<Vec<Wanted>> {
    let mut rest = text;
    let fields = parse_list(&mut rest, 0)?;
    rest.is_empty().then_some(fields)
}

fn parse_list(rest: &mut &str, depth: u8) -> Option<Vec<Wanted>> {
    const DEEPEST: u8 = 4;
    if depth > DEEPEST {
        return None;
    }
    let mut fields = Vec::new();
    loop {
        let end = rest.find([',', '{', '}']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let name = name.trim().to_owned();
        *rest = behind;
        let mut inside = Vec::new();
        if let Some(behind) = rest.strip_prefix('{') {
            *rest = behind;
            inside = parse_list(rest, depth + 1)?;
            *rest = rest.strip_prefix('}')?;
        }
        if !name.is_empty() {
            fields.push(Wanted { name, inside });
        } else if !inside.is_empty() {
            return None;
        }
        match rest.strip_prefix(',') {
            Some(behind) => *rest = behind,
            None => return Some(fields),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    const NODE: NodeType = NodeType { name: "Thing", default: &["id", "name"], fields: &["id", "name", "owner"] };

    fn show(fields: Option<&str>) -> Value {
        Selection::read(fields, &NODE).unwrap().show(|name| match name {
            "id" => Some(json!("1")),
            "name" => Some(json!("n")),
            "owner" => Some(json!({"id": "2", "name": "o", "more": {"x": 1}})),
            _ => None,
        })
    }

    #[test]
    fn defaults_wanted_fields_and_their_insides_are_shown_and_id_always() {
        assert_eq!(show(None).to_string(), r#"{"id":"1","name":"n"}"#);
        assert_eq!(show(Some("name")).to_string(), r#"{"name":"n","id":"1"}"#);
        assert_eq!(show(Some("owner{name}")).to_string(), r#"{"owner":{"id":"2","name":"o"},"id":"1"}"#);
    }

    #[test]
    fn an_unknown_field_is_named_and_nonsense_is_refused() {
        let error = Selection::read(Some("id,nope"), &NODE).unwrap_err();
        assert!(format!("{error:?}").contains("Tried accessing nonexisting field (nope) on node type (Thing)"));
        for nonsense in ["a{", "a}", "{a}", "a{b{c{d{e{f{g}}}}}}"] {
            assert!(Selection::read(Some(nonsense), &NODE).is_err(), "{nonsense}");
        }
    }
}
