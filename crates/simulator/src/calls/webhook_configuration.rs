//! `POST /<PHONE>` with `webhook_configuration`: the callback of one number (observations: subscriptions.number_override).

use serde_json::{Value, json};

use super::{Call, number};
use crate::{
    http::error::{Answer, GraphError},
    rules::subscribe,
    world::{CallbackOverride, Scope},
};

/// Sets or removes the callback.
pub(super) fn configure(call: &mut Call<'_>) -> Answer<Value> {
    let (waba, number) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    call.count(waba)?;
    let wanted = wanted(call)?;
    if wanted.is_some() {
        call.callback_has_answered()?;
    }
    subscribe::override_number(call.state, call.cause, waba, &number, call.caller.app, wanted);
    Ok(json!({ "success": true }))
}

/// The callback that the call wants for this number; an empty address removes the one from before.
pub(super) fn wanted(call: &Call<'_>) -> Answer<Option<CallbackOverride>> {
    let (waba, _) = number::find(call)?;
    call.reach(waba, &[Scope::WhatsappBusinessManagement])?;
    let configuration = call.params.structure("webhook_configuration")?;
    let configuration = configuration.ok_or_else(|| GraphError::missing("webhook_configuration"))?;
    let text = |name: &str| match configuration.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(GraphError::new(400, 100, &format!("Param webhook_configuration[{name}] must be a string"))),
    };
    match text("override_callback_uri")? {
        None => Err(GraphError::missing("webhook_configuration[override_callback_uri]")),
        Some(uri) if uri.is_empty() => Ok(None),
        Some(uri) => subscribe::read_override(call.state, call.caller.app, Some(uri), text("verify_token")?),
    }
}
