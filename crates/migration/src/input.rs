//! What arrives: the passing of time, the outcome of an effect, a nudge from outside, a person's command.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::effect::Outcome;
use crate::fleet::FleetStanding;
use crate::gate::{GREATEST_AGE, Gate};
use crate::retry::{Jitter, SEND_WITHIN};
use crate::settings::SettingsPolicy;
use crate::templates::{Losses, MissingTemplates, TemplateKey};
use crate::window::CutoverWindow;
use crate::{Customer, E164, IntentId};

/// Something that arrived for a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    /// Its time has come, or somebody wants it looked at.
    Wake,
    /// The open attempt ended.
    Ended {
        /// The attempt's id.
        attempt: u64,
        /// What came of it.
        outcome: Outcome,
    },
    /// The process that made the open attempt died: what came of it is unknown.
    Lost {
        /// The attempt's id.
        attempt: u64,
    },
    /// Something outside suggests that a reading has changed. It never says what is true (rule 11).
    Nudge {
        /// Where the suggestion comes from, e.g. `webhook account_update PARTNER_ADDED`.
        from: String,
    },
    /// A person's command.
    Command {
        /// Who.
        by: String,
        /// What.
        command: Command,
    },
}

/// A person's command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Run the read-only checks.
    Preflight,
    /// Begin: tag as soon as nothing stands in the way.
    Start,
    /// Do nothing more until resumed, except finish a number that has begun.
    Pause {
        /// Why.
        reason: Option<String>,
    },
    /// End a pause.
    Resume,
    /// Do not begin to move numbers until released; everything before goes on.
    Hold {
        /// Why.
        reason: Option<String>,
    },
    /// End a hold.
    Release,
    /// Give the migration up, as far as that is still possible.
    Cancel {
        /// Why.
        reason: Option<String>,
    },
    /// Look at everything again now, and try again what was refused.
    Retry,
    /// Take the migration intent with this id for the migration's own, once a reading of it names the source WABA.
    Adopt {
        /// The intent.
        intent: IntentId,
        /// Where acceptance was seen, if it was: then `COMPLETED` proceeds as well as `ACCEPTED` (rule 1).
        acceptance_seen: Option<String>,
    },
    /// Vouch for a gate that cannot be read.
    Attest {
        /// The gate.
        gate: Gate,
        /// The number, for a gate that is about one; `None` = all of the WABA.
        number: Option<E164>,
        /// What was seen.
        note: String,
    },
    /// The customer may lose these templates.
    AcceptLoss {
        /// Exactly which: what the person saw.
        losses: Losses,
    },
    /// Leave templates behind that are not over, so that nothing waits for them.
    LeaveTemplates {
        /// Which; `None` = all that are not over.
        template: Option<TemplateKey>,
    },
    /// The customer file was imported again.
    Update {
        /// The new row.
        customer: Customer,
    },
}

impl Command {
    /// The command's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Start => "start",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
            Self::Hold { .. } => "hold",
            Self::Release => "release",
            Self::Cancel { .. } => "cancel",
            Self::Retry => "retry",
            Self::Adopt { .. } => "adopt",
            Self::Attest { .. } => "attest",
            Self::AcceptLoss { .. } => "approve",
            Self::LeaveTemplates { .. } => "leave-templates",
            Self::Update { .. } => "update",
        }
    }
}

/// Whether a cutover waits for a person because of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateGate {
    /// It never does: what is lost is told.
    #[default]
    Off,
    /// It waits until a named person has accepted what the forecast says is lost (guide T4 to T6).
    Losses,
}

/// What the operators have laid down for every migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Two-step verification must be seen off before the intent is set (rule 16).
    pub two_step_before_tag: bool,
    /// When moves may begin, in the customer's time zone.
    pub window: Option<CutoverWindow>,
    /// A before-move hook is configured and must allow each move.
    pub before_move_hook: bool,
    /// The fleet's first migration goes alone (rule 8).
    pub pilot_first: bool,
    /// Whether a cutover waits until the loss of templates is accepted.
    pub template_gate: TemplateGate,
    /// How many templates a new account holds, where Meta does not show it.
    pub template_limit: Option<u32>,
    /// What is done about settings that do not travel.
    pub settings: SettingsPolicy,
    /// What becomes of templates that the vendor did not duplicate (guide T6).
    pub missing_templates: MissingTemplates,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            two_step_before_tag: true,
            window: None,
            before_move_hook: false,
            pilot_first: true,
            template_gate: TemplateGate::Off,
            template_limit: None,
            settings: SettingsPolicy::Leave,
            missing_templates: MissingTemplates::default(),
        }
    }
}

/// A call that the throttle does not let pass yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttled {
    /// When there is room.
    pub until: Timestamp,
    /// The limit, for people.
    pub lane: String,
}

/// Everything around a migration that a decision depends on. The core has no clock, no randomness and no neighbours
/// of its own.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// The instant of the decision.
    pub now: Timestamp,
    /// Spread of schedules.
    pub jitter: Jitter,
    /// The operators' policy.
    pub policy: &'a Policy,
    /// What the fleet allows this migration.
    pub fleet: FleetStanding,
    /// Set when the call that would come next was refused by the throttle.
    pub throttled: Option<Throttled>,
    /// How fast a machine has to be.
    pub pace: Pace,
}

/// Limits that are about the machine and not about the vendor or people. Real time keeps the defaults; where a simulator's
/// clock runs faster than the machine's, the same real time is more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// A journaled try that has not left within this time is not sent (rule 9).
    pub send_within: SignedDuration,
    /// Readings at a gate are at most this old when a move begins (rule 2).
    pub greatest_age: SignedDuration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { send_within: SEND_WITHIN, greatest_age: GREATEST_AGE }
    }
}
