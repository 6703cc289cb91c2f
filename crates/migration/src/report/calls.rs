//! An effect as the request that it is, in the spelling of Meta's guide: method, path without the version, and what it carries.

use crate::Side;
use crate::effect::{Effect, EffectKind};
use crate::migration::Migration;
use crate::observed::TokenKind;
use crate::settings::callback::without_secrets;

/// The request line. What is secret is named by its kind.
pub(super) fn call(m: &Migration, effect: &Effect) -> String {
    let source = m.id();
    match effect {
        Effect::CheckToken { token, waba } => format!("GET /debug_token ({}, for {waba})", token_name(*token)),
        Effect::ReadSource => format!("GET /{source}"),
        Effect::ReadSourceNumbers { token } => format!("GET /{source}/phone_numbers ({})", token_name(*token)),
        Effect::ReadSourceTemplates { .. } => format!("GET /{source}/message_templates"),
        Effect::SetIntent => format!("POST /{source}/set_solution_migration_intent"),
        Effect::ReadIntent { intent } | Effect::ReadGivenIntent { intent } => format!("GET /{intent}"),
        Effect::FetchBusinessToken { portfolio } => format!("POST /{portfolio}/system_user_access_tokens"),
        Effect::Subscribe { destination, callback_url: None } => format!("POST /{destination}/subscribed_apps"),
        Effect::Subscribe { destination, callback_url: Some(url) } => {
            format!("POST /{destination}/subscribed_apps (callback {})", without_secrets(url))
        }
        Effect::ReadSubscriptions { destination } => format!("GET /{destination}/subscribed_apps"),
        Effect::ReadDestination { destination } => format!("GET /{destination}"),
        Effect::ReadDestinationNumbers { destination } => format!("GET /{destination}/phone_numbers"),
        Effect::SealPin { number } => format!("vault: draw and seal the PIN of {number}"),
        Effect::AskBeforeMove { number } => format!("hook before-move: {number}"),
        Effect::MoveNumber { destination, number, .. } => {
            format!("POST /{destination}/phone_numbers (migrate {number})")
        }
        Effect::RegisterNumber { number, phone_number_id } => {
            format!("POST /{phone_number_id}/register ({number}, PIN not shown)")
        }
        Effect::ReadDestinationTemplates { destination } => format!("GET /{destination}/message_templates"),
        Effect::KeepSample { template, .. } => format!("GET a sample file of {template}"),
        Effect::UploadSample { template, .. } => format!("POST a sample file of {template} as an upload"),
        Effect::MoveFlows { destination } => format!("POST /{destination}/migrate_flows"),
        Effect::CopyTemplates { destination, templates } => {
            format!("POST /{destination}/migrate_message_templates ({} of them)", templates.len())
        }
        Effect::CreateTemplate { destination, template } => {
            format!("POST /{destination}/message_templates ({template})")
        }
        Effect::ReadSettings { number: Some(number), .. } => format!("GET settings and profile of {number}"),
        Effect::ReadSettings { side, number: None } => format!("GET /{} (settings)", waba_of(m, *side)),
        Effect::RestoreSetting { number: Some(number), setting, .. } => format!("POST {} of {number}", setting.name()),
        Effect::RestoreSetting { number: None, setting, .. } => {
            format!("POST /{} ({})", waba_of(m, Side::Destination), setting.name())
        }
        Effect::SetStorageRegion { number, phone_number_id, region } => {
            format!("POST /{phone_number_id}/settings ({number}, storage region {region})")
        }
    }
}

fn waba_of(m: &Migration, side: Side) -> String {
    match (side, m.destination()) {
        (Side::Source, _) => m.id().to_string(),
        (Side::Destination, Some(destination)) => destination.waba.to_string(),
        (Side::Destination, None) => "the new account".to_owned(),
    }
}

fn token_name(token: TokenKind) -> &'static str {
    match token {
        TokenKind::SourceBusiness => "the customer's business token",
        TokenKind::DestinationBusiness => "the business token for the new account",
    }
}

/// The place in Meta's guide that asks for it; `None` for what is ours.
pub(super) fn guide(kind: EffectKind) -> Option<&'static str> {
    match kind {
        EffectKind::SetIntent => Some("2"),
        EffectKind::ReadIntent | EffectKind::ReadGivenIntent => Some("4"),
        EffectKind::FetchBusinessToken => Some("5"),
        EffectKind::Subscribe | EffectKind::ReadSubscriptions => Some("6"),
        EffectKind::ReadSourceNumbers => Some("7"),
        EffectKind::MoveNumber => Some("8"),
        EffectKind::RegisterNumber => Some("9"),
        EffectKind::ReadSourceTemplates
        | EffectKind::ReadDestinationTemplates
        | EffectKind::KeepSample
        | EffectKind::UploadSample
        | EffectKind::MoveFlows
        | EffectKind::CopyTemplates
        | EffectKind::CreateTemplate => Some("T"),
        EffectKind::CheckSourceToken
        | EffectKind::CheckDestinationToken
        | EffectKind::ReadSource
        | EffectKind::ReadDestination
        | EffectKind::ReadDestinationNumbers
        | EffectKind::SealPin
        | EffectKind::AskBeforeMove
        | EffectKind::ReadSourceSettings
        | EffectKind::ReadDestinationSettings
        | EffectKind::RestoreSetting
        | EffectKind::SetStorageRegion => None,
    }
}
