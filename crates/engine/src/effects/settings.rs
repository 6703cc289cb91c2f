//! Settings that do not travel, as one side shows them. What Meta refuses to show is unreadable, and does not keep the rest from
//! being read.

use unmoor_graph_api::calls::{ReadBusinessProfile, ReadNumberSettings, ReadPhoneNumber, ReadWaba};
use unmoor_graph_api::nodes::{BusinessProfile, ConversationalAutomation, NumberSettings, PhoneNumber, Waba};
use unmoor_graph_api::{BusinessToken, CallError, Fields, GraphCall, PhoneNumberId, Reply};
use unmoor_migration::observed::TokenKind;
use unmoor_migration::settings::{Automation, Profile, SettingName, SettingValue, SettingsRead, Shown, callback};
use unmoor_migration::{E164, Migration, Side, Success, Verdict, WabaId};

use super::tokens::business_token;
use super::{Failed, Outside};

/// `GET` of the settings of a WABA, or of one of its numbers.
pub(super) async fn read(
    outside: &Outside<'_>,
    m: &Migration,
    side: Side,
    number: Option<&E164>,
) -> Result<Success, Failed> {
    let kind = match side {
        Side::Source => TokenKind::SourceBusiness,
        Side::Destination => TokenKind::DestinationBusiness,
    };
    let waba = waba_of(m, side)?.clone();
    let reader = Reader { outside, waba, token: business_token(outside, m, kind).await? };
    let read = match number {
        None => reader.account(m).await?,
        Some(number) => reader.number(m, phone_of(m, side, number)?).await?,
    };
    Ok(Success::Settings(read))
}

fn waba_of(m: &Migration, side: Side) -> Result<&WabaId, Failed> {
    match side {
        Side::Source => Ok(m.id().source()),
        Side::Destination => {
            let destination = m.destination().map(|destination| &destination.waba);
            destination.ok_or_else(|| Failed::NotSent("there is no new WABA whose settings could be read".to_owned()))
        }
    }
}

/// The number's node on one side.
pub(super) fn phone_of(m: &Migration, side: Side, number: &E164) -> Result<PhoneNumberId, Failed> {
    let known = m.numbers().find(|known| known.number == *number);
    let id = known.and_then(|known| match side {
        Side::Source => Some(&known.source.value.id),
        Side::Destination => known.destination_id.as_ref(),
    });
    let id = id.ok_or_else(|| Failed::NotSent(format!("{number} has no id on this side")))?;
    Ok(PhoneNumberId::parse(id.as_str())?)
}

struct Reader<'a> {
    outside: &'a Outside<'a>,
    waba: WabaId,
    token: BusinessToken,
}

/// What a call gave: its answer, or why Meta does not show it.
type Seen<T> = Result<T, String>;

impl Reader<'_> {
    async fn account(&self, m: &Migration) -> Result<SettingsRead, Failed> {
        let waba_id = unmoor_graph_api::WabaId::parse(self.waba.as_str())?;
        let call = |fields| ReadWaba { token: self.token.clone(), waba_id: waba_id.clone(), fields };
        let (node, refused) = self.fields(Waba::SETTING_FIELDS, call).await?;
        let shown = |field: &str, of: &dyn Fn(&Waba) -> Shown| seen_field(&node, &refused, field, of);
        let ours: Vec<&str> = m.customer().callback_url.as_deref().into_iter().collect();
        let app = &self.outside.graph.app.id;
        Ok([
            (SettingName::Insights, shown("is_enabled_for_insights", &|waba| switch(waba.is_enabled_for_insights))),
            (
                SettingName::MarketingMessagesOff,
                shown("disable_marketing_messages_on_cloud_api", &|waba| {
                    switch(waba.disable_marketing_messages_on_cloud_api)
                }),
            ),
            (
                SettingName::TemplateArchival,
                shown("template_auto_archival_enabled", &|waba| switch(waba.template_auto_archival_enabled)),
            ),
            (
                SettingName::MarketingMessagesApi,
                shown("marketing_messages_lite_api_status", &|waba| {
                    Shown::of(waba.marketing_messages_lite_api_status.clone().map(SettingValue::Word))
                }),
            ),
            (
                SettingName::AccountCallback,
                shown("subscribed_apps", &|waba| {
                    let mut apps = waba.subscribed_apps.iter().flatten().filter(|subscribed| subscribed.app_id == *app);
                    let address = apps.find_map(|subscribed| subscribed.override_callback_uri.as_deref());
                    Shown::of(address.map(|address| SettingValue::Callback(callback(address, &ours))))
                }),
            ),
        ]
        .into())
    }

    async fn number(&self, m: &Migration, phone_number_id: PhoneNumberId) -> Result<SettingsRead, Failed> {
        let phone =
            |fields| ReadPhoneNumber { token: self.token.clone(), phone_number_id: phone_number_id.clone(), fields };
        let (node, refused) = self.fields(PhoneNumber::SETTING_FIELDS, phone).await?;
        self.outside.graph.count_more(&self.waba, 2);
        let profile = ReadBusinessProfile { token: self.token.clone(), phone_number_id: phone_number_id.clone() };
        let profile = self.seen(&profile).await?;
        let fields = Fields::of(&["calling", "storage_configuration"]);
        let settings =
            ReadNumberSettings { token: self.token.clone(), phone_number_id: phone_number_id.clone(), fields };
        let settings = self.seen(&settings).await?;
        let shown = |field: &str, of: &dyn Fn(&PhoneNumber) -> Shown| seen_field(&node, &refused, field, of);
        Ok([
            (SettingName::BusinessProfile, seen_or(&profile, |profile| profile_of(profile).shown())),
            (SettingName::ProfilePicture, seen_or(&profile, picture)),
            (SettingName::Calling, seen_or(&settings, calling)),
            (SettingName::StorageRegion, seen_or(&settings, region)),
            (SettingName::NumberCallback, shown("webhook_configuration", &|number| own_callback(m, number))),
            (
                SettingName::ConversationalAutomation,
                shown("conversational_automation", &|number| {
                    number.conversational_automation.as_ref().map_or(Shown::Unset, |known| automation(known).shown())
                }),
            ),
        ]
        .into())
    }

    /// Reads a node; a field that Meta refuses is left out, and named.
    async fn fields<C: GraphCall>(
        &self,
        names: &[&'static str],
        call: impl Fn(Fields) -> C,
    ) -> Result<(Seen<C::Answer>, Vec<String>), Failed> {
        let (mut fields, mut refused) = (Fields::of(names), Vec::new());
        loop {
            match self.outside.graph.send(Some(&self.waba), &call(fields.clone())).await {
                Ok(Reply { answer, .. }) => return Ok((Ok(answer), refused)),
                Err(error) => {
                    let field = error.graph().and_then(|refused| refused.refused_field()).map(str::to_owned);
                    match field.filter(|field| fields.contains(field) && refused.len() + 1 < names.len()) {
                        Some(field) => {
                            fields = fields.without(&field);
                            refused.push(field);
                            self.outside.graph.count_more(&self.waba, 1);
                        }
                        None => return Ok((Err(self.not_shown(error)?), refused)),
                    }
                }
            }
        }
    }

    async fn seen<C: GraphCall>(&self, call: &C) -> Result<Seen<C::Answer>, Failed> {
        match self.outside.graph.send(Some(&self.waba), call).await {
            Ok(Reply { answer, .. }) => Ok(Ok(answer)),
            Err(error) => self.not_shown(error).map(Err),
        }
    }

    /// A refusal that stays is what there is to know; whatever passes is a failure of the whole reading.
    fn not_shown(&self, error: CallError) -> Result<String, Failed> {
        match Failed::of_call(error, self.outside.graph.now()) {
            Failed::Refused(refusal) if matches!(refusal.verdict, Verdict::Turn | Verdict::Permanent) => {
                Ok(refusal.to_string())
            }
            failed @ (Failed::Refused(_) | Failed::Unknown(_) | Failed::NotSent(_)) => Err(failed),
        }
    }
}

