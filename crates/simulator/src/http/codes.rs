//! The codes that a migration and the messages around it meet, each with its HTTP status and Meta's title, or a paraphrase where
//! none is printed (observations: errors.0 and the rows below it).
//! Rules word their own refusals; this is for those that only a scripted fault can give, so that a script needs the code alone.

use super::error::GraphError;

/// A documented code.
pub(crate) struct Code {
    pub(crate) code: i64,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    /// `is_transient`.
    pub(crate) is_transient: bool,
}

const fn code(code: i64, status: u16, title: &'static str) -> Code {
    Code { code, status, title, is_transient: false }
}

/// A code of a condition that passes by itself.
const fn passing(code: i64, status: u16, title: &'static str) -> Code {
    Code { code, status, title, is_transient: true }
}

/// All of them.
pub(crate) const CODES: &[Code] = &[
    code(0, 401, "AuthException"),
    code(1, 400, "API Unknown"),
    passing(2, 503, "API Service"),
    code(3, 500, "API Method"),
    code(4, 400, "API Too Many Calls"),
    code(10, 403, "Permission Denied"),
    code(17, 400, "User request limit reached"),
    code(33, 400, "Parameter value is not valid"),
    code(100, 400, "Invalid parameter"),
    code(102, 401, "API Session"),
    code(104, 401, "An access token is required to request this resource."),
    code(190, 401, "Access token has expired"),
    code(192, 400, "Invalid phone number"),
    code(200, 403, "API Permission"),
    code(341, 400, "Application limit reached"),
    code(368, 403, "Temporarily blocked for policies violations"),
    code(506, 400, "Duplicate Post"),
    code(613, 400, "Calls to this api have exceeded the rate limit."),
    code(803, 400, "Some of the aliases you requested do not exist"),
    code(80_007, 400, "Rate limit issues"),
    code(80_008, 400, "There have been too many calls to this WhatsApp Business account. Wait a bit and try again."),
    code(80_012, 400, "There have been too many calls about templates of this WhatsApp Business account."),
    code(130_429, 400, "Rate limit hit"),
    code(130_497, 403, "Business account is restricted from messaging users in this country."),
    passing(131_000, 500, "Something went wrong"),
    code(131_005, 403, "Access denied"),
    code(131_008, 400, "Required parameter is missing"),
    code(131_009, 400, "Parameter value is not valid"),
    passing(131_016, 500, "Service unavailable"),
    code(131_021, 400, "Recipient cannot be sender"),
    code(131_026, 400, "Message undeliverable"),
    code(131_031, 403, "Account has been locked"),
    code(131_037, 400, "WhatsApp provided number needs display name approval before message can be sent."),
    code(131_042, 400, "Business eligibility payment issue"),
    code(131_045, 500, "Incorrect certificate"),
    code(131_047, 400, "Re-engagement message"),
    code(131_048, 400, "Spam rate limit hit"),
    code(131_056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
    passing(131_057, 500, "Account in maintenance mode"),
    code(131_059, 400, "Cursor is stale, restart from the first page"),
    code(131_063, 400, "Marketing messages on Cloud API are disabled"),
    code(131_064, 400, "Account is limited because of template classification violations"),
    code(132_000, 400, "Number of parameters does not match the expected number of params"),
    code(132_001, 404, "Template name does not exist in the translation"),
    code(132_015, 400, "Template is paused"),
    code(132_016, 400, "Template is disabled"),
    code(132_018, 400, "Template validation error"),
    code(132_068, 400, "Flow is in blocked state"),
    code(132_069, 400, "Flow is in throttled state"),
    code(133_000, 500, "Incomplete deregistration"),
    passing(133_004, 503, "Server Temporarily Unavailable"),
    code(133_005, 400, "Two step verification PIN Mismatch"),
    code(133_006, 400, "Phone number Re-verification Needed"),
    code(133_008, 400, "Too Many two step verification PIN Guesses"),
    code(133_009, 400, "Two step verification PIN Guessed Too Fast"),
    code(133_010, 400, "Phone number Not Registered"),
    code(133_015, 400, "Please wait a few minutes before attempting to register this phone number"),
    code(133_016, 400, "Account register or deregister rate limit exceeded"),
    code(134_011, 400, "WhatsApp Payments terms of service have not been accepted."),
    code(135_000, 400, "Generic user error"),
    code(200_002, 400, "Template operation failed"),
    code(2_388_001, 400, "Cannot Create Certificate"),
    code(2_388_012, 400, "This phone number already exists in your list of phone numbers."),
    code(2_388_019, 400, "Message template limit exceeded"),
    code(2_388_039, 400, "Message template status can't be changed"),
    code(2_388_040, 400, "Character limit exceeded"),
    code(2_388_047, 400, "Message header format is incorrect"),
    code(2_388_072, 400, "Message body format is incorrect"),
    code(2_388_073, 400, "Message footer format is incorrect"),
    code(2_388_091, 400, "This phone number is not eligible for a verification code."),
    code(2_388_093, 400, "This phone number is not eligible for a verification code."),
    code(2_388_103, 400, "Cannot migrate phone number."),
    code(2_388_293, 400, "Parameters words ratio exceeds limit"),
    code(2_388_299, 400, "Leading or trailing params not allowed"),
    code(2_494_055, 400, "Account is in maintenance mode."),
    passing(2_494_100, 400, "Account is in maintenance mode."),
    code(2_593_079, 400, "WABA already marked for migration to a different solution ID"),
    code(2_593_085, 400, "This account is not valid for on-behalf-of mobility."),
    code(2_655_093, 400, "The number is in use by the WhatsApp Business app or an on-premises client."),
    code(3_441_041, 400, "The number is in use by the WhatsApp Business app."),
];

/// The refusal with a code, as far as it is documented; with 400 and no words of Meta's where it is not.
pub(crate) fn refusal(code: i64) -> Box<GraphError> {
    /// From here on, numbers are told as subcodes or as codes.
    const OF_MIGRATIONS: i64 = 2_000_000;
    let Some(known) = CODES.iter().find(|known| known.code == code) else {
        return GraphError::new(400, code, "Scripted fault");
    };
    let error = if code >= OF_MIGRATIONS {
        GraphError::migration(code, known.title, known.title)
    } else {
        GraphError::new(known.status, code, known.title)
    };
    error.transient(known.is_transient)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Both ways: no code without its row, no row without its code, and the same HTTP status and `is_transient` in both.
    #[test]
    fn codes_and_the_observations_say_the_same() {
        let observations = include_str!("../../../../spec/observations.md");
        let mut documented = Vec::new();
        for line in observations.lines().filter_map(|line| line.strip_prefix("| `errors.")) {
            let (anchor, rest) = line.split_once('`').unwrap();
            let Ok(number) = anchor.parse::<i64>() else { continue };
            let cell = rest.split('|').nth(1).unwrap().trim();
            // Where an HTTP status is unknown or differs in reality, the code is answered with 400.
            let is_sure = cell.split([' ', ',']).next().unwrap().parse::<u16>();
            let status = if cell.contains("usually 400") { 400 } else { is_sure.unwrap_or(400) };
            let is_transient = rest.split('|').nth(3).unwrap().contains("transient");
            documented.push((number, status, is_transient));
        }
        documented.sort_unstable();
        let known: Vec<(i64, u16, bool)> =
            CODES.iter().map(|known| (known.code, known.status, known.is_transient)).collect();
        assert_eq!(known, documented);
    }
}
