//! Guide T1 to T9: what the vendor duplicates is awaited, what it does not is brought over as the policy says, and every template
//! of the source stands somewhere in the end.

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::observed::SourceTemplates;
use unmoor_migration::templates::{
    CarriedState, LeftBehind, Means, MissingTemplates, SourceTemplate, Standing, TemplateBalance, TemplateKey,
    TemplateKind,
};
use unmoor_migration::{BlockerCode, Cause, Command, Effect, EffectKind, Fact, Phase, Verdict, story};

use crate::run::Run;
use crate::world::{FIRST, World, refused, template, unknown};

const WRITES: [EffectKind; 4] =
    [EffectKind::MoveFlows, EffectKind::CopyTemplates, EffectKind::UploadSample, EffectKind::CreateTemplate];

fn key(name: &str) -> TemplateKey {
    template(name, "").key
}

/// A customer with these templates of the source, and on the destination those that the vendor duplicates.
fn with(policy: MissingTemplates, templates: Vec<SourceTemplate>, change: impl FnOnce(&mut World)) -> Run {
    let world = World::calm(&[FIRST]).with(|world| {
        world.templates = SourceTemplates::new(templates, 0);
        let copies = world.templates.eligible().map(|one| (one.key.clone(), "APPROVED".to_owned()));
        world.destination_templates = copies.collect();
        change(world);
    });
    let mut run = Run::started(world);
    run.policy.missing_templates = policy;
    run
}

fn create(templates: Vec<SourceTemplate>) -> Run {
    with(MissingTemplates::Create, templates, |_| ())
}

fn ended(mut run: Run) -> Run {
    run.until("its end", |run| run.m.is_final());
    accounted_for(&run);
    run
}

/// Duplicated, created again, rejected and left behind add up to the source; and whatever is left has a reason.
fn accounted_for(run: &Run) -> TemplateBalance {
    let balance = run.m.templates().expect("they were compared");
    let TemplateBalance { source, duplicated, rejected_on_recheck, copied, created, rejected_on_review, left_behind } =
        balance;
    assert_eq!(source, run.world.templates.total());
    assert_eq!(
        duplicated + rejected_on_recheck + copied + created + rejected_on_review + left_behind,
        source,
        "{balance:?}"
    );
    for (key, standing) in run.m.template_standings() {
        if matches!(standing, Standing::Left(_)) {
            assert!(standing.reason().is_some_and(|reason| !reason.is_empty()), "{key}");
        }
    }
    balance
}

fn standing(run: &Run, name: &str) -> Standing {
    run.m.template_standings().find(|(known, _)| **known == key(name)).unwrap().1
}

fn started(run: &Run, kind: EffectKind) -> Vec<Timestamp> {
    run.attempts.iter().filter(|attempt| attempt.effect.kind() == kind).map(|attempt| attempt.started_at).collect()
}

