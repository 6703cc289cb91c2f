//! Why a migration cannot go on: the table of blockers. `docs/reference/blockers.md` is generated from it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::E164;
use crate::effect::EffectKind;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// The business customer.
    Customer,
    /// The Tech Provider: us, the operators.
    TechProvider,
    /// The Solution Partner that is being left.
    SolutionPartner,
    /// Meta.
    Meta,
    /// Nobody: it passes with time.
    Time,
}

impl Turn {
    /// The name used in filters and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::TechProvider => "tech_provider",
            Self::SolutionPartner => "solution_partner",
            Self::Meta => "meta",
            Self::Time => "time",
        }
    }

    /// Every turn.
    pub const ALL: [Self; 5] = [Self::Customer, Self::TechProvider, Self::SolutionPartner, Self::Meta, Self::Time];
}

/// Before which step a blocker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    /// Guide 2.
    Tag,
    /// Guide 5 to 7.
    Provision,
    /// Guide 8.
    Move,
    /// Guide 9.
    Register,
    /// The end.
    Complete,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockerRow {
    /// The code.
    pub code: BlockerCode,
    /// What is the matter, in one sentence for people.
    pub sentence: &'static str,
    /// Whose turn it is unless the migration says otherwise.
    pub turn: Turn,
    /// Before which step it stands.
    pub before: Before,
    /// The effect that observes it; `None` when we know it ourselves.
    pub read: Option<EffectKind>,
    /// How often it is looked at.
    pub how_often: &'static str,
    /// The webhook that wakes the migration earlier.
    pub woken_by: Option<&'static str>,
    /// Greatest age of the reading at the gate.
    pub greatest_age: &'static str,
    /// What clears it, told to the person whose turn it is.
    pub clears: &'static str,
}

macro_rules! blockers {
    ($($(#[$doc:meta])* $variant:ident = $code:literal {
        $sentence:literal, $turn:ident, $before:ident, $read:expr, $often:expr, $woken:expr, $age:literal, $clears:literal $(,)?
    })*) => {
        /// A reason why a migration cannot go on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum BlockerCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl BlockerCode {
            /// Every code, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as shown.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Its row of the table.
            #[must_use]
            pub fn row(self) -> BlockerRow {
                match self {
                    $(Self::$variant => BlockerRow {
                        code: Self::$variant, sentence: $sentence, turn: Turn::$turn, before: Before::$before, read: $read,
                        how_often: $often, woken_by: $woken, greatest_age: $age, clears: $clears,
                    },)*
                }
            }
        }
    };
}

/// The words for [`crate::retry::patience`].
const PATIENCE: &str = "5 min for an hour, 15 min for a day, hourly for a week, then every 4 h";

