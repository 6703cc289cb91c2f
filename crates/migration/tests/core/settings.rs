//! Settings that do not travel: read before, compared after, set again where the policy says so and nobody is overwritten.

use std::collections::BTreeMap;

use unmoor_migration::gate::Gate;
use unmoor_migration::settings::{
    Automation, Callback, Profile, Row, SettingName, SettingValue, Shown, callback, rows,
};
use unmoor_migration::{
    BlockerCode, Cause, Command, Customer, Effect, EffectKind, NumberState, Phase, SettingsPolicy, Side, Verdict,
    replay,
};

use crate::run::Run;
use crate::world::{FIRST, SECOND, World, customer, number, refused, unknown};

const OURS: &str = "https://hooks.provider.example/wa?key=1";
const THEIRS: &str = "https://partner.example/wa?secret=hunter2";

fn profile(texts: &[(&str, &str)]) -> Shown {
    let texts = texts.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    Profile { texts, websites: Vec::new() }.shown()
}

fn bakery() -> Shown {
    profile(&[("about", "Fresh bread since six"), ("email", "hello@brisk-bikes.example")])
}

fn automation() -> Shown {
    Automation { welcome: true, prompts: vec!["Where is my order?".to_owned()], commands: Vec::new() }.shown()
}

fn calling(members: &[(&str, &str)]) -> Shown {
    let members: BTreeMap<String, String> =
        members.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Shown::Set(SettingValue::Calling(members))
}

fn own(address: &str) -> Shown {
    Shown::Set(SettingValue::Callback(callback(address, &["https://hooks.provider.example/webhooks"])))
}

/// A number with everything set, and its account.
fn furnished() -> World {
    World::calm(&[FIRST]).with(|world| {
        let of = number(FIRST);
        let all = [
            (SettingName::BusinessProfile, bakery()),
            (SettingName::ProfilePicture, Shown::Set(SettingValue::Word("there is one".to_owned()))),
            (SettingName::ConversationalAutomation, automation()),
            (SettingName::Calling, calling(&[("status", "\"ENABLED\"")])),
            (SettingName::NumberCallback, own(OURS)),
            (SettingName::StorageRegion, Shown::Unset),
        ];
        for (name, shown) in all {
            world.set(Side::Source, Some(&of), name, shown);
            world.set(Side::Destination, Some(&of), name, Shown::Unset);
        }
        for name in [SettingName::Insights, SettingName::MarketingMessagesOff, SettingName::TemplateArchival] {
            world.set(Side::Source, None, name, Shown::Set(SettingValue::On));
            world.set(Side::Destination, None, name, Shown::Unset);
        }
        let word = |word: &str| Shown::Set(SettingValue::Word(word.to_owned()));
        world.set(Side::Source, None, SettingName::MarketingMessagesApi, word("ONBOARDED"));
        world.set(Side::Destination, None, SettingName::MarketingMessagesApi, word("ELIGIBLE"));
    })
}

fn run_of(customer: Customer, policy: SettingsPolicy, world: World) -> Run {
    let mut run = Run::of(customer, world);
    run.policy.settings = policy;
    run.command(Command::Start).unwrap();
    run
}

fn ended(policy: SettingsPolicy, world: World) -> Run {
    let mut run = run_of(customer(), policy, world);
    run.until("its end", |run| run.m.is_final());
    assert_eq!(replay(&run.journal).unwrap(), run.m);
    run
}

fn written(run: &Run) -> Vec<SettingName> {
    let effects = run.attempts.iter().filter_map(|attempt| match &attempt.effect {
        Effect::RestoreSetting { setting, .. } => Some(*setting),
        _ => None,
    });
    effects.collect()
}

