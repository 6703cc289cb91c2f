//! How much may be used.

use jiff::SignedDuration;

/// How much may be used. The defaults are Meta's figures where it gives any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budgets {
    /// Calls of the whole app in an hour; `None` where nobody knows, as Meta documents no figure.
    pub app_calls_per_hour: Option<u32>,
    /// Calls on a WABA without a registered number in an hour.
    pub waba_calls_per_hour: u32,
    /// Calls on a WABA with at least one registered number in an hour.
    pub registered_waba_calls_per_hour: u32,
    /// The share of a lane that ordinary work may fill while cutovers need the rest. 80: of 200 calls, 40 stay.
    pub ordinary_percent: u32,
    /// The share of a lane that polls may fill while cutovers need the rest, whoever filled it. 50: of 200 calls, 100 stay.
    pub poll_percent: u32,
    /// The share of the app's lane that stays for cutovers though none is in sight. 5: of 1000 calls, 50 stay, which are ten
    /// moves.
    pub reserve_percent: u32,
    /// No move begins while the last reading of usage says this or more.
    pub usage_ceiling_percent: u32,
    /// How long the last reading of usage counts for that.
    pub usage_counts_for: SignedDuration,
    /// How long a lane is left alone when Meta limits it without saying for how long (observations:
    /// `limits.default_wait`).
    pub default_regain: SignedDuration,
    /// How many numbers may be between move and register at once.
    pub max_concurrent_moves: usize,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            app_calls_per_hour: None,
            waba_calls_per_hour: 200,
            registered_waba_calls_per_hour: 5000,
            ordinary_percent: 80,
            poll_percent: 50,
            reserve_percent: 5,
            usage_ceiling_percent: 80,
            usage_counts_for: SignedDuration::from_secs(60),
            default_regain: SignedDuration::from_mins(60),
            max_concurrent_moves: 32,
        }
    }
}
