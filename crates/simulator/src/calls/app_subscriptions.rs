//! `/<APP>/subscriptions`: the callback of an app and the fields it hears of (observations: subscriptions.app_level).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Call, Served};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    rules::{access::As, subscribe},
    webhooks::{Field, OBJECT},
    world::{CallbackOverride, Secret},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<APP>/subscriptions", read),
    Served::new("POST", "/<APP>/subscriptions", configure)
        .takes(&["object", "callback_url", "verify_token", "fields", "include_values", "include_client_certificate"])
        .asks(wanted),
    Served::new("DELETE", "/<APP>/subscriptions", remove).takes(&["object", "fields"]),
];

fn read(call: &mut Call<'_>) -> Answer<Value> {
    let app = app(call)?;
    let version = call.address.version.map(|version| version.to_string());
    let subscription = call.state.world.apps.get(&app).and_then(|app| {
        let callback_url = app.callback_url.as_ref()?;
        let fields = app.heard_fields();
        let fields: Vec<Value> = fields.iter().map(|name| json!({ "name": name, "version": version })).collect();
        Some(json!({ "object": OBJECT, "callback_url": callback_url, "active": true, "fields": fields }))
    });
    Ok(json!({ "data": Vec::from_iter(subscription) }))
}

fn configure(call: &mut Call<'_>) -> Answer<Value> {
    let app = app(call)?;
    let Some(wanted) = wanted(call)? else { return Err(GraphError::missing("callback_url")) };
    let fields = fields(call)?.ok_or_else(|| GraphError::missing("fields"))?;
    call.callback_has_answered()?;
    subscribe::configure_app(call.state, call.cause, app, &wanted.uri, fields);
    Ok(json!({ "success": true }))
}

fn remove(call: &mut Call<'_>) -> Answer<Value> {
    let app = app(call)?;
    if call.params.text("object")?.is_some_and(|object| object != OBJECT) {
        return Err(wrong_object());
    }
    let fields = fields(call)?;
    subscribe::deconfigure_app(call.state, call.cause, app, fields.as_ref());
    Ok(json!({ "success": true }))
}

/// The app in the path, if its own app token calls.
fn app(call: &Call<'_>) -> Answer<Id> {
    let id = call.id()?;
    if !matches!(call.caller.as_whom, As::App) {
        return Err(GraphError::new(400, 15, "This method must be called with an app access_token."));
    }
    if call.caller.app != id {
        return Err(GraphError::unknown_object(call.method.as_str(), &id.to_string()));
    }
    Ok(id)
}

/// The callback that the call wants.
fn wanted(call: &Call<'_>) -> Answer<Option<CallbackOverride>> {
    app(call)?;
    if call.params.required("object")? != OBJECT {
        return Err(wrong_object());
    }
    let uri = call.params.required("callback_url")?;
    if !subscribe::is_address(&uri) {
        return Err(GraphError::invalid_parameter("callback_url must begin with https://"));
    }
    let verify_token = Secret::new(call.params.required("verify_token")?);
    fields(call)?.ok_or_else(|| GraphError::missing("fields"))?;
    Ok(Some(CallbackOverride { uri, verify_token }))
}

/// The fields that the call names, if it names any.
fn fields(call: &Call<'_>) -> Answer<Option<BTreeSet<String>>> {
    let Some(named) = call.params.list("fields")? else { return Ok(None) };
    let known = Field::names();
    let named: BTreeSet<String> = named.into_iter().map(|name| name.to_ascii_lowercase()).collect();
    match named.iter().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => {
            let listed = known.join(", ");
            Err(GraphError::new(400, 100, &format!("Param fields: {unknown} is none of {{{listed}}}")))
        }
        None => Ok(Some(named)),
    }
}

fn wrong_object() -> Box<GraphError> {
    GraphError::new(400, 100, "Param object must be one of {whatsapp_business_account}")
}
