//! One phone number of the source WABA on its way (guide 8 and 9).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::blocker::BlockerCode;
use crate::observed::ListedNumber;
use crate::reading::Reading;
use crate::retry::{Failure, REGISTER_WINDOW};
use crate::settings::Shown;
use crate::{E164, PhoneNumberId};

/// Where a number stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NumberState {
    /// The source lists it; acceptance is not seen yet.
    Listed,
    /// It stays where it is.
    Skipped {
        /// Why.
        reason: Skip,
    },
    /// It will be moved.
    Eligible,
    /// A move attempt is journaled: no return begins here (rule 7).
    Moving {
        /// Set while its outcome is unknown.
        doubt: Option<Doubt>,
    },
    /// The destination has it, unregistered: somebody's outage (rule 3).
    Moved,
    /// A register attempt is journaled.
    Registering {
        /// Set while its outcome is unknown.
        doubt: Option<Doubt>,
    },
    /// Register succeeded.
    Registered,
    /// The destination lists it as CONNECTED.
    Verified,
    /// Proven to work by traffic; shown apart and never waited for.
    Serving,
    /// A person has to look.
    Stuck {
        /// Why.
        code: BlockerCode,
    },
}

impl NumberState {
    /// The state's name, as shown.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Skipped { .. } => "skipped",
            Self::Eligible => "eligible",
            Self::Moving { .. } => "moving",
            Self::Moved => "moved",
            Self::Registering { .. } => "registering",
            Self::Registered => "registered",
            Self::Verified => "verified",
            Self::Serving => "serving",
            Self::Stuck { .. } => "stuck",
        }
    }
}

/// Why a number stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "skip", rename_all = "snake_case")]
pub enum Skip {
    /// Its status on the source is another than CONNECTED (guide 7).
    NotConnected {
        /// The status, verbatim.
        status: String,
    },
    /// It is shared with the WhatsApp Business app, which this flow cannot move.
    Coexistence,
    /// It runs on another platform than Cloud API.
    OtherPlatform {
        /// The platform, verbatim.
        platform: String,
    },
    /// An operator cancelled the migration when this number had not begun.
    Cancelled,
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotConnected { status } => write!(f, "its status on the source is {status}, not CONNECTED"),
            Self::Coexistence => f.write_str("it is shared with the WhatsApp Business app"),
            Self::OtherPlatform { platform } => write!(f, "it runs on {platform}, not on Cloud API"),
            Self::Cancelled => f.write_str("the migration was cancelled before its turn"),
        }
    }
}

/// An attempt without an answer, being probed (rule 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// When the attempt was journaled: its effect may take place from here on.
    pub sent_at: Timestamp,
    /// Reads from here on count: the call has had its full time-out, since the vendor may answer late.
    pub look_from: Timestamp,
    /// When the first read after the full time-out did not show the effect.
    pub absent_at: Option<Timestamp>,
    /// What was known at the time.
    pub why: String,
}

/// A failed try with its instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedTry {
    /// What came of it.
    pub failure: Failure,
    /// When.
    pub at: Timestamp,
    /// How many in a row.
    pub failures: u32,
    /// When the first of the row was.
    pub since: Timestamp,
    /// Not tried again before.
    pub next_try_at: Timestamp,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The number.
    pub number: E164,
    /// As the source listed it last.
    pub source: Reading<ListedNumber>,
    /// Where it stands.
    pub state: NumberState,
    /// Its PIN is in the vault.
    pub pin_sealed: bool,
    /// When the before-move hook allowed it last.
    pub allowed_at: Option<Timestamp>,
    /// When the before-move hook vetoed it last, and why.
    pub vetoed: Option<Reading<String>>,
    /// The latest failed move.
    pub move_trouble: Option<FailedTry>,
    /// Every register that was or may have been sent.
    pub register_sent: Vec<Timestamp>,
    /// The latest failed register.
    pub register_trouble: Option<FailedTry>,
    /// Registers that people granted beyond the seven.
    pub extra_tries: usize,
    /// Its node under the destination.
    pub destination_id: Option<PhoneNumberId>,
    /// Its storage region at the destination, as set and read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_region: Option<Reading<Shown>>,
    /// When its move was known to have succeeded.
    pub moved_at: Option<Timestamp>,
    /// When its register was known to have succeeded.
    pub registered_at: Option<Timestamp>,
    /// When the destination listed it as CONNECTED.
    pub verified_at: Option<Timestamp>,
}

impl Number {
    /// A number as the source lists it.
    #[must_use]
    pub fn listed(number: E164, source: Reading<ListedNumber>) -> Self {
        Self {
            number,
            source,
            state: NumberState::Listed,
            pin_sealed: false,
            allowed_at: None,
            vetoed: None,
            move_trouble: None,
            register_sent: Vec::new(),
            register_trouble: None,
            extra_tries: 0,
            destination_id: None,
            storage_region: None,
            moved_at: None,
            registered_at: None,
            verified_at: None,
        }
    }

    /// Why this number is not to be moved; `None` when it is (guide 7, observations: `numbers.is_on_biz_app`).
    #[must_use]
    pub fn reason_to_skip(&self) -> Option<Skip> {
        let source = &self.source.value;
        if !source.is_connected() {
            return Some(Skip::NotConnected { status: source.status.clone().unwrap_or_else(|| "unknown".to_owned()) });
        }
        if source.on_business_app == Some(true) {
            return Some(Skip::Coexistence);
        }
        match source.platform.as_deref() {
            None | Some("CLOUD_API") => None,
            Some(platform) => Some(Skip::OtherPlatform { platform: platform.to_owned() }),
        }
    }

    /// Whether its first move attempt is journaled: no return (rule 7).
    #[must_use]
    pub fn has_begun(&self) -> bool {
        match self.state {
            NumberState::Listed | NumberState::Skipped { .. } | NumberState::Eligible => false,
            NumberState::Moving { .. }
            | NumberState::Moved
            | NumberState::Registering { .. }
            | NumberState::Registered
            | NumberState::Verified
            | NumberState::Serving
            | NumberState::Stuck { .. } => true,
        }
    }

    /// Whether it has begun and is not over: it comes before all other work of its migration.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        match self.state {
            NumberState::Moving { .. }
            | NumberState::Moved
            | NumberState::Registering { .. }
            | NumberState::Registered
            | NumberState::Stuck { .. } => true,
            NumberState::Listed
            | NumberState::Skipped { .. }
            | NumberState::Eligible
            | NumberState::Verified
            | NumberState::Serving => false,
        }
    }

    /// Whether the destination proved to have it.
    #[must_use]
    pub fn is_migrated(&self) -> bool {
        matches!(self.state, NumberState::Verified | NumberState::Serving)
    }

    /// Whether it is between two accounts: moved, and register has not succeeded.
    #[must_use]
    pub fn is_in_outage(&self) -> bool {
        self.moved_at.is_some() && self.registered_at.is_none()
    }

    /// Time between the successes of guide 8 and guide 9.
    #[must_use]
    pub fn gap(&self) -> Option<SignedDuration> {
        Some(self.registered_at?.duration_since(self.moved_at?))
    }

    /// How many registers were sent within the vendor's window before `now`.
    #[must_use]
    pub fn registers_in_window(&self, now: Timestamp) -> usize {
        self.register_sent.iter().filter(|sent| now.duration_since(**sent) < REGISTER_WINDOW).count()
    }

    /// The state's name, as shown.
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        self.state.name()
    }
}
