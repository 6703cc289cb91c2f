//! Phone numbers: from any text, or from one that is put together as numbers are written. What is accepted is the number that
//! was written, and says the same when it is read again.

use arbitrary::Unstructured;
use unmoor_graph_api::phone::{E164, PhoneError};

use super::{count, pick, text};

/// Plans with a rule of their own: leading zeros that stay, a 1 or 9 that comes and goes, more than one country under a code.
const CALLING_CODES: [&str; 14] =
    ["1", "7", "39", "378", "52", "54", "55", "225", "229", "49", "44", "800", "979", "999"];
const SEPARATORS: [&str; 12] = ["", " ", "-", ".", "/", "(", ")", "(0)", "\u{a0}", "\u{2011}", "\u{200b}", "~"];
const PLUSES: [&str; 8] = ["+", "+", "+", "", " +", "\u{ff0b}", "00", "++"];
const TAILS: [&str; 8] = ["", " ", "#5", " ext. 5", ";ext=5", ",,1", "x5", "\n"];
/// What stands for a digit: our own, full width, Arabic-Indic, mathematical.
const ZEROS: [char; 4] = ['0', '\u{ff10}', '\u{660}', '\u{1d7ce}'];

/// What became of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Refused,
}

/// Reads the text that the bytes are as a number, in both spellings that Meta has.
///
/// # Panics
/// If a number is accepted that is not the one which was written.
pub fn play(bytes: &[u8]) -> Outcome {
    let mut input = Unstructured::new(bytes);
    let written = if count(&mut input, 1) == 0 { text(&mut input, 400) } else { written(&mut input) };
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let as_digits = E164::parse_digits(&written);
    let outcome = E164::parse(&written);
    for number in [&outcome, &as_digits].into_iter().flatten() {
        check(&written, &digits, number);
    }
    if let (Ok(one), Ok(other)) = (E164::parse(&format!("+{digits}")), &outcome) {
        assert_eq!(one, *other, "{written:?}: the spelling makes another number of it");
    }
    for refusal in [&outcome, &as_digits].into_iter().filter_map(|outcome| outcome.as_ref().err()) {
        check_refusal(&written, refusal);
    }
    if outcome.is_ok() || as_digits.is_ok() { Outcome::Accepted } else { Outcome::Refused }
}

fn check(written: &str, digits: &str, number: &E164) {
    let (calling_code, national) = number.split();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(is_digits(calling_code) && is_digits(national), "{written:?}: {number:?}");
    assert!(calling_code.len() <= 3 && !calling_code.starts_with('0'), "{written:?}: {number:?}");
    assert_eq!(format!("{calling_code}{national}"), digits, "{written:?}");
    assert_eq!(number.digits(), digits, "{written:?}");
    assert_eq!(number.to_string(), format!("+{digits}"), "{written:?}");
    assert!(digits.len() <= 15, "{written:?}");
    assert_eq!(E164::parse(&number.to_string()).as_ref(), Ok(number), "{written:?}");
    assert_eq!(E164::parse_digits(&number.digits()).as_ref(), Ok(number), "{written:?}");
}

/// A refusal fits on a line, whatever was refused.
fn check_refusal(written: &str, refusal: &PhoneError) {
    let said = refusal.to_string();
    assert!(said.len() < 200 && !said.contains('\n'), "{written:?}: {said}");
}

/// A number as people write them, or nearly.
fn written(input: &mut Unstructured<'_>) -> String {
    let mut out = String::from(pick(input, &PLUSES));
    out.push_str(pick(input, &CALLING_CODES));
    let zero = if count(input, 7) == 7 { pick(input, &ZEROS) } else { '0' };
    for _ in 0..count(input, 18) {
        if count(input, 3) == 3 {
            out.push_str(pick(input, &SEPARATORS));
        }
        let digit = u32::try_from(count(input, 9)).unwrap();
        out.extend(char::from_u32(u32::from(zero) + digit));
    }
    if count(input, 3) == 3 {
        out.push_str(pick(input, &TAILS));
    }
    out
}