blockers! {
    /// Imported, never asked to begin.
    NotPreflighted = "NOT_PREFLIGHTED" {
        "Nothing has been checked yet.", TechProvider, Tag, None, "never", None, "–",
        "Run `unmoor preflight` for this customer."
    }
    /// Checked, not released.
    NotReleased = "NOT_RELEASED" {
        "It is checked and waits for its start.", TechProvider, Tag, None, "never", None, "–",
        "Run `unmoor start` for this customer or its wave."
    }
    /// An operator's pause.
    Paused = "PAUSED" {
        "An operator has paused it.", TechProvider, Tag, None, "never", None, "–",
        "Run `unmoor resume` for this customer."
    }
    /// An operator's hold.
    Held = "HELD" {
        "An operator holds back the cutover.", TechProvider, Move, None, "never", None, "–",
        "Run `unmoor release` for this customer."
    }
    /// No business token.
    TokenMissing = "TOKEN_MISSING" {
        "There is no business token for the source WABA.", TechProvider, Tag, Some(EffectKind::CheckSourceToken),
        PATIENCE, None, "24 h",
        "Add the token to the file that UNMOOR_TOKENS names and run `unmoor retry`."
    }
    /// Token not valid.
    TokenInvalid = "TOKEN_INVALID" {
        "The business token is expired or was revoked.", TechProvider, Tag, Some(EffectKind::CheckSourceToken),
        PATIENCE,
        Some("account_update PARTNER_APP_UNINSTALLED"), "24 h",
        "Obtain a valid business token, put it into the file that UNMOOR_TOKENS names, and run `unmoor retry`."
    }
    /// Token expires too soon.
    TokenExpiresSoon = "TOKEN_EXPIRES_SOON" {
        "The business token expires before the numbers are safely over (72 hours).", TechProvider, Move,
        Some(EffectKind::CheckDestinationToken), PATIENCE,
        None, "24 h", "Refresh the token and run `unmoor retry`."
    }
    /// Token lacks a scope or the WABA.
    TokenScopeMissing = "TOKEN_SCOPE_MISSING" {
        "The business token does not reach the WABA with both WhatsApp permissions.", TechProvider, Tag,
        Some(EffectKind::CheckSourceToken), PATIENCE,
        Some("account_update PARTNER_APP_INSTALLED"), "24 h",
        "Have the customer grant whatsapp_business_management and whatsapp_business_messaging for this WABA."
    }
    /// System token refused.
    SystemTokenRefused = "SYSTEM_TOKEN_REFUSED" {
        "Meta refuses the system token: this stops the whole fleet.", TechProvider, Provision,
        Some(EffectKind::ReadIntent), PATIENCE, None, "–",
        "Renew UNMOOR_SYSTEM_TOKEN (scopes whatsapp_business_management, whatsapp_business_messaging, business_management)."
    }
    /// The source cannot be read.
    SourceUnreadable = "SOURCE_UNREADABLE" {
        "The source WABA cannot be read.", TechProvider, Tag, Some(EffectKind::ReadSource),
        PATIENCE,
        Some("account_update PARTNER_REMOVED"), "24 h",
        "Check the WABA id and that the customer still shares the WABA with you; the old partner must not be removed yet."
    }
    /// The app may lack advanced access.
    AdvancedAccessMissing = "ADVANCED_ACCESS_MISSING" {
        "Meta refuses the tag for want of permission: the app may lack advanced access.", TechProvider, Tag,
        Some(EffectKind::SetIntent), PATIENCE, None, "–",
        "See in the app dashboard that whatsapp_business_management has advanced access (guide R1)."
    }
    /// The partner owns the WABA.
    WabaOwnedByPartner = "WABA_OWNED_BY_PARTNER" {
        "The Solution Partner owns this WABA, not the customer: it cannot leave this way.", SolutionPartner, Tag,
        Some(EffectKind::ReadSource), PATIENCE, None, "24 h",
        "Transfer the WABA to the customer's portfolio first."
    }
    /// The source's review.
    SourceNotApproved = "SOURCE_NOT_APPROVED" {
        "The source WABA is not approved.", Customer, Tag, Some(EffectKind::ReadSource),
        PATIENCE, Some("account_review_update"), "24 h",
        "Complete the review of the account in Meta Business Suite."
    }
    /// No portfolio is known.
    PortfolioUnknown = "PORTFOLIO_UNKNOWN" {
        "The customer's business portfolio is not known.", TechProvider, Provision, Some(EffectKind::ReadSource),
        PATIENCE, None, "24 h",
        "Import the customer again with business_portfolio_id."
    }
    /// Nothing to move.
    NoConnectedNumber = "NO_CONNECTED_NUMBER" {
        "The source WABA has no number that can be moved: none is CONNECTED and readable.", TechProvider, Tag, Some(EffectKind::ReadSourceNumbers),
        PATIENCE, None, "10 min",
        "Clarify with the customer which number is in use; cancel the migration if there is none."
    }
    /// Two-step verification is on.
    TwoStepVerificationOn = "TWO_STEP_VERIFICATION_ON" {
        "Two-step verification of the number is still on.", Customer, Tag, Some(EffectKind::ReadSourceNumbers),
        PATIENCE, Some("security PIN_REQUEST_SUCCESS"),
        "2 min",
        "In WhatsApp Manager (https://business.facebook.com/latest/whatsapp_manager/): Account tools > Phone numbers > gear icon of the number, or Overview > the number; then Two-step verification > Turn off two-step verification, to the end of the dialogue (guide 1)."
    }
    /// Two-step verification cannot be read.
    TwoStepVerificationUnreadable = "TWO_STEP_VERIFICATION_UNREADABLE" {
        "Meta does not show whether two-step verification is off.", TechProvider, Tag,
        Some(EffectKind::ReadSourceNumbers), PATIENCE,
        Some("security PIN_REQUEST_SUCCESS"), "2 min",
        "Look in WhatsApp Manager, then `unmoor attest --gate two_step_off --by NAME`."
    }
    /// Guide 2's outcome is unknown.
    IntentOutcomeUnknown = "INTENT_OUTCOME_UNKNOWN" {
        "Tagging was sent and no answer came: the request may or may not exist.", TechProvider, Tag,
        Some(EffectKind::SetIntent), "sent again after 1, 5 and 30 minutes, then only by a person", None, "–",
        "Ask the customer whether the request stands under Requests > Received, then `unmoor retry`; if its id is known, `unmoor adopt CUSTOMER --intent ID`."
    }
    /// A given intent that is not this WABA's.
    IntentNotOurs = "INTENT_NOT_OURS" {
        "The migration intent that was given is not taken: it is rejected, or no reading of it names this WABA.", TechProvider, Provision,
        Some(EffectKind::ReadGivenIntent), "once", None, "–",
        "Give the right id with `unmoor adopt CUSTOMER --intent ID`, or run `unmoor retry` to go on without it."
    }
    /// Somebody else's intent.
    TaggedElsewhere = "TAGGED_ELSEWHERE" {
        "The WABA is already marked for migration by somebody else.", Customer, Tag, Some(EffectKind::SetIntent),
        PATIENCE, None, "–",
        "Decline the other request in Meta Business Suite."
    }
    /// Guide 2 refused for the WABA's state.
    NotMigratable = "NOT_MIGRATABLE" {
        "Meta does not let this WABA be tagged for migration.", TechProvider, Tag, Some(EffectKind::SetIntent),
        "daily", None, "–", "Read Meta's words; the WABA may not be in an active solution, or the partner owns it."
    }
    /// Guide 3.
    AwaitingAcceptance = "AWAITING_ACCEPTANCE" {
        "The customer has not answered the request yet.", Customer, Provision, Some(EffectKind::ReadIntent),
        PATIENCE, Some("account_update PARTNER_ADDED"),
        "–",
        "In Business settings (https://business.facebook.com/settings/): Requests > Received > Review, to the end of the dialogue; and add a payment method (guide 3)."
    }
    /// A status nobody knows.
    IntentStatusUnknown = "INTENT_STATUS_UNKNOWN" {
        "The migration intent has a status that does not allow going on.", TechProvider, Provision,
        Some(EffectKind::ReadIntent), PATIENCE, None, "–",
        "Only ACCEPTED proceeds; COMPLETED does with `unmoor adopt CUSTOMER --intent ID --acceptance-seen WHERE`. Ask Meta's support what any other status means."
    }
    /// Accepted without a destination.
    DestinationUnknown = "DESTINATION_UNKNOWN" {
        "The request is accepted, but Meta does not show the new WABA.", Meta, Provision, Some(EffectKind::ReadIntent),
        PATIENCE, Some("account_update PARTNER_ADDED"),
        "–", "It usually appears by itself; otherwise ask Meta's support."
    }
    /// Subscription absent.
    AppNotSubscribed = "APP_NOT_SUBSCRIBED" {
        "The app is not subscribed to the new WABA's webhooks.", TechProvider, Move, Some(EffectKind::ReadSubscriptions),
        PATIENCE, None, "2 min",
        "Unmoor subscribes again by itself; check who else removes the subscription."
    }
    /// Review of the destination.
    DestinationNotApproved = "DESTINATION_NOT_APPROVED" {
        "Meta has not approved the new WABA yet.", Meta, Move, Some(EffectKind::ReadDestination),
        PATIENCE, Some("account_review_update"), "2 min",
        "The review ends by itself; a rejection is appealed by the customer in Meta Business Suite."
    }
    /// Review unreadable.
    DestinationReviewUnreadable = "DESTINATION_REVIEW_UNREADABLE" {
        "Meta does not show the review of the new WABA.", TechProvider, Move, Some(EffectKind::ReadDestination),
        PATIENCE, Some("account_review_update"), "2 min",
        "Look in Meta Business Suite, then `unmoor attest --gate destination_review --by NAME`."
    }
    /// No payment method.
    PaymentMethodMissing = "PAYMENT_METHOD_MISSING" {
        "The new WABA has no valid payment method.", Customer, Move, Some(EffectKind::ReadDestination),
        PATIENCE, None, "2 min",
        "Add a payment method for the new WABA in Meta Business Suite (guide 3)."
    }
    /// Payment unreadable.
    PaymentMethodUnreadable = "PAYMENT_METHOD_UNREADABLE" {
        "Meta does not show whether the new WABA has a payment method.", TechProvider, Move,
        Some(EffectKind::ReadDestination), PATIENCE, None,
        "2 min", "Ask the customer, then `unmoor attest --gate payment_method --by NAME`."
    }
    /// Display name.
    DisplayNameNotApproved = "DISPLAY_NAME_NOT_APPROVED" {
        "The number's display name is not approved, or another one is under review.", Meta, Move,
        Some(EffectKind::ReadSourceNumbers), PATIENCE,
        Some("phone_number_name_update"), "2 min",
        "The review ends by itself; a declined name is changed by the customer in WhatsApp Manager."
    }
    /// Display name unreadable.
    DisplayNameUnreadable = "DISPLAY_NAME_UNREADABLE" {
        "Meta does not show whether the number's display name is approved.", TechProvider, Move,
        Some(EffectKind::ReadSourceNumbers), PATIENCE,
        Some("phone_number_name_update"), "2 min",
        "Look in WhatsApp Manager, then `unmoor attest --gate display_name --by NAME`."
    }
    /// Another portfolio.
    OtherPortfolio = "OTHER_PORTFOLIO" {
        "The new WABA belongs to another business portfolio than the old one.", Customer, Move,
        Some(EffectKind::ReadDestination), PATIENCE, None,
        "2 min", "The request was accepted with the wrong portfolio; the customer and Meta's support have to undo that."
    }
    /// Portfolio unreadable.
    PortfolioUnreadable = "PORTFOLIO_UNREADABLE" {
        "Meta does not show which portfolio owns both WABAs.", TechProvider, Move, Some(EffectKind::ReadDestination),
        PATIENCE, None, "2 min",
        "Compare the owners in Meta Business Suite, then `unmoor attest --gate same_portfolio --by NAME`."
    }
    /// A template's write without an answer.
    TemplateOutcomeUnknown = "TEMPLATE_OUTCOME_UNKNOWN" {
        "A template was to be brought over and no answer came: it may be there or not.", Time, Complete,
        Some(EffectKind::ReadDestinationTemplates), "at once, after the call's time-out, and 30 s later", None, "–",
        "Unmoor looks whether the new WABA lists it, and only then tries again."
    }
    /// Review of templates.
    TemplateInReview = "TEMPLATE_IN_REVIEW" {
        "Templates that were brought over are under Meta's review.", Meta, Complete,
        Some(EffectKind::ReadDestinationTemplates), "15 min for an hour, hourly for a day, then every 4 h",
        Some("message_template_status_update"), "–",
        "The review ends by itself, usually within 24 hours; `unmoor leave-templates` stops waiting for it."
    }
    /// What only a person can supply.
    TemplateNeedsSamples = "TEMPLATE_NEEDS_SAMPLES" {
        "Templates cannot be created again without something that only a person can supply.", TechProvider, Complete,
        Some(EffectKind::ReadDestinationTemplates), PATIENCE, Some("message_template_status_update"), "–",
        "Create them by hand in WhatsApp Manager under the same names and languages, or `unmoor leave-templates`; `unmoor retry` tries the samples again."
    }
    /// Storage region.
    StorageRegionOpen = "STORAGE_REGION_OPEN" {
        "It is not certain that the number's messages will be kept in the right country.", TechProvider, Move,
        Some(EffectKind::ReadSourceSettings), "every minute while the number is between two WABAs, else less often", None, "–",
        "Give storage_region in the customer file, or settle it otherwise and `unmoor attest --gate storage_region --by NAME`: the number is then registered without setting it."
    }
    /// Templates are lost, and nobody has accepted that.
    TemplateLossNotAccepted = "TEMPLATE_LOSS_NOT_ACCEPTED" {
        "The customer would lose templates that it can use today, and nobody has accepted that.", TechProvider, Move,
        Some(EffectKind::ReadSourceTemplates), PATIENCE, Some("message_template_status_update"), "2 min",
        "See `unmoor templates` for this customer, then `unmoor approve --accept-loss --by NAME`; or have the templates \
         mended in the old account first."
    }
    /// Window.
    WindowClosed = "WINDOW_CLOSED" {
        "The customer's cutover window is closed.", Time, Move, None, "at its opening", None, "–", "It opens by itself."
    }
    /// The window never opens.
    WindowNeverOpens = "WINDOW_NEVER_OPENS" {
        "The cutover window never opens, or its time zone is unknown.", TechProvider, Move, None, "daily", None, "–",
        "Correct the window in the configuration, or the customer's time_zone."
    }
    /// First goes alone.
    PilotRunning = "PILOT_RUNNING" {
        "The fleet's first migration goes alone; this one waits for it.", Time, Move, None, PATIENCE, None, "–",
        "It goes on when the first one is over; `unmoor resume --fleet` ends the wait."
    }
    /// Restored.
    Recovering = "RECOVERING" {
        "The database was restored, and may lack what happened since: first everything is read again at Meta.",
        TechProvider, Tag, None, PATIENCE, None, "–", "Run `unmoor recover`; it only reads."
    }
    /// PIN lost.
    PinLost = "PIN_LOST" {
        "The number has moved, and the PIN that it may have been given is in no vault: another one is never sent unasked.",
        TechProvider, Register, Some(EffectKind::ReadDestinationNumbers), "5 min", None, "–",
        "Take the PIN from a later backup and register the number with it, or turn two-step verification off in WhatsApp \
         Manager and run `unmoor retry`."
    }
    /// Brake.
    FleetBraked = "FLEET_BRAKED" {
        "The same failure happened twice across the fleet: no further number moves until a person has looked.",
        TechProvider, Move, None, PATIENCE, None, "–", "Find the cause, then `unmoor resume --fleet`."
    }
    /// The database.
    DatabaseNotDurable = "DATABASE_NOT_DURABLE" {
        "The database may lose what it has answered, so that nobody could tell whether a number was moved: no further number moves.",
        TechProvider, Move, None, "before each move, and 5 min for an hour, 15 min for a day, then hourly", None, "–",
        "Set synchronous_standby_names on the PostgreSQL server, and leave fsync and full_page_writes on; where the server does not show this, name who vouches for it in database_durability_attested_by. Then `unmoor retry`."
    }
    /// Call budget.
    BudgetExhausted = "BUDGET_EXHAUSTED" {
        "Meta's call limit leaves no room for the next step.", Time, Move, None, "when the limit has room", None, "–",
        "It passes by itself."
    }
    /// Hook.
    HookVetoed = "HOOK_VETOED" {
        "The operator's before-move hook said no.", TechProvider, Move, Some(EffectKind::AskBeforeMove),
        PATIENCE, None, "2 min",
        "See the hook's words; it is asked again by itself."
    }
    /// Unknown outcome.
    OutcomeUnknown = "OUTCOME_UNKNOWN" {
        "A step was sent and no answer came; its effect is being looked for.", Time, Register,
        Some(EffectKind::ReadDestinationNumbers), "at once, then after 30 s and 60 s", None, "–", "It is decided by what the new WABA lists."
    }
    /// Move refused.
    MoveRefused = "MOVE_REFUSED" {
        "Meta refuses to move the number.", TechProvider, Move, Some(EffectKind::MoveNumber),
        PATIENCE, None, "–",
        "Read Meta's words; `unmoor retry` tries at once."
    }
    /// Between two registers.
    RegisterRetrying = "REGISTER_RETRYING" {
        "Register failed and is tried again on its schedule.", Time, Register, Some(EffectKind::RegisterNumber),
        "60 s, 5 min, then hourly", None, "–", "It is tried again by itself."
    }
    /// Register refused for good.
    RegisterRefused = "REGISTER_REFUSED" {
        "Meta refuses to register the moved number.", TechProvider, Register, Some(EffectKind::RegisterNumber),
        "every 5 min by reading the new WABA's numbers", None, "–", "Read Meta's words, then `unmoor retry`."
    }
    /// Seven tries used.
    RegisterTriesUsed = "REGISTER_TRIES_USED" {
        "Seven registers failed within 72 hours; three are left for people.", TechProvider, Register,
        Some(EffectKind::ReadDestinationNumbers), "every 5 min", None, "–",
        "Find the cause first: after three more Meta blocks the number for 72 hours. Then `unmoor retry`."
    }
    /// 133016.
    RegisterLimit = "REGISTER_LIMIT" {
        "Meta blocks further registers of the number for 72 hours.", Time, Register, Some(EffectKind::RegisterNumber),
        "after 72 h", None, "–", "It passes by itself; Meta's support may help sooner."
    }
    /// Verification asked for.
    NumberNeedsVerification = "NUMBER_NEEDS_VERIFICATION" {
        "Meta asks for the number to be verified again, which this migration never does by itself.", TechProvider,
        Register, Some(EffectKind::RegisterNumber), "every 5 min by reading the new WABA's numbers", None, "–",
        "Verify the number with the customer in WhatsApp Manager, then `unmoor retry`."
    }
    /// Not connected after register.
    NotConnectedYet = "NOT_CONNECTED_YET" {
        "Register succeeded, but the new WABA does not list the number as CONNECTED yet.", Meta, Complete,
        Some(EffectKind::ReadDestinationNumbers), "every minute for an hour, then every 5 min", None, "–",
        "It usually follows within minutes; otherwise ask Meta's support."
    }
    /// Rate limit.
    RateLimited = "RATE_LIMITED" {
        "Meta's call limit is reached.", Time, Tag, None, "when Meta says so, else after an hour", None, "–",
        "It passes by itself."
    }
    /// Vendor trouble.
    VendorTrouble = "VENDOR_TROUBLE" {
        "Meta does not answer, or answers with errors that pass.", Meta, Tag, None, "1 s doubling to 1 min, then 15 min",
        None, "–", "It is tried again by itself."
    }
    /// Anything else.
    CallRefused = "CALL_REFUSED" {
        "Meta refuses a call.", TechProvider, Tag, None, "daily", None, "–", "Read Meta's words, then `unmoor retry`."
    }
}

/// A blocker that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// Its code.
    pub code: BlockerCode,
    /// The number it is about; `None` = the whole migration.
    pub number: Option<E164>,
    /// Whose turn it is.
    pub turn: Turn,
    /// The vendor's words or the reading.
    pub detail: Option<String>,
    /// Since when it stands.
    pub since: Timestamp,
}

impl Blocker {
    /// A blocker of the whole migration, on the turn that the table names.
    #[must_use]
    pub fn new(code: BlockerCode, since: Timestamp) -> Self {
        Self { code, number: None, turn: code.row().turn, detail: None, since }
    }

    /// The same, about one number.
    #[must_use]
    pub fn of(mut self, number: &E164) -> Self {
        self.number = Some(number.clone());
        self
    }

    /// The same, with the vendor's words.
    #[must_use]
    pub fn saying(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// The same, on another's turn.
    #[must_use]
    pub fn turn_of(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }

    /// Whether two blockers are the same standing matter, whatever their words and age.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.code == other.code && self.number == other.number
    }
}

impl fmt::Display for BlockerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
