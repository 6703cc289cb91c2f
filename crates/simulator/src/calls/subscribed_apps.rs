//! `/<WABA>/subscribed_apps` (guide 6).

use serde_json::{Map, Value, json};

use super::{Call, Served};
use crate::{
    http::error::{Answer, GraphError},
    rules::subscribe,
    world::{CallbackOverride, Subscription, Waba, World},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/<WABA>/subscribed_apps", read),
    Served::new("POST", "/<WABA>/subscribed_apps", subscribe)
        .takes(&["override_callback_uri", "verify_token"])
        .asks(wanted),
    Served::new("DELETE", "/<WABA>/subscribed_apps", unsubscribe),
];

fn read(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let waba = call.state.seen_waba(id).ok_or_else(|| GraphError::unknown_object("GET", &id.to_string()))?;
    Ok(list(&call.state.world, waba))
}

/// The edge as a whole; as a field of the WABA it looks the same.
pub(super) fn list(world: &World, waba: &Waba) -> Value {
    let data: Vec<Value> = waba.subscriptions.iter().map(|subscription| show(world, subscription)).collect();
    json!({ "data": data })
}

fn subscribe(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    let wanted = wanted(call)?;
    if wanted.is_some() {
        call.callback_has_answered()?;
    }
    subscribe::subscribe(call.state, call.cause, id, call.caller.app, wanted);
    Ok(json!({ "success": true }))
}

/// The callback that the call wants for this WABA.
fn wanted(call: &Call<'_>) -> Answer<Option<CallbackOverride>> {
    let id = call.waba_id()?;
    let uri = call.params.text("override_callback_uri")?;
    let verify_token = call.params.text("verify_token")?;
    let wanted = subscribe::read_override(call.state, call.caller.app, uri, verify_token)?;
    if wanted.is_some() {
        subscribe::check_subscribed_first(call.state, id, call.caller.app)?;
    }
    Ok(wanted)
}

fn unsubscribe(call: &mut Call<'_>) -> Answer<Value> {
    let id = call.waba_id()?;
    call.count(id)?;
    subscribe::unsubscribe(call.state, call.cause, id, call.caller.app);
    Ok(json!({ "success": true }))
}

fn show(world: &World, subscription: &Subscription) -> Value {
    let app = subscription.app;
    let name = world.apps.get(&app).map(|app| app.name.as_str());
    let mut shown = Map::new();
    let link = format!("https://www.facebook.com/games/?app_id={app}");
    shown.insert("whatsapp_business_api_data".to_owned(), json!({ "id": app, "link": link, "name": name }));
    if let Some(uri) = &subscription.override_callback_uri {
        shown.insert("override_callback_uri".to_owned(), json!(uri));
    }
    Value::Object(shown)
}
