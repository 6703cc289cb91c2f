//! Telephone numbers as the simulator needs them: an E.164 value, its country calling code, and how it is shown.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A telephone number in E.164 form: `+`, then 7 to 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct E164(String);

/// The text is no telephone number.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no phone number: expected E.164, that is `+` and 7 to 15 digits, the first not 0")]
pub struct InvalidNumber(String);

impl FromStr for E164 {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('+').unwrap_or_default();
        let well_formed = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidNumber(text.chars().take(40).collect())) }
    }
}

impl E164 {
    /// The digits without the plus.
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// The text with its plus.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Country calling code and national number.
    pub fn split(&self) -> (&str, &str) {
        let digits = self.digits();
        digits.split_at(calling_code_length(digits).min(digits.len()))
    }

    /// As the API shows it, for example `+1 631-555-0101` (observations: numbers.display_forms).
    pub fn display(&self) -> String {
        let (code, national) = self.split();
        if code == "1"
            && national.len() == 10
            && let (Some(area), Some(exchange), Some(line)) = (national.get(..3), national.get(3..6), national.get(6..))
        {
            return format!("+1 {area}-{exchange}-{line}");
        }
        let mut shown = format!("+{code}");
        for (index, digit) in national.char_indices() {
            if index % 3 == 0 && (index == 0 || national.len() - index >= 2) {
                shown.push(' ');
            }
            shown.push(digit);
        }
        shown
    }
}

/// ITU-T E.164 assigns calling codes so that none begins another: zones 1 and 7 have one digit, these have two, all others three.
fn calling_code_length(digits: &str) -> usize {
    const TWO_DIGITS: [&str; 43] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95",
    ];
    if digits.starts_with(['1', '7']) {
        return 1;
    }
    let two = digits.get(..2).unwrap_or_default();
    if TWO_DIGITS.contains(&two) || two == "98" { 2 } else { 3 }
}

/// A telephone number as its digits alone, for where there are very many of them: eight bytes, and no memory of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digits(u64);

impl Digits {
    /// Reads what an integrator writes for a recipient: with or without plus sign, spaces, dashes and brackets.
    pub fn read(text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|c| !matches!(c, '+' | ' ' | '-' | '(' | ')' | '.')).collect();
        bare.parse().ok()
    }

    pub(crate) fn as_u64(self) -> u64 {
        self.0
    }

    /// The number with its plus sign.
    pub fn to_e164(self) -> Option<E164> {
        format!("+{self}").parse().ok()
    }
}

impl FromStr for Digits {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number: E164 = format!("+{text}").parse()?;
        Ok(Self::from(&number))
    }
}

impl TryFrom<String> for Digits {
    type Error = InvalidNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Digits> for String {
    fn from(digits: Digits) -> Self {
        digits.to_string()
    }
}

/// Fifteen digits at most, the first not 0: nothing is lost.
impl From<&E164> for Digits {
    fn from(number: &E164) -> Self {
        Self(number.digits().parse().unwrap_or_default())
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for E164 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn calling_codes_of_one_two_and_three_digits_are_told_apart() {
        let split = |text: &str| {
            let number: E164 = text.parse().unwrap();
            let (code, national) = number.split();
            (code.to_owned(), national.to_owned())
        };
        assert_eq!(split("+12125550101"), ("1".into(), "2125550101".into()));
        assert_eq!(split("+493023125001"), ("49".into(), "3023125001".into()));
        assert_eq!(split("+353209112345"), ("353".into(), "209112345".into()));
    }

    #[test]
    fn a_number_is_shown_with_spaces_or_the_american_way() {
        assert_eq!("+12125550101".parse::<E164>().unwrap().display(), "+1 212-555-0101");
        assert_eq!("+493023125001".parse::<E164>().unwrap().display(), "+49 302 312 5001");
    }

    #[test]
    fn digits_are_read_as_people_write_them_and_lose_nothing() {
        for text in ["+1 (212) 555-0101", "12125550101", "+12125550101", "1.212.555.0101"] {
            assert_eq!(Digits::read(text).unwrap().to_e164().unwrap().as_str(), "+12125550101", "{text}");
        }
        let longest: E164 = "+999999999999999".parse().unwrap();
        assert_eq!(Digits::from(&longest).to_e164().unwrap(), longest);
        for wrong in ["", "abc", "12", "0123456789", "1234567890123456", "+1 212 555 01x1"] {
            assert!(Digits::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for wrong in ["abc", "+", "493023125001", "+49 30", "+0123456789", "+123456", "+1234567890123456", ""] {
            assert!(wrong.parse::<E164>().is_err(), "{wrong}");
        }
    }
}
