//! What the customer has to do, in every situation in which its part is wanted.

use unmoor_migration::blocker::BlockerRow;
use unmoor_migration::task::{Payment, Review, Standing};
use unmoor_migration::{
    BlockerCode, Cause, Command, Customer, EffectKind, Gate, PortfolioId, Task, Turn, TwoStepBy, Verdict, tasks,
};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, customer, refused};

/// The names of the tasks.
fn names(run: &Run) -> Vec<&'static str> {
    tasks(&run.m).tasks.iter().map(Task::name).collect()
}

fn payment(run: &Run) -> Option<Payment> {
    tasks(&run.m).tasks.into_iter().find_map(|task| match task {
        Task::AddPaymentMethod { payment } => Some(payment),
        _ => None,
    })
}

fn standing(run: &Run) -> Standing {
    tasks(&run.m).standing
}

fn two_step_on(numbers: &[&str]) -> World {
    World::calm(&[FIRST, SECOND]).with(|world| {
        for number in numbers {
            world.source_number(number).pin_enabled = Some(true);
        }
    })
}

fn checked(customer: Customer, world: World) -> Run {
    let mut run = Run::of(customer, world);
    run.command(Command::Preflight).unwrap();
    run.until_blocked(BlockerCode::NotReleased);
    run
}

/// guide: 1.2
#[test]
fn exactly_the_numbers_with_two_step_verification_on_are_asked_for() {
    let run = checked(customer(), two_step_on(&[SECOND]));
    let Some(Task::TurnOffTwoStep { numbers }) = tasks(&run.m).tasks.pop() else { panic!("{:?}", names(&run)) };
    assert_eq!(numbers.len(), 1);
    assert_eq!((numbers[0].number.as_str(), numbers[0].display_name.as_deref()), (SECOND, Some("Brisk Bikes")));
    assert_eq!(standing(&run), Standing::Preparing);
}

/// guide: 1.1
#[test]
fn where_we_turn_it_off_ourselves_the_customer_has_nothing_to_do() {
    let run = checked(Customer { two_step_by: TwoStepBy::Us, ..customer() }, two_step_on(&[FIRST]));
    assert!(run.has(BlockerCode::TwoStepVerificationOn));
    assert_eq!(names(&run), Vec::<&str>::new());
}

#[test]
fn a_number_that_stays_where_it_is_asks_for_nothing() {
    let world = two_step_on(&[FIRST]).with(|world| {
        world.source_number(FIRST).status = Some("DISCONNECTED".to_owned());
        world.source_number(FIRST).name_status = Some("DECLINED".to_owned());
    });
    assert_eq!(names(&checked(customer(), world)), Vec::<&str>::new());
}

/// guide: 3.1
/// guide: 3.2
#[test]
fn accepting_and_paying_are_two_tasks_and_a_pause_takes_neither_away() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    assert_eq!(names(&run), ["accept_request", "add_payment_method"]);
    assert_eq!((payment(&run), standing(&run)), (Some(Payment::AfterAcceptance), Standing::Asked));
    run.command(Command::Pause { reason: None }).unwrap();
    assert_eq!(run.codes(), ["PAUSED"]);
    assert_eq!(names(&run), ["accept_request", "add_payment_method"]);
    run.command(Command::Cancel { reason: None }).unwrap();
    assert_eq!((names(&run), standing(&run)), (Vec::new(), Standing::Cancelled));
}

#[test]
fn two_step_verification_is_asked_for_beside_the_request_where_policy_leaves_it_to_the_customers_time() {
    let mut run = Run::started(two_step_on(&[FIRST]).with(|world| world.intent_status = "INITIATED".to_owned()));
    run.policy.two_step_before_tag = false;
    run.until_blocked(BlockerCode::AwaitingAcceptance);
    assert_eq!(names(&run), ["turn_off_two_step", "accept_request", "add_payment_method"]);
}

/// guide: 4.6
#[test]
fn a_request_with_a_status_that_nobody_knows_cannot_be_accepted() {
    let mut run = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "IN_LIMBO".to_owned()));
    run.until_blocked(BlockerCode::IntentStatusUnknown);
    assert_eq!((names(&run), standing(&run)), (Vec::new(), Standing::Asked));
}

/// guide: 3.2
/// guide: 3.3
#[test]
fn what_is_known_of_the_payment_method_decides_what_is_said_about_it() {
    let accepted = |error, funding, code| {
        let mut run = Run::started(World::calm(&[FIRST]).with(|world| {
            world.destination.payment_error = error;
            world.destination.funding_present = funding;
        }));
        run.until_blocked(code);
        run
    };
    let missing = accepted(Some(true), false, BlockerCode::PaymentMethodMissing);
    let declined = accepted(Some(true), true, BlockerCode::PaymentMethodMissing);
    let mut unseen = accepted(None, false, BlockerCode::PaymentMethodUnreadable);
    assert_eq!(
        [&missing, &declined, &unseen].map(payment),
        [Some(Payment::Missing), Some(Payment::Refused), Some(Payment::Unseen)]
    );
    assert_eq!(standing(&missing), Standing::Accepted);
    let note = "seen in a screenshot of the customer's".to_owned();
    unseen.command(Command::Attest { gate: Gate::PaymentMethod, number: None, note }).unwrap();
    assert_eq!(names(&unseen), Vec::<&str>::new());
}

