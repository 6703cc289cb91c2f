//! From a telephone number to the country that analytics show for it (observations: billing.analytics).

use crate::phone::Digits;

/// ITU-T E.164 country calling codes with the ISO 3166 country that has most of their subscribers. Where several countries
/// share a code, as in zone 1, that country stands for all of them.
#[rustfmt::skip]
const COUNTRIES: &[(&str, &str)] = &[
    ("1", "US"), ("7", "RU"), ("20", "EG"), ("27", "ZA"), ("30", "GR"), ("31", "NL"), ("32", "BE"), ("33", "FR"),
    ("34", "ES"), ("36", "HU"), ("39", "IT"), ("40", "RO"), ("41", "CH"), ("43", "AT"), ("44", "GB"), ("45", "DK"),
    ("46", "SE"), ("47", "NO"), ("48", "PL"), ("49", "DE"), ("51", "PE"), ("52", "MX"), ("53", "CU"), ("54", "AR"),
    ("55", "BR"), ("56", "CL"), ("57", "CO"), ("58", "VE"), ("60", "MY"), ("61", "AU"), ("62", "ID"), ("63", "PH"),
    ("64", "NZ"), ("65", "SG"), ("66", "TH"), ("81", "JP"), ("82", "KR"), ("84", "VN"), ("86", "CN"), ("90", "TR"),
    ("91", "IN"), ("92", "PK"), ("93", "AF"), ("94", "LK"), ("95", "MM"), ("98", "IR"), ("212", "MA"), ("213", "DZ"),
    ("216", "TN"), ("218", "LY"), ("220", "GM"), ("221", "SN"), ("223", "ML"), ("225", "CI"), ("226", "BF"),
    ("227", "NE"), ("228", "TG"), ("229", "BJ"), ("230", "MU"), ("231", "LR"), ("232", "SL"), ("233", "GH"),
    ("234", "NG"), ("237", "CM"), ("241", "GA"), ("243", "CD"), ("244", "AO"), ("249", "SD"), ("250", "RW"),
    ("251", "ET"), ("252", "SO"), ("254", "KE"), ("255", "TZ"), ("256", "UG"), ("258", "MZ"), ("260", "ZM"),
    ("261", "MG"), ("263", "ZW"), ("264", "NA"), ("265", "MW"), ("267", "BW"), ("351", "PT"), ("352", "LU"),
    ("353", "IE"), ("354", "IS"), ("355", "AL"), ("356", "MT"), ("357", "CY"), ("358", "FI"), ("359", "BG"),
    ("370", "LT"), ("371", "LV"), ("372", "EE"), ("373", "MD"), ("374", "AM"), ("375", "BY"), ("380", "UA"),
    ("381", "RS"), ("382", "ME"), ("385", "HR"), ("386", "SI"), ("387", "BA"), ("389", "MK"), ("420", "CZ"),
    ("421", "SK"), ("501", "BZ"), ("502", "GT"), ("503", "SV"), ("504", "HN"), ("505", "NI"), ("506", "CR"),
    ("507", "PA"), ("509", "HT"), ("591", "BO"), ("592", "GY"), ("593", "EC"), ("595", "PY"), ("597", "SR"),
    ("598", "UY"), ("673", "BN"), ("675", "PG"), ("679", "FJ"), ("852", "HK"), ("853", "MO"), ("855", "KH"),
    ("856", "LA"), ("880", "BD"), ("886", "TW"), ("960", "MV"), ("961", "LB"), ("962", "JO"), ("963", "SY"),
    ("964", "IQ"), ("965", "KW"), ("966", "SA"), ("967", "YE"), ("968", "OM"), ("970", "PS"), ("971", "AE"),
    ("972", "IL"), ("973", "BH"), ("974", "QA"), ("975", "BT"), ("976", "MN"), ("977", "NP"), ("992", "TJ"),
    ("993", "TM"), ("994", "AZ"), ("995", "GE"), ("996", "KG"), ("998", "UZ"),
];

/// A country of two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// ISO 3166 keeps this code for users' own purposes: here, a number whose country is not in the table.
    const ELSEWHERE: Self = Self(*b"ZZ");

    /// Comes before every country.
    pub(crate) const LEAST: Self = Self(*b"AA");

    /// The country of a number.
    pub(crate) fn of(number: Digits) -> Self {
        let Some(number) = number.to_e164() else { return Self::ELSEWHERE };
        let code = number.split().0;
        let found = COUNTRIES.iter().find(|(calling_code, _)| *calling_code == code);
        found.and_then(|(_, country)| Self::read(country)).unwrap_or(Self::ELSEWHERE)
    }

    fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 2] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }
}

impl std::fmt::Display for CountryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for CountryCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or("a country is two upper-case letters")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::phone::E164;

    #[test]
    fn the_calling_code_gives_the_country() {
        for (number, country) in
            [("12125550101", "US"), ("493023125001", "DE"), ("35315550101", "IE"), ("2905555555", "ZZ")]
        {
            assert_eq!(CountryCode::of(Digits::read(number).unwrap()).to_string(), country, "{number}");
        }
    }

    #[test]
    fn every_calling_code_stands_once_and_is_cut_as_numbers_are_cut() {
        for (index, (code, country)) in COUNTRIES.iter().enumerate() {
            assert!(COUNTRIES.iter().skip(index + 1).all(|(other, _)| other != code), "{code}");
            let number: E164 = format!("+{code}5550101").parse().unwrap();
            assert_eq!(number.split().0, *code);
            assert_eq!(CountryCode::of(Digits::from(&number)).to_string(), *country);
        }
    }
}
