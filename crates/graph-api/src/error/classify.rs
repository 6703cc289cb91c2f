//! From codes and words to a cause.
//!
//! Meta asks to build on codes, and reports the checks of guide 8 all under one number with different words; that number
//! comes as the subcode of 100, as the code itself, or only in the details (`observations: errors.classify_on`,
//! `errors.2388103`). So: first the most specific number, then the words where one number has many meanings.

use super::{Cause, GraphError, Lane, TokenProblem};

pub(super) fn cause(error: &GraphError) -> Cause {
    let words = Words::of(error);
    by_specific_number(error.subcode, &words)
        .or_else(|| by_specific_number(Some(error.code), &words))
        .or_else(|| by_general_code(error, &words))
        .unwrap_or_else(|| by_circumstances(error))
}

/// Everything Meta said, in lower case.
struct Words(String);

impl Words {
    fn of(error: &GraphError) -> Self {
        Self(error.words().to_lowercase())
    }

    fn say(&self, any_of: &[&str]) -> bool {
        any_of.iter().any(|phrase| self.0.contains(phrase))
    }
}

const PAYMENT: [&str; 4] = ["payment method", "payment account", "no payment", "valid payment"];
const TWO_STEP: [&str; 5] = ["two-factor", "two factor", "two-step", "two step", "2fa"];

/// Numbers that mean the same whether they come as code or as subcode.
fn by_specific_number(number: Option<i64>, words: &Words) -> Option<Cause> {
    let cause = match number? {
        // Two meanings; the first was seen at register. Whatever does not name it goes to a person.
        2_388_001 if words.say(&TWO_STEP) => Cause::TwoStepVerificationOn,
        2_388_001 => Cause::NumberNeedsVerification,
        2_388_012 => Cause::NumberAlreadyThere,
        2_388_103 => refused_move(words).unwrap_or(Cause::Unrecognised),
        2_388_019 => Cause::TemplateLimitReached,
        2_388_023 | 2_388_024 => Cause::TemplateNameTaken,
        2_388_039 | 2_388_040 | 2_388_047 | 2_388_072 | 2_388_073 | 2_388_293 | 2_388_299 => Cause::TemplateRefused,
        2_388_091 | 2_388_093 => Cause::InvalidParameter,
        2_494_055 | 2_494_100 | 131_057 => Cause::Maintenance,
        2_593_079 => Cause::IntentTaggedElsewhere,
        2_593_085 => Cause::WabaNotMigratable,
        2_655_093 | 3_441_041 => Cause::CoexistenceNumber,
        2_446_079 => Cause::RateLimited(Lane::App),
        131_042 | 141_006 => Cause::PaymentMethodMissing,
        131_037 => Cause::DisplayNameNotApproved,
        131_031 => Cause::AccountLocked,
        131_045 => Cause::RegistrationFailed,
        131_059 => Cause::CursorStale,
        131_063 => Cause::MarketingMessagesDisabled,
        131_000 | 131_016 | 133_004 => Cause::Transient,
        131_005 | 1_349_174 => Cause::PermissionMissing,
        131_008 | 131_009 => Cause::InvalidParameter,
        133_000 => Cause::DeregistrationIncomplete,
        133_005 => Cause::WrongPin,
        133_006 => Cause::NumberNeedsVerification,
        133_008 => Cause::PinGuessesExhausted,
        133_009 => Cause::PinEnteredTooFast,
        133_010 => Cause::NumberNotRegistered,
        133_015 => Cause::NumberRecentlyDeleted,
        133_016 => Cause::RegisterLimit,
        130_429 | 131_056 => Cause::MessageRate,
        131_048 | 131_064 => Cause::RateLimited(Lane::Messages),
        130_403 | 130_472 | 130_497 | 131_021 | 131_026 | 131_047 | 131_049..=131_053 | 134_011 => {
            Cause::MessageRefused
        }
        132_000..=132_018 | 132_068 | 132_069 => Cause::MessageRefused,
        200_002 | 200_005..=200_007 => Cause::TemplateRefused,
        80_007 | 80_008 | 80_012 => Cause::RateLimited(Lane::AppAndWaba),
        _ => return None,
    };
    Some(cause)
}

