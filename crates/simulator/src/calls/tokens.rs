//! Calls about tokens: whose it is, what it may do, and guide 5.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Call, Served};
use crate::{
    http::{
        error::{Answer, GraphError},
        fields::{NodeType, Selection},
    },
    ids::Id,
    rules::{
        access::{self, As},
        fetch_token,
        token_lifecycle::{self, Wanted},
    },
    world::{Scope, Token, TokenKind},
};

pub(super) const SERVED: &[Served] = &[
    Served::new("GET", "/me", me).takes(&["fields"]),
    Served::new("GET", "/debug_token", debug).takes(&["input_token"]),
    Served::new("POST", "/<PORTFOLIO>/system_user_access_tokens", fetch)
        .takes(&["fetch_only", "system_user_id", "scope", "asset", "set_token_expires_in_60_days"])
        .with_proof(),
];

const USER: NodeType =
    NodeType { name: "User", default: &["name", "id"], fields: &["id", "name", "client_business_id"] };

/// `GET /me`: the user behind a token; `client_business_id` is the customer's portfolio (observations: tokens.customer_portfolio_id).
fn me(call: &mut Call<'_>) -> Answer<Value> {
    let As::User { kind, portfolio, user, .. } = &call.caller.as_whom else {
        return Err(GraphError::permission("an app has no user behind its token"));
    };
    let selection = Selection::read(call.params.text("fields")?.as_deref(), &USER)?;
    Ok(selection.show(|field| match field {
        "id" => Some(json!(user)),
        "name" => Some(json!(match kind {
            TokenKind::System => "System User",
            TokenKind::Business => "Business Integration System User",
        })),
        "client_business_id" => match kind {
            TokenKind::System => None,
            TokenKind::Business => Some(json!(portfolio)),
        },
        _ => None,
    }))
}

/// `GET /debug_token` (observations: tokens.debug_token).
fn debug(call: &mut Call<'_>) -> Answer<Value> {
    let input = call.params.required("input_token")?;
    let world = &call.state.world;
    if let Some(app) = access::app_of_token(world, &input) {
        return Ok(
            json!({ "data": { "app_id": app.id, "type": "APP", "application": app.name, "is_valid": true, "scopes": [] } }),
        );
    }
    let Some(token) = world.tokens.get(input.as_str()) else {
        let error =
            json!({ "code": 190, "subcode": 467, "message": "Invalid OAuth access token - Cannot parse access token" });
        return Ok(json!({ "data": { "error": error, "is_valid": false, "scopes": [] } }));
    };
    if token.app != call.caller.app {
        return Err(GraphError::new(400, 100, "The App_id in the input_token did not match the Viewing App"));
    }
    Ok(json!({ "data": describe(call, token) }))
}

fn describe(call: &Call<'_>, token: &Token) -> Value {
    let mut data = Map::new();
    let mut add = |name: &str, value: Value| data.insert(name.to_owned(), value);
    add("app_id", json!(token.app));
    add("type", json!("SYSTEM_USER"));
    add("application", json!(call.state.world.apps.get(&token.app).map(|app| &app.name)));
    add("data_access_expires_at", json!(0));
    add("expires_at", json!(token.expires_at.map_or(0, Timestamp::as_second)));
    let validity = access::check_validity(token, call.state.now);
    if let Err(error) = &validity {
        let (_, code, subcode) = error.codes(&call.state.knobs);
        let message =
            if subcode == Some(463) { "Session has expired" } else { "The user has not authorized the application" };
        add("error", json!({ "code": code, "subcode": subcode, "message": message }));
    }
    add("is_valid", json!(validity.is_ok()));
    add("issued_at", json!(token.issued_at.as_second()));
    add("scopes", token.scopes.iter().map(|scope| json!(scope.as_str())).collect());
    add("granular_scopes", token.scopes.iter().map(|scope| granular(token, *scope)).collect());
    add("user_id", json!(token.user));
    Value::Object(data)
}

/// A scope and what it is for, newest grant first. A system token names no targets: what it reaches is not said.
fn granular(token: &Token, scope: Scope) -> Value {
    let targets: Option<Vec<Id>> = match (token.kind, scope) {
        (TokenKind::System, _) | (TokenKind::Business, Scope::BusinessManagement) => None,
        (TokenKind::Business, Scope::WhatsappBusinessManagement | Scope::WhatsappBusinessMessaging) => {
            let mut wabas: Vec<_> = token.wabas.iter().collect();
            wabas.sort_by_key(|(id, at)| (std::cmp::Reverse(**at), **id));
            Some(wabas.into_iter().map(|(id, _)| *id).collect())
        }
    };
    match targets {
        Some(targets) => json!({ "scope": scope.as_str(), "target_ids": targets }),
        None => json!({ "scope": scope.as_str() }),
    }
}

/// `POST /<PORTFOLIO>/system_user_access_tokens`: fetch the token there is (guide 5), or mint a further one
/// (observations: tokens.fetch_parameters).
fn fetch(call: &mut Call<'_>) -> Answer<Value> {
    let portfolio = call.id()?;
    let wanted = Wanted {
        scopes: call.params.list("scope")?,
        assets: call.params.list("asset")?,
        user: call.params.id("system_user_id")?,
        expires_in_60_days: call.params.boolean("set_token_expires_in_60_days")?,
    };
    let token = if call.params.boolean("fetch_only")?.unwrap_or(false) {
        fetch_token::fetch(call.state, call.cause, &call.caller, portfolio)?
    } else {
        let current = fetch_token::granted(call.state, &call.caller, portfolio)?;
        token_lifecycle::mint(call.state, call.cause, portfolio, &current, &wanted)?.value
    };
    Ok(json!({ "access_token": token }))
}
