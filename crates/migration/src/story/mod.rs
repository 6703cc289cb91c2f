//! One migration's story in plain sentences, for a person who has one minute. It must never decide anything, and says
//! nothing that the migration's state does not hold.

mod doubts;
mod numbers;
mod reconciliation;
mod templates;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::blocker::{Blocker, BlockerCode, Turn};
use crate::migration::{Mark, Migration};
use crate::phase::{Phase, Stop};
use crate::retry::{CALL_TIMEOUT, after};
use crate::settings;
use crate::words::duration;
use crate::{E164, MigrationId};

pub use doubts::{Conclusion, DoubtStory, Doubts, Found, Look};
pub use numbers::NumberStory;
pub use templates::template_outlook;

/// The whole story. Its parts are sentences; codes and names beside them are for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Whose.
    pub migration: MigrationId,
    /// The Tech Provider's own reference of the customer.
    pub customer: String,
    /// Name of the phase.
    pub phase: &'static str,
    /// Where it stands, and since when.
    pub headline: String,
    /// What people have laid down that is in force: pause, hold, cancel.
    pub marks: Vec<String>,
    /// Why it cannot go on.
    pub blockers: Vec<BlockerStory>,
    /// Each number.
    pub numbers: Vec<NumberStory>,
    /// What was tried last, and what came of it.
    pub last_tried: Option<String>,
    /// When it is looked at again, and why.
    pub next_look: String,
    /// What a cancel would still do.
    pub no_return: String,
    /// What people vouch for.
    pub attestations: Vec<String>,
    /// What was left behind.
    pub exceptions: Vec<String>,
    /// What became of the templates.
    pub templates: Option<String>,
    /// What became of settings that do not travel.
    pub settings: Vec<String>,
    /// How it goes with them: the vendor's copies, what we bring over, their quality.
    pub template_notes: Vec<String>,
}

/// One blocker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockerStory {
    /// Its code.
    pub code: BlockerCode,
    /// The number it is about; `None` = the whole migration.
    pub number: Option<E164>,
    /// Whose turn it is.
    pub turn: Turn,
    /// Since when.
    pub since: Timestamp,
    /// What is the matter, with Meta's words.
    pub sentence: String,
    /// What that person does next.
    pub next: String,
}

/// The story of `m` at `now`.
#[must_use]
pub fn story(m: &Migration, now: Timestamp) -> Story {
    let stays = m.is_final() || m.cancelled().is_some();
    Story {
        migration: m.id().clone(),
        customer: m.customer().reference.clone(),
        phase: m.phase_name(),
        headline: headline(m, now),
        marks: marks(m),
        blockers: m.blockers().iter().map(|blocker| blocker_story(blocker, now)).collect(),
        numbers: m.numbers().map(|number| numbers::story(number, stays, now)).collect(),
        last_tried: last_tried(m, now),
        next_look: next_look(m, now),
        no_return: no_return(m),
        attestations: attestations(m),
        exceptions: m.exceptions().to_vec(),
        templates: reconciliation::balance(m),
        template_notes: reconciliation::notes(m, now),
        settings: settings(m),
    }
}

