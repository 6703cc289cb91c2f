//! What nobody outside Meta knows, as switches. Each default is the one that `spec/observations.md` gives, each alternative a
//! reading that its sources allow. A client is right only if it works with all of them.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant),+ }
    };
}

words!(
    /// Setting an intent again while one is open.
    IntentRepeat {
        /// The same intent answers.
        SameId,
        /// A second one is made.
        NewId,
        /// Refused with 2593079.
        #[serde(rename = "2593079")]
        Refused,
    }
);
words!(
    /// When an intent turns `COMPLETED`.
    CompletedWhen {
        /// With the register of the last connected number.
        LastRegister,
        /// Never.
        Never,
        /// With the customer's acceptance.
        Accept,
    }
);
words!(
    /// Whether something is shown.
    Presence {
        /// Left out.
        Absent,
        /// Shown.
        Present,
    }
);
words!(
    /// How guide 2 is asked and answered.
    IntentContract {
        /// As the guide prints it.
        Guide,
        /// As the OpenAPI file of v23 prints it.
        SpecV23,
    }
);
words!(
    /// The event that starts the duplication of templates.
    CopyWhen {
        /// The customer's acceptance.
        Accept,
        /// The first number's move.
        Migrate,
        /// The first number's register.
        Register,
    }
);
words!(
    /// Which templates are copied first when the limit bites.
    CopyOrder {
        /// The newest.
        NewestFirst,
        /// By name.
        Name,
    }
);
words!(
    /// The phone number id on the destination.
    PhoneIdAfterMigrate {
        /// A new one.
        New,
        /// The source's.
        Same,
    }
);
words!(
    /// What the source lists for a number that has left.
    SourceAfterRegister {
        /// `MIGRATED`.
        #[serde(rename = "MIGRATED")]
        Migrated,
        /// `DISCONNECTED`.
        #[serde(rename = "DISCONNECTED")]
        Disconnected,
        /// `DELETED`.
        #[serde(rename = "DELETED")]
        Deleted,
        /// Nothing any more.
        Absent,
    }
);
words!(
    /// The word for a registered number.
    StatusVocabulary {
        /// The guide's word.
        #[serde(rename = "CONNECTED")]
        Connected,
        /// The OpenAPI file's word.
        #[serde(rename = "LINKED")]
        Linked,
    }
);
words!(
    /// Where a missing payment method stops a number.
    PaymentEnforcedAt {
        /// At guide 8 and 9.
        MigrateAndRegister,
        /// At guide 9.
        RegisterOnly,
        /// When a template is sent, later.
        SendOnly,
    }
);
words!(
    /// Where two-step verification that is still on stops a number.
    TwoStepEnforcedAt {
        /// At guide 9.
        Register,
        /// At guide 8.
        Migrate,
    }
);
words!(
    /// What guide 5 gives after an acceptance.
    TokenAfterAccept {
        /// The token the app already has, covering more.
        SameString,
        /// Another token; the old one still reaches the source alone.
        NewString,
    }
);
words!(
    /// Whether the business token covers the destination as soon as it exists.
    TokenCoverage {
        /// At once.
        On,
        /// `token_covers_dest_delay_s` later.
        Delayed,
    }
);
words!(
    /// HTTP status of a limit.
    ErrorHttpStyle {
        /// 400, as the error pages have it.
        Docs,
        /// 429, as the OpenAPI file has it.
        Spec,
    }
);
words!(
    /// Where the numbers 2388001, 2388012, 2388103, 2494100, 2593079 and 2593085 stand.
    MigrationCodeStyle {
        /// `code` 100 and the number as `error_subcode`.
        Subcode,
        /// The number as `code`.
        Code,
    }
);
words!(
    /// The shape of `error_data`.
    ErrorDataShape {
        /// A JSON object.
        Object,
        /// A string that holds JSON.
        String,
    }
);
words!(
    /// What a display name that differs from the existing one does at guide 8.
    VerifiedNameMismatch {
        /// Nothing: the name travels with the number.
        Accept,
        /// Refused with code 100.
        Error,
    }
);
words!(
    /// The review a destination WABA is born with.
    DestinationReview {
        /// Approved at once.
        Approved,
        /// Pending for `destination_review_s`.
        Pending,
    }
);

