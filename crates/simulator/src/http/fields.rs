//! The `fields` parameter: which fields of a node an answer shows (observations: errors.nonexisting_field).

use serde_json::{Map, Value};

use super::error::{Answer, GraphError};

/// A wanted field and what is wanted of its inside, as in `owner_business_info{id,name}`, or how it is to be worked out, as
/// in `pricing_analytics.start(1).end(2)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    name: String,
    arguments: Vec<(String, String)>,
    inside: Vec<Wanted>,
}

impl Wanted {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// The fields that take arguments.
const WITH_ARGUMENTS: &[&str] = &["pricing_analytics"];

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
            None => node.default.iter().map(|name| Wanted::named(name)).collect(),
        };
        for field in &wanted {
            if !node.fields.contains(&field.name.as_str()) {
                return Err(GraphError::nonexisting_field(&field.name, node.name, node.fields));
            }
            if !field.arguments.is_empty() && !WITH_ARGUMENTS.contains(&field.name.as_str()) {
                return Err(GraphError::not_simulated(
                    &format!("arguments of the field {}", field.name),
                    WITH_ARGUMENTS,
                ));
            }
        }
        if !wanted.iter().any(|field| field.name == "id") {
            wanted.push(Wanted::named("id"));
        }
        Ok(Self(wanted))
    }

    /// What stands behind a field, as in `.start(1).end(2)`; none if the field is not wanted.
    pub(crate) fn arguments(&self, name: &str) -> Option<&[(String, String)]> {
        self.0.iter().find(|field| field.name == name).map(|field| field.arguments.as_slice())
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
        let end = rest.find([',', '{', '}', '.']).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let name = name.trim().to_owned();
        *rest = behind;
        let arguments = parse_arguments(rest)?;
        let mut inside = Vec::new();
        if let Some(behind) = rest.strip_prefix('{') {
            *rest = behind;
            inside = parse_list(rest, depth + 1)?;
            *rest = rest.strip_prefix('}')?;
        }
        if !name.is_empty() {
            fields.push(Wanted { name, arguments, inside });
        } else if !(inside.is_empty() && arguments.is_empty()) {
            return None;
        }
        match rest.strip_prefix(',') {
            Some(behind) => *rest = behind,
            None => return Some(fields),
        }
    }
}

/// `.start(1).end(2).dimensions(["PHONE"])`, or nothing.
fn parse_arguments(rest: &mut &str) -> Option<Vec<(String, String)>> {
    let mut arguments = Vec::new();
    loop {
        let trimmed = rest.trim_start();
        let Some(behind) = trimmed.strip_prefix('.') else { return Some(arguments) };
        let (name, behind) = behind.split_once('(')?;
        let (value, behind) = behind.split_once(')')?;
        arguments.push((name.trim().to_owned(), value.trim().to_owned()));
        *rest = behind.trim_start();
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
    fn arguments_stand_behind_a_field_and_only_where_they_mean_something() {
        const NODE: NodeType = NodeType { name: "Thing", default: &["id"], fields: &["id", "pricing_analytics"] };
        let text = "id,pricing_analytics\n  .start(1).end(2)\n.dimensions([\"A\",\"B\"])";
        let selection = Selection::read(Some(text), &NODE).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [pair("start", "1"), pair("end", "2"), pair("dimensions", "[\"A\",\"B\"]")];
        assert_eq!(selection.arguments("pricing_analytics").unwrap(), expected);
        assert_eq!(selection.arguments("name"), None);
        assert!(Selection::read(Some("id.limit(5)"), &NODE).is_err());
    }

    #[test]
    fn an_unknown_field_is_named_and_nonsense_is_refused() {
        let error = Selection::read(Some("id,nope"), &NODE).unwrap_err();
        assert!(format!("{error:?}").contains("Tried accessing nonexisting field (nope) on node type (Thing)"));
        for nonsense in ["a.b", "a.b(", "a.b)", ".b(1)", "a.b(1", "a{", "a}", "{a}", "a{b{c{d{e{f{g}}}}}}"] {
            assert!(Selection::read(Some(nonsense), &NODE).is_err(), "{nonsense}");
        }
    }
}
