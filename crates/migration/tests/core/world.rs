//! A vendor that answers truly, as far as the state machine can see one. What a test wants otherwise, it changes here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use unmoor_migration::effect::{CopyAnswer, FlowsAnswer};
use unmoor_migration::observed::{
    DestinationAccount, DestinationTemplates, GivenIntent, IntentAnswer, ListedNumber, SourceAccount, SourceTemplates,
    Subscriptions, TokenFacts, TokenKind,
};
use unmoor_migration::reading::Answer;
use unmoor_migration::settings::{Place, Profile, SettingName, SettingValue, SettingsRead, Shown};
use unmoor_migration::templates::{SourceTemplate, TemplateKey, TemplateKind};
use unmoor_migration::{
    Attempt, Cause, Customer, E164, Effect, EffectKind, IntentId, Outcome, PhoneNumberId, PortfolioId, Refusal, Side,
    Success, TemplateId, Verdict, WabaId,
};

pub(crate) const SOURCE: &str = "100000000000001";
pub(crate) const DESTINATION: &str = "200000000000002";
pub(crate) const PORTFOLIO: &str = "300000000000003";
pub(crate) const INTENT: &str = "400000000000004";
pub(crate) const FIRST: &str = "+15550100001";
pub(crate) const SECOND: &str = "+15550100002";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn number(text: &str) -> E164 {
    E164::new(text).unwrap()
}

pub(crate) fn customer() -> Customer {
    Customer {
        portfolio: Some(PortfolioId::new(PORTFOLIO).unwrap()),
        contact_email: Some("owner@brisk-bikes.example".to_owned()),
        language: Some("pt-BR".to_owned()),
        time_zone: Some("America/Sao_Paulo".to_owned()),
        wave: Some("first".to_owned()),
        ..Customer::new("brisk-bikes", WabaId::new(SOURCE).unwrap())
    }
}

/// A number as the source lists it when nothing stands in its way.
pub(crate) fn listed(text: &str) -> ListedNumber {
    ListedNumber {
        id: PhoneNumberId::new(&format!("5{}", text.trim_start_matches('+'))).unwrap(),
        display: text.to_owned(),
        number: Some(number(text)),
        verified_name: Some("Brisk Bikes".to_owned()),
        status: Some("CONNECTED".to_owned()),
        name_status: Some("APPROVED".to_owned()),
        new_name_status: None,
        pin_enabled: Some(false),
        platform: Some("CLOUD_API".to_owned()),
        on_business_app: Some(false),
    }
}

/// An approved template in American English.
pub(crate) fn template(name: &str, quality: &str) -> SourceTemplate {
    SourceTemplate {
        key: TemplateKey::new(name, "en_US"),
        id: TemplateId::new("600000000000001").unwrap(),
        status: Some("APPROVED".to_owned()),
        quality: Some(quality.to_owned()),
        category: Some("UTILITY".to_owned()),
        correct_category: None,
        kind: TemplateKind::default(),
        needs: None,
    }
}

/// The vendor's side of one customer.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) token: TokenFacts,
    pub(crate) destination_token: TokenFacts,
    pub(crate) source: SourceAccount,
    pub(crate) numbers: BTreeMap<E164, ListedNumber>,
    pub(crate) templates: SourceTemplates,
    pub(crate) intent_status: String,
    pub(crate) shown_destination: Option<WabaId>,
    /// The source that [`INTENT`] names where that is asked for.
    pub(crate) intent_source: Option<WabaId>,
    pub(crate) destination: DestinationAccount,
    pub(crate) subscribed: bool,
    /// A subscription that is made does not hold.
    pub(crate) subscription_vanishes: bool,
    pub(crate) destination_numbers: BTreeMap<E164, ListedNumber>,
    pub(crate) destination_templates: BTreeMap<TemplateKey, String>,
    /// What the vendor does not copy on request, and why.
    pub(crate) uncopied: BTreeMap<TemplateKey, String>,
    /// Flows that it does not move.
    pub(crate) lacking_flows: BTreeSet<String>,
    /// How many templates the destination may hold.
    pub(crate) room: usize,
    /// The status of a template that was created.
    pub(crate) created_status: String,
    pub(crate) veto: Option<String>,
    /// Registered numbers are listed with this status.
    pub(crate) status_after_register: String,
    /// What each side shows of settings.
    pub(crate) settings: BTreeMap<(Side, Place), SettingsRead>,
    /// A region is not what was set.
    pub(crate) shown_region: Option<Shown>,
}

