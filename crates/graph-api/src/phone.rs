//! Phone numbers: split as guide 8 wants them, into country calling code and national number.

use std::fmt;

use rlibphonenumber::{NumberLengthType, ParseError, PhoneNumber, ValidationError};

/// Digits of an E.164 number at most, calling code included (ITU-T E.164).
const MOST_DIGITS: usize = 15;

/// Why a text is not a phone number that can be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// It does not begin with a plus.
    #[error("the number has no country calling code; write it with a plus, like +1 631-555-5555")]
    NoCallingCode,
    /// Letters, an extension, or nothing that is a number.
    #[error("not a phone number: {0}")]
    NotANumber(&'static str),
    /// Too short for its country, or longer than fifteen digits.
    #[error("the number is too short for its country, or longer than 15 digits; compare it with WhatsApp Manager")]
    ImpossibleLength,
    /// Reading it as a number of its country changed its digits, so that it is not certain which number is meant.
    #[error("the number has digits that its country's rules take away; write it as WhatsApp Manager shows it")]
    Rewritten,
}

/// A phone number that can be split without doubt. Equal numbers are equal whatever their spelling was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164 {
    calling_code: String,
    national: String,
    looks_valid: bool,
}

impl E164 {
    /// Reads a number with a plus and calling code, such as the `display_phone_number` `+1 631-555-5555`.
    ///
    /// # Errors
    /// [`PhoneError`]; above all when reading it would change its digits.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        if !text.starts_with('+') {
            return Err(PhoneError::NoCallingCode);
        }
        let number = Self::read(text)?;
        let digits: String =
            text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
        if number.digits() == digits { Ok(number) } else { Err(PhoneError::Rewritten) }
    }

    /// Reads the form of webhooks: digits only, calling code first, such as `16315555555`.
    ///
    /// # Errors
    /// [`PhoneError`], also when there is anything but digits.
    pub fn parse_digits(text: &str) -> Result<Self, PhoneError> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::NotANumber("expected digits only"));
        }
        Self::parse(&format!("+{text}"))
    }

    fn read(text: &str) -> Result<Self, PhoneError> {
        // The library would read letters as keys of a telephone, and cut an extension off.
        if text.chars().any(char::is_alphabetic) {
            return Err(PhoneError::NotANumber("it has letters"));
        }
        let number = PhoneNumber::parse(text, None).map_err(|error| match error {
            ParseError::InvalidCountryCode => PhoneError::NotANumber("its country calling code does not exist"),
            ParseError::NotANumber(_) => PhoneError::NotANumber("it has no digits in the form of a number"),
            ParseError::TooShortAfterIdd | ParseError::TooShortNsn | ParseError::TooLongNsn => {
                PhoneError::ImpossibleLength
            }
        })?;
        match number.is_possible_with_reason() {
            // Longer than today's numbers are those of older plans: WhatsApp still writes Mexican ones with a 1 after 52.
            Ok(NumberLengthType::IsPossible) | Err(ValidationError::TooLong | ValidationError::InvalidLength) => {}
            Ok(NumberLengthType::IsPossibleLocalOnly)
            | Err(ValidationError::TooShort | ValidationError::InvalidCountryCode) => {
                return Err(PhoneError::ImpossibleLength);
            }
        }
        let split = Self {
            calling_code: number.country_code.to_string(),
            national: number.get_national_significant_number(),
            looks_valid: number.is_valid(),
        };
        if split.digits().len() > MOST_DIGITS { Err(PhoneError::ImpossibleLength) } else { Ok(split) }
    }

    /// Country calling code and national significant number, digits only, leading zeros kept: `cc` and `phone_number` of
    /// guide 8.
    #[must_use]
    pub fn split(&self) -> (&str, &str) {
        (&self.calling_code, &self.national)
    }

    /// Whether the library's tables know a range that it belongs to. Only a warning: numbers for tests and fiction, and
    /// those of old plans, do not, and Meta may serve them all the same.
    #[must_use]
    pub fn looks_valid(&self) -> bool {
        self.looks_valid
    }

    /// All digits, calling code first, without a plus: the form of webhooks.
    #[must_use]
    pub fn digits(&self) -> String {
        format!("{}{}", self.calling_code, self.national)
    }
}

/// E.164 with a plus.
impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}{}", self.calling_code, self.national)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    /// guide: 8.3, 8.4
    #[test]
    fn numbers_are_split_with_leading_zeros_kept() {
        let cases = [
            ("+16505551234", "1", "6505551234", true),
            ("+1 631-555-5555", "1", "6315555555", true),
            ("+5511987654321", "55", "11987654321", true),
            ("+551187654321", "55", "1187654321", false),
            ("+390612345678", "39", "0612345678", true),
            ("+2250102030405", "225", "0102030405", true),
            ("+2290197123456", "229", "0197123456", true),
            ("+22997123456", "229", "97123456", false),
            ("+5215512345678", "52", "15512345678", false),
            ("+525512345678", "52", "5512345678", true),
            ("+15550001234", "1", "5550001234", false),
            ("+44 20 7946 0123", "44", "2079460123", true),
        ];
        for (text, calling_code, national, valid) in cases {
            let number = E164::parse(text).unwrap();
            assert_eq!((number.split(), number.looks_valid()), ((calling_code, national), valid), "{text}");
        }
    }

    #[test]
    fn doubtful_numbers_are_refused() {
        let cases = [
            ("16505551234", PhoneError::NoCallingCode),
            ("", PhoneError::NoCallingCode),
            ("+123", PhoneError::ImpossibleLength),
            ("+1 555 0100", PhoneError::ImpossibleLength),
            ("+5255123456789012", PhoneError::ImpossibleLength),
            ("+54 11 15 2345 6789", PhoneError::Rewritten),
            ("+16505551234 #5", PhoneError::Rewritten),
            ("+44 (0)20 7946 0123", PhoneError::Rewritten),
            ("+1 800 FLOWERS", PhoneError::NotANumber("it has letters")),
            ("+16505551234 ext. 5", PhoneError::NotANumber("it has letters")),
            ("+999123456789", PhoneError::NotANumber("its country calling code does not exist")),
            ("+", PhoneError::NotANumber("it has no digits in the form of a number")),
        ];
        for (text, error) in cases {
            assert_eq!(E164::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn webhook_digits_give_the_same_number() {
        let number = E164::parse("+1 631-555-5555").unwrap();
        assert_eq!(E164::parse_digits("16315555555").unwrap(), number);
        assert_eq!(number.to_string(), "+16315555555");
        assert!(E164::parse_digits("1 631").is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_texts_never_panic(text in ".*") {
            let _ = E164::parse(&text);
            let _ = E164::parse_digits(&text);
        }

        #[test]
        fn what_is_accepted_keeps_its_digits(digits in "[0-9]{1,17}") {
            if let Ok(number) = E164::parse(&format!("+{digits}")) {
                prop_assert_eq!(number.digits(), digits);
            }
        }
    }
}
