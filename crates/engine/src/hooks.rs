//! The operator's own commands: asked before a number moves, told after it is registered and on an alarm.
//!
//! A command is a program and its arguments; no shell reads it unless the operator names one. It gets its input twice:
//! as one JSON object on its standard input, and as environment variables `UNMOOR_HOOK`, `UNMOOR_NUMBER`, … for those
//! who prefer them. Neither holds a secret, and of our own environment it gets everything but what may hold one
//! (`UNMOOR_…`, `DATABASE_URL`).
//!
//! Before a move silence is no consent: a command that cannot be started, does not end in time, or ends with another
//! status than 0 vetoes the move. The time-out is real time, also in a rehearsal.

mod run;
#[cfg(all(test, unix))]
mod tests;

use std::{process::ExitStatus, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use unmoor_migration::{E164, MigrationId, PhoneNumberId, WabaId};

use run::run;

/// One command of the operator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookCommand {
    program: String,
    arguments: Vec<String>,
    time_out: Duration,
}

/// A command without a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a hook's command is empty: give the program and its arguments, \
     as in [\"/usr/local/bin/freeze-senders\", \"--quiet\"]"
)]
pub struct EmptyCommand;

impl HookCommand {
    /// A command from its program and arguments, ended after `time_out` of real time with all that it started.
    ///
    /// # Errors
    /// [`EmptyCommand`] when there is no program.
    pub fn new(command: Vec<String>, time_out: Duration) -> Result<Self, EmptyCommand> {
        let mut words = command.into_iter();
        let program = words.next().filter(|program| !program.is_empty()).ok_or(EmptyCommand)?;
        Ok(Self { program, arguments: words.collect(), time_out })
    }
}

/// The commands, where the operator has any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Asked before a number moves; may veto.
    pub before_move: Option<HookCommand>,
    /// Told when a number is registered, and again when the new WABA lists it.
    pub after_register: Option<HookCommand>,
    /// Told of an alarm.
    pub alarm: Option<HookCommand>,
}

/// Which hook it is; `hook` in the input and `UNMOOR_HOOK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookName {
    /// [`Hooks::before_move`].
    BeforeMove,
    /// [`Hooks::after_register`].
    AfterRegister,
    /// [`Hooks::alarm`].
    Alarm,
}

impl std::fmt::Display for HookName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::BeforeMove => "before-move",
            Self::AfterRegister => "after-register",
            Self::Alarm => "alarm",
        })
    }
}

/// What a command is asked before a number moves (guide 8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BeforeMove {
    /// The instant, by the engine's clock.
    pub at: Timestamp,
    /// Whether this is a rehearsal, in which nothing real may be frozen.
    pub rehearsal: bool,
    /// The migration.
    pub migration: MigrationId,
    /// The customer's reference in the operator's own books.
    pub customer: String,
    /// The number about to move.
    pub number: E164,
    /// Its id at the source.
    pub old_phone_number_id: Option<PhoneNumberId>,
    /// Where it leaves.
    pub source_waba: WabaId,
    /// Where it goes.
    pub destination_waba: WabaId,
}

/// Of what the after-register hook is told: of each number first the one, then the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterStage {
    /// It is registered: whoever sends takes the new id at once. The new WABA may not list it yet.
    Registered,
    /// The new WABA lists it as CONNECTED: how it is written there is known for good.
    Verified,
}

/// What a command is told after a number was registered (guide 9): from here on its messages are sent with the new id. It is
/// told again with everything once the new WABA lists the number, mostly seconds later; and each of both at least once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AfterRegister {
    /// The instant, by the engine's clock.
    pub at: Timestamp,
    /// Whether this is a rehearsal.
    pub rehearsal: bool,
    /// Of what it is told.
    pub stage: RegisterStage,
    /// The migration.
    pub migration: MigrationId,
    /// The customer's reference in the operator's own books.
    pub customer: String,
    /// The registered number.
    pub number: E164,
    /// Its id at the source.
    pub old_phone_number_id: PhoneNumberId,
    /// Its id at the destination; may be the same (observations: `numbers.phone_id_after_migrate`).
    pub new_phone_number_id: PhoneNumberId,
    /// Where it was.
    pub source_waba: WabaId,
    /// Where it is.
    pub destination_waba: WabaId,
    /// The number as the source writes it.
    pub old_display_phone_number: String,
    /// The number as the destination writes it; told with [`RegisterStage::Verified`] only.
    pub new_display_phone_number: Option<String>,
    /// Whether these have other digits: systems that compare the text of a number have to know both. Told with
    /// [`RegisterStage::Verified`] only.
    pub written_form_changed: Option<bool>,
}

