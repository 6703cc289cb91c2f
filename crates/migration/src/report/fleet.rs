//! Many migrations together: a wave, a fleet, or whatever was selected.

use jiff::Timestamp;
use serde::Serialize;

use super::plots::{self, Acceptance, Group, Histogram, Progress};
use super::templates::Equation;
use super::{CustomerReport, NumberPart};
use crate::phase::Phase;

/// What several migrations add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetReport {
    /// The sums.
    pub totals: FleetTotals,
    /// How many stood where, over time.
    pub progress: Progress,
    /// How long numbers were between two accounts.
    pub gaps: Histogram,
    /// How long customers took to accept, or have been asked for.
    pub acceptance: Acceptance,
    /// Each migration in a line, by customer.
    pub members: Vec<Member>,
}

/// The sums.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FleetTotals {
    /// Migrations.
    pub customers: u64,
    /// Of these, those that are not over.
    pub open: u64,
    /// Over, with nothing left behind.
    pub completed: u64,
    /// Over, with something left behind that is recorded.
    pub completed_with_exceptions: u64,
    /// Ended before any number moved.
    pub stopped: u64,
    /// Numbers that the sources list.
    pub numbers: u64,
    /// Of these, those that the destinations proved to have.
    pub migrated: u64,
    /// Those that stay, for a recorded reason.
    pub skipped: u64,
    /// Those that were moved and are not registered, as far as is known.
    pub between_accounts: u64,
    /// Templates of the migrations whose templates were compared for the last time.
    pub templates: Equation,
    /// How many migrations that is.
    pub templates_compared: u64,
    /// Recorded exceptions.
    pub exceptions: u64,
    /// Calls that got no answer.
    pub unknown_outcomes: u64,
    /// What people vouch for.
    pub attestations: u64,
    /// Graph calls that were tried.
    pub graph_calls: u64,
    /// Journal entries.
    pub entries: u64,
}

/// One migration in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The customer's reference.
    pub customer: String,
    /// The account that is left.
    pub source_waba_id: String,
    /// The new account.
    pub destination_waba_id: Option<String>,
    /// Its wave.
    pub wave: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// Since when.
    pub since: Timestamp,
    /// When acceptance was recorded.
    pub accepted_at: Option<Timestamp>,
    /// Its numbers.
    pub numbers: u64,
    /// Of these, those that are over.
    pub migrated: u64,
    /// The longest gap of its numbers.
    pub longest_gap_ms: Option<i64>,
    /// Its templates, once they were compared.
    pub templates: Option<Equation>,
    /// How many exceptions were recorded.
    pub exceptions: u64,
}

impl Member {
    fn of(report: &CustomerReport) -> Self {
        Self {
            customer: report.account.customer.clone(),
            source_waba_id: report.account.source_waba_id.clone(),
            destination_waba_id: report.account.destination_waba_id.clone(),
            wave: report.account.wave.clone(),
            phase: report.standing.phase.clone(),
            since: report.standing.since,
            accepted_at: report.consent.accepted_at,
            numbers: report.numbers.len() as u64,
            migrated: count(&report.numbers, |number| number.is_migrated),
            longest_gap_ms: report.numbers.iter().filter_map(|number| number.gap_ms).max(),
            templates: report.templates.equation,
            exceptions: report.exceptions.len() as u64,
        }
    }
}

fn count(numbers: &[NumberPart], is_so: impl Fn(&NumberPart) -> bool) -> u64 {
    numbers.iter().filter(|number| is_so(number)).count() as u64
}

/// Adds reports up, one at a time, without keeping them.
#[derive(Debug, Default)]
pub struct FleetTally {
    totals: FleetTotals,
    members: Vec<Member>,
    ways: Vec<Vec<(Timestamp, Group)>>,
    gaps_ms: Vec<i64>,
    accepted_ms: Vec<i64>,
    /// When those were asked who have not answered.
    asked_at: Vec<Timestamp>,
}

impl FleetTally {
    /// Takes in one migration.
    pub fn add(&mut self, report: &CustomerReport) {
        let totals = &mut self.totals;
        totals.customers += 1;
        match report.standing.phase {
            Phase::Completed => totals.completed += 1,
            Phase::CompletedWithExceptions => totals.completed_with_exceptions += 1,
            Phase::Stopped(_) => totals.stopped += 1,
            Phase::Draft
            | Phase::Preflight
            | Phase::Ready
            | Phase::Tagging
            | Phase::AwaitingAcceptance
            | Phase::Provisioning
            | Phase::ReadyForCutover
            | Phase::CuttingOver
            | Phase::Settling => totals.open += 1,
        }
        totals.numbers += report.numbers.len() as u64;
        totals.migrated += count(&report.numbers, |number| number.is_migrated);
        totals.skipped += count(&report.numbers, |number| number.state == "skipped");
        totals.between_accounts +=
            count(&report.numbers, |number| number.moved_at.is_some() && number.registered_at.is_none());
        if let Some(equation) = &report.templates.equation {
            totals.templates.add(equation);
            totals.templates_compared += 1;
        }
        totals.exceptions += report.exceptions.len() as u64;
        totals.unknown_outcomes += report.unknown_outcomes.len() as u64;
        totals.attestations += report.attestations.len() as u64;
        totals.graph_calls += report.standing.graph_calls;
        totals.entries += report.entries;
        self.members.push(Member::of(report));
        self.ways.push(report.standing.phases.iter().map(|begun| (begun.at, Group::of(&begun.phase))).collect());
        self.gaps_ms.extend(report.numbers.iter().filter_map(|number| number.gap_ms));
        match (report.consent.requested_at, report.consent.accepted_at) {
            (Some(asked), Some(accepted)) => {
                self.accepted_ms.push(super::milliseconds(accepted.duration_since(asked)));
            }
            (Some(asked), None) if !report.standing.is_final => self.asked_at.push(asked),
            (Some(_) | None, _) => {}
        }
    }

    /// What they add up to at `made_at`.
    #[must_use]
    pub fn finish(mut self, made_at: Timestamp) -> FleetReport {
        self.members
            .sort_by(|one, other| (&one.customer, &one.source_waba_id).cmp(&(&other.customer, &other.source_waba_id)));
        let waiting = self.asked_at.iter().map(|asked| super::milliseconds(made_at.duration_since(*asked)));
        let acceptance = plots::acceptance(self.accepted_ms, waiting.collect());
        FleetReport {
            progress: plots::progress(&self.ways, self.totals.open > 0, made_at),
            gaps: plots::gaps(self.gaps_ms),
            acceptance,
            totals: self.totals,
            members: self.members,
        }
    }
}