/// The preconditions of guide 8, which share one number and differ in words.
fn refused_move(words: &Words) -> Option<Cause> {
    // From the narrow to the wide: "must be approved" stands in several of these texts.
    let table: [(&[&str], Cause); 9] = [
        (&PAYMENT, Cause::PaymentMethodMissing),
        (&TWO_STEP, Cause::TwoStepVerificationOn),
        (
            &["different business manager", "different business portfolio", "different business"],
            Cause::NumberOwnedByOtherPortfolio,
        ),
        (&["not set up correctly"], Cause::SourceNotSetUp),
        (&["messaging for", "messaging_for"], Cause::MessagingForNotApproved),
        (&["registered name", "display name", "pending name"], Cause::DisplayNameNotApproved),
        (&["webhook"], Cause::AppNotSubscribed),
        (&["add this phone number", "added directly", "no migration"], Cause::NumberNeedsNoMigration),
        (&["must be approved"], Cause::DestinationNotApproved),
    ];
    table
        .iter()
        .find(|(phrases, _)| words.say(phrases))
        .map(|(_, cause)| *cause)
        .or_else(|| words.say(&["error migrating this phone number"]).then_some(Cause::MoveFailed))
}

fn by_general_code(error: &GraphError, words: &Words) -> Option<Cause> {
    let cause = match (error.code, error.subcode) {
        (1 | 2, _) => Cause::Transient,
        (4 | 17 | 341 | 613, _) => Cause::RateLimited(Lane::App),
        (33, _) => Cause::NumberDeleted,
        (100, Some(33)) | (803, _) => Cause::ObjectUnknown,
        (100, _) => invalid_parameter(words),
        (200, _) if words.say(&["valid app id"]) => Cause::TokenInvalid(TokenProblem::Absent),
        (104 | 2500, _) => Cause::TokenInvalid(TokenProblem::Absent),
        (102 | 190 | 452, subcode) => Cause::TokenInvalid(TokenProblem::from_subcode(subcode)),
        // 0 is also what an error without a code reads as, so it needs the exception's name or a status.
        (0, subcode) if error.head.http_status == 401 || words.say(&["authexception", "access token"]) => {
            Cause::TokenInvalid(TokenProblem::from_subcode(subcode))
        }
        (192, _) => Cause::InvalidParameter,
        (3 | 10 | 200..=299 | 3962, _) => Cause::PermissionMissing,
        (368, _) => Cause::AccountLocked,
        (506, _) => Cause::DuplicateRequest,
        (135_000, _) => Cause::InvalidParameter,
        _ => return None,
    };
    Some(cause)
}

/// Code 100 covers much; its details may hide a check of guide 8 (`observations: errors.payment_hidden_in_details`).
fn invalid_parameter(words: &Words) -> Cause {
    if words.say(&["appsecret_proof"]) {
        Cause::AppSecretProofInvalid
    } else if words.say(&["nonexisting field"]) {
        Cause::FieldUnknown
    } else if words.say(&["intent cannot be set"]) {
        Cause::IntentStateInvalid
    } else if words.say(&PAYMENT) {
        Cause::PaymentMethodMissing
    } else if words.say(&TWO_STEP) {
        Cause::TwoStepVerificationOn
    } else if words.say(&["cannot migrate phone number"]) {
        refused_move(words).unwrap_or(Cause::InvalidParameter)
    } else {
        Cause::InvalidParameter
    }
}

/// Nothing is known by number: what is left are the flag and the status.
fn by_circumstances(error: &GraphError) -> Cause {
    if error.is_transient || error.head.http_status >= 500 {
        Cause::Transient
    } else if error.head.http_status == 429 {
        Cause::RateLimited(Lane::App)
    } else {
        Cause::Unrecognised
    }
}
