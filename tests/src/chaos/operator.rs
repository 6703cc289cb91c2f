//! The operators of a schedule: what they order in the middle of it, and how they bring what is left to its end.

use jiff::SignedDuration;
use unmoor_engine::fleet;
use unmoor_engine::inbox::{Posted, TakenIn, post, take_in_now};
use unmoor_migration::blocker::Turn;
use unmoor_migration::gate::Gate;
use unmoor_migration::{BlockerCode, Command, IntentId, Migration, MigrationId, Number, Phase};
use unmoor_simulator::Action;
use unmoor_simulator::world::{Intent, IntentStatus};

use super::run::{Run, waits_with};
use crate::reference_model::{Barrier, Cause, Order};

/// Who they are in the journal.
const OPERATOR: &str = "ada";

/// When they look after calm: often at first, and long enough for a register that must wait for 72 hours.
pub(super) fn visits() -> impl Iterator<Item = SignedDuration> {
    [1, 2, 4, 8, 12, 24, 30, 36, 48, 60, 72, 80, 90, 100, 110, 120, 132, 144, 168, 192, 216, 240]
        .into_iter()
        .map(SignedDuration::from_hours)
}

/// Orders something; `by_itself` takes it in without a worker, where none has the migration.
pub(super) async fn command(run: &Run, id: &MigrationId, command: Command, by_itself: bool) {
    let store = run.store();
    let name = command.name();
    if let Some(order) = order(run, id, &command).await {
        let (now, migration) = (run.shared.workers_now(), Some(id.to_string()));
        let judged = run.shared.state().judge.operator(now, migration, order);
        judged.unwrap_or_else(|words| run.shared.violated(|| words));
    }
    run.shared.tally(&format!("operator: {name}"));
    let now = run.shared.workers_now();
    post(&store, id, &Posted::Command(command), OPERATOR, now).await.unwrap();
    if by_itself {
        // Its clock is right.
        let policy = &run.schedule.fleet.policy;
        match take_in_now(&store, &run.shared.clock, policy, "operator", id).await {
            Ok(TakenIn::Decided(answers)) => run.shared.tell(|| format!("taken in by itself: {answers:?}")),
            Ok(TakenIn::LeftToEngine) => {}
            Err(error) => run.shared.violated(|| format!("{name} cannot be taken in: {error}")),
        }
    }
    run.shared.look();
}

/// What the order is to the model; none where it is none, or will not be accepted.
async fn order(run: &Run, id: &MigrationId, command: &Command) -> Option<Order> {
    let m = run.store().inner.load(id).await.unwrap().unwrap().migration;
    Some(match command {
        Command::Pause { .. } => Order::Bar(Barrier::Pause),
        Command::Resume => Order::Lift(Barrier::Pause),
        Command::Hold { .. } => Order::Bar(Barrier::Hold),
        Command::Release => Order::Lift(Barrier::Hold),
        Command::Cancel { .. } if can_be_cancelled(&m) => Order::Cancel,
        Command::Retry => Order::Looked,
        Command::Attest { gate, .. } => Order::Attest(cause_of(*gate)?),
        Command::Cancel { .. }
        | Command::Preflight
        | Command::Start
        | Command::Adopt { .. }
        | Command::AcceptLoss { .. }
        | Command::LeaveTemplates { .. }
        | Command::Update { .. } => return None,
    })
}

fn can_be_cancelled(m: &Migration) -> bool {
    let is_left = |number: &Number| !number.has_begun();
    *m.phase() < Phase::Settling && (!m.has_begun() || m.numbers().any(is_left))
}

fn cause_of(gate: Gate) -> Option<Cause> {
    match gate {
        Gate::TwoStepOff => Some(Cause::TwoStep),
        Gate::DisplayName => Some(Cause::Name),
        Gate::Subscription => Some(Cause::Subscription),
        Gate::DestinationReview => Some(Cause::Review),
        Gate::PaymentMethod => Some(Cause::Payment),
        Gate::SamePortfolio => Some(Cause::Portfolio),
        Gate::StorageRegion => None,
    }
}

