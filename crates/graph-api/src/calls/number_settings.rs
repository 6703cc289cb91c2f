//! Settings of a number: calling, storage at rest, its own callback, and what a chat begins with.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::CallbackOverride;
use crate::json::{self, AnswerError};
use crate::nodes::{ConversationalAutomation, NumberSettings};
use crate::{BusinessToken, CallKind, Fields, GraphCall, PhoneNumberId, RequestBody, RequestParts};

/// `GET /<PHONE_NUMBER>/settings`. Credentials for SIP are never asked for.
#[derive(Debug, Clone)]
pub struct ReadNumberSettings {
    /// Business token that is good for the number's WABA.
    pub token: BusinessToken,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// Which settings.
    pub fields: Fields,
}

impl GraphCall for ReadNumberSettings {
    type Answer = NumberSettings;

    const NAME: &'static str = "read_number_settings";
    const KIND: CallKind = CallKind::Read;

    fn parts(&self) -> RequestParts<'_> {
        RequestParts::get(self.token.secret(), format!("{}/settings", self.phone_number_id))
            .with_query("fields", self.fields.parameter())
    }

    fn answer(&self, body: &Value) -> Result<NumberSettings, AnswerError> {
        NumberSettings::read(body)
    }
}

/// One setting of a number, as it is to be.
#[derive(Debug, Clone)]
pub enum NumberSetting {
    /// Where messages are kept at rest: a country (`observations: registration.storage_shape`). Only a number that is not
    /// registered takes it.
    StorageRegion(String),
    /// Calling, member by member as it was read.
    Calling(BTreeMap<String, Value>),
    /// What a chat begins with.
    Automation(ConversationalAutomation),
    /// Another address for webhooks about messages of this number alone (`observations: subscriptions.number_override`).
    Callback(CallbackOverride),
}

/// Sets one of the settings of a number; a second time changes nothing.
#[derive(Debug, Clone)]
pub struct SetNumberSetting {
    /// Business token that is good for the number's WABA.
    pub token: BusinessToken,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// The setting.
    pub setting: NumberSetting,
}

impl GraphCall for SetNumberSetting {
    type Answer = ();

    const NAME: &'static str = "set_number_setting";
    const KIND: CallKind = CallKind::RepeatableWrite;

    fn parts(&self) -> RequestParts<'_> {
        let post = |edge: &str, body| {
            let path = format!("{}{edge}", self.phone_number_id);
            RequestParts::post(self.token.secret(), path, RequestBody::Json(body))
        };
        match &self.setting {
            NumberSetting::StorageRegion(region) => {
                let storage = json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": region });
                post("/settings", json!({ "storage_configuration": storage }))
            }
            NumberSetting::Calling(calling) => post("/settings", json!({ "calling": calling })),
            NumberSetting::Automation(automation) => {
                let command =
                    |(name, does): &(String, String)| json!({ "command_name": name, "command_description": does });
                let commands: Vec<Value> = automation.commands.iter().map(command).collect();
                let (welcome, prompts) = (automation.enable_welcome_message, &automation.prompts);
                let body = json!({ "enable_welcome_message": welcome, "prompts": prompts, "commands": commands });
                post("/conversational_automation", body)
            }
            NumberSetting::Callback(callback) => {
                let verify_token = callback.verify_token.expose_secret();
                let configuration = json!({ "override_callback_uri": callback.uri, "verify_token": verify_token });
                post("", json!({ "webhook_configuration": configuration })).with_secret(&callback.verify_token)
            }
        }
    }

    fn answer(&self, body: &Value) -> Result<(), AnswerError> {
        json::success(body)
    }
}
