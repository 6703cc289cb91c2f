//! `/oauth/…`: tokens are exchanged for longer lived ones, and revoked (observations: tokens.refresh, tokens.client_errors).

use serde_json::{Map, Value, json};

use super::{Call, Served};
use crate::{
    http::error::{Answer, GraphError},
    rules::{access, token_lifecycle},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/oauth/access_token", issue)
        .takes(&[
            "client_id",
            "client_secret",
            "grant_type",
            "code",
            "fb_exchange_token",
            "set_token_expires_in_60_days",
        ])
        .with_app_secret(),
    Served::new("GET", "/oauth/revoke", revoke)
        .takes(&["client_id", "client_secret", "revoke_token"])
        .with_app_secret(),
];

const GRANTS: &[&str] = &["grant_type=fb_exchange_token", "grant_type=client_credentials"];

/// `GET /oauth/access_token`: by another token, or in the name of the app. The code of Embedded Signup is not simulated.
fn issue(call: &mut Call<'_>) -> Answer<Value> {
    if call.params.has("code") {
        return Err(GraphError::not_simulated("the code of Embedded Signup", GRANTS));
    }
    match call.params.required("grant_type")?.as_str() {
        "fb_exchange_token" => exchange(call),
        "client_credentials" => {
            let app = call.state.world.apps.get(&call.caller.app);
            let token = app.map(access::app_token).unwrap_or_default();
            Ok(json!({ "access_token": token, "token_type": "bearer" }))
        }
        other => {
            let text =
                format!("Invalid grant_type: '{other}'. Supported types: authorization_code, client_credentials");
            Err(GraphError::new(400, 100, "").message(text))
        }
    }
}

fn exchange(call: &mut Call<'_>) -> Answer<Value> {
    let old = call.params.required("fb_exchange_token")?;
    let expires = call.params.boolean("set_token_expires_in_60_days")?;
    let issued = token_lifecycle::refresh(call.state, call.cause, call.caller.app, &old, expires)?;
    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), issued.value.into());
    answer.insert("token_type".to_owned(), "bearer".into());
    if let Some(at) = issued.expires_at {
        answer.insert("expires_in".to_owned(), at.duration_since(call.state.now).as_secs().into());
    }
    Ok(Value::Object(answer))
}

/// `GET /oauth/revoke`: `revoke_token` is no good from now on; `access_token` tells who asks.
fn revoke(call: &mut Call<'_>) -> Answer<Value> {
    let victim = call.params.required("revoke_token")?;
    let asking = call.params.text("access_token")?;
    let asking = access::authenticate(&call.state.world, call.state.now, asking)?;
    if asking.app != call.caller.app {
        return Err(GraphError::invalid_parameter("access_token belongs to another app than client_id"));
    }
    token_lifecycle::revoke(call.state, call.cause, call.caller.app, &victim)?;
    Ok(json!({ "success": true }))
}