/// A person has looked at the fleet.
pub(super) async fn resume_fleet(run: &Run) {
    let now = run.shared.workers_now();
    let judged = run.shared.state().judge.operator(now, None, Order::Looked);
    judged.unwrap_or_else(|words| run.shared.violated(|| words));
    run.shared.tally("operator: resume the fleet");
    fleet::resume(&run.store(), "operator", None, now).await.unwrap();
    run.shared.look();
}

/// Everybody does what he was asked for.
pub(super) async fn visit(run: &Run) {
    let store = run.store();
    if fleet::load(&store).await.unwrap().fleet.brake.is_some() {
        resume_fleet(run).await;
    }
    for (place, m) in run.migrations().await.iter().enumerate() {
        if m.is_final() {
            continue;
        }
        for action in [Action::TurnOffTwoStep, Action::AddPaymentMethod, Action::ApproveName, Action::ApproveWaba] {
            if needs(m, action) {
                run.shared.simulator.lets(&format!("customer-{place}"), action);
            }
        }
        run.shared.see_changes();
        run.shared.webhooks.set();
        let wanted = match lost_intent(run, m) {
            Some(found) => vec![found],
            None => wanted(m),
        };
        for wanted in wanted {
            command(run, m.id(), wanted, false).await;
        }
    }
}

fn needs(m: &Migration, action: Action) -> bool {
    let any = |codes: &[BlockerCode]| codes.iter().any(|code| waits_with(m, *code));
    match action {
        Action::TurnOffTwoStep => {
            any(&[BlockerCode::TwoStepVerificationOn, BlockerCode::TwoStepVerificationUnreadable])
        }
        Action::AddPaymentMethod => any(&[BlockerCode::PaymentMethodMissing, BlockerCode::PaymentMethodUnreadable]),
        Action::ApproveName => any(&[BlockerCode::DisplayNameNotApproved]),
        Action::ApproveWaba => any(&[BlockerCode::DestinationNotApproved]),
        _ => false,
    }
}

/// The customer's request stands, and only its id was lost: a person has asked for it.
fn lost_intent(run: &Run, m: &Migration) -> Option<Command> {
    if !waits_with(m, BlockerCode::IntentOutcomeUnknown) {
        return None;
    }
    let world = run.shared.simulator.world();
    let stands = |intent: &&Intent| {
        intent.waba.to_string() == m.id().source().as_str() && intent.status != IntentStatus::Rejected
    };
    let intent = world.intents.values().find(stands)?;
    Some(Command::Adopt { intent: IntentId::new(&intent.id.to_string()).ok()?, acceptance_seen: None })
}

/// What operators order for a migration that waits for them.
fn wanted(m: &Migration) -> Vec<Command> {
    let mut wanted = Vec::new();
    if waits_with(m, BlockerCode::Paused) {
        wanted.push(Command::Resume);
    }
    if waits_with(m, BlockerCode::Held) {
        wanted.push(Command::Release);
    }
    let unreadable = [
        (BlockerCode::TwoStepVerificationUnreadable, Gate::TwoStepOff),
        (BlockerCode::DisplayNameUnreadable, Gate::DisplayName),
        (BlockerCode::DestinationReviewUnreadable, Gate::DestinationReview),
        (BlockerCode::PaymentMethodUnreadable, Gate::PaymentMethod),
        (BlockerCode::PortfolioUnreadable, Gate::SamePortfolio),
    ];
    for (code, gate) in unreadable {
        if waits_with(m, code) {
            wanted.push(Command::Attest { gate, number: None, note: "seen in Business Manager".to_owned() });
        }
    }
    if m.turn().is_some_and(|turn| turn == Turn::TechProvider) {
        wanted.push(Command::Retry);
    }
    wanted
}
