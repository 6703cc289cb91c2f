//! The closed list of what a refusal can mean.

use super::Lane;

/// What a refusal means. Closed: the engine decides on every one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Two-step verification is still on (guide 1).
    TwoStepVerificationOn,
    /// The destination WABA has no working payment method (guide 3).
    PaymentMethodMissing,
    /// The display name is not approved, or a change of it is pending.
    DisplayNameNotApproved,
    /// The destination WABA is not approved yet.
    DestinationNotApproved,
    /// The request "messaging for" of the destination is not accepted.
    MessagingForNotApproved,
    /// The app is not subscribed to the destination's webhooks (guide 6).
    AppNotSubscribed,
    /// Source and destination belong to different business portfolios.
    NumberOwnedByOtherPortfolio,
    /// The source WABA is not set up correctly.
    SourceNotSetUp,
    /// The number is in the list already; it counts only if the destination lists it.
    NumberAlreadyThere,
    /// The number is free: it can be added without migration.
    NumberNeedsNoMigration,
    /// Meta asks for a verification of the number, which this migration never does.
    NumberNeedsVerification,
    /// The number was deleted.
    NumberDeleted,
    /// The number was deleted a moment ago and the deletion is not finished.
    NumberRecentlyDeleted,
    /// The number is not registered.
    NumberNotRegistered,
    /// The number is also used with the WhatsApp Business app.
    CoexistenceNumber,
    /// An earlier deregistration is incomplete.
    DeregistrationIncomplete,
    /// Meta could not register the number; the try may be repeated.
    RegistrationFailed,
    /// Meta could not move the number and names no cause.
    MoveFailed,
    /// The account is in maintenance mode for about a minute.
    Maintenance,
    /// The PIN is not the one that the number has.
    WrongPin,
    /// Too many wrong PINs.
    PinGuessesExhausted,
    /// PINs came too fast after one another.
    PinEnteredTooFast,
    /// Ten registrations in 72 hours are used up; the number is blocked for 72 hours.
    RegisterLimit,
    /// The token cannot be used any more.
    TokenInvalid(TokenProblem),
    /// The proof does not belong to the token and the app.
    AppSecretProofInvalid,
    /// The token lacks a permission, or the asset.
    PermissionMissing,
    /// The WABA is marked for migration to another solution or app.
    IntentTaggedElsewhere,
    /// The WABA cannot leave in this way, because of who owns it.
    WabaNotMigratable,
    /// The WABA is in no state in which an intent can be set.
    IntentStateInvalid,
    /// The node does not exist, or the token cannot see it, or the operation is not supported on it: Meta does not say which.
    ObjectUnknown,
    /// A field that was asked for does not exist, or not for this token.
    FieldUnknown,
    /// The cursor is stale: the list has to be read from its beginning.
    CursorStale,
    /// A budget is used up.
    RateLimited(Lane),
    /// Meta failed for the moment.
    Transient,
    /// A parameter is missing or wrong.
    InvalidParameter,
    /// The same request was made before.
    DuplicateRequest,
    /// The account is locked or blocked.
    AccountLocked,
    /// The WABA holds as many templates as it may.
    TemplateLimitReached,
    /// The WABA has, or is just losing, a template of this name and language; a read tells which.
    TemplateNameTaken,
    /// The template cannot be created or changed like this.
    TemplateRefused,
    /// The WABA does not send marketing messages over Cloud API.
    MarketingMessagesDisabled,
    /// Messages are sent too fast.
    MessageRate,
    /// The message cannot be sent to this person in this way.
    MessageRefused,
    /// Nothing that this version knows.
    Unrecognised,
}

/// Why a token cannot be used, from the subcode of 190.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenProblem {
    /// 458: the customer removed the app.
    AppRemoved,
    /// 459: the user has to pass a checkpoint.
    Checkpoint,
    /// 460: the password was changed.
    PasswordChanged,
    /// 463: expired.
    Expired,
    /// 464: the user is not confirmed.
    Unconfirmed,
    /// 467: invalidated.
    Invalidated,
    /// 492: the user lost the role.
    RoleLost,
    /// No token reached Meta.
    Absent,
    /// Meta does not say.
    Unspecified,
}