#[test]
fn meta_s_refusal_counts_where_nothing_can_be_read() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_open(EffectKind::MoveNumber);
    run.world.destination.funding_present = false;
    run.end(refused(Cause::PaymentMethodMissing, Verdict::Turn));
    run.until_blocked(BlockerCode::PaymentMethodMissing);
    assert_eq!(names(&run), ["add_payment_method"]);
}

#[test]
fn a_name_under_review_is_waited_for_and_a_declined_one_is_the_customers() {
    let named = |present: &str, new: Option<&str>| {
        checked(
            customer(),
            World::calm(&[FIRST]).with(|world| {
                world.source_number(FIRST).name_status = Some(present.to_owned());
                world.source_number(FIRST).new_name_status = new.map(str::to_owned);
            }),
        )
    };
    let told = |run: &Run| {
        let told = tasks(&run.m);
        (told.tasks.len(), told.reviews.iter().any(|review| matches!(review, Review::DisplayName { .. })))
    };
    assert_eq!(told(&named("APPROVED", None)), (0, false));
    assert_eq!(told(&named("PENDING_REVIEW", None)), (0, true));
    assert_eq!(told(&named("APPROVED", Some("PENDING_REVIEW"))), (0, true));
    assert_eq!(told(&named("DECLINED", Some("PENDING_REVIEW"))), (0, true));
    assert_eq!(told(&named("DECLINED", None)), (1, false));
    assert_eq!(told(&named("SOMETHING_NEW", None)), (0, true));
    assert_eq!(names(&named("EXPIRED", None)), ["change_display_name"]);
}

#[test]
fn the_review_of_the_new_account_is_waited_for_and_its_rejection_appealed() {
    let reviewed = |review: &str| {
        let mut run =
            Run::started(World::calm(&[FIRST]).with(|world| world.destination.review = Some(review.to_owned())));
        run.until_blocked(BlockerCode::DestinationNotApproved);
        run
    };
    let pending = reviewed("PENDING");
    assert_eq!((names(&pending), tasks(&pending.m).reviews), (Vec::new(), vec![Review::NewAccount]));
    let rejected = reviewed("REJECTED");
    assert_eq!((names(&rejected), tasks(&rejected.m).reviews), (vec!["appeal_review"], Vec::new()));
}

#[test]
fn what_is_over_asks_for_nothing() {
    let mut completed = Run::started(World::calm(&[FIRST]));
    completed.until("the end", |run| run.m.is_final());
    assert_eq!((names(&completed), standing(&completed)), (Vec::new(), Standing::Moved));
    let mut rejected = Run::started(World::calm(&[FIRST]).with(|world| world.intent_status = "REJECTED".to_owned()));
    rejected.until("the end", |run| run.m.is_final());
    assert_eq!((names(&rejected), standing(&rejected)), (Vec::new(), Standing::Rejected));
}

/// Each blocker whose turn is the customer's, reached as it arises, and the task that it becomes.
#[test]
fn every_blocker_with_the_customers_turn_is_a_task() {
    let of_world = |change: fn(&mut World), code| {
        let mut run = Run::started(World::calm(&[FIRST]).with(change));
        run.until_blocked(code);
        run
    };
    let tagged_elsewhere = || {
        let mut run = Run::started(World::calm(&[FIRST]));
        run.until_open(EffectKind::SetIntent);
        run.end(refused(Cause::TaggedElsewhere, Verdict::Turn));
        run.until_blocked(BlockerCode::TaggedElsewhere);
        run
    };
    let rows: Vec<BlockerRow> = BlockerCode::ALL.iter().map(|code| code.row()).collect();
    for code in rows.into_iter().filter(|row| row.turn == Turn::Customer).map(|row| row.code) {
        let (run, task) = match code {
            BlockerCode::SourceNotApproved => {
                (of_world(|world| world.source.review = Some("PENDING".to_owned()), code), "complete_review")
            }
            BlockerCode::TwoStepVerificationOn => {
                (of_world(|world| world.source_number(FIRST).pin_enabled = Some(true), code), "turn_off_two_step")
            }
            BlockerCode::TaggedElsewhere => (tagged_elsewhere(), "decline_other_request"),
            BlockerCode::AwaitingAcceptance => {
                (of_world(|world| world.intent_status = "INITIATED".to_owned(), code), "accept_request")
            }
            BlockerCode::PaymentMethodMissing => {
                (of_world(|world| world.destination.payment_error = Some(true), code), "add_payment_method")
            }
            BlockerCode::OtherPortfolio => (
                of_world(|world| world.destination.owner = Some(PortfolioId::new("399999999999999").unwrap()), code),
                "undo_other_portfolio",
            ),
            other => panic!("the customer's turn at {other}, and no task says so"),
        };
        assert!(names(&run).contains(&task), "{code}: {:?}", names(&run));
    }
}
