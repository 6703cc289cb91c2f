//! Guide 6: an app subscribes to the webhooks of a WABA, with or without a callback of its own; an app and a number have
//! callbacks too (observations: subscriptions.per_app, subscriptions.override, subscriptions.number_override,
//! subscriptions.app_level).

use std::collections::BTreeSet;

use http::Uri;

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    ledger::Change,
    phone::E164,
    state::{Cause, State},
    world::{CallbackOverride, Secret, Subscription},
};

pub(super) const RULE: Rule = Rule {
    name: "subscribe",
    says: "An app subscribes to fields and to the webhooks of a WABA; app, WABA and number have callbacks, each asked before it is set",
    source: "guide 6; observations: subscriptions.per_app, subscriptions.override, subscriptions.number_override, subscriptions.app_level, webhooks.handshake",
    fidelity: Fidelity::Approximated {
        how: "`http` is taken for this machine's own address, and a call that takes effect after its connection dropped counts as answered rightly",
        because: "a receiver under test has no certificate, and what lands late has nobody to ask for it",
    },
};

const LONGEST_OVERRIDE: usize = 200;

/// The callback that a call wants in place of the app's own; none if it wants none.
pub(crate) fn read_override(
    state: &State,
    app: Id,
    uri: Option<String>,
    verify_token: Option<String>,
) -> Answer<Option<CallbackOverride>> {
    let (uri, verify_token) = match (uri, verify_token) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(GraphError::missing("verify_token")),
        (None, Some(_)) => return Err(GraphError::missing("override_callback_uri")),
        (Some(uri), Some(verify_token)) => (uri, verify_token),
    };
    if !is_address(&uri) || uri.len() > LONGEST_OVERRIDE {
        return Err(GraphError::invalid_parameter(format!(
            "override_callback_uri must begin with https:// and have at most {LONGEST_OVERRIDE} characters"
        )));
    }
    if state.world.apps.get(&app).is_none_or(|app| app.callback_url.is_none()) {
        return Err(GraphError::invalid_parameter("the app has no callback of its own to override"));
    }
    Ok(Some(CallbackOverride { uri, verify_token: Secret::new(verify_token) }))
}

/// Whether webhooks can go to an address: over TLS, or to this machine.
pub(crate) fn is_address(uri: &str) -> bool {
    let Ok(parsed) = uri.parse::<Uri>() else { return false };
    let Some(host) = parsed.host().filter(|host| !host.is_empty()) else { return false };
    match parsed.scheme_str() {
        Some("https") => true,
        Some("http") => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    }
}

/// Where Meta wants the two in that order, an app that is not subscribed yet cannot override (knob
/// `override_needs_subscription`).
pub(crate) fn check_subscribed_first(state: &State, waba: Id, app: Id) -> Answer<()> {
    let is_subscribed = state.world.wabas.get(&waba).is_some_and(|waba| waba.subscription(app).is_some());
    if is_subscribed || !state.knobs.override_needs_subscription {
        return Ok(());
    }
    let title = "Before override the current callback uri, your app must be subscribed to receive messages for WhatsApp Business Account.";
    Err(GraphError::new(400, 100, title))
}

/// Subscribes `app`. Without an override in the call, one from before is gone.
pub(crate) fn subscribe(state: &mut State, cause: Cause, waba: Id, app: Id, callback: Option<CallbackOverride>) {
    let (override_callback_uri, verify_token) = callback.map(|callback| (callback.uri, callback.verify_token)).unzip();
    let wanted = Subscription { app, override_callback_uri, verify_token };
    let before = state.world.wabas.get(&waba).and_then(|waba| waba.subscription(app));
    let kind = match before {
        Some(before) if *before == wanted => return,
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

/// Sets or removes the callback of one number for `app`.
pub(crate) fn override_number(
    state: &mut State,
    cause: Cause,
    waba: Id,
    number: &E164,
    app: Id,
    callback: Option<CallbackOverride>,
) {
    let listed = state.world.wabas.get(&waba).and_then(|waba| waba.number(number));
    if listed.is_none_or(|entry| entry.callback_overrides.get(&app) == callback.as_ref()) {
        return;
    }
    let source = state.world.source_of(waba);
    let mut change = Change::new("number.callback_changed", source).number(number).with("waba", waba).with("app", app);
    if let Some(callback) = &callback {
        change = change.with("override_callback_uri", &callback.uri);
    }
    if let Some(entry) = state.change_waba(cause.at, waba).and_then(|waba| waba.number_mut(number)) {
        match callback {
            Some(callback) => entry.callback_overrides.insert(app, callback),
            None => entry.callback_overrides.remove(&app),
        };
    }
    state.enter(cause, change);
}

/// Sets an app's own callback and the fields it hears of, in place of those from before.
pub(crate) fn configure_app(state: &mut State, cause: Cause, app: Id, callback_url: &str, fields: BTreeSet<String>) {
    let Some(entry) = state.world.apps.get_mut(&app) else { return };
    let fields = Some(fields);
    if entry.callback_url.as_deref() == Some(callback_url) && entry.subscribed_fields == fields {
        return;
    }
    entry.callback_url = Some(callback_url.to_owned());
    entry.subscribed_fields = fields;
    state.enter(cause, Change::of_app("app.configured").with("app", app).with("callback_url", callback_url));
}

/// Takes fields from an app's subscription, or all of it together with the callback.
pub(crate) fn deconfigure_app(state: &mut State, cause: Cause, app: Id, fields: Option<&BTreeSet<String>>) {
    let Some(entry) = state.world.apps.get_mut(&app).filter(|app| app.callback_url.is_some()) else { return };
    let left: BTreeSet<String> = match fields {
        None => BTreeSet::new(),
        Some(fields) => entry.heard_fields().difference(fields).cloned().collect(),
    };
    if left.is_empty() {
        entry.callback_url = None;
    }
    entry.subscribed_fields = Some(left);
    state.enter(cause, Change::of_app("app.deconfigured").with("app", app));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_go_over_tls_or_to_this_machine() {
        for good in ["https://a.example/x", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["http://a.example/x", "ftp://a.example", "https://", "//a.example", "a", "", "http://127.0.0.1.example/"]
        {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
