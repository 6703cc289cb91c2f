//! Guide 6: an app subscribes to the webhooks of a WABA, with or without a callback of its own
//! (observations: subscriptions.per_app, subscriptions.override).

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    state::{Cause, State},
    world::{Secret, Subscription},
};

pub(super) const RULE: Rule = Rule {
    name: "subscribe",
    says: "An app subscribes to the webhooks of a WABA, with or without a callback of its own",
    source: "guide 6; observations: subscriptions.per_app, subscriptions.override",
    fidelity: Fidelity::Simulated,
};

const LONGEST_URI: usize = 200;

/// Subscribes `app`. Without an override in the call, one from before is gone.
pub(crate) fn subscribe(
    state: &mut State,
    cause: Cause,
    waba: Id,
    app: Id,
    override_uri: Option<String>,
    verify_token: Option<String>,
) -> Answer<()> {
    check_override(state, app, override_uri.as_deref(), verify_token.as_deref())?;
    let wanted = Subscription { app, override_callback_uri: override_uri, verify_token: verify_token.map(Secret::new) };
    let before = state.world.wabas.get(&waba).and_then(|waba| waba.subscription(app));
    let kind = match before {
        Some(before) if *before == wanted => return Ok(()),
        Some(_) => "app.callback_changed",
        None => "app.subscribed",
    };
    let mut change = Change::new(kind, state.world.source_of(waba)).with("waba", waba).with("app", app);
    if let Some(uri) = &wanted.override_callback_uri {
        change = change.with("override_callback_uri", uri);
    }
    if let Some(account) = state.change_waba(cause.at, waba) {
        account.subscriptions.retain(|subscription| subscription.app != app);
        account.subscriptions.push(wanted);
    }
    state.enter(cause, change);
    Ok(())
}

/// Unsubscribes `app`; harmless if it is not subscribed.
pub(crate) fn unsubscribe(state: &mut State, cause: Cause, waba: Id, app: Id) {
    if state.world.wabas.get(&waba).and_then(|waba| waba.subscription(app)).is_none() {
        return;
    }
    if let Some(account) = state.change_waba(cause.at, waba) {
        account.subscriptions.retain(|subscription| subscription.app != app);
    }
    let source = state.world.source_of(waba);
    state.enter(cause, Change::new("app.unsubscribed", source).with("waba", waba).with("app", app));
}

fn check_override(state: &State, app: Id, uri: Option<&str>, verify_token: Option<&str>) -> Answer<()> {
    match (uri, verify_token) {
        (None, None) => return Ok(()),
        (Some(_), None) => return Err(GraphError::missing("verify_token")),
        (None, Some(_)) => return Err(GraphError::missing("override_callback_uri")),
        (Some(uri), Some(_)) if !uri.starts_with("https://") || uri.len() > LONGEST_URI => {
            return Err(GraphError::invalid_parameter(format!(
                "override_callback_uri must begin with https:// and have at most {LONGEST_URI} characters"
            )));
        }
        (Some(_), Some(_)) => {}
    }
    if state.world.apps.get(&app).is_none_or(|app| app.callback_url.is_none()) {
        return Err(GraphError::invalid_parameter("the app has no callback of its own to override"));
    }
    Ok(())
}
