//! What is to happen in one run, drawn from its seed before anything begins.

use std::fmt;

use jiff::SignedDuration;
use serde_json::Value;
use unmoor_migration::{Command, SettingsPolicy};
use unmoor_simulator::{Action, Fault, Knobs};

use super::draw::Draw;
use super::{drawn_faults, drawn_world};
use crate::{FURNISHED, FURNISHED_ACCOUNT, Fleet};

/// Faults end and workers stay alive from here on; what is left is to be brought to its end.
pub(super) const CALM_AFTER: SignedDuration = SignedDuration::from_hours(8);

/// Everything that befalls one fleet.
pub struct Schedule {
    /// What it is drawn from.
    pub seed: u64,
    /// The customers, their world and their people.
    pub fleet: Fleet,
    /// Knobs that differ from their defaults.
    pub(super) knobs: Vec<(&'static str, Value)>,
    /// What the vendor does wrong.
    pub(super) faults: Vec<Fault>,
    /// How many workers share the database.
    pub(super) workers: usize,
    /// What befalls workers at a place in their work.
    pub(super) accidents: Vec<Accident>,
    /// What befalls at an instant, in order.
    pub(super) deeds: Vec<(SignedDuration, Deed)>,
    /// How webhooks come.
    pub(super) disorder: Disorder,
}

/// A place in a worker's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Point {
    /// A migration was claimed.
    Claimed,
    /// A commit is about to be made.
    Committing,
    /// A commit was made; the worker does not know it yet.
    Committed,
    /// A request is about to leave.
    Sending,
    /// Its answer is there, and nothing was made of it yet.
    Answered,
}

/// What becomes of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is dead; another one is started so much later.
    Killed { restart_after: SignedDuration },
    /// It stands still for so long and knows nothing of it.
    Frozen { lasts: SignedDuration },
}

/// A worker's fate at the so manyth time that any worker comes to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accident {
    pub(super) point: Point,
    /// Only where it is about a tag, a move or a register.
    pub(super) at_writes: bool,
    pub(super) nth: u32,
    pub(super) fate: Fate,
}

/// Something that happens at an instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// An operator's command for the so manyth customer. `by_itself`: taken in by the command's own process where that is possible.
    Command { customer: usize, command: Command, by_itself: bool },
    /// Somebody at the customer does something.
    Person { customer: usize, action: Action },
    /// An operator lets the fleet go on.
    ResumeFleet,
    /// The clock of the workers is set forth (or back) by so much.
    ClockJump(SignedDuration),
    /// A worker's fate, wherever it is.
    Befalls { worker: usize, fate: Fate },
    /// A webhook that nobody sent: a suggestion to look again.
    Nudge { customer: usize },
}

/// Of a hundred webhooks, so many meet with that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Disorder {
    /// They are lost on our side.
    pub(super) lost: u64,
    /// They are taken in twice.
    pub(super) twice: u64,
    /// They are taken in after others that came later.
    pub(super) late: u64,
    /// They are refused, so that Meta sends them again.
    pub(super) refused: u64,
}

impl Schedule {
    /// The schedule of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut draw = Draw::of(seed);
        let customers = drawn_world::customers(&mut draw);
        let knobs = drawn_world::knobs(&mut draw);
        let is_lagging = knobs.iter().any(|(name, _)| *name == "read_after_write_lag_s");
        let faults = drawn_faults::faults(&mut draw, is_lagging);
        let workers = draw.weighed(&[(3, 1), (4, 2), (2, 3), (1, 4)]);
        let accidents = (0..draw.weighed(&[(2, 0), (3, 1), (3, 2), (2, 4)])).map(|_| accident(&mut draw)).collect();
        let mut deeds = Vec::new();
        for _ in 0..draw.weighed(&[(3, 0), (3, 2), (3, 4), (1, 8)]) {
            let at = instant(&mut draw);
            operator(&mut draw, at, customers.len(), &mut deeds);
        }
        for _ in 0..draw.weighed(&[(4, 0), (3, 1), (2, 3)]) {
            let deed = happening(&mut draw, customers.len(), workers);
            deeds.push((instant(&mut draw), deed));
        }
        deeds.sort_by_key(|(at, _)| *at);
        let disorder = Disorder {
            lost: draw.pick(&[0, 20, 100]),
            twice: draw.pick(&[0, 10, 50]),
            late: draw.pick(&[0, 20]),
            refused: draw.pick(&[0, 0, 20]),
        };
        let set = set_knobs(&knobs);
        let two_step_before_tag = draw.chance(85);
        let policies = [(6, SettingsPolicy::Leave), (1, SettingsPolicy::List), (3, SettingsPolicy::Restore)];
        let settings = draw.weighed(&policies);
        let fleet = Fleet::of(&customers).seed(seed).knobs(|knobs| *knobs = set).policy(|policy| {
            policy.two_step_before_tag = two_step_before_tag;
            policy.settings = settings;
        });
        let furnished = format!("each_number = {{ {FURNISHED} }}\n{FURNISHED_ACCOUNT}\n");
        let fleet = if settings == SettingsPolicy::Leave { fleet } else { fleet.everyone(&furnished) };
        Self { seed, fleet, knobs, faults, workers, accidents, deeds, disorder }
    }
}

