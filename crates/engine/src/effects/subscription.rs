//! Webhooks of the destination: subscribe (guide 6), and see whether it holds.

use unmoor_graph_api::calls::{CallbackOverride, ListSubscribedApps, SubscribeApp};
use unmoor_migration::observed::{Subscriptions, TokenKind};
use unmoor_migration::{Cause, Migration, Success, WabaId};

use super::tokens::business_token;
use super::{Failed, Outside};

/// Guide 6. A configured override is sent every time, since a repeat without it deletes it.
pub(super) async fn subscribe(
    outside: &Outside<'_>,
    m: &Migration,
    waba: &WabaId,
    callback_url: Option<&str>,
) -> Result<Success, Failed> {
    let callback_override = match callback_url {
        None => None,
        Some(url) => {
            let token = outside.graph.app.webhook_verify_token.clone().ok_or_else(|| {
                Failed::ours(
                    Cause::Unrecognised,
                    "the customer has a callback_url, but UNMOOR_WEBHOOK_VERIFY_TOKEN is not set",
                )
            })?;
            let callback = CallbackOverride::new(url, token);
            Some(
                callback
                    .map_err(|error| Failed::ours(Cause::Unrecognised, format!("callback_url is unusable: {error}")))?,
            )
        }
    };
    let waba_id = unmoor_graph_api::WabaId::parse(waba.as_str())?;
    let token = business_token(outside, m, TokenKind::DestinationBusiness).await?;
    // An override is said to be refused while the app is not subscribed (observations: subscriptions.override_needs_subscription),
    // so the plain subscription goes first; where it is not needed it changes nothing.
    let plain = SubscribeApp { token, waba_id, callback_override: None };
    send(outside, waba, &plain).await?;
    if callback_override.is_some() {
        send(outside, waba, &SubscribeApp { callback_override, ..plain }).await?;
    }
    Ok(Success::Subscribed)
}

async fn send(outside: &Outside<'_>, waba: &WabaId, call: &SubscribeApp) -> Result<(), Failed> {
    let reply = outside.graph.send(Some(waba), call).await;
    reply.map(|_| ()).map_err(|error| Failed::of_call(error, outside.graph.now()))
}

/// `GET /<DESTINATION>/subscribed_apps`.
pub(super) async fn read(outside: &Outside<'_>, m: &Migration, waba: &WabaId) -> Result<Success, Failed> {
    let call = ListSubscribedApps {
        token: business_token(outside, m, TokenKind::DestinationBusiness).await?,
        waba_id: unmoor_graph_api::WabaId::parse(waba.as_str())?,
    };
    let reply = outside.graph.send(Some(waba), &call).await;
    let apps = reply.map_err(|error| Failed::of_call(error, outside.graph.now()))?.answer;
    let ours = apps.into_iter().find(|app| app.app_id == outside.graph.app.id);
    Ok(Success::Subscriptions(Subscriptions {
        ours: ours.is_some(),
        override_callback: ours.and_then(|app| app.override_callback_uri),
    }))
}
