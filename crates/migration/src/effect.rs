//! What a migration may ask of the outside, and what can come of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::observed::{
    DestinationAccount, DestinationTemplates, GivenIntent, IntentAnswer, ListedNumber, SourceAccount, SourceTemplates,
    Subscriptions, TokenFacts, TokenKind,
};
use crate::settings::{SettingName, SettingValue, SettingsRead, Shown};
use crate::templates::TemplateKey;
use crate::{E164, IntentId, PhoneNumberId, PortfolioId, Refusal, Side, WabaId};

/// A call that we owe the outside. At most one per migration is open at any time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// `GET /debug_token` for the token that the WABA is worked with.
    CheckToken {
        /// Which token.
        token: TokenKind,
        /// The WABA it has to reach.
        waba: WabaId,
    },
    /// `GET /<SOURCE>`.
    ReadSource,
    /// `GET /<SOURCE>/phone_numbers`, all pages (guide 7).
    ReadSourceNumbers {
        /// The destination's token first, the source's where that does not reach.
        token: TokenKind,
    },
    /// `GET /<SOURCE>/message_templates`, all pages.
    ReadSourceTemplates {
        /// Their contents are kept as documents, so that they can be created again.
        keep_contents: bool,
    },
    /// `POST /<SOURCE>/set_solution_migration_intent` (guide 2).
    SetIntent,
    /// `GET /<INTENT>` (guide 4).
    ReadIntent {
        /// The intent of guide 2.
        intent: IntentId,
    },
    /// `GET /<INTENT>` with the source WABA that it names: whose it is that a person gave.
    ReadGivenIntent {
        /// The intent as given.
        intent: IntentId,
    },
    /// `POST /<PORTFOLIO>/system_user_access_tokens` (guide 5). The token goes into the vault and nowhere else.
    FetchBusinessToken {
        /// The customer's portfolio.
        portfolio: PortfolioId,
    },
    /// `POST /<DESTINATION>/subscribed_apps` (guide 6).
    Subscribe {
        /// The destination.
        destination: WabaId,
        /// Override of the callback, sent again every time since a repeat without it deletes it.
        callback_url: Option<String>,
    },
    /// `GET /<DESTINATION>/subscribed_apps`.
    ReadSubscriptions {
        /// The destination.
        destination: WabaId,
    },
    /// `GET /<DESTINATION>`: review, owner, health, funding.
    ReadDestination {
        /// The destination.
        destination: WabaId,
    },
    /// `GET /<DESTINATION>/phone_numbers`, all pages: the probe of guide 8 and 9.
    ReadDestinationNumbers {
        /// The destination.
        destination: WabaId,
    },
    /// Draw the number's PIN and seal it in the vault, before its move.
    SealPin {
        /// The number.
        number: E164,
    },
    /// Ask the operator's own command whether this number may move now.
    AskBeforeMove {
        /// The number.
        number: E164,
    },
    /// `POST /<DESTINATION>/phone_numbers` (guide 8). Cannot be undone.
    MoveNumber {
        /// The destination.
        destination: WabaId,
        /// The number.
        number: E164,
        /// The number as the source writes it.
        display: String,
        /// Its existing display name.
        verified_name: String,
    },
    /// `POST /<PHONE>/register` (guide 9). Cannot be undone.
    RegisterNumber {
        /// The number.
        number: E164,
        /// The id that guide 8 gave.
        phone_number_id: PhoneNumberId,
    },
    /// `GET /<DESTINATION>/message_templates`, all pages.
    ReadDestinationTemplates {
        /// The destination.
        destination: WabaId,
    },
    /// The settings of a WABA (its node) or of a number (its node, profile and settings) that do not travel.
    ReadSettings {
        /// Before the cutover, or after.
        side: Side,
        /// The number; `None` = the WABA.
        number: Option<E164>,
    },
    /// Set again what the destination lacks. A second time changes nothing.
    RestoreSetting {
        /// The number; `None` = the WABA.
        number: Option<E164>,
        /// Which.
        setting: SettingName,
        /// As it was on the source.
        value: SettingValue,
    },
    /// `POST /<PHONE>/settings` between guide 8 and guide 9, and what `GET` shows then. A second time changes nothing.
    SetStorageRegion {
        /// The number.
        number: E164,
        /// The id that guide 8 gave.
        phone_number_id: PhoneNumberId,
        /// The country.
        region: String,
    },
    /// Fetches a sample file of one of the source's templates while its address is good, and keeps it. No call of the Graph API.
    KeepSample {
        /// Whose.
        template: TemplateKey,
        /// Its place among the template's files, counted from 0.
        place: u32,
    },
    /// `POST /<DESTINATION>/migrate_flows` for the Flows that templates name (guide T6). Cannot be undone.
    MoveFlows {
        /// The destination.
        destination: WabaId,
    },
    /// `POST /<DESTINATION>/migrate_message_templates` (guide T6). Cannot be undone.
    CopyTemplates {
        /// The destination.
        destination: WabaId,
        /// Which.
        templates: Vec<TemplateKey>,
    },
    /// `POST /<APP>/uploads` and the file itself: a sample that is kept becomes a handle.
    UploadSample {
        /// Whose.
        template: TemplateKey,
        /// Its place among the template's files, counted from 0.
        place: u32,
    },
    /// `POST /<DESTINATION>/message_templates` (guide T6). Cannot be undone.
    CreateTemplate {
        /// The destination.
        destination: WabaId,
        /// Which.
        template: TemplateKey,
    },
}

