//! Templates of Meta's library go in by their library name, without components (`observations: templates.create`).

use serde_json::Value;

use super::{Bench, Lack, text};

/// Buttons with an address or a telephone number were filled in by a form, whose inputs no read shows.
pub(super) fn check(bench: &mut Bench<'_>, read: &Value) {
    let components = read.get("components").and_then(Value::as_array).into_iter().flatten();
    let mut buttons = components.filter_map(|component| component.get("buttons")?.as_array()).flatten();
    let was_filled_in = |button: &Value| {
        let kind = text(button, "type").unwrap_or_default().to_ascii_uppercase();
        matches!(kind.as_str(), "URL" | "PHONE_NUMBER" | "OTP")
    };
    if buttons.any(was_filled_in) {
        bench.lacks(Lack::LibraryInputs);
    }
}
