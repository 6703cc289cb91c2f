//! The codes that a migration meets, each with its HTTP status and Meta's title (observations: errors.0 and the rows below it).
//! Rules word their own refusals; this is for those that only a scripted fault can give, so that a script needs the code alone.

use super::error::GraphError;

/// A documented code.
pub(crate) struct Code {
    pub(crate) code: i64,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
}

const fn code(code: i64, status: u16, title: &'static str) -> Code {
    Code { code, status, title }
}

/// All of them.
pub(crate) const CODES: &[Code] = &[
    code(0, 401, "AuthException"),
    code(1, 400, "API Unknown"),
    code(2, 503, "API Service"),
    code(3, 500, "API Method"),
    code(4, 400, "API Too Many Calls"),
    code(10, 403, "Permission Denied"),
    code(17, 400, "User request limit reached"),
    code(33, 400, "Parameter value is not valid"),
    code(100, 400, "Invalid parameter"),
    code(104, 401, "An access token is required to request this resource."),
    code(190, 401, "Access token has expired"),
    code(200, 403, "API Permission"),
    code(368, 403, "Temporarily blocked for policies violations"),
    code(613, 400, "Calls to this api have exceeded the rate limit."),
    code(803, 400, "Some of the aliases you requested do not exist"),
    code(80_007, 400, "Rate limit issues"),
    code(80_008, 400, "There have been too many calls to this WhatsApp Business account. Wait a bit and try again."),
    code(80_012, 400, "There have been too many calls about templates of this WhatsApp Business account."),
    code(131_000, 500, "Something went wrong"),
    code(131_005, 403, "Access denied"),
    code(131_016, 500, "Service unavailable"),
    code(131_031, 403, "Account has been locked"),
    code(131_042, 400, "Business eligibility payment issue"),
    code(131_045, 500, "Incorrect certificate"),
    code(131_057, 500, "Account in maintenance mode"),
    code(131_059, 400, "Cursor is stale, restart from the first page"),
    code(133_000, 500, "Incomplete deregistration"),
    code(133_004, 503, "Server Temporarily Unavailable"),
    code(133_005, 400, "Two step verification PIN Mismatch"),
    code(133_006, 400, "Phone number Re-verification Needed"),
    code(133_008, 400, "Too Many two step verification PIN Guesses"),
    code(133_009, 400, "Two step verification PIN Guessed Too Fast"),
    code(133_010, 400, "Phone number Not Registered"),
    code(133_015, 400, "Please wait a few minutes before attempting to register this phone number"),
    code(133_016, 400, "Account register or deregister rate limit exceeded"),
    code(2_388_001, 400, "Cannot Create Certificate"),
    code(2_388_012, 400, "This phone number already exists in your list of phone numbers."),
    code(2_388_091, 400, "This phone number is not eligible for a verification code."),
    code(2_388_103, 400, "Cannot migrate phone number."),
    code(2_494_100, 400, "Account is in maintenance mode."),
    code(2_593_079, 400, "WABA already marked for migration to a different solution ID"),
    code(2_593_085, 400, "This account is not valid for on-behalf-of mobility."),
];

/// The refusal with a code, as far as it is documented; with 400 and no words of Meta's where it is not.
pub(crate) fn refusal(code: i64) -> Box<GraphError> {
    /// From here on, numbers are told as subcodes or as codes.
    const OF_MIGRATIONS: i64 = 2_000_000;
    match CODES.iter().find(|known| known.code == code) {
        Some(known) if code >= OF_MIGRATIONS => GraphError::migration(code, known.title, known.title),
        Some(known) => GraphError::new(known.status, code, known.title),
        None => GraphError::new(400, code, "Scripted fault"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// Both ways: no code without its row, no row without its code, and the same HTTP status in both.
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
            documented.push((number, status));
        }
        documented.sort_unstable();
        let known: Vec<(i64, u16)> = CODES.iter().map(|known| (known.code, known.status)).collect();
        assert_eq!(known, documented);
    }
}