impl Cause {
    /// What a person does next, in one sentence.
    #[must_use]
    pub fn next_step(self) -> &'static str {
        match self {
            Self::TwoStepVerificationOn => {
                "turn two-step verification off in WhatsApp Manager (guide 1), then try again"
            }
            Self::PaymentMethodMissing => {
                "the customer adds a working payment method to the destination WABA (guide 3)"
            }
            Self::DisplayNameNotApproved => "wait until Meta has approved the display name",
            Self::DestinationNotApproved => {
                "wait until Meta has approved the destination WABA; the customer may have to verify the business"
            }
            Self::MessagingForNotApproved => "the customer accepts the open request in Meta Business Suite",
            Self::AppNotSubscribed => "subscribe the app to the destination WABA (guide 6), then try again",
            Self::NumberOwnedByOtherPortfolio => "the customer has to use the same business portfolio on both sides",
            Self::SourceNotSetUp => {
                "ask Meta's support: the source WABA and its \"messaging for\" request have to be approved"
            }
            Self::NumberAlreadyThere => {
                "look whether the destination WABA lists the number; if so, go on with its registration"
            }
            Self::NumberNeedsNoMigration => "the number is free; a person decides whether to add it without migration",
            Self::NumberNeedsVerification => {
                "a person looks: this migration must not need a verification of the number"
            }
            Self::NumberDeleted => "the number is gone; ask the customer which number replaces it",
            Self::NumberRecentlyDeleted => "wait five minutes for the deletion to finish",
            Self::NumberNotRegistered => "register the number (guide 9)",
            Self::CoexistenceNumber => {
                "the customer stops using the number in the WhatsApp Business app, or keeps it where it is"
            }
            Self::DeregistrationIncomplete => "deregister the number once more, then register it",
            Self::RegistrationFailed => "look at the number, then register again",
            Self::MoveFailed => "look whether the destination lists the number, then try again later",
            Self::Maintenance => "try again in a minute",
            Self::WrongPin => "turn two-step verification off for the number, or give the PIN that it has",
            Self::PinGuessesExhausted => "wait as long as Meta says; every further guess makes it longer",
            Self::PinEnteredTooFast => "wait as long as Meta says, then try once",
            Self::RegisterLimit => "wait 72 hours without another try",
            Self::TokenInvalid(problem) => problem.next_step(),
            Self::AppSecretProofInvalid => "check that the app secret belongs to the app that issued the token",
            Self::PermissionMissing => {
                "give the token the permission and the asset; a business token may have to be fetched again (guide 5)"
            }
            Self::IntentTaggedElsewhere => {
                "find out which solution or app tagged the WABA; the customer declines that request, then tag it again"
            }
            Self::WabaNotMigratable => {
                "find out who owns the WABA; one that is held on behalf of the customer cannot leave in this way"
            }
            Self::IntentStateInvalid => "check that the WABA is in an active Multi-Partner Solution of this app",
            Self::ObjectUnknown => {
                "check the id and whether the token can see it; the customer may have removed the access"
            }
            Self::FieldUnknown => "ask again without the field",
            Self::CursorStale => "read the list again from its beginning",
            Self::RateLimited(_) => "wait until Meta gives access again",
            Self::Transient => "try again shortly; after a write, look first",
            Self::InvalidParameter => "compare the request with the guide; Meta's details name the parameter",
            Self::DuplicateRequest => "look whether the first request took effect",
            Self::AccountLocked => {
                "ask Meta's support for the account, together with the customer; check the PIN before another try"
            }
            Self::TemplateLimitReached => "delete templates or verify the business, then create the rest",
            Self::TemplateNameTaken => "look whether the WABA lists a template of this name and language",
            Self::TemplateRefused => "change the template as Meta's words say",
            Self::MarketingMessagesDisabled => "allow marketing messages over Cloud API on the destination WABA",
            Self::MessageRate => "send more slowly",
            Self::MessageRefused => "this message cannot be sent; nothing has to be done for the migration",
            Self::Unrecognised => "a person reads Meta's words and decides",
        }
    }
}

impl TokenProblem {
    pub(super) fn from_subcode(subcode: Option<i64>) -> Self {
        match subcode {
            Some(458) => Self::AppRemoved,
            Some(459) => Self::Checkpoint,
            Some(460) => Self::PasswordChanged,
            Some(463) => Self::Expired,
            Some(464) => Self::Unconfirmed,
            Some(467) => Self::Invalidated,
            Some(492) => Self::RoleLost,
            Some(_) | None => Self::Unspecified,
        }
    }

    fn next_step(self) -> &'static str {
        match self {
            Self::AppRemoved => "the customer gives the app access again",
            Self::Absent => "no token reached Meta; check what is configured",
            Self::Expired | Self::Invalidated | Self::Unspecified => "fetch or issue a new token",
            Self::Checkpoint | Self::PasswordChanged | Self::Unconfirmed | Self::RoleLost => {
                "the token's user puts the account in order, then issue a new token"
            }
        }
    }
}
