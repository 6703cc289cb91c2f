//! `summary` of the list of templates: counts of the whole account, whatever the list is filtered by
//! (observations: templates.summary).

use serde_json::{Map, Value, json};

use super::Call;
use crate::{
    http::error::{Answer, GraphError},
    rules::templates::limits,
    state::State,
    world::Waba,
};

const FIELDS: [&str; 4] =
    ["total_count", "message_template_count", "message_template_limit", "are_translations_complete"];

/// The counts that a call asks for. Meta's Python SDK asks every list for `summary=true`, without naming any: it gets the one
/// that Meta's reference gives as the example.
pub(super) struct Summary(Vec<&'static str>);

impl Summary {
    pub(super) fn read(call: &Call<'_>) -> Answer<Option<Self>> {
        let Some(asked) = call.params.text("summary")? else { return Ok(None) };
        match asked.as_str() {
            "true" | "1" => return Ok(Some(Self(vec!["total_count"]))),
            "false" | "0" => return Ok(None),
            _ => {}
        }
        let named = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| {
            FIELDS.into_iter().find(|known| *known == name).ok_or_else(|| {
                GraphError::new(400, 100, &format!("Param summary must be one of {{{}}}", FIELDS.join(", ")))
            })
        });
        named.collect::<Answer<_>>().map(Self).map(Some)
    }

    /// Of a WABA as the caller sees it.
    pub(super) fn of(&self, state: &State, waba: &Waba) -> Value {
        let shown = self.0.iter().map(|field| {
            let value = match *field {
                "message_template_limit" => json!(limits::of(&state.world, waba.id)),
                "are_translations_complete" => json!(true),
                _ => json!(waba.templates.len()),
            };
            ((*field).to_owned(), value)
        });
        Value::Object(Map::from_iter(shown))
    }
}
