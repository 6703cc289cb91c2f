//! What the headers of an answer say about usage.

use jiff::SignedDuration;

/// What `X-Business-Use-Case-Usage` (for a WABA) or `X-App-Usage` (for the app) of an answer says (observations:
/// `limits.usage_headers`). Percentages may exceed 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageReading {
    /// `call_count`: the share of the calls.
    pub call_count_percent: u32,
    /// `total_cputime`.
    pub total_cpu_time_percent: u32,
    /// `total_time`.
    pub total_time_percent: u32,
    /// `estimated_time_to_regain_access`, which Meta gives in minutes; zero or none while nothing is limited.
    pub regain: Option<SignedDuration>,
}

impl UsageReading {
    pub(super) fn highest_percent(self) -> u32 {
        self.call_count_percent.max(self.total_cpu_time_percent).max(self.total_time_percent)
    }
}