impl Story {
    /// The story as lines for a terminal, without colours and without wrapping.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.headline.clone()];
        lines.extend(self.marks.iter().cloned());
        for blocker in &self.blockers {
            lines.push(format!("{}: {}", blocker.code, blocker.sentence));
            lines.push(format!("  {}", blocker.next));
        }
        lines.extend(self.numbers.iter().map(|number| number.sentence.clone()));
        lines.extend(self.last_tried.iter().cloned());
        lines.push(self.next_look.clone());
        lines.push(self.no_return.clone());
        lines.extend(self.attestations.iter().cloned());
        lines.extend(self.exceptions.iter().map(|exception| format!("Left behind: {exception}.")));
        lines.extend(self.templates.iter().cloned());
        lines.extend(self.template_notes.iter().cloned());
        lines.extend(self.settings.iter().cloned());
        lines
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// An instant for people: RFC 3339 in UTC, to the second.
fn instant(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// `since 2026-11-02T08:00:00Z, for 3 days 4 hours`.
fn since(at: Timestamp, now: Timestamp) -> String {
    let passed = now.duration_since(at);
    if passed < SignedDuration::from_secs(1) {
        return format!("since {}", instant(at));
    }
    format!("since {}, for {}", instant(at), duration(passed))
}

fn headline(m: &Migration, now: Timestamp) -> String {
    let stands = match m.phase() {
        Phase::Draft => "is imported, and nothing has been checked".to_owned(),
        Phase::Preflight => "is being checked".to_owned(),
        Phase::Ready => "is checked, and not tagged yet".to_owned(),
        Phase::Tagging => "is being tagged for migration".to_owned(),
        Phase::AwaitingAcceptance => "waits for the customer to accept the request".to_owned(),
        Phase::Provisioning => format!("has been accepted, and the new WABA{} is being prepared", new_waba(m)),
        Phase::ReadyForCutover => format!("is ready to move its numbers to the new WABA{}", new_waba(m)),
        Phase::CuttingOver => {
            let (over, all) = (m.numbers().filter(|number| number.is_migrated()).count(), m.numbers().count());
            format!("is moving to the new WABA{}, {over} of its {all} numbers being over", new_waba(m))
        }
        Phase::Settling => "has its numbers over, and its templates are watched".to_owned(),
        Phase::Completed => "is completed".to_owned(),
        Phase::CompletedWithExceptions => "is completed, and something was left behind".to_owned(),
        Phase::Stopped(Stop::Rejected) => "is over: the customer rejected the request".to_owned(),
        Phase::Stopped(Stop::Cancelled) => "is over: it was cancelled before any number moved".to_owned(),
    };
    format!("{} (WABA {}) {stands}, {}.", m.customer().reference, m.id(), since(m.phase_entered_at(), now))
}

fn new_waba(m: &Migration) -> String {
    m.destination().map(|destination| format!(" {}", destination.waba)).unwrap_or_default()
}

fn marks(m: &Migration) -> Vec<String> {
    if m.is_final() {
        return Vec::new();
    }
    let told = |what: &str, mark: &Mark| {
        let reason = mark.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{} {what} at {}{reason}.", mark.by, instant(mark.at))
    };
    // What stands in the way is told as a blocker.
    let is_told = |code| m.blockers().iter().any(|blocker| blocker.code == code);
    let paused = m.paused().filter(|_| !is_told(BlockerCode::Paused)).map(|mark| told("paused it", mark));
    let held = m.held().filter(|_| !is_told(BlockerCode::Held)).map(|mark| told("put a hold on its moves", mark));
    let cancelled = m.cancelled().map(|mark| told("cancelled what has not begun", mark));
    let given = m.adoption().filter(|adoption| adoption.refused.is_none()).map(|adoption| {
        let (by, at) = (&adoption.given.by, instant(adoption.given.at));
        format!("{by} gave migration intent {} at {at}; whose it is has not been read yet.", adoption.intent)
    });
    [paused, held, cancelled, given].into_iter().flatten().collect()
}

fn blocker_story(blocker: &Blocker, now: Timestamp) -> BlockerStory {
    let row = blocker.code.row();
    let about = blocker.number.as_ref().map(|number| format!("{number}: ")).unwrap_or_default();
    let words = blocker.detail.as_deref().map(|words| format!(" More exactly: {words}.")).unwrap_or_default();
    let next = match blocker.turn {
        Turn::Customer => format!("The customer's turn: {}", row.clears),
        Turn::TechProvider => format!("Your turn: {}", row.clears),
        Turn::SolutionPartner => format!("The Solution Partner's turn: {}", row.clears),
        Turn::Meta => format!("Meta's turn: {}", row.clears),
        Turn::Time if row.turn == Turn::Time => format!("Nobody's turn: {}", row.clears),
        Turn::Time => "Nobody's turn yet: it is tried again by itself.".to_owned(),
    };
    BlockerStory {
        code: blocker.code,
        number: blocker.number.clone(),
        turn: blocker.turn,
        since: blocker.since,
        sentence: format!("{about}{}{words} It stands {}.", row.sentence, since(blocker.since, now)),
        next,
    }
}

fn last_tried(m: &Migration, now: Timestamp) -> Option<String> {
    let last = m.last_attempt()?;
    let came =
        last.failure.as_deref().map_or_else(|| "it succeeded".to_owned(), |failure| format!("it failed: {failure}"));
    let ago = duration(now.duration_since(last.at));
    Some(format!("Tried last: {}; {came}, at {}, {ago} ago.", last.kind.doing(), instant(last.at)))
}

fn next_look(m: &Migration, now: Timestamp) -> String {
    if m.is_final() {
        return "Nothing happens any more by itself.".to_owned();
    }
    if let Some(open) = m.open_attempt() {
        let until = after(open.send_before, CALL_TIMEOUT);
        let (doing, started) = (open.effect.kind().doing(), instant(open.started_at));
        return format!("Under way: {doing}, begun at {started}, answered or given up by {}.", instant(until));
    }
    let Some(wake) = m.wake_at() else {
        return "It is not looked at by itself: the next step is a person's, as told above.".to_owned();
    };
    let left = wake.duration_since(now);
    let when = if left <= SignedDuration::ZERO {
        "It is looked at now".to_owned()
    } else {
        format!("It is looked at again at {}, in {}", instant(wake), duration(left))
    };
    let codes = m.blocker_codes();
    match (codes.is_empty(), m.phase()) {
        (false, _) => format!("{when}, because of {}.", codes.join(", ")),
        (true, Phase::Settling) => format!("{when}, to compare the templates."),
        (true, _) => format!("{when}, to go on."),
    }
}

/// Rule 7, told for this migration.
fn no_return(m: &Migration) -> String {
    if m.is_final() {
        return "It is over: cancel changes nothing any more.".to_owned();
    }
    let list = |begun: bool| {
        let chosen =
            m.numbers().filter(|number| number.has_begun() == begun && (begun || number.reason_to_skip().is_none()));
        chosen.map(|number| number.number.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (begun, left) = (list(true), list(false));
    if *m.phase() >= Phase::Settling || (!begun.is_empty() && left.is_empty()) {
        return "Every number that moves has begun its move: there is no return, and cancel is refused.".to_owned();
    }
    if !begun.is_empty() {
        let cancel = if m.cancelled().is_some() { "The cancel leaves" } else { "Cancel would leave" };
        return format!("No return for {begun}. {cancel} {left} at the source.");
    }
    let remains = match m.phase() {
        Phase::Draft | Phase::Preflight | Phase::Ready => "nobody outside has been told anything",
        Phase::Tagging => "a request may stand at the customer already, and stays there",
        Phase::AwaitingAcceptance => "the request stays with the customer, who can decline it",
        Phase::Provisioning
        | Phase::ReadyForCutover
        | Phase::CuttingOver
        | Phase::Settling
        | Phase::Completed
        | Phase::CompletedWithExceptions
        | Phase::Stopped(_) => "the new WABA stays, without numbers",
    };
    format!("No number has begun its move. Cancel would end it at once; {remains}.")
}

fn attestations(m: &Migration) -> Vec<String> {
    let told = |attestation: &crate::gate::Attestation| {
        let about = attestation.number.as_ref().map_or_else(|| "all numbers".to_owned(), ToString::to_string);
        let (gate, by, at, note) = (attestation.gate, &attestation.by, instant(attestation.at), &attestation.note);
        format!("{by} vouches for {gate} of {about} since {at}: {note}.")
    };
    let accepted = m.intent().and_then(|intent| intent.acceptance_seen.as_ref()).map(|mark| {
        let seen = mark.reason.as_deref().unwrap_or_default();
        format!("{} says since {} that acceptance was seen: {seen}.", mark.by, instant(mark.at))
    });
    m.attestations().iter().map(told).chain(accepted).collect()
}

/// What somebody has to look at, each in a sentence, and how many need no look.
fn settings(m: &Migration) -> Vec<String> {
    let (rows, balance) = (settings::rows(m), settings::balance(m));
    let mut told: Vec<String> = rows.iter().filter(|row| row.verdict.is_open()).map(setting).collect();
    let well = balance.same + balance.restored + balance.as_wanted;
    if well + balance.open + balance.unreadable > 0 {
        let restored = balance.restored;
        told.push(format!("{well} of its settings are as before or as wanted, {restored} of them set again."));
    }
    told
}

fn setting(row: &settings::Row) -> String {
    let of = row.number.as_ref().map_or_else(|| "the WABA".to_owned(), ToString::to_string);
    let (before, after) = (row.before.as_deref().unwrap_or("–"), row.after.as_deref().unwrap_or("–"));
    let note = row.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    let what = row.setting.in_words();
    format!("Not as before: {what} of {of} was {before}, and is {after}{note}.")
}
