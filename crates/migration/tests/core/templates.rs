//! What will become of a customer's templates, and the gate that waits until somebody has accepted what is lost
//! (guide T1 to T6).

use std::collections::BTreeMap;

use jiff::SignedDuration;
use unmoor_migration::observed::{DestinationTemplates, SourceTemplates};
use unmoor_migration::story::template_outlook;
use unmoor_migration::templates::{
    Capacity, Chore, Forecast, ForecastTotals, Limit, LimitBasis, Losses, Prospect, SourceTemplate, TemplateKey,
};
use unmoor_migration::{Command, EffectKind, Fact, Phase, TemplateGate};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, template};
use unmoor_migration::BlockerCode::TemplateLossNotAccepted;

const SMALL: Limit = Limit { templates: 250, basis: LimitBasis::Read };

fn many(count: u32) -> Vec<SourceTemplate> {
    (0..count).map(|nth| template(&format!("offer_{nth:04}"), "GREEN")).collect()
}

fn totals(templates: Vec<SourceTemplate>, there: Option<&DestinationTemplates>, held: Option<u32>) -> ForecastTotals {
    Forecast::of(&SourceTemplates::new(templates, 0), there, Capacity { limit: SMALL, held }).totals()
}

fn there(keys: &[(&str, &str)]) -> DestinationTemplates {
    let status = |(name, status): &(&str, &str)| (TemplateKey::new(name, "en_US"), (*status).to_owned());
    DestinationTemplates { statuses: keys.iter().map(status).collect(), ..DestinationTemplates::default() }
}

/// guide: T5
#[test]
fn exactly_as_many_as_there_is_room_for_come_and_one_more_makes_all_of_them_uncertain() {
    let all = totals(many(250), None, None);
    assert_eq!((all.duplicated, all.may_not_fit, all.lost), (250, 0, 0));
    let one_more = totals(many(251), None, None);
    // Which one stays behind nobody knows: so none is promised, and one is lost.
    assert_eq!((one_more.duplicated, one_more.may_not_fit, one_more.lost), (0, 251, 1));
}

/// guide: T5
#[test]
fn what_the_new_account_holds_takes_room_and_a_full_one_takes_nothing() {
    let other = there(&[("welcome", "APPROVED")]);
    let reached_midway = totals(many(250), Some(&other), Some(1));
    assert_eq!((reached_midway.may_not_fit, reached_midway.lost), (250, 1));
    let full = totals(many(3), None, Some(250));
    assert_eq!((full.no_room, full.lost), (3, 3));
}

/// guide: T5
#[test]
fn each_language_counts() {
    let both = |name: &str| {
        ["en_US", "es"]
            .map(|language| SourceTemplate { key: TemplateKey::new(name, language), ..template(name, "GREEN") })
    };
    let of = |names: u32| (0..names).flat_map(|nth| both(&format!("offer_{nth}"))).collect::<Vec<_>>();
    assert_eq!(totals(of(125), None, None).duplicated, 250);
    assert_eq!(totals(of(126), None, None).lost, 2, "126 names in two languages are two too many");
}

/// guide: T4
#[test]
fn a_template_whose_quality_is_missing_is_not_counted_on() {
    let unknown = SourceTemplate { quality: None, ..template("quiet", "GREEN") };
    let source = SourceTemplates::new(vec![unknown, template("busy", "GREEN")], 0);
    let forecast = Forecast::of(&source, None, Capacity { limit: SMALL, held: None });
    let quiet = &forecast.templates[1];
    assert_eq!(quiet.prospect.to_string(), "will not: its quality is not shown");
    assert!(quiet.is_lost() && !forecast.templates[0].is_lost());
}

/// guide: T1
#[test]
fn a_name_that_the_new_account_has_stays_there_and_takes_no_room() {
    let source = SourceTemplates::new(many(251), 0);
    let taken = there(&[("offer_0000", "APPROVED")]);
    let forecast = Forecast::of(&source, Some(&taken), Capacity { limit: SMALL, held: Some(1) });
    let totals = forecast.totals();
    assert_eq!((totals.already_there, totals.may_not_fit, forecast.unplaced()), (1, 250, 1));
    assert_eq!(forecast.templates[0].prospect, Prospect::AlreadyThere { status: "APPROVED".to_owned() });
    assert!(!forecast.templates[0].is_lost());
    let rejected = there(&[("offer_0000", "REJECTED")]);
    let forecast = Forecast::of(&source, Some(&rejected), Capacity { limit: SMALL, held: Some(1) });
    assert!(forecast.templates[0].is_lost(), "the one that is there cannot be sent, and none is copied over it");
}