fn seen_or<T>(seen: &Seen<T>, of: impl Fn(&T) -> Shown) -> Shown {
    match seen {
        Ok(answer) => of(answer),
        Err(why) => Shown::Unreadable(why.clone()),
    }
}

fn seen_field<T>(node: &Seen<T>, refused: &[String], field: &str, of: &dyn Fn(&T) -> Shown) -> Shown {
    if refused.iter().any(|name| name == field) {
        return Shown::Unreadable(format!("Meta refuses to show the field {field}"));
    }
    seen_or(node, of)
}

/// A switch that was asked for and is not in the answer is off.
fn switch(on: Option<bool>) -> Shown {
    Shown::of_switch(Some(on == Some(true)))
}

fn profile_of(profile: &BusinessProfile) -> Profile {
    let BusinessProfile { about, address, description, email, vertical, websites, has_picture: _ } = profile;
    let texts = [
        ("about", about),
        ("address", address),
        ("description", description),
        ("email", email),
        ("vertical", vertical),
    ];
    let texts = texts.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text.clone()?)));
    Profile { texts: texts.collect(), websites: websites.clone() }
}

fn picture(profile: &BusinessProfile) -> Shown {
    Shown::of(profile.has_picture.then(|| SettingValue::Word("there is one".to_owned())))
}

fn automation(known: &ConversationalAutomation) -> Automation {
    let ConversationalAutomation { enable_welcome_message, prompts, commands } = known;
    Automation { welcome: *enable_welcome_message, prompts: prompts.clone(), commands: commands.clone() }
}

/// Calling that is disabled, and nothing more, is none.
fn calling(settings: &NumberSettings) -> Shown {
    let Some(calling) = &settings.calling else { return Shown::Unset };
    let is_off = calling
        .get("status")
        .and_then(|status| status.as_str())
        .is_none_or(|status| status.eq_ignore_ascii_case("DISABLED"));
    let members = calling.iter().map(|(name, value)| (name.clone(), value.to_string()));
    Shown::of((!is_off).then(|| SettingValue::Calling(members.collect())))
}

/// Where messages are kept at rest, where that is a country.
pub(super) fn region(settings: &NumberSettings) -> Shown {
    match &settings.storage {
        None => Shown::Unreadable("Meta's answer has no storage_configuration".to_owned()),
        Some(storage) if storage.status == "IN_COUNTRY_STORAGE_ENABLED" => {
            Shown::of(storage.region.clone().map(SettingValue::Word))
        }
        Some(_) => Shown::Unset,
    }
}

/// The number's own callback. Ours are the hosts of the app's callback and of the customer file's.
fn own_callback(m: &Migration, number: &PhoneNumber) -> Shown {
    let Some(configuration) = &number.webhook_configuration else { return Shown::Unset };
    let ours = configuration.application.as_deref().into_iter().chain(m.customer().callback_url.as_deref());
    let ours: Vec<&str> = ours.collect();
    let own = configuration.phone_number.as_deref();
    Shown::of(own.map(|address| SettingValue::Callback(callback(address, &ours))))
}
