//! The `fields` parameter: which fields of a node an answer shows (observations: errors.nonexisting_field).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::{Answer, GraphError};

/// A wanted field, how it is to be worked out and what is wanted of its inside, as in `phone_numbers.limit(5){id,status}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: Cow<'static, str>,
    arguments: Vec<(String, String)>,
    pub(super) inside: Vec<Wanted>,
}

impl Wanted {
    fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// The fields that take arguments.
const WITH_ARGUMENTS: &[&str] = &["phone_numbers", "pricing_analytics"];

/// A node type: its name in error texts, its default fields, and all that it has.
pub(crate) struct NodeType {
    pub(crate) name: &'static str,
    pub(crate) default: &'static [&'static str],
    pub(crate) fields: &'static [&'static str],
}

/// The fields an answer shows.
#[derive(Clone, Debug)]
pub(crate) struct Selection(Vec<Wanted>);

/// An edge that is asked for as a field of its node, as in `phone_numbers.limit(5){id,status}`.
pub(crate) struct Edge {
    /// What its nodes show.
    pub(crate) selection: Selection,
    arguments: Vec<(String, String)>,
}

impl Edge {
    /// An argument of the edge, for example `limit`.
    pub(crate) fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }
}

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
            None => node.default.iter().copied().map(Wanted::named).collect(),
        };
        check(&wanted, node)?;
        if !wanted.iter().any(|field| field.name == "id") {
            wanted.push(Wanted::named("id"));
        }
        Ok(Self(wanted))
    }

    /// What stands behind a field, as in `.start(1).end(2)`; none if the field is not wanted.
    pub(crate) fn arguments(&self, name: &str) -> Option<&[(String, String)]> {
        self.0.iter().find(|field| field.name == name).map(|field| field.arguments.as_slice())
    }

    /// As [`Self::read`]; fields that Meta has and the simulator has not are said to be so.
    pub(crate) fn read_known(fields: Option<&str>, node: &NodeType, not_simulated: &[&str]) -> Answer<Self> {
        let wanted = fields.and_then(parse).unwrap_or_default();
        match wanted.iter().find(|field| not_simulated.contains(&field.name.as_ref())) {
            Some(field) => {
                Err(GraphError::not_simulated(&format!("the field {} of {}", field.name, node.name), node.fields))
            }
            None => Self::read(fields, node),
        }
    }

    /// What is asked of the edge `name`, whose nodes are of the type `node`; nothing if it is not asked for.
    pub(crate) fn edge(&self, name: &str, node: &NodeType) -> Answer<Option<Edge>> {
        let Some(field) = self.0.iter().find(|field| field.name == name) else { return Ok(None) };
        check(&field.inside, node)?;
        let mut inside = field.inside.clone();
        if inside.is_empty() {
            inside = node.default.iter().copied().map(Wanted::named).collect();
        }
        if !inside.iter().any(|field| field.name == "id") {
            inside.push(Wanted::named("id"));
        }
        Ok(Some(Edge { selection: Self(inside), arguments: field.arguments.clone() }))
    }

    pub(super) fn wanted(&self) -> &[Wanted] {
        &self.0
    }

    /// The node with the wanted fields in the wanted order. `value` gives none for what the node does not have now.
    pub(crate) fn show(&self, value: impl Fn(&str) -> Option<Value>) -> Value {
        let mut shown = Map::with_capacity(self.0.len());
        for field in &self.0 {
            if let Some(found) = value(&field.name) {
                shown.insert(field.name.to_string(), narrow(found, &field.inside));
            }
        }
        Value::Object(shown)
    }
}

fn check(wanted: &[Wanted], node: &NodeType) -> Answer<()> {
    for field in wanted {
        if !node.fields.contains(&field.name.as_ref()) {
            return Err(GraphError::nonexisting_field(&field.name, node.name, node.fields));
        }
        if !field.arguments.is_empty() && !WITH_ARGUMENTS.contains(&field.name.as_ref()) {
            let what = format!("arguments of the field {}", field.name);
            return Err(GraphError::not_simulated(&what, WITH_ARGUMENTS));
        }
    }
    Ok(())
}

