//! Each blocker: a way in which it opens, whose turn it is then, and what clears it.

use jiff::SignedDuration;
use jiff::civil::Time;
use unmoor_migration::fleet::Recovery;
use unmoor_migration::observed::TokenFacts;
use unmoor_migration::reading::Answer;
use unmoor_migration::retry::after;
use unmoor_migration::templates::{MissingTemplates, SourceTemplate, SourceTemplates};
use unmoor_migration::window::CutoverWindow;
use unmoor_migration::{
    Blocker, BlockerCode, Cause, Command, Customer, EffectKind, FleetStanding, Gate, Outcome, Phase, PortfolioId,
    TemplateGate, Throttled, Turn, Verdict,
};

use crate::adoption::{FOREIGN_INTENT, adopt};
use crate::run::Run;
use crate::world::{FIRST, PORTFOLIO, World, customer, number, refused, template, unknown};

/// How a blocker opens and how it is cleared.
struct Case {
    code: BlockerCode,
    turn: Turn,
    opened: Run,
    clear: fn(&mut Run),
}

fn with(change: impl FnOnce(&mut World)) -> Run {
    Run::started(World::calm(&[FIRST]).with(change))
}

/// The call of `kind` is answered with `outcome` as often as it takes until `code` stands.
fn answering(kind: EffectKind, code: BlockerCode, outcome: Outcome) -> Run {
    answering_in(Run::started(World::calm(&[FIRST])), kind, code, outcome)
}

/// A customer whose YELLOW template is to be created again.
fn creating(change: impl FnOnce(&mut World)) -> Run {
    let mut run = with(change);
    run.policy.missing_templates = MissingTemplates::Create;
    run
}

fn answering_in(mut run: Run, kind: EffectKind, code: BlockerCode, outcome: Outcome) -> Run {
    for _ in 0..200 {
        if run.has(code) && run.m.open_attempt().is_none() {
            return run;
        }
        if run.open_kind() == Some(kind) {
            run.end(outcome.clone());
        } else {
            run.step();
        }
    }
    panic!("{code} does not open: {:?}", run.codes());
}

fn turn_of(cause: Cause) -> Outcome {
    refused(cause, Verdict::Turn)
}

fn retry(run: &mut Run) {
    run.command(Command::Retry).unwrap();
}

fn nothing(_: &mut Run) {}

fn attest(run: &mut Run, gate: Gate) {
    run.command(Command::Attest { gate, number: None, note: "seen".to_owned() }).unwrap();
}

