//! The scenario file: what is special about a customer's world, and what its person does when.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;
use toml::Spanned;

use super::{customers::Row, duration::Span};
use crate::{
    faults::Fault,
    knobs::Knobs,
    people::{Answer, Pays},
    phone::E164,
    world::{
        Automation, Category, NameStatus, NumberStatus, Ownership, ParameterFormat, Platform, Profile, Quality,
        Recipients, Review, Scope, StorageRegion, TemplateStatus, Traffic, WabaSettings,
    },
};

/// A scenario that cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{in_the}, line {line}: {reason}")]
pub struct ScenarioError {
    /// Which of the two it is: `scenario` or `fault script`.
    pub in_the: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Scenario {
    /// What one learns from it; nothing follows from the words.
    #[serde(rename = "teaches")]
    _teaches: Option<String>,
    /// Where a careful client ends.
    #[serde(rename = "ends")]
    _ends: Vec<String>,
    pub(super) start: Option<Timestamp>,
    pub(super) knobs: Knobs,
    /// The knobs that the text names.
    #[serde(skip)]
    named_knobs: Vec<String>,
    pub(super) fault: Vec<Spanned<Fault>>,
    provider: Option<ProviderScript>,
    pub(super) recipients: RecipientsScript,
    pub(super) traffic: Option<Spanned<TrafficScript>>,
    everyone: CustomerScript,
    customers: BTreeMap<Spanned<String>, CustomerScript>,
    /// What a fault script says on top; it goes before.
    #[serde(skip)]
    over: Option<Box<Scenario>>,
}

/// What is special about the Tech Provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProviderScript {
    pub(super) advanced_access: bool,
    pub(super) callback_url: Option<String>,
    pub(super) system_token_scopes: Vec<Scope>,
    pub(super) system_token_expires_after: Option<Span>,
}

impl Default for ProviderScript {
    fn default() -> Self {
        Self {
            advanced_access: true,
            callback_url: Some("https://provider.example/webhooks/whatsapp".to_owned()),
            system_token_scopes: Scope::ALL.to_vec(),
            system_token_expires_after: None,
        }
    }
}

/// How the devices of the customers' own customers behave.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RecipientsScript {
    delivered_after: Option<Span>,
    never_delivered: Option<f64>,
    read_after: Option<Span>,
    read: Option<f64>,
}

impl RecipientsScript {
    pub(super) fn recipients(self) -> Recipients {
        let usual = Recipients::default();
        let seconds =
            |span: Option<Span>, usual| span.map_or(usual, |span| u32::try_from(span.0.as_secs()).unwrap_or(u32::MAX));
        Recipients {
            delivered_after_s: seconds(self.delivered_after, usual.delivered_after_s),
            never_delivered: self.never_delivered.unwrap_or(usual.never_delivered),
            read_after_s: seconds(self.read_after, usual.read_after_s),
            read: self.read.unwrap_or(usual.read),
        }
    }
}

/// A steady stream of messages through every connected number.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TrafficScript {
    sent_per_hour: u32,
    received_per_hour: u32,
    customers_per_number: u32,
}

impl Default for TrafficScript {
    fn default() -> Self {
        Self { sent_per_hour: 6, received_per_hour: 2, customers_per_number: 500 }
    }
}

impl TrafficScript {
    pub(super) fn traffic(self) -> Traffic {
        let Self { sent_per_hour, received_per_hour, customers_per_number } = self;
        Traffic { sent_per_hour, received_per_hour, customers_per_number }
    }

    fn is_possible(self) -> bool {
        // Four messages a second are more than any number of a migrating business sends in a steady stream.
        const MOST_PER_HOUR: u32 = 14_400;
        self.sent_per_hour <= MOST_PER_HOUR && self.received_per_hour <= MOST_PER_HOUR && self.customers_per_number > 0
    }
}

