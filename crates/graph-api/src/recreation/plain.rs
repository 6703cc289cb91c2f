//! Components that are read as they were handed in: footer, limited-time offer, request to be called, and what is not known here.

use serde_json::Value;

/// As it came, with its type in upper case.
pub(super) fn again(read: &Value) -> Value {
    let mut made = read.clone();
    if let Some(Value::String(kind)) = made.get_mut("type") {
        kind.make_ascii_uppercase();
    }
    made
}