impl World {
    /// A customer that accepts at once and has nothing in the way.
    pub(crate) fn calm(numbers: &[&str]) -> Self {
        let reaches = TokenFacts { valid: true, expires_at: None, management: Answer::Yes, messaging: Answer::Yes };
        let key = TemplateKey::new("order_shipped", "en_US");
        let owner = Some(PortfolioId::new(PORTFOLIO).unwrap());
        Self {
            token: reaches.clone(),
            destination_token: reaches,
            source: SourceAccount {
                name: Some("Brisk Bikes".to_owned()),
                review: Some("APPROVED".to_owned()),
                ownership: Some("CLIENT_OWNED".to_owned()),
                owner: owner.clone(),
                verification: None,
            },
            numbers: numbers.iter().map(|text| (number(text), listed(text))).collect(),
            templates: SourceTemplates::new(
                vec![template("order_shipped", "GREEN"), template("old_offer", "YELLOW")],
                0,
            ),
            intent_status: "ACCEPTED".to_owned(),
            shown_destination: Some(WabaId::new(DESTINATION).unwrap()),
            intent_source: Some(WabaId::new(SOURCE).unwrap()),
            destination: DestinationAccount {
                review: Some("APPROVED".to_owned()),
                owner,
                payment_error: Some(false),
                funding_present: true,
            },
            subscribed: false,
            subscription_vanishes: false,
            destination_numbers: BTreeMap::new(),
            destination_templates: BTreeMap::from([(key, "APPROVED".to_owned())]),
            uncopied: BTreeMap::new(),
            lacking_flows: BTreeSet::new(),
            room: 250,
            created_status: "APPROVED".to_owned(),
            veto: None,
            status_after_register: "CONNECTED".to_owned(),
            settings: BTreeMap::new(),
            shown_region: None,
        }
    }

