//! Countries to draw numbers from. The ranges are those that telephone regulators keep for fiction where they do, else such
//! as plainly belong to nobody; each national number is `prefix` and as many digits as `free` says.

use crate::{
    ids::{Draw, Seed},
    phone::E164,
};

/// A country that invented customers live in.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: &'static str,
    calling_code: &'static str,
    prefixes: &'static [&'static str],
    free: u32,
    pub(super) currency: &'static str,
    pub(super) template_language: &'static str,
    pub(super) languages: &'static [&'static str],
    pub(super) time_zones: &'static [&'static str],
}

pub(super) const COUNTRIES: &[Country] = &[
    Country {
        code: "US",
        calling_code: "1",
        prefixes: &[
            "21255501", "30355501", "40455501", "51255501", "61755501", "70255501", "20655501", "31255501", "41555501",
            "50355501",
        ],
        free: 2,
        currency: "USD",
        template_language: "en_US",
        languages: &["en", "en-US"],
        time_zones: &["America/New_York", "America/Denver", "America/Chicago", "America/Los_Angeles"],
    },
    Country {
        code: "GB",
        calling_code: "44",
        prefixes: &[
            "1134960", "1144960", "1164960", "1174960", "1184960", "1214960", "1314960", "1414960", "1514960",
            "1614960", "2079460",
        ],
        free: 3,
        currency: "GBP",
        template_language: "en_GB",
        languages: &["en-GB"],
        time_zones: &["Europe/London"],
    },
    Country {
        code: "DE",
        calling_code: "49",
        prefixes: &["3023125", "6990009", "4066969", "2214710", "8999998"],
        free: 3,
        currency: "EUR",
        template_language: "de",
        languages: &["de", "de-DE"],
        time_zones: &["Europe/Berlin"],
    },
    Country {
        code: "FR",
        calling_code: "33",
        prefixes: &["19900", "26191", "35301", "46571", "53649"],
        free: 4,
        currency: "EUR",
        template_language: "fr",
        languages: &["fr", "fr-FR"],
        time_zones: &["Europe/Paris"],
    },
    Country {
        code: "AU",
        calling_code: "61",
        prefixes: &["25550", "27010", "35550", "37010", "75550", "77010", "85550", "87010"],
        free: 4,
        currency: "AUD",
        template_language: "en",
        languages: &["en-AU"],
        time_zones: &["Australia/Sydney", "Australia/Melbourne"],
    },
    Country {
        code: "IE",
        calling_code: "353",
        prefixes: &["1555", "21555"],
        free: 4,
        currency: "EUR",
        template_language: "en",
        languages: &["en-IE", "ga"],
        time_zones: &["Europe/Dublin"],
    },
    Country {
        code: "PT",
        calling_code: "351",
        prefixes: &["21555", "22555"],
        free: 4,
        currency: "EUR",
        template_language: "pt_PT",
        languages: &["pt-PT"],
        time_zones: &["Europe/Lisbon"],
    },
    Country {
        code: "HK",
        calling_code: "852",
        prefixes: &["2555"],
        free: 4,
        currency: "USD",
        template_language: "zh_HK",
        languages: &["zh", "zh-HK"],
        time_zones: &["Asia/Hong_Kong"],
    },
    Country {
        code: "BR",
        calling_code: "55",
        prefixes: &["115555", "215555", "315555"],
        free: 4,
        currency: "BRL",
        template_language: "pt_BR",
        languages: &["pt", "pt-BR"],
        time_zones: &["America/Sao_Paulo"],
    },
    Country {
        code: "MX",
        calling_code: "52",
        prefixes: &["555555", "335555", "815555"],
        free: 4,
        currency: "USD",
        template_language: "es_MX",
        languages: &["es", "es-MX"],
        time_zones: &["America/Mexico_City"],
    },
    Country {
        code: "AE",
        calling_code: "971",
        prefixes: &["4555"],
        free: 4,
        currency: "USD",
        template_language: "ar",
        languages: &["ar"],
        time_zones: &["Asia/Dubai"],
    },
];

impl Country {
    /// The country of a time zone, else one of a language, else any.
    pub(super) fn of(time_zone: Option<&str>, language: Option<&str>, draw: &mut Draw) -> Option<&'static Self> {
        let by_zone = time_zone.and_then(|zone| COUNTRIES.iter().find(|country| country.time_zones.contains(&zone)));
        let by_language =
            || language.and_then(|language| COUNTRIES.iter().find(|country| country.languages.contains(&language)));
        by_zone.or_else(by_language).or_else(|| draw.pick(COUNTRIES))
    }

    /// The country of a calling code.
    pub(super) fn of_number(number: &E164) -> Option<&'static Self> {
        COUNTRIES.iter().find(|country| country.calling_code == number.split().0)
    }

    /// An invented number.
    pub(super) fn number(&self, draw: &mut Draw) -> Option<E164> {
        let prefix = draw.pick(self.prefixes)?;
        let width = usize::try_from(self.free).unwrap_or(0);
        let line = draw.between(0, 10_u64.pow(self.free) - 1);
        format!("+{}{prefix}{line:0width$}", self.calling_code).parse().ok()
    }
}

/// An invented number of the country that `like` belongs to.
pub(crate) fn invented_number(seed: Seed, key: &[&str], like: &E164) -> Option<E164> {
    let mut draw = seed.draw(key);
    let Some(country) = Country::of_number(like) else {
        // No list of fictitious numbers: 555 and six digits lead nowhere in most plans.
        return format!("+{}555{:06}", like.split().0, draw.between(0, 999_999)).parse().ok();
    };
    country.number(&mut draw)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ids::Seed;

    #[test]
    fn every_country_draws_numbers_that_belong_to_it() {
        for country in COUNTRIES {
            let number = country.number(&mut Seed(1).draw(&[country.code])).unwrap();
            assert_eq!(number.split().0, country.calling_code, "{number}");
            assert_eq!(Country::of_number(&number).unwrap().code, country.code);
        }
    }

    #[test]
    fn a_time_zone_says_more_than_a_language() {
        let mut draw = Seed(1).draw(&[]);
        assert_eq!(Country::of(Some("Europe/Dublin"), Some("de"), &mut draw).unwrap().code, "IE");
        assert_eq!(Country::of(Some("Antarctica/Troll"), Some("de"), &mut draw).unwrap().code, "DE");
        assert!(Country::of(None, None, &mut draw).is_some());
    }
}
