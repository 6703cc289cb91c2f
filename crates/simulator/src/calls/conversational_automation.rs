//! `POST /<PHONE>/conversational_automation`; it is read as a field of the number (observations: settings.automation).

use serde_json::{Value, json};

use super::{Call, Served, number};
use crate::{
    http::error::{Answer, GraphError},
    rules::number_settings,
    world::{Automation, Number, Scope},
};

pub(super) const SERVED: &[Served] = &[Served::new("POST", "/<PHONE>/conversational_automation", update).takes(&[
    "enable_welcome_message",
    "prompts",
    "commands",
])];

/// As the number's node shows it: nothing where nothing was ever set.
pub(super) fn show(number: &Number) -> Option<Value> {
    let automation = &number.settings.automation;
    (!automation.is_default()).then(|| {
        json!({
            "enable_welcome_message": automation.enable_welcome_message,
            "prompts": automation.prompts,
            "commands": automation.commands,
            "id": number.id,
        })
    })
}

/// What is left out is emptied.
fn update(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, phone) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    call.count(waba)?;
    let commands = call.params.structure("commands")?.unwrap_or_else(|| json!([]));
    let wrong = || GraphError::invalid_parameter("commands[] are of command_name and command_description");
    let wanted = Automation {
        enable_welcome_message: call.params.boolean("enable_welcome_message")?.unwrap_or(false),
        prompts: call.params.texts("prompts")?.unwrap_or_default(),
        commands: serde_json::from_value(commands).map_err(|_| wrong())?,
    };
    number_settings::set_automation(call.state, call.cause, waba, &phone, wanted)?;
    Ok(json!({ "success": true }))
}