/// What is special about a customer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CustomerScript {
    pub(super) name: Option<String>,
    pub(super) admins: Option<Vec<String>>,
    pub(super) business_verified: Option<bool>,
    pub(super) messaging_limit: Option<String>,
    pub(super) tokens_must_expire: bool,
    pub(super) ownership: Option<Ownership>,
    pub(super) review: Option<Review>,
    pub(super) review_approved_after: Option<Span>,
    pub(super) template_limit: Option<usize>,
    /// Whether insights are enabled for its WABA.
    pub(super) insights: Option<bool>,
    pub(super) token_scopes: Option<Vec<Scope>>,
    pub(super) token_expires_after: Option<Span>,
    pub(super) two_step: Option<bool>,
    /// What its owner has set on the account.
    pub(super) settings: Option<WabaSettings>,
    pub(super) numbers: Option<Many<NumberScript>>,
    /// What is true of each of its numbers that says nothing else.
    pub(super) each_number: NumberTable,
    pub(super) templates: Option<Many<TemplateScript>>,
    pub(super) person: PersonScript,
}

impl CustomerScript {
    /// What this says, and where it says nothing, what `weaker` says.
    fn or(self, weaker: Self) -> Self {
        Self {
            name: self.name.or(weaker.name),
            admins: self.admins.or(weaker.admins),
            business_verified: self.business_verified.or(weaker.business_verified),
            ownership: self.ownership.or(weaker.ownership),
            review: self.review.or(weaker.review),
            review_approved_after: self.review_approved_after.or(weaker.review_approved_after),
            template_limit: self.template_limit.or(weaker.template_limit),
            insights: self.insights.or(weaker.insights),
            token_scopes: self.token_scopes.or(weaker.token_scopes),
            token_expires_after: self.token_expires_after.or(weaker.token_expires_after),
            tokens_must_expire: self.tokens_must_expire || weaker.tokens_must_expire,
            messaging_limit: self.messaging_limit.or(weaker.messaging_limit),
            two_step: self.two_step.or(weaker.two_step),
            settings: self.settings.or(weaker.settings),
            numbers: self.numbers.or(weaker.numbers),
            each_number: self.each_number.or(weaker.each_number),
            templates: self.templates.or(weaker.templates),
            person: self.person.or(&weaker.person),
        }
    }
}

/// What a customer's person does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PersonScript {
    pub(super) answer: Option<Answer>,
    pub(super) answers_after: Option<Span>,
    pub(super) pays: Option<PaysScript>,
    pub(super) turns_off_two_step_after: Option<Span>,
    pub(super) removes_partner_after: Option<Span>,
}

impl PersonScript {
    fn or(self, weaker: &Self) -> Self {
        Self {
            answer: self.answer.or(weaker.answer),
            answers_after: self.answers_after.or(weaker.answers_after),
            pays: self.pays.or(weaker.pays),
            turns_off_two_step_after: self.turns_off_two_step_after.or(weaker.turns_off_two_step_after),
            removes_partner_after: self.removes_partner_after.or(weaker.removes_partner_after),
        }
    }
}

/// `"with acceptance"`, `"never"`, `"declined"`, or how long after acceptance.
#[derive(Clone, Copy, Debug)]
pub(super) struct PaysScript(pub(super) Pays);

impl<'de> Deserialize<'de> for PaysScript {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pays = match text.as_str() {
            "with acceptance" => Pays::After(jiff::SignedDuration::ZERO),
            "never" => Pays::Never,
            "declined" => Pays::Declined,
            other => Pays::After(
                other
                    .parse::<Span>()
                    .map_err(|_| {
                        let expected = "\"with acceptance\", \"never\", \"declined\", or how long after acceptance, for example \"3 days\"";
                        de::Error::custom(format!("`pays` = \"{other}\": expected {expected}"))
                    })?
                    .0,
            ),
        };
        Ok(Self(pays))
    }
}

/// So many, drawn; or these.
#[derive(Clone, Debug)]
pub(super) enum Many<T> {
    Drawn(usize),
    Given(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count up to 10000, or a list")
            }

            fn visit_i64<E: de::Error>(self, count: i64) -> Result<Self::Value, E> {
                let count = usize::try_from(count).ok().filter(|count| *count <= 10_000);
                count.map(Many::Drawn).ok_or_else(|| E::custom("expected a count up to 10000, or a list"))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut given = Vec::new();
                while let Some(item) = items.next_element()? {
                    given.push(item);
                }
                Ok(Many::Given(given))
            }
        }
        deserializer.deserialize_any(Visitor(std::marker::PhantomData))
    }
}