/// An effect without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of `Effect`, where each is explained")]
pub enum EffectKind {
    CheckSourceToken,
    CheckDestinationToken,
    ReadSource,
    ReadSourceNumbers,
    ReadSourceTemplates,
    SetIntent,
    ReadIntent,
    ReadGivenIntent,
    FetchBusinessToken,
    Subscribe,
    ReadSubscriptions,
    ReadDestination,
    ReadDestinationNumbers,
    SealPin,
    AskBeforeMove,
    MoveNumber,
    RegisterNumber,
    ReadDestinationTemplates,
    ReadSourceSettings,
    ReadDestinationSettings,
    RestoreSetting,
    SetStorageRegion,
    KeepSample,
    MoveFlows,
    CopyTemplates,
    UploadSample,
    CreateTemplate,
}

impl EffectKind {
    /// Each of them.
    pub const ALL: [Self; 27] = [
        Self::CheckSourceToken,
        Self::CheckDestinationToken,
        Self::ReadSource,
        Self::ReadSourceNumbers,
        Self::ReadSourceTemplates,
        Self::SetIntent,
        Self::ReadIntent,
        Self::ReadGivenIntent,
        Self::FetchBusinessToken,
        Self::Subscribe,
        Self::ReadSubscriptions,
        Self::ReadDestination,
        Self::ReadDestinationNumbers,
        Self::SealPin,
        Self::AskBeforeMove,
        Self::MoveNumber,
        Self::RegisterNumber,
        Self::ReadDestinationTemplates,
        Self::ReadSourceSettings,
        Self::ReadDestinationSettings,
        Self::RestoreSetting,
        Self::SetStorageRegion,
        Self::KeepSample,
        Self::MoveFlows,
        Self::CopyTemplates,
        Self::UploadSample,
        Self::CreateTemplate,
    ];
}

impl Effect {
    /// The effect without its particulars.
    #[must_use]
    pub fn kind(&self) -> EffectKind {
        match self {
            Self::CheckToken { token: TokenKind::SourceBusiness, .. } => EffectKind::CheckSourceToken,
            Self::CheckToken { token: TokenKind::DestinationBusiness, .. } => EffectKind::CheckDestinationToken,
            Self::ReadSource => EffectKind::ReadSource,
            Self::ReadSourceNumbers { .. } => EffectKind::ReadSourceNumbers,
            Self::ReadSourceTemplates { .. } => EffectKind::ReadSourceTemplates,
            Self::SetIntent => EffectKind::SetIntent,
            Self::ReadIntent { .. } => EffectKind::ReadIntent,
            Self::ReadGivenIntent { .. } => EffectKind::ReadGivenIntent,
            Self::FetchBusinessToken { .. } => EffectKind::FetchBusinessToken,
            Self::Subscribe { .. } => EffectKind::Subscribe,
            Self::ReadSubscriptions { .. } => EffectKind::ReadSubscriptions,
            Self::ReadDestination { .. } => EffectKind::ReadDestination,
            Self::ReadDestinationNumbers { .. } => EffectKind::ReadDestinationNumbers,
            Self::SealPin { .. } => EffectKind::SealPin,
            Self::AskBeforeMove { .. } => EffectKind::AskBeforeMove,
            Self::MoveNumber { .. } => EffectKind::MoveNumber,
            Self::RegisterNumber { .. } => EffectKind::RegisterNumber,
            Self::ReadDestinationTemplates { .. } => EffectKind::ReadDestinationTemplates,
            Self::ReadSettings { side: Side::Source, .. } => EffectKind::ReadSourceSettings,
            Self::ReadSettings { side: Side::Destination, .. } => EffectKind::ReadDestinationSettings,
            Self::RestoreSetting { .. } => EffectKind::RestoreSetting,
            Self::SetStorageRegion { .. } => EffectKind::SetStorageRegion,
            Self::KeepSample { .. } => EffectKind::KeepSample,
            Self::MoveFlows { .. } => EffectKind::MoveFlows,
            Self::CopyTemplates { .. } => EffectKind::CopyTemplates,
            Self::UploadSample { .. } => EffectKind::UploadSample,
            Self::CreateTemplate { .. } => EffectKind::CreateTemplate,
        }
    }

