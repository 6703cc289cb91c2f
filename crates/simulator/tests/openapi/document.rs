//! Meta's OpenAPI file: which calls it has, and what each answer should look like.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use jsonschema::{Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};

/// Path parameters of the file, and the kind of node that the simulator calls the same. Parameters that are not named here
/// stand for kinds of nodes that the simulator has not.
const KINDS: [(&str, &str); 9] = [
    ("WABA-ID", "WABA"),
    ("WhatsApp-Business-Account-ID", "WABA"),
    ("Phone-Number-ID", "PHONE"),
    ("Business-ID", "PORTFOLIO"),
    ("Application-ID", "APP"),
    ("Migration-Intent-ID", "INTENT"),
    ("Solution-ID", "SOLUTION"),
    ("TEMPLATE_ID", "TEMPLATE"),
    ("User-ID", "USER"),
];

/// The place of a violation that is about an answer as a whole.
const WHOLE: &str = "(the answer)";

/// The file, read.
pub(crate) struct Document {
    components: Value,
    /// By the name of a call as the simulator writes it: `GET /<WABA>/phone_numbers`.
    operations: BTreeMap<String, Value>,
    /// Made once for each call and status; to make one takes longer than to use it a thousand times.
    validators: RefCell<BTreeMap<(String, u16), Rc<Validator>>>,
}

/// What an answer breaks.
pub(crate) struct Violation {
    /// JSON pointer into the answer, where `*` stands for any place in a list; or [`WHOLE`].
    pub(crate) place: String,
    /// The keyword of JSON Schema, with the name of what is missing for `required`; or `status` for an answer whose status the
    /// file does not have for that call.
    pub(crate) rule: String,
}

impl Document {
    pub(crate) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
        let mut document: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut operations = BTreeMap::new();
        for (path, item) in document["paths"].as_object().expect("a file of OpenAPI has paths") {
            for method in ["get", "post", "delete", "put", "patch"] {
                if let Some(operation) = item.get(method) {
                    operations.insert(format!("{} {}", method.to_uppercase(), as_we_write(path)), operation.clone());
                }
            }
        }
        let components = allow_null(document["components"].take());
        Self { components, operations, validators: RefCell::default() }
    }

    /// The names of all calls, in order.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// What the answer to a call breaks of what the file says of that call and status. None if the file has no such call.
    pub(crate) fn violations(&self, operation: &str, status: u16, answer: &Value) -> Option<Vec<Violation>> {
        let responses = &self.operations.get(operation)?["responses"];
        let Some(response) = responses.get(status.to_string()).or_else(|| responses.get("default")) else {
            return Some(vec![Violation { place: WHOLE.to_owned(), rule: "status".to_owned() }]);
        };
        let key = (operation.to_owned(), status);
        let made = self.validators.borrow().get(&key).cloned();
        let validator = made.unwrap_or_else(|| {
            let made = Rc::new(self.validator(operation, response));
            self.validators.borrow_mut().insert(key, Rc::clone(&made));
            made
        });
        Some(validator.iter_errors(answer).map(|error| violation(&error)).collect())
    }

    fn resolve(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix("#/components").expect("references stay in the file");
        self.components.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    /// OpenAPI 3.1 takes its schemas from JSON Schema 2020-12. Formats are checked as well, which that draft leaves open.
    fn validator(&self, operation: &str, response: &Value) -> Validator {
        let response = response["$ref"].as_str().map_or(response, |reference| self.resolve(reference));
        let schema = allow_null(response["content"]["application/json"]["schema"].clone());
        let Value::Object(schema) = schema else { panic!("{operation}: the file describes no JSON") };
        let mut root = Map::from_iter([("components".to_owned(), self.components.clone())]);
        root.extend(schema);
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
        options.build(&Value::Object(root)).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }
}

/// `/{Version}/{WABA-ID}/phone_numbers` as the simulator writes it: `/<WABA>/phone_numbers`.
fn as_we_write(path: &str) -> String {
    let mut written = String::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty() && *segment != "{Version}") {
        let parameter = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
        let kind =
            parameter.map(|name| KINDS.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| *ours));
        written.push('/');
        match kind {
            Some(kind) => written.extend(["<", kind, ">"]),
            None => written.push_str(segment),
        }
    }
    written
}

/// `nullable` is of OpenAPI 3.0 and means nothing in 3.1, which the file says it is; but it can only mean one thing there.
fn allow_null(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(object) => {
            for value in object.values_mut() {
                *value = allow_null(value.take());
            }
            if object.get("nullable") == Some(&Value::Bool(true))
                && let Some(Value::String(kind)) = object.get("type").cloned()
            {
                object.insert("type".to_owned(), json!([kind, "null"]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = allow_null(item.take())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    schema
}

fn violation(error: &jsonschema::ValidationError<'_>) -> Violation {
    let place = error.instance_path().to_string();
    let is_index = |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let place: Vec<&str> = place.split('/').map(|segment| if is_index(segment) { "*" } else { segment }).collect();
    let schema_path = error.schema_path().to_string();
    let keyword = schema_path.rsplit('/').next().unwrap_or_default();
    let rule = if let ValidationErrorKind::Required { property } = error.kind() {
        format!("required: {}", property.as_str().unwrap_or_default())
    } else {
        keyword.to_owned()
    };
    let place = place.join("/");
    Violation { place: if place.is_empty() { WHOLE.to_owned() } else { place }, rule }
}

#[test]
fn paths_and_nullable_types_are_read_as_meant() {
    assert_eq!(as_we_write("/{Version}/{WABA-ID}/phone_numbers"), "/<WABA>/phone_numbers");
    assert_eq!(as_we_write("/{Version}/{Flow-ID}/assets"), "/<Flow-ID>/assets");
    let schema = allow_null(json!({ "properties": { "name": { "type": "string", "nullable": true } } }));
    assert_eq!(schema["properties"]["name"]["type"], json!(["string", "null"]));
}