/// A number: its E.164 text, or a table with what is special about it.
#[derive(Clone, Debug)]
pub(super) struct NumberScript {
    pub(super) number: E164,
    pub(super) special: NumberTable,
}

/// What is special about a number.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NumberTable {
    number: Option<E164>,
    pub(super) status: Option<NumberStatus>,
    pub(super) verified_name: Option<String>,
    pub(super) name_status: Option<NameStatus>,
    pub(super) new_name: Option<String>,
    pub(super) name_approved_after: Option<Span>,
    pub(super) two_step: Option<bool>,
    pub(super) platform: Option<Platform>,
    pub(super) is_on_biz_app: Option<bool>,
    pub(super) quality: Option<Quality>,
    pub(super) storage_region: Option<StorageRegion>,
    pub(super) in_maintenance_for: Option<Span>,
    /// An address that webhooks about its messages go to.
    pub(super) callback_override: Option<String>,
    pub(super) profile: Option<Profile>,
    pub(super) automation: Option<Automation>,
    pub(super) calling: Option<BTreeMap<String, Value>>,
}

impl NumberTable {
    /// What this says, and where it says nothing, what `weaker` says. Which number it is, only this one can say.
    pub(super) fn or(self, weaker: Self) -> Self {
        Self {
            number: self.number,
            status: self.status.or(weaker.status),
            verified_name: self.verified_name.or(weaker.verified_name),
            name_status: self.name_status.or(weaker.name_status),
            new_name: self.new_name.or(weaker.new_name),
            name_approved_after: self.name_approved_after.or(weaker.name_approved_after),
            two_step: self.two_step.or(weaker.two_step),
            platform: self.platform.or(weaker.platform),
            is_on_biz_app: self.is_on_biz_app.or(weaker.is_on_biz_app),
            quality: self.quality.or(weaker.quality),
            in_maintenance_for: self.in_maintenance_for.or(weaker.in_maintenance_for),
            storage_region: self.storage_region.or(weaker.storage_region),
            callback_override: self.callback_override.or(weaker.callback_override),
            profile: self.profile.or(weaker.profile),
            automation: self.automation.or(weaker.automation),
            calling: self.calling.or(weaker.calling),
        }
    }
}

impl<'de> Deserialize<'de> for NumberScript {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = NumberScript;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number such as \"+493023125001\", or a table with `number` in it")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let number = text.parse().map_err(E::custom)?;
                Ok(NumberScript { number, special: NumberTable::default() })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let mut special = NumberTable::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let number = special.number.take().ok_or_else(|| de::Error::missing_field("number"))?;
                Ok(NumberScript { number, special })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateScript {
    pub(super) name: String,
    pub(super) language: Option<String>,
    pub(super) category: Option<Category>,
    pub(super) status: Option<TemplateStatus>,
    pub(super) quality: Option<Quality>,
    pub(super) body: Option<String>,
    pub(super) parameter_format: Option<ParameterFormat>,
    pub(super) components: Option<Vec<serde_json::Value>>,
    /// The category that Meta thinks is right; its own unless given.
    pub(super) correct_category: Option<Category>,
    /// Messages that were sent with it on each day before this world began.
    pub(super) sent_per_day: Option<u32>,
}

impl Scenario {
    /// Every number that it gives to somebody.
    pub(super) fn given_numbers(&self) -> impl Iterator<Item = &E164> {
        let given = self.customers.values().filter_map(|script| match &script.numbers {
            Some(Many::Given(numbers)) => Some(numbers),
            Some(Many::Drawn(_)) | None => None,
        });
        given.flatten().map(|number| &number.number)
    }

    /// What is said about a customer: under its reference or its WABA's id, and where that says nothing, about everyone.
    pub(super) fn customer(&self, row: &Row) -> CustomerScript {
        let waba = row.waba.to_string();
        let found = self.customers.iter().find(|(key, _)| *key.get_ref() == row.customer || *key.get_ref() == waba);
        let own = found.map(|(_, script)| script.clone()).unwrap_or_default().or(self.everyone.clone());
        match &self.over {
            Some(over) => over.customer(row).or(own),
            None => own,
        }
    }

