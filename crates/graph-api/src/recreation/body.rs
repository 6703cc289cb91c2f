//! The body: its text, and samples for its parameters.

use serde_json::Value;

use super::{Bench, Lack, example, keep, text};

pub(super) fn again(bench: &mut Bench<'_>, read: &Value) -> Value {
    let mut body = keep(read, &["type", "text"]);
    if text(read, "text").is_none() {
        bench.lacks(Lack::Unreadable("its body has no text".to_owned()));
    }
    if let Some(example) = example::of_body(bench, read) {
        body.insert("example".to_owned(), example);
    }
    Value::Object(body)
}