fn cases() -> Vec<Case> {
    use BlockerCode as B;
    use EffectKind as E;
    let case = |code, turn, opened, clear| Case { code, turn, opened, clear };
    let (us, them, meta, time) = (Turn::TechProvider, Turn::Customer, Turn::Meta, Turn::Time);
    let reaching = |management, messaging, expires_at| TokenFacts { valid: true, expires_at, management, messaging };
    let held = |mut run: Run| {
        run.command(Command::Hold { reason: None }).unwrap();
        run
    };
    let mut unasked = Run::new(World::calm(&[FIRST]));
    unasked.command(Command::Preflight).unwrap();
    let mut paused = Run::started(World::calm(&[FIRST]));
    paused.command(Command::Pause { reason: None }).unwrap();
    let mut nameless = Run::of(
        Customer { portfolio: None, ..customer() },
        World::calm(&[FIRST]).with(|world| world.source.owner = None),
    );
    nameless.command(Command::Start).unwrap();
    let mut region = Run::of(Customer { storage_region: Some("DE".to_owned()), ..customer() }, World::calm(&[FIRST]));
    region.command(Command::Start).unwrap();
    let windowed = |days: Vec<i8>| {
        let mut run = Run::started(World::calm(&[FIRST]));
        run.policy.window =
            Some(CutoverWindow { days, from: Time::constant(1, 0, 0, 0), until: Time::constant(4, 0, 0, 0) });
        run
    };
    let fleet = |code| {
        let mut run = Run::started(World::calm(&[FIRST]));
        run.fleet = FleetStanding { no_move: Some(Blocker::new(code, run.now)), no_system_token: None, recovery: None };
        run
    };
    let mut throttled = Run::started(World::calm(&[FIRST]));
    throttled.throttled =
        Some(Throttled { until: after(throttled.now, SignedDuration::from_mins(7)), lane: "app".to_owned() });
    let mut restored = Run::started(World::calm(&[FIRST]));
    restored.fleet.recovery = Some(Recovery::Needed { why: "a copy".to_owned(), at: restored.now });
    // Moved, and given a PIN, after the backup was taken.
    let mut pin_lost = Run::started(World::calm(&[FIRST]));
    pin_lost.until_phase(Phase::AwaitingAcceptance);
    assert!(pin_lost.world.take_over(&number(FIRST)).is_some());
    pin_lost.world.destination_numbers.get_mut(&number(FIRST)).unwrap().pin_enabled = Some(true);
    pin_lost.fleet.recovery = Some(Recovery::Over { since: pin_lost.now });
    let mut vetoed = with(|world| world.veto = Some("the agents are busy".to_owned()));
    vetoed.policy.before_move_hook = true;
    let mut lossy = Run::started(World::calm(&[FIRST]));
    lossy.policy.template_gate = TemplateGate::Losses;
    let released = |run: &mut Run| run.fleet = FleetStanding::default();
    let in_ten_hours = after(unasked.now, SignedDuration::from_hours(10));

    vec![
        case(B::NotPreflighted, us, Run::new(World::calm(&[FIRST])), |run| drop(run.command(Command::Start).unwrap())),
        case(B::NotReleased, us, unasked, |run| drop(run.command(Command::Start).unwrap())),
        case(B::Paused, us, paused, |run| drop(run.command(Command::Resume).unwrap())),
        case(B::Held, us, held(Run::started(World::calm(&[FIRST]))), |run| {
            drop(run.command(Command::Release).unwrap());
        }),
        case(B::TokenMissing, us, answering(E::CheckSourceToken, B::TokenMissing, turn_of(Cause::TokenMissing)), retry),
        case(B::TokenInvalid, us, with(|world| world.token.valid = false), |run| run.world.token.valid = true),
        case(
            B::TokenExpiresSoon,
            us,
            with(|world| world.destination_token = reaching(Answer::Yes, Answer::Yes, Some(in_ten_hours))),
            |run| run.world.destination_token.expires_at = None,
        ),
        case(B::TokenScopeMissing, us, with(|world| world.token = reaching(Answer::Yes, Answer::No, None)), |run| {
            run.world.token.messaging = Answer::Yes;
        }),
        case(
            B::SystemTokenRefused,
            us,
            answering(E::ReadIntent, B::SystemTokenRefused, turn_of(Cause::TokenInvalid)),
            nothing,
        ),
        case(
            B::SourceUnreadable,
            us,
            answering(E::ReadSource, B::SourceUnreadable, turn_of(Cause::ObjectUnknown)),
            nothing,
        ),
        case(
            B::AdvancedAccessMissing,
            us,
            answering(E::SetIntent, B::AdvancedAccessMissing, turn_of(Cause::PermissionMissing)),
            nothing,
        ),
        case(
            B::WabaOwnedByPartner,
            Turn::SolutionPartner,
            with(|world| world.source.ownership = Some("ON_BEHALF_OF".to_owned())),
            |run| run.world.source.ownership = Some("CLIENT_OWNED".to_owned()),
        ),
        case(B::SourceNotApproved, them, with(|world| world.source.review = Some("PENDING".to_owned())), |run| {
            run.world.source.review = Some("APPROVED".to_owned());
        }),
        case(B::PortfolioUnknown, us, nameless, |run| {
            run.world.source.owner = Some(PortfolioId::new(PORTFOLIO).unwrap());
        }),
        case(
            B::NoConnectedNumber,
            us,
            with(|world| world.source_number(FIRST).status = Some("DISCONNECTED".to_owned())),
            |run| run.world.source_number(FIRST).status = Some("CONNECTED".to_owned()),
        ),
        case(
            B::TwoStepVerificationOn,
            them,
            with(|world| world.source_number(FIRST).pin_enabled = Some(true)),
            |run| run.world.source_number(FIRST).pin_enabled = Some(false),
        ),
        case(
            B::TwoStepVerificationUnreadable,
            us,
            with(|world| world.source_number(FIRST).pin_enabled = None),
            |run| attest(run, Gate::TwoStepOff),
        ),
        case(B::IntentOutcomeUnknown, us, silent_tag(), retry),
        case(B::IntentNotOurs, us, mistaken(), retry),
        case(
            B::TaggedElsewhere,
            them,
            answering(E::SetIntent, B::TaggedElsewhere, turn_of(Cause::TaggedElsewhere)),
            nothing,
        ),
        case(B::NotMigratable, us, answering(E::SetIntent, B::NotMigratable, turn_of(Cause::NotMigratable)), nothing),
        case(B::AwaitingAcceptance, them, with(|world| world.intent_status = "INITIATED".to_owned()), |run| {
            run.world.intent_status = "ACCEPTED".to_owned();
        }),
        case(B::IntentStatusUnknown, us, with(|world| world.intent_status = "APPROVED".to_owned()), |run| {
            run.world.intent_status = "ACCEPTED".to_owned();
        }),
        case(B::DestinationUnknown, meta, with(|world| world.shown_destination = None), |run| {
            run.world.shown_destination = World::calm(&[]).shown_destination;
        }),
        case(B::AppNotSubscribed, us, with(|world| world.subscription_vanishes = true), |run| {
            run.world.subscription_vanishes = false;
        }),
        case(
            B::DestinationNotApproved,
            meta,
            with(|world| world.destination.review = Some("PENDING".to_owned())),
            |run| run.world.destination.review = Some("APPROVED".to_owned()),
        ),
        case(B::DestinationReviewUnreadable, us, with(|world| world.destination.review = None), |run| {
            attest(run, Gate::DestinationReview);
        }),
        case(B::PaymentMethodMissing, them, with(|world| world.destination.payment_error = Some(true)), |run| {
            run.world.destination.payment_error = Some(false);
        }),
        case(B::PaymentMethodUnreadable, us, with(|world| world.destination.funding_present = false), |run| {
            attest(run, Gate::PaymentMethod);
        }),
        case(
            B::DisplayNameNotApproved,
            meta,
            with(|world| world.source_number(FIRST).new_name_status = Some("PENDING_REVIEW".to_owned())),
            |run| run.world.source_number(FIRST).new_name_status = None,
        ),
        case(B::DisplayNameUnreadable, us, with(|world| world.source_number(FIRST).name_status = None), |run| {
            attest(run, Gate::DisplayName);
        }),
        case(
            B::OtherPortfolio,
            them,
            with(|world| world.destination.owner = Some(PortfolioId::new("999").unwrap())),
            |run| run.world.destination.owner = Some(PortfolioId::new(PORTFOLIO).unwrap()),
        ),
        case(B::PortfolioUnreadable, us, with(|world| world.destination.owner = None), |run| {
            attest(run, Gate::SamePortfolio);
        }),
        case(B::StorageRegionOpen, us, region, |run| attest(run, Gate::StorageRegion)),
        case(
            B::TemplateOutcomeUnknown,
            time,
            answering_in(creating(|_| ()), E::CreateTemplate, B::TemplateOutcomeUnknown, unknown()),
            nothing,
        ),
        case(B::TemplateInReview, meta, creating(|world| world.created_status = "PENDING".to_owned()), |run| {
            run.world.destination_templates.values_mut().for_each(|status| *status = "APPROVED".to_owned());
        }),
        case(
            B::TemplateNeedsSamples,
            us,
            creating(|world| {
                let old = SourceTemplate { needs: Some("a sample".to_owned()), ..template("old_offer", "YELLOW") };
                world.templates = SourceTemplates::new(vec![template("order_shipped", "GREEN"), old], 0);
            }),
            |run| drop(run.world.destination_templates.insert(template("old_offer", "").key, "APPROVED".to_owned())),
        ),
        case(B::WindowClosed, time, windowed(vec![2]), nothing),
        case(B::WindowNeverOpens, us, windowed(vec![]), |run| {
            run.policy.window = None;
            run.command(Command::Retry).unwrap();
        }),
        case(B::TemplateLossNotAccepted, us, lossy, |run| {
            let losses = run.m.template_forecast(None).unwrap().losses();
            run.command(Command::AcceptLoss { losses }).unwrap();
        }),
        case(B::PilotRunning, time, fleet(B::PilotRunning), released),
        case(B::FleetBraked, us, fleet(B::FleetBraked), released),
        case(B::DatabaseNotDurable, us, fleet(B::DatabaseNotDurable), released),
        case(B::Recovering, us, restored, released),
        case(B::PinLost, us, pin_lost, |run| {
            run.world.destination_numbers.get_mut(&number(FIRST)).unwrap().pin_enabled = Some(false);
            retry(run);
        }),
        case(B::BudgetExhausted, time, throttled, |run| run.throttled = None),
        case(B::HookVetoed, us, vetoed, |run| run.world.veto = None),
        case(B::OutcomeUnknown, time, answering(E::MoveNumber, B::OutcomeUnknown, unknown()), nothing),
        case(B::MoveRefused, us, answering(E::MoveNumber, B::MoveRefused, turn_of(Cause::Unrecognised)), retry),
        case(
            B::RegisterRetrying,
            time,
            answering(E::RegisterNumber, B::RegisterRetrying, refused(Cause::Transient, Verdict::Retry)),
            nothing,
        ),
        case(
            B::RegisterRefused,
            us,
            answering(E::RegisterNumber, B::RegisterRefused, turn_of(Cause::AccountLocked)),
            retry,
        ),
        case(
            B::RegisterTriesUsed,
            us,
            answering(E::RegisterNumber, B::RegisterTriesUsed, refused(Cause::Transient, Verdict::Retry)),
            retry,
        ),
        case(
            B::RegisterLimit,
            time,
            answering(
                E::RegisterNumber,
                B::RegisterLimit,
                refused(Cause::RegisterLimit, Verdict::Wait { until: None }),
            ),
            nothing,
        ),
        case(
            B::NumberNeedsVerification,
            us,
            answering(E::RegisterNumber, B::NumberNeedsVerification, turn_of(Cause::NumberNeedsVerification)),
            |run| assert!(run.world.register(&number(FIRST))),
        ),
        case(B::NotConnectedYet, meta, with(|world| world.status_after_register = "PENDING".to_owned()), |run| {
            run.world.status_after_register = "CONNECTED".to_owned();
            run.world.register(&number(FIRST));
        }),
        case(
            B::RateLimited,
            time,
            answering(E::ReadSource, B::RateLimited, refused(Cause::RateLimited, Verdict::Wait { until: None })),
            nothing,
        ),
        case(B::VendorTrouble, meta, answering(E::ReadDestination, B::VendorTrouble, unknown()), nothing),
        case(B::CallRefused, us, answering(E::ReadSource, B::CallRefused, turn_of(Cause::Unrecognised)), nothing),
    ]
}