fn told(run: &Run) -> String {
    let line = |row: &Row| {
        let of = row.number.as_ref().map_or("account", |number| number.as_str());
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
        let note = row.note.clone().unwrap_or_default();
        let verdict = row.verdict.in_words();
        format!("{of} {}: {verdict} | {} | {} | {note}", row.setting.name(), side(&row.before), side(&row.after))
    };
    rows(&run.m).iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row(run: &Run, name: SettingName) -> Row {
    rows(&run.m).into_iter().find(|row| row.setting == name).unwrap()
}

#[test]
fn nobody_asked_so_nothing_is_read_and_nothing_written() {
    let run = ended(SettingsPolicy::Leave, furnished());
    for kind in [EffectKind::ReadSourceSettings, EffectKind::ReadDestinationSettings, EffectKind::RestoreSetting] {
        assert_eq!(run.tries(kind), 0, "{kind:?}");
    }
    assert!(rows(&run.m).is_empty() && run.m.settings().is_empty());
    assert_eq!(*run.m.phase(), Phase::Completed);
}

#[test]
fn what_differs_is_listed_and_left() {
    let run = ended(SettingsPolicy::List, furnished());
    assert_eq!(written(&run), []);
    assert_eq!((run.tries(EffectKind::ReadSourceSettings), run.tries(EffectKind::ReadDestinationSettings)), (2, 2));
    assert_eq!(*run.m.phase(), Phase::Completed, "a listed difference is no exception");
    insta::assert_snapshot!(told(&run));
}

#[test]
fn what_is_lacking_is_set_again_and_seen_to_be() {
    let run = ended(SettingsPolicy::Restore, furnished());
    assert_eq!(*run.m.phase(), Phase::Completed);
    assert_eq!(run.tries(EffectKind::ReadDestinationSettings), 4, "each place is looked at again");
    assert!(run.m.exceptions().is_empty());
    insta::assert_snapshot!(told(&run));
}

#[test]
fn reading_is_over_before_the_tag_and_setting_begins_after_the_register() {
    let run = ended(SettingsPolicy::Restore, furnished());
    let place = |kind| run.attempts.iter().position(|attempt| attempt.effect.kind() == kind).unwrap();
    assert!(place(EffectKind::ReadSourceSettings) < place(EffectKind::SetIntent));
    assert!(place(EffectKind::RegisterNumber) < place(EffectKind::RestoreSetting));
}

#[test]
fn a_callback_of_the_old_partners_is_told_without_its_secret_and_never_set() {
    let world = furnished().with(|world| {
        world.set(Side::Source, Some(&number(FIRST)), SettingName::NumberCallback, own(THEIRS));
    });
    let run = ended(SettingsPolicy::Restore, world);
    assert!(!written(&run).contains(&SettingName::NumberCallback));
    let row = row(&run, SettingName::NumberCallback);
    assert_eq!(row.before.as_deref(), Some("https://partner.example/wa"));
    assert!(row.note.unwrap().contains("may be the old partner's"));
    assert!(!serde_json::to_string(&run.journal).unwrap().contains("hunter2"));
}

#[test]
fn a_callback_is_ours_by_its_host_alone() {
    let known = ["https://hooks.provider.example/webhooks", "https://customer.example:8443/in"];
    let is_ours = |address: &str| callback(address, &known).ours;
    assert!(is_ours("https://HOOKS.provider.example/other"));
    assert!(is_ours("https://customer.example:8443/"));
    for other in [
        "https://hooks.provider.example.partner.example/",
        "https://hooks.provider.example@partner.example/",
        "https://customer.example/",
        "http://hooks.provider.example/",
        "hooks.provider.example",
        "https://",
    ] {
        assert!(!is_ours(other), "{other}");
    }
    let with_name = callback("https://ada:pw@partner.example/x", &known);
    assert_eq!(with_name, Callback { address: "(an address with a user name)".to_owned(), ours: false });
}

#[test]
fn the_numbers_own_callback_does_not_outrank_the_customer_files() {
    let wanted = Customer { callback_url: Some("https://hooks.provider.example/other".to_owned()), ..customer() };
    let mut run = run_of(wanted, SettingsPolicy::Restore, furnished());
    run.until("its end", |run| run.m.is_final());
    assert!(!written(&run).contains(&SettingName::NumberCallback));
    assert!(row(&run, SettingName::NumberCallback).note.unwrap().contains("outrank"));
}

#[test]
fn what_somebody_has_set_on_the_new_side_is_not_overwritten() {
    let world = furnished().with(|world| {
        let of = number(FIRST);
        world.set(
            Side::Destination,
            Some(&of),
            SettingName::Calling,
            calling(&[("status", "\"ENABLED\""), ("x", "1")]),
        );
        world.set(Side::Destination, Some(&of), SettingName::BusinessProfile, profile(&[("about", "New here")]));
    });
    let mut run = run_of(customer(), SettingsPolicy::Restore, world);
    run.until_open(EffectKind::RestoreSetting);
    run.until("its end", |run| run.m.is_final());
    assert!(!written(&run).contains(&SettingName::Calling));
    let profile = run.attempts.iter().find_map(|attempt| match &attempt.effect {
        Effect::RestoreSetting { value: SettingValue::Profile(profile), .. } => Some(profile.clone()),
        _ => None,
    });
    let fields: Vec<String> = profile.unwrap().texts.into_keys().collect();
    assert_eq!(fields, ["email"], "only what is lacking");
}

#[test]
fn calls_that_went_to_a_server_are_left_to_a_person() {
    let sip = "{\"servers\":[],\"status\":\"ENABLED\"}";
    for (sip, is_set) in [(sip, false), ("{\"status\":\"DISABLED\"}", true)] {
        let world = furnished().with(|world| {
            let shown = calling(&[("sip", sip), ("status", "\"ENABLED\"")]);
            world.set(Side::Source, Some(&number(FIRST)), SettingName::Calling, shown);
        });
        let run = ended(SettingsPolicy::Restore, world);
        assert_eq!(written(&run).contains(&SettingName::Calling), is_set, "{sip}");
    }
}

#[test]
fn analytics_that_were_off_and_are_on_stay_on() {
    let world = furnished().with(|world| {
        world.set(Side::Source, None, SettingName::Insights, Shown::Unset);
        world.set(Side::Destination, None, SettingName::Insights, Shown::Set(SettingValue::On));
    });
    let run = ended(SettingsPolicy::Restore, world);
    assert!(!written(&run).contains(&SettingName::Insights));
    assert!(row(&run, SettingName::Insights).note.unwrap().contains("cannot be turned off"));
}

#[test]
fn a_write_without_an_answer_is_looked_for_before_it_is_repeated() {
    for took_effect in [true, false] {
        let mut run = run_of(customer(), SettingsPolicy::Restore, furnished());
        run.until_open(EffectKind::RestoreSetting);
        let attempt = run.m.open_attempt().unwrap().clone();
        if took_effect {
            run.world.take_effect(&attempt);
        }
        run.end(unknown());
        run.until("its end", |run| run.m.is_final());
        let Effect::RestoreSetting { setting, number, .. } = &attempt.effect else { panic!("a write") };
        let is_this = |effect: &Effect| match effect {
            Effect::RestoreSetting { setting: other, .. } => other == setting,
            Effect::ReadSettings { side: Side::Destination, number: of } => of == number,
            _ => false,
        };
        let later = run.attempts.iter().skip_while(|other| other.id <= attempt.id);
        let kinds: Vec<EffectKind> =
            later.filter(|other| is_this(&other.effect)).map(|other| other.effect.kind()).collect();
        let look = EffectKind::ReadDestinationSettings;
        let expected = if took_effect { vec![look] } else { vec![look, look, EffectKind::RestoreSetting, look] };
        assert_eq!(kinds, expected, "took effect: {took_effect}");
        assert_eq!(*run.m.phase(), Phase::Completed);
    }
}

#[test]
fn one_setting_that_is_refused_stops_no_other_and_is_an_exception() {
    let mut run = run_of(customer(), SettingsPolicy::Restore, furnished());
    run.until("a profile is written", |run| {
        run.m.open_attempt().is_some_and(|open| {
            matches!(open.effect, Effect::RestoreSetting { setting: SettingName::BusinessProfile, .. })
        })
    });
    run.end(refused(Cause::Unrecognised, Verdict::Permanent));
    run.until("its end", |run| run.m.is_final());
    assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
    assert_eq!(run.m.exceptions().len(), 1, "{:?}", run.m.exceptions());
    assert!(run.m.exceptions()[0].starts_with("the business profile of +15550100001 was not restored: code 100"));
    assert_eq!(written(&run).iter().filter(|name| **name == SettingName::BusinessProfile).count(), 1);
    for other in [SettingName::Calling, SettingName::ConversationalAutomation, SettingName::Insights] {
        assert_eq!(row(&run, other).verdict, unmoor_migration::settings::Verdict::Restored, "{other:?}");
    }
}

#[test]
fn what_meta_says_is_done_and_does_not_show_is_an_exception_after_a_minute() {
    let mut run = run_of(customer(), SettingsPolicy::Restore, furnished());
    run.until_open(EffectKind::RestoreSetting);
    run.end(unmoor_migration::Outcome::Success { answer: unmoor_migration::Success::SettingRestored });
    run.until("its end", |run| run.m.is_final());
    assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
    assert!(run.m.exceptions()[0].contains("Meta said that it is done, and does not show it"));
}

#[test]
fn settings_that_nobody_can_read_hold_up_nothing() {
    let mut run = run_of(customer(), SettingsPolicy::List, furnished());
    run.until("its end", |run| {
        run.m.is_final() || run.open_kind().is_some_and(|kind| kind == EffectKind::ReadSourceSettings)
    });
    while !run.m.is_final() {
        let is_read = run.open_kind() == Some(EffectKind::ReadSourceSettings);
        if is_read {
            run.end(unknown());
        } else {
            run.step();
        }
    }
    assert_eq!(*run.m.phase(), Phase::Completed);
    assert_eq!(run.tries(EffectKind::ReadSourceSettings), 8);
    assert_eq!(run.tries(EffectKind::ReadDestinationSettings), 0, "there is nothing to compare with");
}

#[test]
fn a_destination_that_cannot_be_read_ends_in_an_exception_where_it_was_to_be_restored() {
    let mut run = run_of(customer(), SettingsPolicy::Restore, furnished());
    while !run.m.is_final() {
        if run.open_kind() == Some(EffectKind::ReadDestinationSettings) {
            run.end(unknown());
        } else {
            run.step();
        }
    }
    assert_eq!(*run.m.phase(), Phase::CompletedWithExceptions);
    assert_eq!(run.tries(EffectKind::ReadDestinationSettings), 8);
    assert!(run.m.exceptions().iter().all(|exception| exception.contains("could not be compared")));
}

#[test]
fn what_could_be_read_once_is_not_forgotten_when_access_ends() {
    let mut run = run_of(customer(), SettingsPolicy::Restore, furnished());
    run.world.intent_status = "INITIATED".to_owned();
    run.until_phase(Phase::AwaitingAcceptance);
    run.advance(jiff::SignedDuration::from_hours(30));
    let unreadable = || Shown::Unreadable("code 200: no permission".to_owned());
    for name in SettingName::ALL {
        let of = number(FIRST);
        run.world.set(Side::Source, Some(&of).filter(|_| name.is_of_number()), name, unreadable());
    }
    run.world.intent_status = "ACCEPTED".to_owned();
    run.until("its end", |run| run.m.is_final());
    assert_eq!(run.tries(EffectKind::ReadSourceSettings), 4, "they were a day old");
    assert_eq!(row(&run, SettingName::BusinessProfile).verdict, unmoor_migration::settings::Verdict::Restored);
}

#[test]
fn what_is_settled_is_kept_in_a_few_words() {
    let long = "A long description of a small business. ".repeat(12);
    let world = furnished().with(|world| {
        let of = number(FIRST);
        world.set(Side::Source, Some(&of), SettingName::BusinessProfile, profile(&[("description", &long)]));
    });
    let mut run = run_of(customer(), SettingsPolicy::Restore, world);
    run.until_open(EffectKind::MoveNumber);
    let state = |run: &Run| serde_json::to_string(run.m.settings()).unwrap();
    assert!(state(&run).contains(&long), "until it is restored, all of it is needed");
    run.until("its end", |run| run.m.is_final());
    assert!(!state(&run).contains(&long));
    assert!(state(&run).len() < 2_600, "{} bytes", state(&run).len());
}

fn wanting_a_region() -> Customer {
    Customer { storage_region: Some("DE".to_owned()), ..customer() }
}

#[test]
fn a_wanted_region_is_set_and_seen_between_move_and_register() {
    let mut run = run_of(wanting_a_region(), SettingsPolicy::Leave, furnished());
    run.until("its end", |run| run.m.is_final());
    assert_eq!(*run.m.phase(), Phase::Completed);
    let kinds: Vec<EffectKind> = run.attempts.iter().map(|attempt| attempt.effect.kind()).collect();
    let moved = kinds.iter().position(|kind| *kind == EffectKind::MoveNumber).unwrap();
    assert_eq!(kinds[moved + 1..moved + 3], [EffectKind::SetStorageRegion, EffectKind::RegisterNumber]);
}

#[test]
fn a_register_waits_for_the_region_until_meta_shows_it_or_a_person_has_a_word() {
    for by_a_person in [true, false] {
        let world = furnished().with(|world| world.shown_region = Some(Shown::Unset));
        let mut run = run_of(wanting_a_region(), SettingsPolicy::Leave, world);
        run.until_blocked(BlockerCode::StorageRegionOpen);
        assert_eq!(run.state_of(FIRST), NumberState::Moved);
        run.advance(jiff::SignedDuration::from_mins(10));
        run.until("it is set again", |run| run.tries(EffectKind::SetStorageRegion) > 2);
        assert_eq!(run.tries(EffectKind::RegisterNumber), 0);
        if by_a_person {
            let note = "the customer can do without".to_owned();
            run.until("no call is open", |run| run.m.open_attempt().is_none());
            run.command(Command::Attest { gate: Gate::StorageRegion, number: None, note }).unwrap();
        } else {
            run.world.shown_region = None;
        }
        run.until_phase(Phase::Completed);
        assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
    }
}

#[test]
fn a_number_that_somebody_registers_while_its_region_is_waited_for_is_seen() {
    let world = furnished().with(|world| world.shown_region = Some(Shown::Unset));
    let mut run = run_of(wanting_a_region(), SettingsPolicy::Leave, world);
    run.until_blocked(BlockerCode::StorageRegionOpen);
    run.world.register(&number(FIRST));
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 0);
}

