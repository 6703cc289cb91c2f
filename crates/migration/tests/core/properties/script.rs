//! What may happen to a migration, at random; and how everything comes into order again.

use jiff::SignedDuration;
use proptest::prelude::*;
use unmoor_migration::templates::{Losses, TemplateKey};
use unmoor_migration::{BlockerCode, Cause, Command, Gate, IntentId, Phase, Turn, Verdict};

use super::checker::Checker;
use crate::adoption::FOREIGN_INTENT;
use crate::world::{FIRST, INTENT, SECOND, World};

/// What becomes of the call that is open.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    True,
    Refused(Cause, Verdict),
    /// No answer, and it never took place.
    SilentBefore,
    /// No answer, and it took place.
    SilentAfter,
    /// No answer, and it takes place this many seconds later.
    SilentLate(i64),
    NotSent,
    /// The process died; the flag tells whether the call took place.
    Lost(bool),
}

/// What changes in the world.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    TwoStep(Option<bool>),
    Payment(Option<bool>),
    Review(Option<&'static str>),
    NameStatus(Option<&'static str>),
    Intent(&'static str),
    OtherOwner(bool),
    Connected(bool),
    /// Only the last number of the source.
    LastConnected(bool),
    SubscriptionVanishes(bool),
    ShowsConnected(bool),
    TokenValid(bool),
    Veto(bool),
    /// The template that was GREEN is so, or is not.
    Green(bool),
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Answers the open call, or waits for the next look.
    Go(Fate),
    Pass(i64),
    Command(Command),
    Nudge,
    Change(Change),
    FleetStops(bool),
    Throttle(bool),
    Jitter(i16),
}

#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) two_numbers: bool,
    pub(crate) hook: bool,
    pub(crate) window: bool,
    pub(crate) region: bool,
    /// The template gate is asked for.
    pub(crate) losses: bool,
    /// Settings are there to be set again.
    pub(crate) settings: bool,
    /// What was not duplicated is created again.
    pub(crate) creates: bool,
    /// How many calm steps come first.
    pub(crate) calm_steps: usize,
    pub(crate) steps: Vec<Step>,
}

impl Script {
    pub(crate) fn empty() -> Self {
        Self {
            two_numbers: true,
            hook: false,
            window: false,
            region: false,
            losses: false,
            settings: false,
            creates: false,
            calm_steps: 0,
            steps: Vec::new(),
        }
    }

    pub(crate) fn world(&self) -> World {
        let numbers: &[&str] = if self.two_numbers { &[FIRST, SECOND] } else { &[FIRST] };
        let world = World::calm(numbers);
        if self.settings { world.with(|world| world.furnish(numbers)) } else { world }
    }
}

pub(crate) const CAUSES: [Cause; 30] = [
    Cause::TwoStepVerificationOn,
    Cause::PaymentMethodMissing,
    Cause::DisplayNameNotApproved,
    Cause::DestinationNotApproved,
    Cause::AppNotSubscribed,
    Cause::OtherPortfolio,
    Cause::SourceNotSetUp,
    Cause::NumberAlreadyThere,
    Cause::NumberNeedsNoMigration,
    Cause::NumberNeedsVerification,
    Cause::Maintenance,
    Cause::WrongPin,
    Cause::RegisterLimit,
    Cause::TokenMissing,
    Cause::TokenInvalid,
    Cause::PermissionMissing,
    Cause::TaggedElsewhere,
    Cause::NotMigratable,
    Cause::IntentStateInvalid,
    Cause::ObjectUnknown,
    Cause::CoexistenceNumber,
    Cause::AccountLocked,
    Cause::RateLimited,
    Cause::Transient,
    Cause::TemplateNameTaken,
    Cause::TemplateLimitReached,
    Cause::TemplateRefused,
    Cause::SampleExpired,
    Cause::SampleUnusable,
    Cause::Unrecognised,
];

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        2 => Just(Verdict::Retry),
        2 => Just(Verdict::Wait { until: None }),
        4 => Just(Verdict::Turn),
        2 => Just(Verdict::Permanent),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        24 => Just(Fate::True),
        6 => (prop::sample::select(CAUSES.to_vec()), verdict()).prop_map(|(cause, verdict)| Fate::Refused(cause, verdict)),
        2 => Just(Fate::SilentBefore),
        2 => Just(Fate::SilentAfter),
        2 => (1_i64..240).prop_map(Fate::SilentLate),
        1 => Just(Fate::NotSent),
        1 => any::<bool>().prop_map(Fate::Lost),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let shown = || prop_oneof![Just(None), Just(Some(true)), Just(Some(false)), Just(Some(false))];
    prop_oneof![
        shown().prop_map(Change::TwoStep),
        shown().prop_map(Change::Payment),
        prop::sample::select(vec![None, Some("PENDING"), Some("APPROVED"), Some("APPROVED")]).prop_map(Change::Review),
        prop::sample::select(vec![None, Some("DECLINED"), Some("APPROVED"), Some("APPROVED")])
            .prop_map(Change::NameStatus),
        prop::sample::select(vec!["INITIATED", "ACCEPTED", "ACCEPTED", "COMPLETED", "SOMETHING", "REJECTED"])
            .prop_map(Change::Intent),
        any::<bool>().prop_map(Change::OtherOwner),
        any::<bool>().prop_map(Change::Connected),
        any::<bool>().prop_map(Change::LastConnected),
        any::<bool>().prop_map(Change::SubscriptionVanishes),
        any::<bool>().prop_map(Change::ShowsConnected),
        any::<bool>().prop_map(Change::TokenValid),
        any::<bool>().prop_map(Change::Veto),
        any::<bool>().prop_map(Change::Green),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let attest = prop::sample::select(Gate::ALL.to_vec()).prop_map(|gate| Command::Attest {
        gate,
        number: None,
        note: "seen in WhatsApp Manager".to_owned(),
    });
    let adopt =
        (prop::sample::select(vec![INTENT, INTENT, FOREIGN_INTENT]), any::<bool>()).prop_map(|(intent, seen)| {
            Command::Adopt {
                intent: IntentId::new(intent).unwrap(),
                acceptance_seen: seen.then(|| "the report of Monday".to_owned()),
            }
        });
    prop_oneof![
        2 => Just(Command::Preflight),
        6 => Just(Command::Start),
        2 => Just(Command::Pause { reason: Some("a holiday".to_owned()) }),
        3 => Just(Command::Resume),
        2 => Just(Command::Hold { reason: None }),
        3 => Just(Command::Release),
        1 => Just(Command::Cancel { reason: None }),
        3 => Just(Command::Retry),
        3 => attest,
        1 => adopt,
        // What somebody may have seen at another time.
        1 => Just(Command::AcceptLoss { losses: Losses::default() }),
        1 => Just(Command::AcceptLoss {
            losses: Losses { sure: [TemplateKey::new("old_offer", "en_US")].into(), ..Losses::default() },
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        60 => fate().prop_map(Step::Go),
        6 => prop_oneof![1_i64..120, 60_i64..7_200, 3_600_i64..400_000].prop_map(Step::Pass),
        8 => command().prop_map(Step::Command),
        3 => Just(Step::Nudge),
        6 => change().prop_map(Step::Change),
        1 => any::<bool>().prop_map(Step::FleetStops),
        1 => any::<bool>().prop_map(Step::Throttle),
        1 => (-200_i16..=200).prop_map(Step::Jitter),
    ]
}

pub(crate) fn script() -> impl Strategy<Value = Script> {
    let often = |percent: f64| prop::bool::weighted(percent);
    // Most scripts begin around the first move, where most can go wrong.
    let calm_steps = prop_oneof![1 => 0_usize..34, 2 => 12_usize..20];
    let policies = (often(0.2), often(0.1), often(0.1), often(0.2), often(0.3), any::<bool>());
    (any::<bool>(), policies, calm_steps, prop::collection::vec(step(), 0..120)).prop_map(
        |(two_numbers, (hook, window, region, losses, settings, creates), calm_steps, steps)| Script {
            two_numbers,
            hook,
            window,
            region,
            losses,
            settings,
            creates,
            calm_steps,
            steps,
        },
    )
}

/// Brings everything into order, gives every command that a person would, and lets time pass until the end.
pub(crate) fn heal(checker: &mut Checker) {
    checker.put_in_order();
    for round in 0..600 {
        let m = &checker.run.m;
        if m.is_final() {
            return;
        }
        let is_persons_turn = m.turn().is_some_and(|turn| !matches!(turn, Turn::Meta | Turn::Time));
        if m.open_attempt().is_none() && (is_persons_turn || m.wake_at().is_none()) {
            persons_turn(checker, round);
        }
        checker.take(&Step::Go(Fate::True));
    }
}

fn persons_turn(checker: &mut Checker, round: usize) {
    let m = &checker.run.m;
    let commands = [
        (*m.phase() == Phase::Draft).then_some(Command::Preflight),
        m.started().is_none().then_some(Command::Start),
        m.paused().is_some().then_some(Command::Resume),
        m.held().is_some().then_some(Command::Release),
    ];
    // Meta counts registers for 72 hours; a person who has waited that long asks again.
    if checker.run.has(BlockerCode::RegisterTriesUsed) || round % 40 == 39 {
        checker.pass(SignedDuration::from_hours(73));
    }
    for command in commands.into_iter().flatten() {
        checker.take(&Step::Command(command));
    }
    for gate in [Gate::StorageRegion, Gate::TwoStepOff, Gate::DisplayName] {
        let command = Command::Attest { gate, number: None, note: "seen".to_owned() };
        checker.take(&Step::Command(command));
    }
    let losses = checker.run.m.template_forecast(None).map(|forecast| forecast.losses());
    if let Some(losses) = losses.filter(|losses| !losses.is_empty()) {
        checker.take(&Step::Command(Command::AcceptLoss { losses }));
    }
    checker.take(&Step::Command(Command::Retry));
}