/// A tag without an answer, after its last repeat by itself.
fn silent_tag() -> Run {
    let mut run = Run::started(World::calm(&[FIRST]));
    for _ in 0..4 {
        run.until_open(EffectKind::SetIntent);
        run.end(unknown());
    }
    run
}

/// Somebody gave another WABA's intent before the tag.
fn mistaken() -> Run {
    let mut run = Run::new(World::calm(&[FIRST]));
    run.command(adopt(FOREIGN_INTENT)).unwrap();
    run.command(Command::Start).unwrap();
    run
}

/// guide: R1
#[test]
fn every_blocker_opens_on_its_turn_and_what_clears_it_leads_to_the_end() {
    let cases = cases();
    for code in BlockerCode::ALL {
        assert_eq!(cases.iter().filter(|case| case.code == *code).count(), 1, "{code}");
    }
    for Case { code, turn, opened: mut run, clear } in cases {
        run.until_blocked(code);
        let blocker = run.m.blockers().iter().find(|blocker| blocker.code == code).unwrap().clone();
        assert_eq!(blocker.turn, turn, "{code}");
        let is_persons = !matches!(turn, Turn::Meta | Turn::Time);
        assert!(is_persons || run.m.wake_at().is_some(), "{code} passes by itself and is never looked at");
        clear(&mut run);
        if run.m.phase() == &Phase::Ready && run.m.started().is_none() {
            run.command(Command::Start).unwrap();
        }
        run.until_phase(Phase::Completed);
        assert!(run.m.blockers().is_empty(), "{code}");
    }
}