/// guide: T4, T6
#[test]
fn what_nobody_can_use_today_is_not_lost() {
    let with = |status: &str| SourceTemplate { status: Some(status.to_owned()), ..template(status, "GREEN") };
    for dead in ["REJECTED", "DISABLED", "DELETED", "PENDING_DELETION", "LIMIT_EXCEEDED", "rejected"] {
        assert_eq!(totals(vec![with(dead)], None, None).lost, 0, "{dead}");
    }
    // Paused ones come back, those in review may be approved, and a word that nobody knows is no excuse.
    for alive in ["PAUSED", "PENDING", "IN_APPEAL", "ARCHIVED", "A_NEW_WORD"] {
        let found = totals(vec![with(alive)], None, None);
        assert_eq!((found.not_duplicated, found.lost), (1, 1), "{alive}");
    }
    assert_eq!(totals(Vec::new(), None, None), ForecastTotals::default(), "zero templates");
}

/// guide: T2, T3
#[test]
fn a_copy_whose_category_meta_disputes_is_at_risk_and_not_yet_lost() {
    let disputed =
        SourceTemplate { correct_category: Some("MARKETING".to_owned()), ..template("order_shipped", "GREEN") };
    let found = totals(vec![disputed.clone(), template("order_late", "GREEN")], None, None);
    assert_eq!((found.duplicated, found.at_risk, found.lost), (2, 1, 0));
    let never_copied = SourceTemplate { quality: Some("RED".to_owned()), ..disputed };
    assert_eq!(totals(vec![never_copied], None, None).at_risk, 0, "what is not copied is not checked");
}

/// guide: T6
#[test]
fn a_copy_asks_for_less_than_what_is_created_again() {
    let mut rich = template("visit", "GREEN");
    rich.kind.flows = vec!["620000000000001".to_owned()];
    (rich.kind.catalog, rich.kind.media_samples, rich.kind.samples_missing) = (true, 2, true);
    let chores = |template: &SourceTemplate| {
        let source = SourceTemplates::new(vec![template.clone()], 0);
        Forecast::of(&source, None, Capacity { limit: SMALL, held: None }).templates[0].chores()
    };
    let flow = Chore::MoveFlows { flows: rich.kind.flows.clone() };
    assert_eq!(chores(&rich), [flow.clone(), Chore::LinkCatalog]);
    let slow = SourceTemplate { quality: Some("YELLOW".to_owned()), ..rich.clone() };
    assert_eq!(chores(&slow), [flow, Chore::LinkCatalog, Chore::UploadSamples { files: 2 }, Chore::GiveSamples]);
    let dead = SourceTemplate { status: Some("DISABLED".to_owned()), ..rich };
    assert_eq!(chores(&dead), []);
}

/// guide: T5
#[test]
fn what_is_used_most_is_kept_first_and_without_a_count_what_takes_most_work() {
    let mut with_files = template("offer_0001", "GREEN");
    with_files.kind.media_samples = 3;
    let source =
        SourceTemplates::new(vec![template("offer_0000", "GREEN"), with_files, template("offer_0002", "GREEN")], 0);
    let limit = Limit { templates: 2, basis: LimitBasis::Read };
    let forecast = Forecast::of(&source, None, Capacity { limit, held: None });
    let names = |sent: Option<&BTreeMap<TemplateKey, u64>>| {
        forecast.keep_first(sent).iter().map(|one| one.template.key.name.clone()).collect::<Vec<_>>()
    };
    let sent =
        BTreeMap::from([(TemplateKey::new("offer_0002", "en_US"), 900), (TemplateKey::new("offer_0000", "en_US"), 3)]);
    assert_eq!(names(Some(&sent)), ["offer_0002", "offer_0000", "offer_0001"]);
    assert_eq!(names(None), ["offer_0001", "offer_0000", "offer_0002"]);
}

/// The calm customer loses `old_offer/en_US`, which is YELLOW.
fn gated(numbers: &[&str]) -> Run {
    let mut run = Run::started(World::calm(numbers));
    run.policy.template_gate = TemplateGate::Losses;
    run
}

fn accept(run: &mut Run) {
    let losses = run.m.template_forecast(None).unwrap().losses();
    run.command(Command::AcceptLoss { losses }).unwrap();
}

fn reads(run: &Run) -> usize {
    run.attempts.iter().filter(|attempt| attempt.effect.kind() == EffectKind::ReadSourceTemplates).count()
}