fn settled_at(run: &mut Run) -> Timestamp {
    run.until_phase(Phase::Settling);
    run.now
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// guide: T1, T6
#[test]
fn nothing_is_written_unless_somebody_says_so() {
    let run = ended(with(
        MissingTemplates::default(),
        vec![template("kept", "GREEN"), template("new", "UNKNOWN"), template("slow", "YELLOW")],
        |_| (),
    ));
    for kind in WRITES.into_iter().chain([EffectKind::KeepSample]) {
        assert_eq!(run.tries(kind), 0, "{kind:?}");
    }
    assert!(run.attempts.iter().all(|attempt| attempt.effect != Effect::ReadSourceTemplates { keep_contents: true }));
    assert_eq!(*run.m.phase(), Phase::Completed, "what was never to come over is no exception");
    let balance = accounted_for(&run);
    assert_eq!((balance.duplicated, balance.left_behind), (1, 2));
    assert_eq!(standing(&run, "slow").reason().as_deref(), Some("its quality is YELLOW, not GREEN"));
}

/// guide: T6
#[test]
fn copying_on_request_takes_what_meta_copies_on_request_and_no_more() {
    let run = ended(with(
        MissingTemplates::Copy,
        vec![template("kept", "GREEN"), template("new", "UNKNOWN"), template("slow", "YELLOW")],
        |_| (),
    ));
    let copies = run.attempts.iter().filter_map(|attempt| match &attempt.effect {
        Effect::CopyTemplates { templates, .. } => Some(templates.clone()),
        _ => None,
    });
    assert_eq!(copies.collect::<Vec<_>>(), [vec![key("new")]]);
    assert_eq!(run.tries(EffectKind::CreateTemplate), 0);
    assert_eq!(standing(&run, "new"), Standing::Carried { means: Means::Copy });
    assert!(matches!(standing(&run, "slow"), Standing::Left(LeftBehind::NotEligible(_))));
}

/// guide: T6
#[test]
fn what_is_not_copied_either_is_created_again() {
    let mut run = create(vec![template("kept", "GREEN"), template("new", "UNKNOWN"), template("slow", "YELLOW")]);
    run.world.uncopied.insert(key("new"), "Formatting error - dangling parameter".to_owned());
    let run = ended(run);
    assert_eq!((run.tries(EffectKind::CopyTemplates), run.tries(EffectKind::CreateTemplate)), (1, 2));
    for name in ["new", "slow"] {
        assert_eq!(standing(&run, name), Standing::Carried { means: Means::Create }, "{name}");
    }
    assert_eq!(*run.m.phase(), Phase::Completed);
}

/// Rule 14.
///
/// guide: T1
#[test]
fn nothing_is_written_before_the_count_of_metas_copies_has_been_stable() {
    let mut run = create(vec![template("kept", "GREEN"), template("slow", "YELLOW")]);
    let over_at = settled_at(&mut run);
    let run = ended(run);
    let first = started(&run, EffectKind::CreateTemplate)[0];
    assert!(first.duration_since(over_at) >= HOUR, "all are there, and the count was stable for an hour");
    let reads = started(&run, EffectKind::ReadDestinationTemplates);
    assert!(reads.iter().filter(|at| **at < first).count() >= 2, "stable takes two readings");
}

/// guide: T1, T5
#[test]
fn metas_copies_that_arrive_hours_late_are_awaited_and_not_forestalled() {
    let names = ["one", "two", "three"];
    let mut templates: Vec<SourceTemplate> = names.map(|name| template(name, "GREEN")).to_vec();
    templates.push(template("slow", "YELLOW"));
    let mut run = with(MissingTemplates::Create, templates, |world| world.destination_templates.clear());
    let over_at = settled_at(&mut run);
    for (name, hours) in names.iter().zip([2, 5, 8]) {
        run.until("the next copy", |run| run.now >= over_at + SignedDuration::from_hours(hours));
        assert!(WRITES.iter().all(|kind| run.tries(*kind) == 0), "before {name}");
        run.world.destination_templates.insert(key(name), "APPROVED".to_owned());
    }
    let run = ended(run);
    let balance = accounted_for(&run);
    assert_eq!((balance.duplicated, balance.created, balance.copied), (3, 1, 0));
    assert!(started(&run, EffectKind::CreateTemplate)[0] >= over_at + SignedDuration::from_hours(9));
}

/// guide: T5, T6
#[test]
fn copies_that_never_come_are_brought_over_after_24_hours() {
    let mut run =
        with(MissingTemplates::Copy, vec![template("one", "GREEN")], |world| world.destination_templates.clear());
    let over_at = settled_at(&mut run);
    let run = ended(run);
    let first = started(&run, EffectKind::CopyTemplates)[0];
    assert!(first >= over_at + SignedDuration::from_hours(24) - SignedDuration::from_mins(1), "{first}");
    assert_eq!((*run.m.phase() == Phase::Completed, accounted_for(&run).copied), (true, 1));
}

/// guide: T5
#[test]
fn a_name_that_the_destination_has_is_neither_created_nor_called_duplicated() {
    let run =
        ended(with(MissingTemplates::Create, vec![template("kept", "GREEN"), template("slow", "YELLOW")], |world| {
            world.destination_templates.insert(key("slow"), "APPROVED".to_owned());
        }));
    assert_eq!(run.tries(EffectKind::CreateTemplate), 0);
    assert!(matches!(standing(&run, "slow"), Standing::Left(LeftBehind::NameTaken(_))));
    assert_eq!(run.m.exceptions().len(), 1);
}

/// guide: T5
#[test]
fn the_limit_reached_in_the_middle_is_told_of_each_that_had_no_room() {
    let slow: Vec<String> = (0..20).map(|n| format!("slow_{n:02}")).collect();
    let run =
        ended(with(MissingTemplates::Create, slow.iter().map(|name| template(name, "YELLOW")).collect(), |world| {
            world.room = 7;
        }));
    assert_eq!(run.tries(EffectKind::CreateTemplate), 8, "the first that had no room is the last that was tried");
    let balance = accounted_for(&run);
    assert_eq!((balance.created, balance.left_behind), (7, 13));
    assert!(run.m.exceptions().iter().all(|exception| exception.contains("TemplateLimitReached")));
    assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
}

/// guide: T4
#[test]
fn a_template_whose_quality_is_missing_is_not_expected_and_can_be_copied() {
    let unrated = SourceTemplate { quality: None, ..template("unrated", "") };
    let run = ended(with(MissingTemplates::Leave, vec![template("kept", "GREEN"), unrated.clone()], |_| ()));
    assert_eq!(standing(&run, "unrated").reason().as_deref(), Some("its quality is not shown"));
    let run = ended(with(MissingTemplates::Copy, vec![template("kept", "GREEN"), unrated], |_| ()));
    assert_eq!(standing(&run, "unrated"), Standing::Carried { means: Means::Copy });
}

/// guide: T1, T9
#[test]
fn without_templates_there_is_nothing_to_wait_for() {
    for policy in MissingTemplates::ALL {
        let run = ended(with(policy, Vec::new(), |_| ()));
        let entered = |wanted: Phase| {
            let fact = Fact::PhaseEntered { phase: wanted };
            run.journal.iter().find(|event| event.fact == fact).unwrap().at
        };
        assert_eq!(entered(Phase::Settling), entered(Phase::Completed), "{policy:?}");
        assert_eq!(run.tries(EffectKind::ReadDestinationTemplates), 0, "{policy:?}");
        assert_eq!(accounted_for(&run), TemplateBalance::default());
    }
}

/// Rule 5.
#[test]
fn a_creation_without_an_answer_is_looked_for_and_made_once() {
    for took_place in [true, false] {
        let mut run = create(vec![template("slow", "YELLOW")]);
        run.until_open(EffectKind::CreateTemplate);
        let sent_at = run.now;
        if took_place {
            let attempt = run.m.open_attempt().unwrap().clone();
            run.world.take_effect(&attempt);
        }
        run.end(unknown());
        let run = ended(run);
        assert_eq!(run.tries(EffectKind::CreateTemplate), if took_place { 1 } else { 2 });
        let again = started(&run, EffectKind::CreateTemplate)[run.tries(EffectKind::CreateTemplate) - 1];
        assert!(took_place || again.duration_since(sent_at) >= SignedDuration::from_secs(60), "{again}");
        assert_eq!(accounted_for(&run).created, 1, "took place: {took_place}");
    }
}

/// Rule 5.
#[test]
fn copies_without_an_answer_are_looked_for_one_by_one() {
    let mut run = with(MissingTemplates::Copy, ["a", "b", "c"].map(|name| template(name, "UNKNOWN")).to_vec(), |_| ());
    run.until_open(EffectKind::CopyTemplates);
    // Two of the three were copied before the connection was lost.
    for name in ["a", "c"] {
        run.world.destination_templates.insert(key(name), "APPROVED".to_owned());
    }
    run.end(unknown());
    run.until_blocked(BlockerCode::TemplateOutcomeUnknown);
    let run = ended(run);
    let last = run.attempts.iter().rev().find_map(|attempt| match &attempt.effect {
        Effect::CopyTemplates { templates, .. } => Some(templates.clone()),
        _ => None,
    });
    assert_eq!(last, Some(vec![key("b")]));
    assert_eq!((run.tries(EffectKind::CopyTemplates), accounted_for(&run).copied), (2, 3));
}

#[test]
fn silence_after_silence_is_left_to_a_person() {
    let mut run = create(vec![template("slow", "YELLOW")]);
    for _ in 0..3 {
        run.until_open(EffectKind::CreateTemplate);
        run.end(unknown());
    }
    let mut run = ended(run);
    assert_eq!(run.tries(EffectKind::CreateTemplate), 3);
    assert!(run.m.exceptions()[0].contains("no answer to any of 3 tries"), "{:?}", run.m.exceptions());
    assert!(run.command(Command::Retry).is_err(), "it is over");
}

/// Rule 12.
///
/// guide: T6
#[test]
fn a_template_that_meta_refuses_stops_no_other_and_its_words_are_kept() {
    let mut run = create(vec![template("a_bad", "YELLOW"), template("b_good", "YELLOW")]);
    run.until_open(EffectKind::CreateTemplate);
    run.end(refused(Cause::TemplateRefused, Verdict::Permanent));
    let run = ended(run);
    assert_eq!(standing(&run, "b_good"), Standing::Carried { means: Means::Create });
    let told = standing(&run, "a_bad").reason().unwrap();
    assert!(told.contains("Meta refused it") && told.contains("refused for TemplateRefused"), "{told}");
    assert_eq!(run.m.exceptions().len(), 1);
}

#[test]
fn a_name_that_meta_calls_taken_is_looked_for() {
    let mut run = create(vec![template("slow", "YELLOW")]);
    run.until_open(EffectKind::CreateTemplate);
    // Somebody made it a moment ago.
    run.world.destination_templates.insert(key("slow"), "APPROVED".to_owned());
    let run = ended(run);
    assert_eq!(run.tries(EffectKind::CreateTemplate), 1);
    assert_eq!(*run.m.phase(), Phase::Completed);
}

#[test]
fn a_limit_of_metas_holds_up_all_of_them_and_is_no_ones_refusal() {
    let mut run = create(vec![template("slow", "YELLOW")]);
    run.until_open(EffectKind::CreateTemplate);
    let refused_at = run.now;
    run.end(refused(Cause::RateLimited, Verdict::Wait { until: None }));
    assert!(run.has(BlockerCode::RateLimited), "{:?}", run.codes());
    let run = ended(run);
    let again = started(&run, EffectKind::CreateTemplate)[1];
    assert!(again.duration_since(refused_at) >= HOUR);
    assert_eq!(accounted_for(&run).created, 1);
}

/// guide: T6
#[test]
fn a_hundred_templates_are_created_in_an_hour_and_the_rest_later() {
    let many: Vec<String> = (0..130).map(|n| format!("slow_{n:03}")).collect();
    let mut run = create(many.iter().map(|name| template(name, "YELLOW")).collect());
    run.until("the hundredth", |run| run.tries(EffectKind::CreateTemplate) == 100);
    run.until_blocked(BlockerCode::BudgetExhausted);
    let run = ended(run);
    let sent = started(&run, EffectKind::CreateTemplate);
    assert_eq!((sent.len(), accounted_for(&run).created), (130, 130));
    for (first, hundred_later) in sent.iter().zip(sent.iter().skip(100)) {
        assert!(hundred_later.duration_since(*first) >= HOUR);
    }
}

fn with_picture(name: &str, files: u32) -> SourceTemplate {
    SourceTemplate {
        kind: TemplateKind { media_samples: files, ..TemplateKind::default() },
        ..template(name, "YELLOW")
    }
}

/// guide: T6
#[test]
fn samples_are_kept_before_anything_is_asked_and_uploaded_before_the_template() {
    let run = ended(create(vec![with_picture("pictured", 2), template("slow", "YELLOW")]));
    let place = |kind| run.attempts.iter().position(|attempt| attempt.effect.kind() == kind).unwrap();
    assert!(place(EffectKind::KeepSample) < place(EffectKind::SetIntent), "addresses of samples are good for a day");
    assert_eq!((run.tries(EffectKind::KeepSample), run.tries(EffectKind::UploadSample)), (2, 2));
    let pictured = run.attempts.iter().position(
        |attempt| matches!(&attempt.effect, Effect::CreateTemplate { template, .. } if *template == key("pictured")),
    );
    assert!(place(EffectKind::UploadSample) < pictured.unwrap());
    assert_eq!(accounted_for(&run).created, 2);
}

#[test]
fn an_expired_address_is_read_anew_once_and_then_left_to_a_person() {
    let mut run = create(vec![with_picture("pictured", 1), template("slow", "YELLOW")]);
    for _ in 0..2 {
        run.until_open(EffectKind::KeepSample);
        run.end(refused(Cause::SampleExpired, Verdict::Turn));
    }
    assert_eq!(run.tries(EffectKind::ReadSourceTemplates), 2, "one new reading");
    run.until_blocked(BlockerCode::TemplateNeedsSamples);
    assert_eq!(standing(&run, "slow"), Standing::Carried { means: Means::Create }, "the other one is not held up");
    run.command(Command::LeaveTemplates { template: Some(key("pictured")) }).unwrap();
    let run = ended(run);
    assert_eq!(standing(&run, "pictured").reason().as_deref(), Some("ada left it"));
    assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
}

#[test]
fn a_retry_tries_lost_samples_again() {
    let mut run = create(vec![with_picture("pictured", 1)]);
    run.until_open(EffectKind::KeepSample);
    run.end(refused(Cause::SampleUnusable, Verdict::Turn));
    run.until_blocked(BlockerCode::TemplateNeedsSamples);
    run.command(Command::Retry).unwrap();
    let run = ended(run);
    assert_eq!((*run.m.phase() == Phase::Completed, accounted_for(&run).created), (true, 1));
}

#[test]
fn a_retry_that_the_source_refuses_loses_nothing_of_the_other_templates() {
    let mut run = create(vec![with_picture("pictured", 1), template("plain", "YELLOW")]);
    run.until_open(EffectKind::KeepSample);
    run.end(refused(Cause::SampleUnusable, Verdict::Turn));
    run.command(Command::Retry).unwrap();
    run.until_open(EffectKind::ReadSourceTemplates);
    run.end(refused(Cause::PermissionMissing, Verdict::Turn));
    run.until_blocked(BlockerCode::TemplateNeedsSamples);
    run.command(Command::LeaveTemplates { template: None }).unwrap();
    let balance = accounted_for(&ended(run));
    assert_eq!((balance.created, balance.left_behind), (1, 1));
}

#[test]
fn where_the_source_can_no_longer_be_read_a_person_is_asked() {
    // The policy was changed when the numbers were over.
    let mut run = with(MissingTemplates::Leave, vec![template("slow", "YELLOW"), template("kept", "GREEN")], |_| ());
    settled_at(&mut run);
    run.policy.missing_templates = MissingTemplates::Create;
    run.until_open(EffectKind::ReadSourceTemplates);
    run.end(refused(Cause::PermissionMissing, Verdict::Turn));
    run.until_blocked(BlockerCode::TemplateNeedsSamples);
    let told = run.m.blockers()[0].detail.clone().unwrap();
    assert!(told.contains("cannot be read any more"), "{told}");
    run.command(Command::LeaveTemplates { template: None }).unwrap();
    assert_eq!(accounted_for(&ended(run)).left_behind, 1);
}

/// guide: T6
#[test]
fn flows_are_moved_before_the_templates_that_name_them() {
    let flowing = |name: &str, flow: &str| SourceTemplate {
        kind: TemplateKind { flows: vec![flow.to_owned()], ..TemplateKind::default() },
        ..template(name, "UNKNOWN")
    };
    let mut run = create(vec![flowing("booking", "71"), flowing("lost", "72")]);
    run.world.lacking_flows.insert("72".to_owned());
    run.world.uncopied.insert(key("lost"), "A button names a Flow".to_owned());
    run.until_blocked(BlockerCode::TemplateNeedsSamples);
    let place = |kind| run.attempts.iter().position(|attempt| attempt.effect.kind() == kind).unwrap();
    assert!(place(EffectKind::MoveFlows) < place(EffectKind::CopyTemplates));
    assert_eq!(run.tries(EffectKind::MoveFlows), 1);
    assert_eq!(standing(&run, "booking"), Standing::Carried { means: Means::Copy });
    run.command(Command::LeaveTemplates { template: None }).unwrap();
    ended(run);
}

/// guide: T6
#[test]
fn what_is_created_again_is_watched_until_meta_has_decided() {
    let mut run = create(vec![template("slow", "YELLOW"), template("bad", "YELLOW")]);
    run.world.created_status = "PENDING".to_owned();
    let over_at = settled_at(&mut run);
    run.until_blocked(BlockerCode::TemplateInReview);
    run.until("two days", |run| run.now >= over_at + SignedDuration::from_hours(48));
    assert!(run.has(BlockerCode::TemplateInReview), "24 hours are Meta's habit, and no promise");
    for (name, status) in [("slow", "APPROVED"), ("bad", "REJECTED")] {
        run.world.destination_templates.insert(key(name), status.to_owned());
    }
    let run = ended(run);
    let balance = accounted_for(&run);
    assert_eq!((balance.created, balance.rejected_on_review), (1, 1));
    assert_eq!(run.m.exceptions().len(), 1);
}

#[test]
fn a_person_may_stop_waiting_for_a_review() {
    let mut run = create(vec![template("slow", "YELLOW")]);
    run.world.created_status = "PENDING".to_owned();
    run.until_blocked(BlockerCode::TemplateInReview);
    let nobodys = run.command(Command::LeaveTemplates { template: Some(key("unheard_of")) }).unwrap_err();
    assert!(nobodys.to_string().contains("has no template unheard_of/en_US"), "{nobodys}");
    run.command(Command::LeaveTemplates { template: None }).unwrap();
    ended(run);
}

/// guide: T7, T8, T9
#[test]
fn the_story_tells_until_when_quality_is_unknown_and_what_it_is_then() {
    let mut run = create(vec![template("kept", "GREEN"), template("slow", "YELLOW")]);
    settled_at(&mut run);
    run.until_open(EffectKind::CreateTemplate);
    let during = story(&run.m, run.now).template_notes.join("\n");
    assert!(during.contains("1 of 1 templates that Meta duplicates are there"), "{during}");
    assert!(during.contains("UNKNOWN until 2026-11-03T08:0"), "{during}");
    let run = ended(run);
    let afterwards = story(&run.m, run.now).template_notes.join("\n");
    assert!(afterwards.contains("Of 1 templates that Unmoor set out to bring over 1 are there"), "{afterwards}");
    assert!(afterwards.contains("2 UNKNOWN, for want of enough messages"), "{afterwards}");
}

#[test]
fn what_was_brought_over_is_in_the_state_in_few_bytes() {
    let many: Vec<SourceTemplate> = (0..60).map(|n| template(&format!("slow_{n:03}"), "YELLOW")).collect();
    let run = ended(create(many));
    let taken = run.m.template_work().carried.values().filter(|one| matches!(one.state, CarriedState::Taken { .. }));
    assert_eq!(taken.count(), 60);
    let bytes = serde_json::to_string(run.m.template_work()).unwrap().len();
    assert!(bytes < 60 * 160, "{bytes} bytes");
}