#[test]
fn a_blocker_keeps_its_beginning_while_it_stands() {
    let mut run = with(|world| world.destination.payment_error = Some(true));
    run.until_blocked(BlockerCode::PaymentMethodMissing);
    let since = run.m.blockers()[0].since;
    for _ in 0..40 {
        run.step();
    }
    assert_eq!(run.m.blockers()[0].since, since);
    assert!(run.now.duration_since(since) > SignedDuration::from_hours(1));
}

/// guide: I3
/// Rule 15: what Unmoor never does, it cannot even ask for.
#[test]
fn no_effect_asks_for_a_code() {
    let all = [
        EffectKind::CheckSourceToken,
        EffectKind::CheckDestinationToken,
        EffectKind::ReadSource,
        EffectKind::ReadSourceNumbers,
        EffectKind::ReadSourceTemplates,
        EffectKind::SetIntent,
        EffectKind::ReadIntent,
        EffectKind::ReadGivenIntent,
        EffectKind::FetchBusinessToken,
        EffectKind::Subscribe,
        EffectKind::ReadSubscriptions,
        EffectKind::ReadDestination,
        EffectKind::ReadDestinationNumbers,
        EffectKind::SealPin,
        EffectKind::AskBeforeMove,
        EffectKind::MoveNumber,
        EffectKind::RegisterNumber,
        EffectKind::ReadDestinationTemplates,
        EffectKind::ReadSourceSettings,
        EffectKind::ReadDestinationSettings,
        EffectKind::RestoreSetting,
        EffectKind::SetStorageRegion,
        EffectKind::KeepSample,
        EffectKind::MoveFlows,
        EffectKind::CopyTemplates,
        EffectKind::UploadSample,
        EffectKind::CreateTemplate,
    ];
    let names: Vec<String> =
        all.iter().map(|kind| serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()).collect();
    for name in &names {
        assert!(!name.contains("code") && !name.contains("verify"), "{name}");
    }
    // Serde names every kind when it meets one that it does not know, so that the list above is known to be whole.
    let error = serde_json::from_str::<EffectKind>("\"no_such_kind\"").unwrap_err().to_string();
    let known = error.matches('`').count() / 2 - 1;
    assert_eq!(known, all.len(), "{error}");
}
