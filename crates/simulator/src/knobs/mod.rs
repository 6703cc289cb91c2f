//! What nobody outside Meta knows, as switches. Each default is the one that `spec/observations.md` gives, each alternative a
//! reading that its sources allow. A client is right only if it works with all of them.

mod words;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::words::*;
use crate::world::Quality;

/// What people and tests need to know about a knob.
#[derive(Clone, Debug, Serialize)]
pub struct KnobEntry {
    /// Its name in [`Knobs`].
    pub name: &'static str,
    /// What it changes.
    pub meaning: String,
    /// What is unknown, as a question.
    pub unknown: &'static str,
    /// Its anchor in `spec/observations.md`.
    pub anchor: &'static str,
    /// Its default.
    pub default: Value,
    /// Values that a client has to bear, the default among them. Numbers have more values than these.
    pub values: Vec<Value>,
}

macro_rules! knobs {
    ($($(#[doc = $meaning:literal])+ $name:ident: $type:ty = $default:expr, among $values:expr; $anchor:literal $unknown:literal)+) => {
        /// All knobs. Unknown names are refused; what is left out keeps its default.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Knobs { $($(#[doc = $meaning])+ pub $name: $type,)+ }

        impl Default for Knobs {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Knobs {
            /// Every knob with what is known about it, in the order of the struct.
            pub fn catalog() -> Vec<KnobEntry> {
                let value = |value: serde_json::Result<Value>| value.unwrap_or_default();
                vec![$({
                    let default: $type = $default;
                    let values: Vec<$type> = $values;
                    KnobEntry {
                        name: stringify!($name),
                        meaning: concat!($($meaning),+).trim().to_owned(),
                        unknown: $unknown,
                        anchor: $anchor,
                        default: value(serde_json::to_value(default)),
                        values: values.into_iter().map(|one| value(serde_json::to_value(one))).collect(),
                    }
                },)+]
            }
        }
    };
}

knobs! {
    /// Setting an intent again.
    intent_repeat: IntentRepeat = IntentRepeat::SameId, among IntentRepeat::ALL.to_vec();
    "intents.intent_repeat" "What does the same app get that tags the same WABA again while the intent is open?"

    /// Setting an intent again once the customer has accepted it.
    intent_repeat_after_accept: RepeatAfterAccept = RepeatAfterAccept::SameId, among RepeatAfterAccept::ALL.to_vec();
    "intents.intent_repeat_after_accept" "What does the same app get that tags a WABA again whose migration was accepted?"

    /// When an intent is `COMPLETED`.
    intent_completed_when: CompletedWhen = CompletedWhen::LastRegister, among CompletedWhen::ALL.to_vec();
    "intents.intent_completed_when" "When does COMPLETED appear?"

    /// `destination_waba` before acceptance.
    intent_dest_before_accept: Presence = Presence::Absent, among Presence::ALL.to_vec();
    "intents.intent_dest_before_accept" "Is `destination_waba` there before the acceptance, as one example of Meta's has it?"

    /// Days after which an unanswered intent accepts itself; never if absent.
    intent_auto_accept_days: Option<u32> = None, among vec![None, Some(90)];
    "intents.intent_auto_accept_days" "Is silence consent here, as it is where a WABA is added to a solution?"

    /// Days after which an unanswered intent is `REJECTED`; never if absent.
    intent_expiry_days: Option<u32> = None, among vec![None, Some(7)];
    "intents.intent_expiry_days" "Does an open intent end by itself?"

    /// Shape of guide 2.
    intent_contract: IntentContract = IntentContract::Guide, among IntentContract::ALL.to_vec();
    "intents.intent_contract" "Which of the five descriptions of tagging is live?"

    /// What starts the duplication of templates.
    template_copy_when: CopyWhen = CopyWhen::Register, among CopyWhen::ALL.to_vec();
    "templates.template_copy_when" "Which event starts the copying?"

    /// Seconds from that event to the copies.
    template_copy_delay_s: u32 = 60, among vec![0, 60, 86_400];
    "templates.template_copy_delay_s" "How long does the copying take to begin?"

    /// Share of copies (0.0 to 1.0) that the re-check of categories rejects with INCORRECT_CATEGORY (guide T2).
    template_reject_rate: f64 = 0.05, among vec![0.0, 0.05, 1.0];
    "templates.template_reject_rate" "How many copies does the re-check reject?"

    /// Seconds from a copy to its re-check.
    template_recheck_delay_s: u32 = 3600, among vec![0, 3600];
    "templates.template_recheck_delay_s" "When does the re-check of a copy end?"

    /// Which templates come first.
    template_copy_order: CopyOrder = CopyOrder::NewestFirst, among CopyOrder::ALL.to_vec();
    "templates.template_copy_order" "Which templates are copied where there is no room for all?"

    /// Seconds from handing a template in to the end of its review.
    template_review_s: u32 = 300, among vec![0, 300, 86_400];
    "templates.template_review_s" "How long does the review of a new template take?"

    /// Share of reviewed templates (0.0 to 1.0) that are rejected for what they say.
    template_review_reject_rate: f64 = 0.0, among vec![0.0, 0.05, 1.0];
    "templates.template_review_reject_rate" "How many new templates does the review reject?"

    /// Share of reviewed UTILITY templates (0.0 to 1.0) that are approved as MARKETING.
    template_recategorize_rate: f64 = 0.0, among vec![0.0, 0.05, 1.0];
    "templates.template_recategorize_rate" "How many new templates does Meta move to another category?"

    /// When a template with the body and footer of another one is refused.
    template_identical_text: DuplicateText = DuplicateText::Review, among DuplicateText::ALL.to_vec();
    "templates.template_identical_text" "Does a text that is there already fail at the call or at the review?"

    /// A body that ends with a parameter and a full stop counts as ending with the parameter.
    template_edge_ignores_punctuation: bool = false, among vec![false, true];
    "templates.template_edge_ignores_punctuation" "Does punctuation keep a parameter from the edge of a body?"

    /// Words, beside one, that a body needs for each parameter; 0 for none.
    template_words_per_parameter: u32 = 2, among vec![0, 2, 3];
    "templates.template_words_per_parameter" "How many words does a parameter need?"

    /// How a read shows the type and the apps of an OTP button.
    template_otp_read_back: OtpReadBack = OtpReadBack::Members, among OtpReadBack::ALL.to_vec();
    "templates.template_otp_read_back" "Are `otp_type` and `supported_apps` members of the URL button that a read shows?"

    /// Seconds for which the address of a header's file is good.
    template_media_expires_s: u32 = 86_400, among vec![60, 86_400];
    "templates.template_media_expires_s" "How long is the address of a header's file good?"

    /// A handle is good only for templates that the app creates to which it was uploaded.
    template_handle_bound_to_app: bool = true, among vec![true, false];
    "templates.template_handle_bound_to_app" "Does the handle of an upload belong to an app?"

    /// Messages after which a template is rated, once its first 24 hours are over.
    template_rating_messages: u32 = 100, among vec![1, 100, 1000];
    "templates.template_rating_messages" "How much is enough data for a rating?"

    /// The rating it gets.
    template_rating: Quality = Quality::Green, among vec![Quality::Green, Quality::Yellow, Quality::Red, Quality::Unknown];
    "templates.template_rating" "Which rating does a copy get?"

    /// Phone number id on the destination.
    phone_id_after_migrate: PhoneIdAfterMigrate = PhoneIdAfterMigrate::New, among PhoneIdAfterMigrate::ALL.to_vec();
    "numbers.phone_id_after_migrate" "Does a number keep its id?"

    /// What the source lists afterwards.
    phone_source_after_register: SourceAfterRegister = SourceAfterRegister::Migrated, among SourceAfterRegister::ALL.to_vec();
    "numbers.phone_source_after_register" "What does the source list for a number that has left?"

    /// How many numbers a portfolio may have is refused with this code: 200 (with subcode 1349175) or 100.
    portfolio_limit_code: i64 = 200, among vec![200, 100];
    "numbers.portfolio_limit_code" "Which code has the limit of a portfolio's numbers?"

    /// A number that is still registered on the source counts against that limit when it is registered on the destination.
    number_counts_on_both_sides: bool = false, among vec![false, true];
    "numbers.number_counts_on_both_sides" "Does a number that migrates count twice?"

    /// The word for a registered number.
    phone_status_vocab: StatusVocabulary = StatusVocabulary::Connected, among StatusVocabulary::ALL.to_vec();
    "numbers.phone_status_vocab" "Which word stands for a registered number?"

    /// Guide 8: take a `phone_number` that begins with the country calling code.
    phone_number_may_include_cc: bool = false, among vec![false, true];
    "numbers.phone_number_may_include_cc" "Is a `phone_number` taken that begins with its calling code?"

    /// Guide 8: a `verified_name` that is not the existing one.
    verified_name_mismatch: VerifiedNameMismatch = VerifiedNameMismatch::Accept, among VerifiedNameMismatch::ALL.to_vec();
    "numbers.verified_name_mismatch" "What does a display name do that is not the existing one?"

    /// Where payment is demanded.
    payment_enforced_at: PaymentEnforcedAt = PaymentEnforcedAt::MigrateAndRegister, among PaymentEnforcedAt::ALL.to_vec();
    "numbers.payment_enforced_at" "Which call does a missing payment method stop?"

    /// Say that payment is missing only in `error_data.details` of a bare code 100; else as subcode 2388103.
    payment_hidden_in_details: bool = true, among vec![true, false];
    "errors.payment_hidden_in_details" "How is a missing payment method told?"

    /// Whether a partner can read how a WABA is funded: `primary_funding_id`, and 141006 in `health_status`.
    funding_readable: bool = true, among vec![true, false];
    "waba.funding_readable" "Does a partner see how a WABA is funded?"

    /// Where two-step verification must be off.
    twofa_enforced_at: TwoStepEnforcedAt = TwoStepEnforcedAt::Register, among TwoStepEnforcedAt::ALL.to_vec();
    "registration.twofa_enforced_at" "Which call does two-step verification stop?"

    /// The storage region of a number that migrates.
    storage_region_after_migrate: RegionAfterMigrate = RegionAfterMigrate::Lost, among RegionAfterMigrate::ALL.to_vec();
    "registration.storage_region_after_migrate" "Does local storage come along?"

    /// Profile, automation and calling of a number that migrates.
    settings_after_migrate: SettingsAfterMigrate = SettingsAfterMigrate::Lost, among SettingsAfterMigrate::ALL.to_vec();
    "settings.settings_after_migrate" "Do profile, automation and calling come along?"

    /// Guide 9: `data_localization_region` in the register itself.
    region_in_register: RegionInRegister = RegionInRegister::Ignored, among RegionInRegister::ALL.to_vec();
    "registration.region_in_register" "What does register make of a storage region since v21?"

    /// Guide 5 needs `business_management`.
    token_fetch_needs_business_management: bool = true, among vec![true, false];
    "tokens.token_fetch_needs_business_management" "Does the fetching of a business token need `business_management`?"

    /// The token string after an acceptance.
    token_after_accept: TokenAfterAccept = TokenAfterAccept::SameString, among TokenAfterAccept::ALL.to_vec();
    "tokens.token_after_accept" "Is the token after the acceptance the one from before?"

    /// When the business token covers the destination.
    token_covers_dest_after_accept: TokenCoverage = TokenCoverage::On, among TokenCoverage::ALL.to_vec();
    "tokens.token_covers_dest_after_accept" "Does the business token reach the destination at once?"

    /// The delay in seconds, where it is delayed.
    token_covers_dest_delay_s: u32 = 300, among vec![300, 7200];
    "tokens.token_covers_dest_delay_s" "If it does not, when?"

    /// Every call needs `appsecret_proof`, not only guide 5.
    require_appsecret_proof: bool = false, among vec![false, true];
    "tokens.require_appsecret_proof" "Has the provider's app the setting that every call needs a proof?"

    /// HTTP status of limits.
    error_http_style: ErrorHttpStyle = ErrorHttpStyle::Docs, among ErrorHttpStyle::ALL.to_vec();
    "limits.error_http_style" "Which HTTP status has a limit?"

    /// Code of a WABA's hourly limit: 80008 or 80007.
    rate_limit_code: i64 = 80008, among vec![80_008, 80_007];
    "limits.rate_limit_code" "Which code has the hourly limit of a WABA?"

    /// Calls that an app may make in an hour, all WABAs together; without a limit if absent.
    app_calls_per_hour: Option<u32> = None, among vec![None, Some(1000)];
    "limits.app_calls_per_hour" "How many calls an hour may an app make?"

    /// Where migration error numbers stand.
    migration_code_style: MigrationCodeStyle = MigrationCodeStyle::Subcode, among MigrationCodeStyle::ALL.to_vec();
    "errors.migration_code_style" "Where do the error numbers of a migration stand?"

    /// Shape of `error_data`.
    error_data_shape: ErrorDataShape = ErrorDataShape::Object, among ErrorDataShape::ALL.to_vec();
    "errors.error_data_shape" "Is `error_data` an object or a string that holds one?"

    /// The review a destination is born with.
    destination_review: DestinationReview = DestinationReview::Approved, among DestinationReview::ALL.to_vec();
    "waba.destination_review" "Is a new WABA reviewed before it may be used?"

    /// Seconds of that review.
    destination_review_s: u32 = 7200, among vec![7200, 259_200];
    "waba.destination_review_s" "If it is, how long does that take?"

    /// For so many seconds after a change on a WABA, reads still show it as it was.
    read_after_write_lag_s: u32 = 0, among vec![0, 20];
    "numbers.read_after_write_lag_s" "How soon do reads show what was written?"

    /// Milliseconds of every call.
    latency_ms: u32 = 80, among vec![0, 80, 5000];
    "limits.latency_ms" "How long does a call take?"

    /// Share of calls (0.0 to 1.0) that fail with a transient error and no effect.
    transient_fault_rate: f64 = 0.0, among vec![0.0, 0.05];
    "limits.transient_fault_rate" "How often does a call fail for no reason of its own?"

    /// Guide 6: refuse a callback override from an app that is not subscribed to the WABA yet.
    override_needs_subscription: bool = false, among vec![false, true];
    "subscriptions.override_needs_subscription" "Must an app be subscribed to a WABA before it can override its callback?"

    /// Whether PARTNER_ADDED tells of the destination.
    partner_added_on_accept: PartnerAdded = PartnerAdded::On, among PartnerAdded::ALL.to_vec();
    "webhooks.partner_added_on_accept" "Does PARTNER_ADDED fire when a customer leaves a solution this way?"

    /// Seconds from the register of a source's last connected number until its Solution Partner loses the source and hears
    /// PARTNER_REMOVED; never if absent.
    partner_removed_after_s: Option<u32> = None, among vec![None, Some(0), Some(3600)];
    "webhooks.partner_removed_after_s" "When does the old Solution Partner lose a source that all numbers have left?"

    /// For how long a delivery that failed is tried again.
    webhook_retry_window: RetryWindow = RetryWindow::SevenDays, among RetryWindow::ALL.to_vec();
    "webhooks.webhook_retry_window" "Which of Meta's two pages about retries is right?"

    /// Send the odd shapes that some examples of Meta's have.
    webhook_quirky_shapes: bool = false, among vec![false, true];
    "webhooks.webhook_quirky_shapes" "Do the odd examples occur on the wire?"

    /// How webhooks about templates spell a language.
    webhook_language_spelling: LanguageSpelling = LanguageSpelling::Hyphen, among LanguageSpelling::ALL.to_vec();
    "webhooks.webhook_language_spelling" "Do webhooks write a language as the API does?"

    /// `contacts` beside the status of a message.
    status_contacts: Presence = Presence::Absent, among Presence::ALL.to_vec();
    "webhooks.status_contacts" "Does the status of a message name its recipient in `contacts`?"

    /// `user_id` of a customer in `contacts`, of messages and, where they have `contacts`, of statuses.
    contact_user_id: Presence = Presence::Absent, among Presence::ALL.to_vec();
    "webhooks.contact_user_id" "Do `contacts` have an id of the customer for this business already?"

    /// Share of deliveries (0.0 to 1.0) that come twice.
    webhook_duplicates: f64 = 0.01, among vec![0.0, 0.01, 1.0];
    "webhooks.webhook_duplicates" "How many deliveries come twice?"

    /// Share of deliveries (0.0 to 1.0) that are held back behind later ones.
    webhook_reorder: f64 = 0.05, among vec![0.0, 0.05, 1.0];
    "webhooks.webhook_reorder" "How many deliveries come out of order?"

    /// Share of deliveries (0.0 to 1.0) that never arrive and are not tried again.
    webhook_loss: f64 = 0.0, among vec![0.0, 0.05, 1.0];
    "webhooks.webhook_loss" "How many deliveries never come?"

    /// How many changes a delivery may hold. Changes that come while one is delayed join it.
    webhook_batch: u32 = 1, among vec![1, 1000];
    "webhooks.webhook_batch" "How many changes come in one delivery?"

    /// Longest delay of a delivery in seconds; each draws its own from 0 to this.
    webhook_delay_s: u32 = 5, among vec![0, 5, 3600];
    "webhooks.webhook_delay_s" "How long does a delivery take?"

    /// Who hears of a message that was sent before the cutover and delivered after it.
    status_after_cutover_goes_to: LateStatusTo = LateStatusTo::Source, among LateStatusTo::ALL.to_vec();
    "webhooks.status_after_cutover_goes_to" "Who hears of a message sent before and delivered after the cutover?"

    /// Where a message arrives that comes between guide 8 and guide 9.
    inbound_between_8_and_9: InboundInTheGap = InboundInTheGap::Source, among InboundInTheGap::ALL.to_vec();
    "webhooks.inbound_between_8_and_9" "Where does a message arrive during the gap?"

    /// How a template message is refused while the WABA has no payment method.
    payment_missing_told_by: PaymentMissingToldBy = PaymentMissingToldBy::Answer, among PaymentMissingToldBy::ALL.to_vec();
    "billing.payment_missing_told_by" "Is a template message without a payment method refused by the answer or by a status?"

    /// An open customer service window at the cutover.
    customer_window_after_cutover: WindowAfterCutover = WindowAfterCutover::Stays, among WindowAfterCutover::ALL.to_vec();
    "billing.customer_window_after_cutover" "Does an open customer service window stay open for the destination?"
}

/// A knob has a value that means nothing.
#[derive(Debug, thiserror::Error)]
#[error("knob `{knob}` = {value}: expected {expected}")]
pub struct InvalidKnob {
    knob: &'static str,
    value: String,
    expected: &'static str,
}

impl Knobs {
    /// These, with the values that `other` has for the knobs of these names.
    pub(crate) fn with_those_of(&self, other: &Self, names: &[String]) -> Self {
        let (Ok(mut all), Ok(other)) = (serde_json::to_value(self), serde_json::to_value(other)) else {
            return self.clone();
        };
        for name in names {
            if let (Some(own), Some(new)) = (all.get_mut(name), other.get(name)) {
                *own = new.clone();
            }
        }
        serde_json::from_value(all).unwrap_or_else(|_| self.clone())
    }

    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// Names the first knob whose value is out of range.
    pub fn validate(&self) -> Result<(), InvalidKnob> {
        let refuse = |knob, value, expected| Err(InvalidKnob { knob, value, expected });
        let shares = [
            ("template_reject_rate", self.template_reject_rate),
            ("template_review_reject_rate", self.template_review_reject_rate),
            ("template_recategorize_rate", self.template_recategorize_rate),
            ("transient_fault_rate", self.transient_fault_rate),
            ("webhook_duplicates", self.webhook_duplicates),
            ("webhook_reorder", self.webhook_reorder),
            ("webhook_loss", self.webhook_loss),
        ];
        for (knob, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                return refuse(knob, share.to_string(), "a share from 0.0 to 1.0");
            }
        }
        if !(1..=1000).contains(&self.webhook_batch) {
            return refuse("webhook_batch", self.webhook_batch.to_string(), "a number from 1 to 1000");
        }
        if ![80007, 80008].contains(&self.rate_limit_code) {
            return refuse("rate_limit_code", self.rate_limit_code.to_string(), "80008 or 80007");
        }
        if ![100, 200].contains(&self.portfolio_limit_code) {
            return refuse("portfolio_limit_code", self.portfolio_limit_code.to_string(), "200 or 100");
        }
        if self.app_calls_per_hour == Some(0) {
            return refuse("app_calls_per_hour", "0".to_owned(), "at least one call, or nothing at all");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_observations() {
        insta::assert_json_snapshot!(Knobs::default());
    }

    #[test]
    fn every_knob_has_its_default_among_its_values_and_one_besides() {
        for knob in Knobs::catalog() {
            assert!(knob.values.contains(&knob.default), "{}", knob.name);
            assert!(knob.values.len() > 1, "{}", knob.name);
            for value in knob.values {
                let knobs = serde_json::json!({ knob.name: value });
                serde_json::from_value::<Knobs>(knobs).unwrap().validate().unwrap();
            }
        }
    }

    /// Both ways: no knob without its row, no row without its knob.
    #[test]
    fn knobs_and_the_observations_name_the_same_unknowns() {
        let observations = include_str!("../../../../spec/observations.md");
        let mut in_table = false;
        let mut documented = Vec::new();
        for line in observations.lines() {
            if line.starts_with("| Knob |") {
                in_table = true;
            } else if !line.starts_with('|') {
                in_table = false;
            } else if in_table && let Some(anchor) = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()) {
                documented.push(anchor.to_owned());
            }
        }
        let mut served: Vec<String> = Knobs::catalog().into_iter().map(|knob| knob.anchor.to_owned()).collect();
        documented.sort();
        served.sort();
        assert_eq!(served, documented);
    }

    #[test]
    fn alternatives_are_written_as_in_the_observations() {
        let knobs: Knobs = serde_json::from_value(serde_json::json!({
            "intent_repeat": "2593079", "intent_contract": "spec_v23", "phone_source_after_register": "absent",
            "phone_status_vocab": "LINKED", "payment_enforced_at": "register_only", "rate_limit_code": 80007
        }))
        .unwrap();
        assert_eq!(knobs.intent_repeat, IntentRepeat::Refused);
        assert_eq!(knobs.phone_source_after_register, SourceAfterRegister::Absent);
        knobs.validate().unwrap();
    }

    #[test]
    fn an_unknown_name_or_a_senseless_value_is_refused() {
        assert!(serde_json::from_str::<Knobs>(r#"{"intent_repaet":"new_id"}"#).is_err());
        assert!(serde_json::from_str::<Knobs>(r#"{"intent_repeat":"sometimes"}"#).is_err());
        assert!(Knobs { transient_fault_rate: 1.5, ..Knobs::default() }.validate().is_err());
        assert!(Knobs { rate_limit_code: 4, ..Knobs::default() }.validate().is_err());
    }
}