    /// What is said about the Tech Provider.
    pub(super) fn provider(&self) -> ProviderScript {
        let over = self.over.as_ref().and_then(|over| over.provider.clone());
        over.or_else(|| self.provider.clone()).unwrap_or_default()
    }

    /// The same with a fault script on top: its knobs, its people and its provider go before, its faults come behind.
    pub(super) fn with(mut self, mut script: Self) -> Self {
        self.knobs = self.knobs.with_those_of(&script.knobs, &script.named_knobs);
        self.fault.append(&mut script.fault);
        self.start = script.start.or(self.start);
        self.traffic = script.traffic.take().or(self.traffic);
        self.over = Some(Box::new(script));
        self
    }
}

/// The knobs of a scenario by name, whatever their values.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    knobs: BTreeMap<String, toml::Value>,
}

/// Reads a scenario for the customers of a file.
pub(super) fn read(text: &str, names: &BTreeSet<String>) -> Result<Scenario, ScenarioError> {
    let at = |offset: usize, reason: String| {
        let line = text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
        ScenarioError { in_the: "scenario", line, reason }
    };
    let refused = |error: toml::de::Error| {
        let offset = error.span().map_or(0, |span| span.start);
        at(offset, error.message().to_owned())
    };
    let mut scenario: Scenario = toml::from_str(text).map_err(refused)?;
    let names_of: Named = toml::from_str(text).map_err(refused)?;
    scenario.named_knobs = names_of.knobs.into_keys().collect();
    for key in scenario.customers.keys() {
        let name = key.get_ref();
        if !names.contains(name) {
            return Err(at(key.span().start, format!("the customer file has no customer `{name}`")));
        }
    }
    for fault in &scenario.fault {
        fault.get_ref().validate().map_err(|error| at(fault.span().start, error.to_string()))?;
    }
    let knobs_at = text.find("[knobs]").unwrap_or(0);
    scenario.knobs.validate().map_err(|error| at(knobs_at, error.to_string()))?;
    check_messages(text, &scenario).map_err(|(offset, reason)| at(offset, reason))?;
    let scripts = scenario.customers.values().chain([&scenario.everyone]);
    if scripts.into_iter().any(|script| script.each_number.number.is_some()) {
        let offset = text.find("each_number").unwrap_or(0);
        return Err(at(offset, "`each_number` is about all numbers and names none".to_owned()));
    }
    if let Some(Many::Given(_)) = &scenario.everyone.numbers {
        let offset = text.find("everyone").unwrap_or(0);
        return Err(at(offset, "a number belongs to one customer: give `everyone` a count of numbers".to_owned()));
    }
    check_numbers_are_unique(&scenario).map_err(|(offset, reason)| at(offset, reason))?;
    Ok(scenario)
}

fn check_messages(text: &str, scenario: &Scenario) -> Result<(), (usize, String)> {
    let recipients = scenario.recipients.recipients();
    for (name, share) in [("never_delivered", recipients.never_delivered), ("read", recipients.read)] {
        if !(0.0..=1.0).contains(&share) {
            let offset = text.find("[recipients]").unwrap_or(0);
            return Err((offset, format!("`{name}` = {share}: expected a share from 0.0 to 1.0")));
        }
    }
    match &scenario.traffic {
        Some(traffic) if !traffic.get_ref().is_possible() => {
            let reason = "expected at most 14400 messages per hour, and at least one customer per number";
            Err((traffic.span().start, format!("`traffic`: {reason}")))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_numbers_are_unique(scenario: &Scenario) -> Result<(), (usize, String)> {
    let mut seen = BTreeMap::new();
    for (key, script) in &scenario.customers {
        let Some(Many::Given(numbers)) = &script.numbers else { continue };
        for number in numbers {
            if let Some(before) = seen.insert(number.number.clone(), key.get_ref()) {
                let reason = format!("{} is given to `{before}` and to `{}`", number.number, key.get_ref());
                return Err((key.span().start, reason));
            }
        }
    }
    Ok(())
}
