//! How many templates the destination holds (guide T5).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Templates that any WABA may hold; every language counts (observations: `templates.limit_per_waba`).
pub const LIMIT_OF_ANY: u32 = 250;

/// Templates that a WABA may hold whose portfolio is verified, and has a WABA with a number whose display name is approved
/// (observations: `templates.limit_per_waba`).
pub const LIMIT_OF_VERIFIED: u32 = 6000;

/// Where a limit is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitBasis {
    /// From what the vendor shows of the portfolio and of its numbers.
    Read,
    /// From a setting of the operators.
    Setting,
    /// From nothing: the smaller one is counted with.
    Assumed,
}

/// How many templates a WABA may hold, and where that is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// So many, every language counted.
    pub templates: u32,
    /// Known from where.
    pub basis: LimitBasis,
}

/// What tells the limit of a portfolio's WABAs.
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitSigns<'a> {
    /// The limit itself, as the vendor shows it beside a list of templates (observations: `templates.summary`).
    pub shown: Option<u32>,
    /// `business_verification_status` of the portfolio, verbatim.
    pub verification: Option<&'a str>,
    /// One of its WABAs has a number with an approved display name, as far as was read.
    pub a_name_is_approved: bool,
    /// What the operators have set.
    pub setting: Option<u32>,
}

impl Limit {
    /// The limit of a portfolio's WABAs. What the vendor shows counts more than a setting; with neither, the smaller limit is
    /// counted with and said to be assumed.
    #[must_use]
    pub fn of(signs: &LimitSigns<'_>) -> Self {
        let is_verified = signs.verification.map(|status| status.eq_ignore_ascii_case("verified"));
        let (templates, basis) = match (signs.shown, is_verified, signs.setting) {
            (Some(shown), _, _) => (shown, LimitBasis::Read),
            (None, Some(true), _) if signs.a_name_is_approved => (LIMIT_OF_VERIFIED, LimitBasis::Read),
            (None, Some(false), _) => (LIMIT_OF_ANY, LimitBasis::Read),
            // Verified, and no name seen approved: another WABA of the portfolio may have one.
            (None, Some(true) | None, Some(setting)) => (setting, LimitBasis::Setting),
            (None, Some(true) | None, None) => (LIMIT_OF_ANY, LimitBasis::Assumed),
        };
        Self { templates, basis }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.basis {
            LimitBasis::Read => write!(f, "{}", self.templates),
            LimitBasis::Setting => write!(f, "{} (by setting)", self.templates),
            LimitBasis::Assumed => write!(f, "{} (assumed: Meta does not show whether it is more)", self.templates),
        }
    }
}

/// The room of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// How many it may hold.
    pub limit: Limit,
    /// How many it holds already; `None` = it was not read, and is counted as empty: Meta makes it anew at acceptance.
    pub held: Option<u32>,
}

impl Capacity {
    /// How many more fit.
    #[must_use]
    pub fn room(&self) -> u32 {
        self.limit.templates.saturating_sub(self.held.unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_limit_needs_a_verified_portfolio_and_an_approved_name() {
        let of = |verification, a_name_is_approved, setting| {
            Limit::of(&LimitSigns { shown: None, verification, a_name_is_approved, setting })
        };
        assert_eq!(of(Some("verified"), true, None), Limit { templates: 6000, basis: LimitBasis::Read });
        for status in ["not_verified", "pending", "rejected", "a_new_word"] {
            assert_eq!(
                of(Some(status), true, Some(6000)),
                Limit { templates: 250, basis: LimitBasis::Read },
                "{status}"
            );
        }
        assert_eq!(of(Some("verified"), false, None), Limit { templates: 250, basis: LimitBasis::Assumed });
        assert_eq!(of(None, true, None), Limit { templates: 250, basis: LimitBasis::Assumed });
        assert_eq!(of(None, true, Some(6000)), Limit { templates: 6000, basis: LimitBasis::Setting });
    }

    #[test]
    fn a_limit_that_meta_shows_counts_more_than_anything_else() {
        let signs = LimitSigns {
            shown: Some(250),
            verification: Some("verified"),
            a_name_is_approved: true,
            setting: Some(6000),
        };
        assert_eq!(Limit::of(&signs), Limit { templates: 250, basis: LimitBasis::Read });
    }

    #[test]
    fn what_is_there_takes_room() {
        let limit = Limit { templates: LIMIT_OF_ANY, basis: LimitBasis::Read };
        assert_eq!(Capacity { limit, held: None }.room(), 250);
        assert_eq!(Capacity { limit, held: Some(249) }.room(), 1);
        assert_eq!(Capacity { limit, held: Some(251) }.room(), 0, "a limit that was lowered");
    }
}
