//! Headers: a text, a file that goes in as a handle, or a mere form.

use serde_json::{Value, json};

use super::{Bench, Lack, example, keep, text};

pub(super) fn again(bench: &mut Bench<'_>, read: &Value) -> Value {
    let format = text(read, "format").unwrap_or("TEXT").to_ascii_uppercase();
    match format.as_str() {
        "TEXT" => words(bench, read),
        "IMAGE" | "VIDEO" | "GIF" | "DOCUMENT" => file(bench, read, &format),
        // A place or a product has no content of its own.
        _ => Value::Object(keep(read, &["type", "format"])),
    }
}

fn words(bench: &mut Bench<'_>, read: &Value) -> Value {
    let mut header = keep(read, &["type", "text"]);
    header.insert("format".to_owned(), "TEXT".into());
    if let Some(example) = example::of_header(bench, read) {
        header.insert("example".to_owned(), example);
    }
    Value::Object(header)
}

/// The read shows an address, which expires; the request takes the handle of an upload.
fn file(bench: &mut Bench<'_>, read: &Value, format: &str) -> Value {
    let address =
        read.get("example").and_then(|example| example::texts(example.get("header_handle")?)?.into_iter().next());
    let handle = match address {
        None => {
            bench.lacks(Lack::File);
            None
        }
        Some(address) => {
            let handle = bench.handle(&address);
            if handle.is_none() {
                bench.lacks(Lack::Handle);
            }
            handle
        }
    };
    json!({ "type": "HEADER", "format": format, "example": { "header_handle": [handle.unwrap_or_default()] } })
}