/// Leaves only `inside` of an object; `id` stays. Of an edge, every node of its `data` is narrowed.
pub(super) fn narrow(value: Value, inside: &[Wanted]) -> Value {
    if inside.is_empty() {
        return value;
    }
    let Value::Object(mut object) = value else { return value };
    if let Some(Value::Array(nodes)) = object.get_mut("data") {
        for node in nodes {
            *node = narrow(node.take(), inside);
        }
        return Value::Object(object);
    }
    let keeps = |name: &str| inside.iter().find(|field| field.name == name);
    let narrowed = object.into_iter().filter_map(|(name, value)| match keeps(&name) {
        Some(field) => Some((name, narrow(value, &field.inside))),
        None if name == "id" => Some((name, value)),
        None => None,
    });
    Value::Object(narrowed.collect())
}

/// `a,b{c,d{e}}`. Nesting is bounded, so that no input can exhaust the stack. Each field is there once, as it is said last: no
/// input has it worked out a hundred thousand times.
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
    let mut fields: Vec<Wanted> = Vec::new();
    let mut places = BTreeMap::new();
    loop {
        let mut field = Wanted::named(word(rest).to_owned());
        while let Some(behind) = rest.strip_prefix('.') {
            *rest = behind;
            let name = word(rest).to_owned();
            let (value, behind) = rest.strip_prefix('(')?.split_once(')')?;
            *rest = behind;
            *rest = rest.trim_start();
            field.arguments.push((name, value.trim().to_owned()));
        }
        if let Some(behind) = rest.strip_prefix('{') {
            *rest = behind;
            field.inside = parse_list(rest, depth + 1)?;
            *rest = rest.strip_prefix('}')?;
        }
        if !field.name.is_empty() {
            let place = *places.entry(field.name.clone()).or_insert(fields.len());
            match fields.get_mut(place) {
                Some(before) => *before = field,
                None => fields.push(field),
            }
        } else if field != Wanted::default() {
            return None;
        }
        match rest.strip_prefix(',') {
            Some(behind) => *rest = behind,
            None => return Some(fields),
        }
    }
}

/// The name that `rest` begins with, and `rest` behind it.
fn word<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.find([',', '{', '}', '.', '(', ')']).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    *rest = behind;
    name.trim()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    const NODE: NodeType =
        NodeType { name: "Thing", default: &["id", "name"], fields: &["id", "name", "owner", "phone_numbers"] };

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
    fn a_field_that_is_named_often_is_worked_out_once() {
        let worked_out = std::cell::Cell::new(0);
        let selection = Selection::read(Some("name,owner{id},name,id,owner{name},name"), &NODE).unwrap();
        let shown = selection.show(|name| {
            worked_out.set(worked_out.get() + 1);
            Some(if name == "owner" { json!({ "id": "2", "name": "o" }) } else { json!("x") })
        });
        assert_eq!(shown.to_string(), r#"{"name":"x","owner":{"id":"2","name":"o"},"id":"x"}"#);
        assert_eq!(worked_out.get(), 3);
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
    fn an_edge_among_the_fields_has_arguments_and_fields_of_its_own() {
        let selection = Selection::read(Some("name,phone_numbers.limit(5).after(x){name}"), &NODE).unwrap();
        let edge = selection.edge("phone_numbers", &NODE).unwrap().unwrap();
        assert_eq!(
            (edge.argument("limit"), edge.argument("after"), edge.argument("before")),
            (Some("5"), Some("x"), None)
        );
        let node = edge.selection.show(|name| Some(json!(name)));
        assert_eq!(node.to_string(), r#"{"name":"name","id":"id"}"#);
        assert!(selection.edge("name", &NODE).unwrap().unwrap().argument("limit").is_none());
        assert!(Selection::read(Some("name"), &NODE).unwrap().edge("owner", &NODE).unwrap().is_none());
        assert!(Selection::read(Some("owner{nope}"), &NODE).unwrap().edge("owner", &NODE).is_err());
        let list = selection.show(|_| Some(json!({ "data": [{ "id": "1", "name": "n", "more": 1 }], "paging": {} })));
        assert_eq!(list["phone_numbers"], json!({ "data": [{ "id": "1", "name": "n" }], "paging": {} }));
    }

    #[test]
    fn an_unknown_field_is_named_and_nonsense_is_refused() {
        let error = Selection::read(Some("id,nope"), &NODE).unwrap_err();
        assert!(format!("{error:?}").contains("Tried accessing nonexisting field (nope) on node type (Thing)"));
        for nonsense in
            ["a{", "a}", "{a}", "a{b{c{d{e{f{g}}}}}}", "a.b", "a.b(", "a.b)", "a.b(1", ".b(1)", "a(1)", "a)"]
        {
            assert!(Selection::read(Some(nonsense), &NODE).is_err(), "{nonsense}");
        }
    }
}
