//! A refusal in the vendor's words, with what it means for us.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the vendor refused, as far as its answer names a cause that we know how to treat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Two-step verification is still on.
    TwoStepVerificationOn,
    /// No payment method on the destination, however the answer says it.
    PaymentMethodMissing,
    /// The display name is missing, pending or declined.
    DisplayNameNotApproved,
    /// The destination WABA is not approved yet.
    DestinationNotApproved,
    /// Our app is not subscribed to the destination's webhooks.
    AppNotSubscribed,
    /// Number and destination belong to different portfolios.
    OtherPortfolio,
    /// The source WABA is not set up so that it can be left.
    SourceNotSetUp,
    /// The destination lists the number already (2388012): to be proven by a read.
    NumberAlreadyThere,
    /// The number is free and needs no migration.
    NumberNeedsNoMigration,
    /// The vendor wants the number verified again, which this flow never does.
    NumberNeedsVerification,
    /// The number or account is in maintenance.
    Maintenance,
    /// The PIN is not the one that the vendor has.
    WrongPin,
    /// Too many registers in 72 hours (133016).
    RegisterLimit,
    /// We hold no token for this call.
    TokenMissing,
    /// The token is expired, revoked or otherwise not valid.
    TokenInvalid,
    /// The token does not reach the object, or lacks a permission.
    PermissionMissing,
    /// Somebody else tagged the WABA.
    TaggedElsewhere,
    /// The WABA cannot be migrated this way, e.g. because the partner owns it.
    NotMigratable,
    /// The WABA's state does not allow an intent.
    IntentStateInvalid,
    /// The object does not exist or cannot be seen.
    ObjectUnknown,
    /// The number is shared with the WhatsApp Business app.
    CoexistenceNumber,
    /// The account is locked.
    AccountLocked,
    /// The destination has, or is just losing, a template of this name and language: to be proven by a read.
    TemplateNameTaken,
    /// The destination holds as many templates as it may.
    TemplateLimitReached,
    /// The template cannot be created like this.
    TemplateRefused,
    /// The address of a sample file is no longer good.
    SampleExpired,
    /// A sample file, or what is kept of a template, cannot be used.
    SampleUnusable,
    /// A call limit.
    RateLimited,
    /// The vendor's trouble, which passes.
    Transient,
    /// Anything else.
    Unrecognised,
}

impl Cause {
    /// Whether the cause is the WABA's or its token's rather than one number's: then the WABA's other numbers would be
    /// refused as well (rule 8).
    #[must_use]
    pub fn is_of_the_waba(self) -> bool {
        match self {
            Self::PaymentMethodMissing
            | Self::DestinationNotApproved
            | Self::AppNotSubscribed
            | Self::OtherPortfolio
            | Self::SourceNotSetUp
            | Self::TokenMissing
            | Self::TokenInvalid
            | Self::PermissionMissing
            | Self::TaggedElsewhere
            | Self::NotMigratable
            | Self::IntentStateInvalid
            | Self::ObjectUnknown
            | Self::AccountLocked
            | Self::RateLimited => true,
            Self::TwoStepVerificationOn
            | Self::DisplayNameNotApproved
            | Self::NumberAlreadyThere
            | Self::NumberNeedsNoMigration
            | Self::NumberNeedsVerification
            | Self::Maintenance
            | Self::WrongPin
            | Self::RegisterLimit
            | Self::CoexistenceNumber
            | Self::TemplateNameTaken
            | Self::TemplateLimitReached
            | Self::TemplateRefused
            | Self::SampleExpired
            | Self::SampleUnusable
            | Self::Transient
            | Self::Unrecognised => false,
        }
    }
}

/// What to do about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Try again soon.
    Retry,
    /// Try again when a limit has passed.
    Wait {
        /// When the vendor said so.
        until: Option<Timestamp>,
    },
    /// Somebody has to do something first.
    Turn,
    /// Trying again changes nothing.
    Permanent,
}

/// The vendor's answer that says no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What it means.
    pub cause: Cause,
    /// What to do.
    pub verdict: Verdict,
    /// The vendor's code; 0 where the refusal is our own.
    pub code: i64,
    /// The vendor's subcode.
    pub subcode: Option<i64>,
    /// The vendor's message.
    pub message: String,
    /// The vendor's details, where the real reason often stands.
    pub details: Option<String>,
    /// The vendor's trace id, for its support.
    pub trace_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code != 0 {
            write!(f, "code {}", self.code)?;
            if let Some(subcode) = self.subcode {
                write!(f, "/{subcode}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        if let Some(details) = &self.details {
            write!(f, " ({details})")?;
        }
        if let Some(trace_id) = &self.trace_id {
            write!(f, " [trace {trace_id}]")?;
        }
        Ok(())
    }
}