/// All knobs. Unknown names are refused; what is left out keeps its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Setting an intent again.
    pub intent_repeat: IntentRepeat,
    /// When an intent is `COMPLETED`.
    pub intent_completed_when: CompletedWhen,
    /// `destination_waba` before acceptance.
    pub intent_dest_before_accept: Presence,
    /// Days after which an unanswered intent accepts itself; never if absent.
    pub intent_auto_accept_days: Option<u32>,
    /// Days after which an unanswered intent is `REJECTED`; never if absent.
    pub intent_expiry_days: Option<u32>,
    /// Shape of guide 2.
    pub intent_contract: IntentContract,
    /// What starts the duplication of templates.
    pub template_copy_when: CopyWhen,
    /// Seconds from that event to the copies.
    pub template_copy_delay_s: u32,
    /// Share of copies (0.0 to 1.0) that the re-check of categories rejects with INCORRECT_CATEGORY (guide T2).
    pub template_reject_rate: f64,
    /// Seconds from a copy to its re-check.
    pub template_recheck_delay_s: u32,
    /// Which templates come first.
    pub template_copy_order: CopyOrder,
    /// Phone number id on the destination.
    pub phone_id_after_migrate: PhoneIdAfterMigrate,
    /// What the source lists afterwards.
    pub phone_source_after_register: SourceAfterRegister,
    /// The word for a registered number.
    pub phone_status_vocab: StatusVocabulary,
    /// Guide 8: take a `phone_number` that begins with the country calling code.
    pub phone_number_may_include_cc: bool,
    /// Guide 8: a `verified_name` that is not the existing one.
    pub verified_name_mismatch: VerifiedNameMismatch,
    /// Where payment is demanded.
    pub payment_enforced_at: PaymentEnforcedAt,
    /// Say that payment is missing only in `error_data.details` of a bare code 100; else as subcode 2388103.
    pub payment_hidden_in_details: bool,
    /// Whether a partner can read how a WABA is funded: `primary_funding_id`, and 141006 in `health_status`.
    pub funding_readable: bool,
    /// Where two-step verification must be off.
    pub twofa_enforced_at: TwoStepEnforcedAt,
    /// Guide 5 needs `business_management`.
    pub token_fetch_needs_business_management: bool,
    /// The token string after an acceptance.
    pub token_after_accept: TokenAfterAccept,
    /// When the business token covers the destination.
    pub token_covers_dest_after_accept: TokenCoverage,
    /// The delay, where it is delayed.
    pub token_covers_dest_delay_s: u32,
    /// Every call needs `appsecret_proof`, not only guide 5.
    pub require_appsecret_proof: bool,
    /// HTTP status of limits.
    pub error_http_style: ErrorHttpStyle,
    /// Code of a WABA's hourly limit: 80008 or 80007.
    pub rate_limit_code: i64,
    /// Where migration error numbers stand.
    pub migration_code_style: MigrationCodeStyle,
    /// Shape of `error_data`.
    pub error_data_shape: ErrorDataShape,
    /// The review a destination is born with.
    pub destination_review: DestinationReview,
    /// Seconds of that review.
    pub destination_review_s: u32,
    /// For so many seconds after a change on a WABA, reads still show it as it was.
    pub read_after_write_lag_s: u32,
    /// Milliseconds of every call.
    pub latency_ms: u32,
    /// Share of calls (0.0 to 1.0) that fail with a transient error and no effect.
    pub transient_fault_rate: f64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            intent_repeat: IntentRepeat::SameId,
            intent_completed_when: CompletedWhen::LastRegister,
            intent_dest_before_accept: Presence::Absent,
            intent_auto_accept_days: None,
            intent_expiry_days: None,
            intent_contract: IntentContract::Guide,
            template_copy_when: CopyWhen::Register,
            template_copy_delay_s: 60,
            template_reject_rate: 0.0,
            template_recheck_delay_s: 3600,
            template_copy_order: CopyOrder::NewestFirst,
            phone_id_after_migrate: PhoneIdAfterMigrate::New,
            phone_source_after_register: SourceAfterRegister::Migrated,
            phone_status_vocab: StatusVocabulary::Connected,
            phone_number_may_include_cc: false,
            verified_name_mismatch: VerifiedNameMismatch::Accept,
            payment_enforced_at: PaymentEnforcedAt::MigrateAndRegister,
            payment_hidden_in_details: true,
            funding_readable: true,
            twofa_enforced_at: TwoStepEnforcedAt::Register,
            token_fetch_needs_business_management: true,
            token_after_accept: TokenAfterAccept::SameString,
            token_covers_dest_after_accept: TokenCoverage::On,
            token_covers_dest_delay_s: 300,
            require_appsecret_proof: false,
            error_http_style: ErrorHttpStyle::Docs,
            rate_limit_code: 80008,
            migration_code_style: MigrationCodeStyle::Subcode,
            error_data_shape: ErrorDataShape::Object,
            destination_review: DestinationReview::Approved,
            destination_review_s: 7200,
            read_after_write_lag_s: 0,
            latency_ms: 80,
            transient_fault_rate: 0.0,
        }
    }
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
    /// Checks what the types alone do not.
    ///
    /// # Errors
    /// Names the first knob whose value is out of range.
    pub fn validate(&self) -> Result<(), InvalidKnob> {
        let refuse = |knob, value, expected| Err(InvalidKnob { knob, value, expected });
        for (knob, share) in
            [("template_reject_rate", self.template_reject_rate), ("transient_fault_rate", self.transient_fault_rate)]
        {
            if !(0.0..=1.0).contains(&share) {
                return refuse(knob, share.to_string(), "a share from 0.0 to 1.0");
            }
        }
        if ![80007, 80008].contains(&self.rate_limit_code) {
            return refuse("rate_limit_code", self.rate_limit_code.to_string(), "80008 or 80007");
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