    /// The number that the effect is about.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        match self {
            Self::SealPin { number }
            | Self::AskBeforeMove { number }
            | Self::MoveNumber { number, .. }
            | Self::RegisterNumber { number, .. }
            | Self::SetStorageRegion { number, .. } => Some(number),
            Self::ReadSettings { number, .. } | Self::RestoreSetting { number, .. } => number.as_ref(),
            Self::CheckToken { .. }
            | Self::ReadSource
            | Self::ReadSourceNumbers { .. }
            | Self::ReadSourceTemplates { .. }
            | Self::SetIntent
            | Self::ReadIntent { .. }
            | Self::ReadGivenIntent { .. }
            | Self::FetchBusinessToken { .. }
            | Self::Subscribe { .. }
            | Self::ReadSubscriptions { .. }
            | Self::ReadDestination { .. }
            | Self::ReadDestinationNumbers { .. }
            | Self::ReadDestinationTemplates { .. }
            | Self::KeepSample { .. }
            | Self::MoveFlows { .. }
            | Self::CopyTemplates { .. }
            | Self::UploadSample { .. }
            | Self::CreateTemplate { .. } => None,
        }
    }
}

impl EffectKind {
    /// Whether the vendor's state changes in a way that we may not cause twice.
    #[must_use]
    pub fn cannot_be_undone(self) -> bool {
        match self {
            Self::SetIntent
            | Self::MoveNumber
            | Self::RegisterNumber
            | Self::MoveFlows
            | Self::CopyTemplates
            | Self::CreateTemplate => true,
            Self::CheckSourceToken
            | Self::CheckDestinationToken
            | Self::ReadSource
            | Self::ReadSourceNumbers
            | Self::ReadSourceTemplates
            | Self::ReadIntent
            | Self::ReadGivenIntent
            | Self::FetchBusinessToken
            | Self::Subscribe
            | Self::ReadSubscriptions
            | Self::ReadDestination
            | Self::ReadDestinationNumbers
            | Self::SealPin
            | Self::AskBeforeMove
            | Self::ReadDestinationTemplates
            | Self::KeepSample
            | Self::UploadSample
            | Self::ReadSourceSettings
            | Self::ReadDestinationSettings
            | Self::RestoreSetting
            | Self::SetStorageRegion => false,
        }
    }

    /// Whether an attempt has to be durable before it is made, and its outcome before anything else is done: whatever changes
    /// something at the vendor's or the operator's, or gives a token. What only reads, and a PIN that is drawn once and kept,
    /// may be asked for again by a process that has forgotten it; settings apart, of which each reading is several calls.
    #[must_use]
    pub fn is_journaled_first(self) -> bool {
        match self {
            Self::SetIntent
            | Self::FetchBusinessToken
            | Self::Subscribe
            | Self::AskBeforeMove
            | Self::MoveNumber
            | Self::RegisterNumber
            | Self::KeepSample
            | Self::MoveFlows
            | Self::CopyTemplates
            | Self::UploadSample
            | Self::CreateTemplate
            | Self::ReadSourceSettings
            | Self::ReadDestinationSettings
            | Self::RestoreSetting
            | Self::SetStorageRegion => true,
            Self::CheckSourceToken
            | Self::CheckDestinationToken
            | Self::ReadSource
            | Self::ReadSourceNumbers
            | Self::ReadSourceTemplates
            | Self::ReadIntent
            | Self::ReadGivenIntent
            | Self::ReadSubscriptions
            | Self::ReadDestination
            | Self::ReadDestinationNumbers
            | Self::SealPin
            | Self::ReadDestinationTemplates => false,
        }
    }