#[test]
fn a_refused_region_is_asked_for_every_minute_as_the_number_is_between_two_accounts() {
    let mut run = run_of(wanting_a_region(), SettingsPolicy::Leave, furnished());
    for _ in 0..3 {
        run.until_open(EffectKind::SetStorageRegion);
        run.end(refused(Cause::Unrecognised, Verdict::Permanent));
        assert_eq!(run.m.blocker_codes(), ["STORAGE_REGION_OPEN"]);
        let wait = run.m.wake_at().unwrap().duration_since(run.now);
        assert!(wait <= jiff::SignedDuration::from_mins(1), "{wait}");
    }
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::RegisterNumber), 1);
}

#[test]
fn a_region_that_the_customer_file_forgot_is_asked_about_before_it_is_lost() {
    let world = furnished().with(|world| {
        let region = Shown::Set(SettingValue::Word("CH".to_owned()));
        world.set(Side::Source, Some(&number(FIRST)), SettingName::StorageRegion, region);
    });
    let mut run = run_of(customer(), SettingsPolicy::List, world);
    run.until_blocked(BlockerCode::StorageRegionOpen);
    assert_eq!(run.tries(EffectKind::MoveNumber), 0);
    let blocker = &run.m.blockers()[0];
    assert!(blocker.detail.as_ref().unwrap().contains("keeps its messages in CH"), "{blocker:?}");
    let wish = Customer { storage_region: Some("CH".to_owned()), ..customer() };
    run.command(Command::Update { customer: wish }).unwrap();
    run.until_phase(Phase::Completed);
    assert_eq!(run.tries(EffectKind::SetStorageRegion), 1);
    assert_eq!(row(&run, SettingName::StorageRegion).verdict, unmoor_migration::settings::Verdict::ByHand);
}

#[test]
fn each_number_is_compared_for_itself() {
    let world = World::calm(&[FIRST, SECOND]).with(|world| {
        for text in [FIRST, SECOND] {
            world.set(Side::Source, Some(&number(text)), SettingName::BusinessProfile, bakery());
            world.set(Side::Destination, Some(&number(text)), SettingName::BusinessProfile, Shown::Unset);
        }
        world.set(Side::Destination, Some(&number(SECOND)), SettingName::BusinessProfile, bakery());
    });
    let run = ended(SettingsPolicy::Restore, world);
    assert_eq!(written(&run).len(), 1);
    let verdicts: Vec<&str> = rows(&run.m).iter().map(|row| row.verdict.in_words()).collect();
    assert_eq!(verdicts, ["restored", "the same"]);
}