/// guide: T4
#[test]
fn no_number_moves_before_a_named_person_has_accepted_what_is_lost() {
    let mut run = gated(&[FIRST]);
    run.until_blocked(TemplateLossNotAccepted);
    assert_eq!(*run.m.phase(), Phase::Provisioning);
    let words = run.m.blockers()[0].detail.clone().unwrap();
    assert_eq!(words, "1 template will not be there (old_offer/en_US)");
    accept(&mut run);
    assert!(!run.has(TemplateLossNotAccepted), "the word is answered at once");
    let journaled = run.journal.iter().find_map(|event| match &event.fact {
        Fact::LossAccepted { acceptance } => Some(acceptance.clone()),
        _ => None,
    });
    let journaled = journaled.expect("who, when and exactly which is journaled");
    assert_eq!((journaled.by.as_str(), journaled.losses.to_string()), ("ada", words));
    run.until_phase(Phase::Completed);
}

/// guide: T4
#[test]
fn losses_that_grow_afterwards_close_the_gate_again() {
    let mut run = gated(&[FIRST]);
    run.until_blocked(TemplateLossNotAccepted);
    accept(&mut run);
    run.world.templates =
        SourceTemplates::new(vec![template("order_shipped", "RED"), template("old_offer", "YELLOW")], 0);
    run.advance(SignedDuration::from_mins(3));
    run.until_blocked(TemplateLossNotAccepted);
    let words = run.m.blockers()[0].detail.clone().unwrap();
    assert!(
        words.starts_with("1 template will not be there (order_shipped/en_US), beyond what ada accepted"),
        "{words}"
    );
    // Mended in the old account, it is lost no longer, and the word of before covers the rest.
    run.world.templates =
        SourceTemplates::new(vec![template("order_shipped", "GREEN"), template("old_offer", "YELLOW")], 0);
    run.until_phase(Phase::Completed);
}

#[test]
fn the_gate_is_read_two_minutes_before_the_first_move_at_most() {
    let mut run = gated(&[FIRST, SECOND]);
    run.until_blocked(TemplateLossNotAccepted);
    accept(&mut run);
    run.until_open(EffectKind::MoveNumber);
    let read_at = run.m.source().templates.as_ref().unwrap().at;
    assert!(run.now.duration_since(read_at) <= SignedDuration::from_mins(2));
    let before = reads(&run);
    run.until_phase(Phase::Completed);
    assert_eq!(reads(&run), before, "with the first number its templates have begun, and the gate is behind");
}

#[test]
fn without_the_policy_nothing_waits_and_nothing_is_read_twice() {
    let mut run = Run::started(World::calm(&[FIRST]));
    run.until_phase(Phase::Completed);
    assert_eq!(reads(&run), 1);
    let refused = run.command(Command::AcceptLoss { losses: Losses::default() }).unwrap_err().to_string();
    assert!(refused.contains("approve changes nothing any more"), "{refused}");
}

#[test]
fn nobody_accepts_what_nobody_has_read_or_what_has_begun() {
    let mut run = Run::new(World::calm(&[FIRST]));
    let refused = run.command(Command::AcceptLoss { losses: Losses::default() }).unwrap_err().to_string();
    assert!(refused.contains("nobody has read its templates yet"), "{refused}");
    run.command(Command::Start).unwrap();
    run.until_open(EffectKind::RegisterNumber);
    let refused = run.command(Command::AcceptLoss { losses: Losses::default() }).unwrap_err().to_string();
    assert!(refused.contains("have begun to move"), "{refused}");
}

#[test]
fn the_story_tells_what_will_become_of_the_templates() {
    let mut run = gated(&[FIRST]);
    assert_eq!(template_outlook(&run.m, None), None, "nobody has read them");
    run.until_blocked(TemplateLossNotAccepted);
    let before = template_outlook(&run.m, None).unwrap();
    accept(&mut run);
    let after = template_outlook(&run.m, None).unwrap();
    run.world.templates = SourceTemplates::new(many(251), 0).with_limit(Some(250));
    run.command(Command::Retry).unwrap();
    run.until_blocked(TemplateLossNotAccepted);
    let short_of_room = template_outlook(&run.m, None).unwrap();
    insta::assert_snapshot!([before, after, short_of_room].join("\n"), @r"
    Of its 2 templates 1 will be duplicated, 1 will not be duplicated.
    Of its 2 templates 1 will be duplicated, 1 will not be duplicated. ada accepted what is lost at 2026-11-02T08:05:01Z.
    Of its 251 templates 251 may not fit. The new account holds 250, and has room for 250 of 251 that would come; which come first is unknown. ada accepted a loss at 2026-11-02T08:05:01Z; beyond that, 1 of 251 will not fit.
    ");
    run.world.templates = SourceTemplates::default();
    run.command(Command::Retry).unwrap();
    run.until("no templates", |run| run.m.source().templates.as_ref().is_some_and(|all| all.value.total() == 0));
    assert_eq!(template_outlook(&run.m, None).unwrap(), "It has no templates, so that none is lost.");
    run.until_phase(Phase::Completed);
    assert_eq!(template_outlook(&run.m, None), None, "then it tells what became of them");
}