    /// Whether the effect is a call of the Graph API (and counts as one).
    #[must_use]
    pub fn is_graph_call(self) -> bool {
        !matches!(self, Self::SealPin | Self::AskBeforeMove | Self::KeepSample)
    }

    /// What the effect does, for people: `reading the migration intent`.
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::CheckSourceToken => "checking the customer's business token",
            Self::CheckDestinationToken => "checking the business token for the new WABA",
            Self::ReadSource => "reading the source WABA",
            Self::ReadSourceNumbers => "listing the numbers of the source WABA",
            Self::ReadSourceTemplates => "listing the templates of the source WABA",
            Self::SetIntent => "tagging the WABA for migration",
            Self::ReadIntent => "reading the migration intent",
            Self::ReadGivenIntent => "reading the migration intent that was given",
            Self::FetchBusinessToken => "fetching the customer's business token",
            Self::Subscribe => "subscribing the app to the new WABA's webhooks",
            Self::ReadSubscriptions => "checking the subscription of the new WABA",
            Self::ReadDestination => "reading the new WABA",
            Self::ReadDestinationNumbers => "listing the numbers of the new WABA",
            Self::SealPin => "sealing the number's PIN",
            Self::AskBeforeMove => "asking the before-move hook",
            Self::MoveNumber => "moving the number to the new WABA",
            Self::RegisterNumber => "registering the number",
            Self::ReadDestinationTemplates => "listing the templates of the new WABA",
            Self::ReadSourceSettings => "reading settings of the source",
            Self::ReadDestinationSettings => "reading settings of the new WABA",
            Self::RestoreSetting => "setting again what did not travel",
            Self::SetStorageRegion => "setting the number's storage region",
            Self::KeepSample => "keeping a sample file of a template",
            Self::MoveFlows => "moving the Flows that templates name",
            Self::CopyTemplates => "having Meta copy templates",
            Self::UploadSample => "uploading a sample file",
            Self::CreateTemplate => "creating a template again",
        }
    }
}

/// One try at an effect, journaled before anything is sent that [changes something](EffectKind::is_journaled_first).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Counts up within the migration; names the attempt in the journal.
    pub id: u64,
    /// What is tried.
    pub effect: Effect,
    /// When it was decided.
    pub started_at: Timestamp,
    /// A try that has not left by then is not sent and decided again.
    pub send_before: Timestamp,
}

/// Why an outcome is unknown that our own process did not live to see: no sign of anything at the vendor's.
pub const LOST: &str = "the process that made the call ended before its answer was kept";

/// What one try gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The outside did it and answered.
    Success {
        /// The answer.
        answer: Success,
    },
    /// The outside said no: nothing happened.
    Refused {
        /// Its words.
        refusal: Refusal,
    },
    /// It was sent, or may have been, and no answer tells what came of it.
    Unknown {
        /// What is known.
        why: String,
    },
    /// It never left: certain that nothing happened.
    NotSent {
        /// Why not.
        why: String,
    },
}

/// A successful answer, reduced to what decisions need. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "value", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant is the answer to the effect of that name")]
pub enum Success {
    Token(TokenFacts),
    Source(SourceAccount),
    SourceNumbers(Vec<ListedNumber>),
    SourceTemplates(SourceTemplates),
    IntentSet(IntentId),
    Intent(IntentAnswer),
    GivenIntent(GivenIntent),
    TokenFetched,
    Subscribed,
    Subscriptions(Subscriptions),
    Destination(DestinationAccount),
    DestinationNumbers(Vec<ListedNumber>),
    PinSealed,
    MoveAllowed,
    MoveVetoed(String),
    Moved(PhoneNumberId),
    Registered,
    DestinationTemplates(DestinationTemplates),
    Settings(SettingsRead),
    SettingRestored,
    StorageRegion(Shown),
    SampleKept,
    FlowsMoved(FlowsAnswer),
    TemplatesCopied(CopyAnswer),
    SampleUploaded,
    TemplateCreated,
}

/// What became of the Flows that templates name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FlowsAnswer {
    /// Ids of the source's Flows that the destination does not have.
    pub lacking: BTreeSet<String>,
    /// The vendor's words about them.
    pub why: Option<String>,
}

/// What the vendor said of templates that it was asked to copy. Only a reading proves a copy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopyAnswer {
    /// Those that it did not copy, with its reason.
    pub refused: BTreeMap<TemplateKey, String>,
}