    /// The same with one change.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn source_number(&mut self, text: &str) -> &mut ListedNumber {
        self.numbers.get_mut(&number(text)).unwrap()
    }

    /// The true answer, with its effect on this world.
    pub(crate) fn answer(&mut self, attempt: &Attempt) -> Outcome {
        let answer = match &attempt.effect {
            Effect::CheckToken { token: TokenKind::SourceBusiness, .. } => Success::Token(self.token.clone()),
            Effect::CheckToken { token: TokenKind::DestinationBusiness, .. } => {
                Success::Token(self.destination_token.clone())
            }
            Effect::ReadSource => Success::Source(self.source.clone()),
            Effect::ReadSourceNumbers { .. } => Success::SourceNumbers(self.numbers.values().cloned().collect()),
            Effect::ReadSourceTemplates { .. } => Success::SourceTemplates(self.templates.clone()),
            Effect::SetIntent => Success::IntentSet(IntentId::new(INTENT).unwrap()),
            Effect::ReadIntent { .. } => Success::Intent(IntentAnswer {
                status: self.intent_status.clone(),
                destination: self.shown_destination.clone(),
            }),
            Effect::ReadGivenIntent { intent } => {
                let (status, destination) = (self.intent_status.clone(), self.shown_destination.clone());
                let foreign = || Some(WabaId::new("100000000000009").unwrap());
                let source = if intent.as_str() == INTENT { self.intent_source.clone() } else { foreign() };
                Success::GivenIntent(GivenIntent { answer: IntentAnswer { status, destination }, source })
            }
            Effect::FetchBusinessToken { .. } => Success::TokenFetched,
            Effect::Subscribe { .. } => {
                self.subscribed = !self.subscription_vanishes;
                Success::Subscribed
            }
            Effect::ReadSubscriptions { .. } => {
                Success::Subscriptions(Subscriptions { ours: self.subscribed, override_callback: None })
            }
            Effect::ReadDestination { .. } => Success::Destination(self.destination.clone()),
            Effect::ReadDestinationNumbers { .. } => {
                Success::DestinationNumbers(self.destination_numbers.values().cloned().collect())
            }
            Effect::SealPin { .. } => Success::PinSealed,
            Effect::AskBeforeMove { .. } => self.veto.clone().map_or(Success::MoveAllowed, Success::MoveVetoed),
            Effect::MoveNumber { number, .. } => match self.take_over(number) {
                Some(id) => Success::Moved(id),
                None => return refused(Cause::NumberAlreadyThere, Verdict::Turn),
            },
            Effect::RegisterNumber { number, .. } => {
                if !self.register(number) {
                    return refused(Cause::ObjectUnknown, Verdict::Turn);
                }
                Success::Registered
            }
            Effect::ReadSettings { side, number } => {
                Success::Settings(self.settings.get(&(*side, Place::of(number.as_ref()))).cloned().unwrap_or_default())
            }
            Effect::RestoreSetting { number, setting, value } => {
                self.set(Side::Destination, number.as_ref(), *setting, Shown::Set(value.clone()));
                Success::SettingRestored
            }
            Effect::SetStorageRegion { region, .. } => {
                let set = Shown::Set(SettingValue::Word(region.clone()));
                Success::StorageRegion(self.shown_region.clone().unwrap_or(set))
            }
            Effect::ReadDestinationTemplates { .. } => Success::DestinationTemplates(DestinationTemplates {
                statuses: self.destination_templates.clone(),
                ..DestinationTemplates::default()
            }),
            Effect::KeepSample { .. } => Success::SampleKept,
            Effect::UploadSample { .. } => Success::SampleUploaded,
            Effect::MoveFlows { .. } => {
                Success::FlowsMoved(FlowsAnswer { lacking: self.lacking_flows.clone(), why: None })
            }
            Effect::CopyTemplates { templates, .. } => {
                let refused: BTreeMap<_, _> = self
                    .uncopied
                    .iter()
                    .filter(|(key, _)| templates.contains(key))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect();
                let copied = templates.iter().filter(|key| !refused.contains_key(key));
                self.destination_templates.extend(copied.map(|key| (key.clone(), "APPROVED".to_owned())));
                Success::TemplatesCopied(CopyAnswer { refused })
            }
            Effect::CreateTemplate { template, .. } => {
                if self.destination_templates.contains_key(template) {
                    return refused(Cause::TemplateNameTaken, Verdict::Permanent);
                }
                if self.destination_templates.len() >= self.room {
                    return refused(Cause::TemplateLimitReached, Verdict::Permanent);
                }
                self.destination_templates.insert(template.clone(), self.created_status.clone());
                Success::TemplateCreated
            }
        };
        Outcome::Success { answer }
    }

    /// Sets one setting of one side.
    pub(crate) fn set(&mut self, side: Side, number: Option<&E164>, name: SettingName, shown: Shown) {
        self.settings.entry((side, Place::of(number))).or_default().insert(name, shown);
    }

    /// Every number has a profile and no region, and the account its analytics; the other side has nothing of it.
    pub(crate) fn furnish(&mut self, numbers: &[&str]) {
        let texts = BTreeMap::from([("about".to_owned(), "Fresh bread since six".to_owned())]);
        let profile = Profile { texts, websites: Vec::new() }.shown();
        for text in numbers {
            let of = number(text);
            self.set(Side::Source, Some(&of), SettingName::BusinessProfile, profile.clone());
            self.set(Side::Source, Some(&of), SettingName::StorageRegion, Shown::Unset);
            self.set(Side::Destination, Some(&of), SettingName::BusinessProfile, Shown::Unset);
        }
        self.set(Side::Source, None, SettingName::Insights, Shown::Set(SettingValue::On));
        self.set(Side::Destination, None, SettingName::Insights, Shown::Unset);
    }

    /// Guide 8, as it takes place.
    pub(crate) fn take_over(&mut self, number: &E164) -> Option<PhoneNumberId> {
        let id = PhoneNumberId::new(&format!("6{}", number.as_str().trim_start_matches('+'))).unwrap();
        let mut entry = self.numbers.remove(number)?;
        entry.id = id.clone();
        entry.status = Some("DISCONNECTED".to_owned());
        entry.pin_enabled = Some(false);
        self.destination_numbers.insert(number.clone(), entry);
        Some(id)
    }

    /// Guide 9, as it takes place.
    pub(crate) fn register(&mut self, number: &E164) -> bool {
        let Some(entry) = self.destination_numbers.get_mut(number) else { return false };
        entry.status = Some(self.status_after_register.clone());
        entry.pin_enabled = Some(true);
        true
    }

    /// What `effect` changes when nobody hears the answer.
    pub(crate) fn take_effect(&mut self, attempt: &Attempt) {
        if matches!(
            attempt.effect.kind(),
            EffectKind::MoveNumber
                | EffectKind::RegisterNumber
                | EffectKind::Subscribe
                | EffectKind::RestoreSetting
                | EffectKind::CopyTemplates
                | EffectKind::CreateTemplate
        ) {
            self.answer(attempt);
        }
    }
}

/// A refusal in words that a person may meet.
pub(crate) fn refusal(cause: Cause, verdict: Verdict) -> Refusal {
    Refusal {
        cause,
        verdict,
        code: 100,
        subcode: Some(2_388_103),
        message: format!("refused for {cause:?}"),
        details: None,
        trace_id: Some("AbCdEf".to_owned()),
    }
}

pub(crate) fn refused(cause: Cause, verdict: Verdict) -> Outcome {
    Outcome::Refused { refusal: refusal(cause, verdict) }
}

pub(crate) fn unknown() -> Outcome {
    Outcome::Unknown { why: "the connection closed before an answer".to_owned() }
}
