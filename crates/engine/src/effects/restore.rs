//! What is set again on the destination: each a call that changes nothing when it is repeated.

use std::collections::BTreeMap;

use unmoor_graph_api::calls::{
    CallbackOverride, NumberSetting, ReadNumberSettings, SetNumberSetting, SetWabaSwitch, UpdateBusinessProfile,
    WabaSwitch,
};
use unmoor_graph_api::nodes::{BusinessProfile, ConversationalAutomation};
use unmoor_graph_api::{BusinessToken, Fields, GraphCall, PhoneNumberId};
use unmoor_migration::observed::TokenKind;
use unmoor_migration::settings::{Profile, SettingName, SettingValue, Shown};
use unmoor_migration::{Attempt, Cause, E164, Migration, Side, Success, Verdict, WabaId};

use super::outcome::in_time;
use super::settings::{phone_of, region};
use super::tokens::business_token;
use super::{Failed, Outside};

/// Sets one setting as it was.
pub(super) async fn one(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    number: Option<&E164>,
    setting: SettingName,
    value: &SettingValue,
) -> Result<Success, Failed> {
    let token = business_token(outside, m, TokenKind::DestinationBusiness).await?;
    let Some(number) = number else {
        let waba = destination(m)?;
        let switch = switch(setting)?;
        let waba_id = unmoor_graph_api::WabaId::parse(waba.as_str())?;
        return send(outside, m, attempt, &SetWabaSwitch { token, waba_id, switch }).await;
    };
    let phone_number_id = phone_of(m, Side::Destination, number)?;
    let setting = match value {
        SettingValue::Profile(profile) => {
            let call = UpdateBusinessProfile { token, phone_number_id, profile: profile_of(profile) };
            return send(outside, m, attempt, &call).await;
        }
        SettingValue::Automation(known) => NumberSetting::Automation(ConversationalAutomation {
            enable_welcome_message: known.welcome,
            prompts: known.prompts.clone(),
            commands: known.commands.clone(),
        }),
        SettingValue::Calling(members) => NumberSetting::Calling(calling(members)?),
        SettingValue::Callback(callback) => NumberSetting::Callback(callback_override(outside, &callback.address)?),
        SettingValue::On | SettingValue::Word(_) => return Err(not_ours(setting)),
    };
    send(outside, m, attempt, &SetNumberSetting { token, phone_number_id, setting }).await
}

async fn send<C: GraphCall>(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    call: &C,
) -> Result<Success, Failed> {
    in_time(outside, attempt)?;
    let waba = destination(m)?;
    outside.graph.send(Some(waba), call).await.map_err(|error| Failed::of_call(error, outside.graph.now()))?;
    Ok(Success::SettingRestored)
}

fn destination(m: &Migration) -> Result<&WabaId, Failed> {
    let destination = m.destination().map(|destination| &destination.waba);
    destination.ok_or_else(|| Failed::NotSent("there is no new WABA to set anything on".to_owned()))
}

fn switch(setting: SettingName) -> Result<WabaSwitch, Failed> {
    match setting {
        SettingName::Insights => Ok(WabaSwitch::Insights),
        SettingName::MarketingMessagesOff => Ok(WabaSwitch::MarketingMessagesOff),
        SettingName::TemplateArchival => Ok(WabaSwitch::TemplateArchival),
        SettingName::BusinessProfile
        | SettingName::ProfilePicture
        | SettingName::ConversationalAutomation
        | SettingName::Calling
        | SettingName::NumberCallback
        | SettingName::StorageRegion
        | SettingName::AccountCallback
        | SettingName::MarketingMessagesApi => Err(not_ours(setting)),
    }
}

fn not_ours(setting: SettingName) -> Failed {
    Failed::ours(Cause::Unrecognised, format!("Unmoor has no call that sets {}", setting.in_words()))
}

fn profile_of(profile: &Profile) -> BusinessProfile {
    let text = |field: &str| profile.texts.get(field).cloned();
    BusinessProfile {
        about: text("about"),
        address: text("address"),
        description: text("description"),
        email: text("email"),
        vertical: text("vertical"),
        websites: profile.websites.clone(),
        has_picture: false,
    }
}

fn calling(members: &BTreeMap<String, String>) -> Result<BTreeMap<String, serde_json::Value>, Failed> {
    let read = |(name, text): (&String, &String)| {
        let value = serde_json::from_str(text);
        let value = value.map_err(|error| Failed::ours(Cause::Unrecognised, format!("calling.{name}: {error}")))?;
        Ok((name.clone(), value))
    };
    // With SIP off its servers are of no use, and may be somebody else's.
    members.iter().filter(|(name, _)| name.as_str() != "sip").map(read).collect()
}

fn callback_override(outside: &Outside<'_>, address: &str) -> Result<CallbackOverride, Failed> {
    let token = outside.graph.app.webhook_verify_token.clone().ok_or_else(|| {
        Failed::ours(Cause::Unrecognised, "UNMOOR_WEBHOOK_VERIFY_TOKEN is not set, which a callback is verified with")
    })?;
    CallbackOverride::new(address, token).map_err(|error| Failed::ours(Cause::Unrecognised, error.to_string()))
}

/// Sets the region of a number that is not registered, and reads what Meta shows then.
pub(super) async fn storage_region(
    outside: &Outside<'_>,
    m: &Migration,
    attempt: &Attempt,
    phone_number_id: &unmoor_migration::PhoneNumberId,
    wanted: &str,
) -> Result<Success, Failed> {
    let token: BusinessToken = business_token(outside, m, TokenKind::DestinationBusiness).await?;
    let phone_number_id = PhoneNumberId::parse(phone_number_id.as_str())?;
    let setting = NumberSetting::StorageRegion(wanted.to_owned());
    let set = SetNumberSetting { token: token.clone(), phone_number_id: phone_number_id.clone(), setting };
    send(outside, m, attempt, &set).await?;
    let read = ReadNumberSettings { token, phone_number_id, fields: Fields::of(&["storage_configuration"]) };
    let reply = outside.graph.send(Some(destination(m)?), &read).await;
    match reply.map_err(|error| Failed::of_call(error, outside.graph.now())) {
        Ok(reply) => Ok(Success::StorageRegion(region(&reply.answer))),
        // It is set; that it cannot be seen is for a person to judge.
        Err(Failed::Refused(refusal)) if matches!(refusal.verdict, Verdict::Turn | Verdict::Permanent) => {
            Ok(Success::StorageRegion(Shown::Unreadable(refusal.to_string())))
        }
        Err(failed) => Err(failed),
    }
}