fn set_knobs(settings: &[(&'static str, Value)]) -> Knobs {
    let mut knobs = serde_json::to_value(Knobs::default()).unwrap();
    for (name, value) in settings {
        knobs[name] = value.clone();
    }
    serde_json::from_value(knobs).unwrap()
}

/// Most within the first hour, in which most of the work is done.
fn instant(draw: &mut Draw) -> SignedDuration {
    let millis = SignedDuration::from_millis(i64::from(draw.between(0, 999)));
    millis
        + draw.weighed(&[(2, (1, 30)), (5, (30, 1800)), (3, (1800, 25_000))]).pipe(|(from, to)| draw.seconds(from, to))
}

trait Pipe: Sized {
    fn pipe<T>(self, then: impl FnOnce(Self) -> T) -> T {
        then(self)
    }
}

impl Pipe for (u32, u32) {}

fn fate(draw: &mut Draw) -> Fate {
    if draw.chance(50) {
        Fate::Killed { restart_after: draw.seconds(1, 400) }
    } else {
        // Shorter than `send_before` allows, longer than that, longer than a lease.
        let (from, to) = draw.pick(&[(1, 4), (6, 60), (181, 600), (181, 7200)]);
        Fate::Frozen { lasts: draw.seconds(from, to) }
    }
}

fn accident(draw: &mut Draw) -> Accident {
    let at_writes = draw.chance(70);
    let nth = if at_writes { draw.between(1, 6) } else { draw.between(1, 60) };
    let fate = fate(draw);
    // Between the last look at the clock and the wire nobody can be held up but by death.
    let places = match fate {
        Fate::Killed { .. } => {
            vec![Point::Claimed, Point::Committing, Point::Committed, Point::Sending, Point::Answered]
        }
        Fate::Frozen { .. } => vec![Point::Claimed, Point::Committing, Point::Committed, Point::Answered],
    };
    let point = draw.pick(&places);
    Accident { point, at_writes: at_writes && point != Point::Claimed, nth, fate }
}

/// What an operator does, and often undoes later.
fn operator(draw: &mut Draw, at: SignedDuration, customers: usize, deeds: &mut Vec<(SignedDuration, Deed)>) {
    let customer = draw.below(customers);
    let later = at + draw.seconds(5, 7200);
    let reason = Some("chaos".to_owned());
    let mut say = |at, command, by_itself| deeds.push((at, Deed::Command { customer, command, by_itself }));
    let by_itself = draw.chance(50);
    match draw.weighed(&[(5, 'p'), (6, 'h'), (3, 'c'), (6, 'r'), (1, 'f'), (1, 's')]) {
        'p' => {
            say(at, Command::Pause { reason }, by_itself);
            say(later, Command::Resume, by_itself);
        }
        'h' => {
            say(at, Command::Hold { reason }, by_itself);
            say(later, Command::Release, by_itself);
        }
        'c' => say(at, Command::Cancel { reason }, by_itself),
        'r' => say(at, Command::Retry, by_itself),
        's' => say(at, Command::Start, by_itself),
        _ => deeds.push((at, Deed::ResumeFleet)),
    }
}

fn happening(draw: &mut Draw, customers: usize, workers: usize) -> Deed {
    let customer = draw.below(customers);
    match draw.weighed(&[(3, 'p'), (2, 'j'), (3, 'w'), (2, 'n')]) {
        'p' => {
            let action = draw.pick(&[
                Action::TurnOnTwoStep,
                Action::TurnOffTwoStep,
                Action::AddPaymentMethod,
                Action::DeclinePaymentMethod,
                Action::AcceptIntent,
                Action::RejectIntent,
                Action::RemovePartner,
            ]);
            Deed::Person { customer, action }
        }
        'j' => Deed::ClockJump(SignedDuration::from_secs(draw.pick(&[1, 5, 15, -1, -5, -30]))),
        'w' => Deed::Befalls { worker: draw.below(workers), fate: fate(draw) },
        _ => Deed::Nudge { customer },
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {} workers", self.seed, self.workers)?;
        for line in self.fleet.scenario_text().lines().filter(|line| !line.trim().is_empty()) {
            writeln!(f, "  world      {line}")?;
        }
        for (name, value) in &self.knobs {
            writeln!(f, "  knob       {name} = {value}")?;
        }
        for fault in &self.faults {
            writeln!(f, "  fault      {}", serde_json::to_string(fault).unwrap())?;
        }
        for Accident { point, at_writes, nth, fate } in &self.accidents {
            let which = if *at_writes { " of a write" } else { "" };
            writeln!(f, "  accident   at {point:?}{which} number {nth}: {fate:?}")?;
        }
        for (at, deed) in &self.deeds {
            writeln!(f, "  after {at:>#9}  {deed:?}")?;
        }
        writeln!(f, "  webhooks   {:?}", self.disorder)
    }
}