/// What a command is told of an alarm, such as a gap that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRaised {
    /// The instant, by the engine's clock.
    pub at: Timestamp,
    /// Whether this is a rehearsal.
    pub rehearsal: bool,
    /// What kind of alarm, stable, for programs.
    pub code: String,
    /// What is the matter and what to do, for people.
    pub message: String,
    /// The migration it is about; none where it is about the fleet.
    pub migration: Option<MigrationId>,
    /// Its customer.
    pub customer: Option<String>,
    /// The number it is about, where it is about one.
    pub number: Option<E164>,
}

/// What the operator's command says to a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may go on. Also where there is no such command.
    Allowed,
    /// It may not.
    Vetoed {
        /// The command's own last line, or else what went wrong with it; one line, at most 500 characters.
        reason: String,
    },
}

/// A command did not do what it was to.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// It is not there, may not be run, or the like.
    #[error("the {hook} hook {program:?} cannot be started")]
    NotStarted {
        /// Which hook.
        hook: HookName,
        /// Its program.
        program: String,
        /// Why not.
        source: std::io::Error,
    },
    /// It was ended after its time.
    #[error("the {hook} hook {program:?} did not end within {time_out:?} and was killed")]
    TimedOut {
        /// Which hook.
        hook: HookName,
        /// Its program.
        program: String,
        /// Its time.
        time_out: Duration,
    },
    /// It ended with another status than 0.
    #[error("the {hook} hook {program:?} failed with {status}{}", said(last_line.as_deref()))]
    Failed {
        /// Which hook.
        hook: HookName,
        /// Its program.
        program: String,
        /// What it ended with.
        status: ExitStatus,
        /// The last line it wrote, to standard output or else to standard error.
        last_line: Option<String>,
    },
    /// The system could not tell how it ended.
    #[error("the {hook} hook {program:?} was started and its end is unknown")]
    Lost {
        /// Which hook.
        hook: HookName,
        /// Its program.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
}

fn said(last_line: Option<&str>) -> String {
    last_line.map(|line| format!(": {line}")).unwrap_or_default()
}

impl Hooks {
    /// Asks whether a number may move.
    pub async fn before_move(&self, input: &BeforeMove) -> Verdict {
        match tell(self.before_move.as_ref(), HookName::BeforeMove, input).await {
            Ok(()) => Verdict::Allowed,
            Err(HookError::Failed { last_line: Some(reason), .. }) => Verdict::Vetoed { reason },
            Err(
                error @ (HookError::NotStarted { .. }
                | HookError::TimedOut { .. }
                | HookError::Failed { last_line: None, .. }
                | HookError::Lost { .. }),
            ) => Verdict::Vetoed { reason: with_cause(&error) },
        }
    }

    /// Tells that a number is registered, or listed.
    ///
    /// # Errors
    /// [`HookError`] when the command could not be told or failed; the number stays registered.
    pub async fn after_register(&self, input: &AfterRegister) -> Result<(), HookError> {
        tell(self.after_register.as_ref(), HookName::AfterRegister, input).await
    }

    /// Tells of an alarm.
    ///
    /// # Errors
    /// [`HookError`] when the command could not be told or failed.
    pub async fn alarm(&self, input: &AlarmRaised) -> Result<(), HookError> {
        tell(self.alarm.as_ref(), HookName::Alarm, input).await
    }
}

/// A veto is shown as it is, so its cause belongs into it.
fn with_cause(error: &HookError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    hook: HookName,
    #[serde(flatten)]
    input: &'a T,
}

async fn tell<T: Serialize + Sync>(command: Option<&HookCommand>, hook: HookName, input: &T) -> Result<(), HookError> {
    let Some(command) = command else { return Ok(()) };
    let input = serde_json::to_value(Envelope { hook, input }).map_err(|error| HookError::NotStarted {
        hook,
        program: command.program.clone(),
        source: error.into(),
    })?;
    run(command, hook, &input).await
}
