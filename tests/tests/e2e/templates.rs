//! Guide T1 to T9 with the whole machine: what Meta does not duplicate is brought over, kind by kind, and every template is
//! accounted for.

use std::collections::{BTreeMap, BTreeSet};

use e2e::{Fleet, Member, Stage, changes_of, effects, hours};
use serde_json::Value;
use unmoor_cli::report::Tally;
use unmoor_migration::templates::{MissingTemplates, Standing};
use unmoor_migration::{BlockerCode, EffectKind, Migration, Outcome, Phase};
use unmoor_simulator::{Drop, Id, Quality, TemplateStatus};

/// Templates of each customer, as many kinds as real businesses have.
const TEMPLATES: usize = 60;

fn rich(reference: &str, number: &str) -> Member {
    Member::new(reference, &[number]).world(&format!("templates = {TEMPLATES}"))
}

fn creating(fleet: Fleet) -> Fleet {
    fleet.policy(|policy| policy.missing_templates = MissingTemplates::Create)
}

fn one_rich() -> Fleet {
    creating(Fleet::of(&[rich("amber-anchor", "+493023125017")]))
}

/// The templates of a WABA as the vendor has them, by name and language.
fn templates(stage: &Stage, waba: Id) -> BTreeMap<String, Value> {
    let world = stage.simulator().world();
    let all = world.wabas[&waba].templates.iter().map(|template| serde_json::to_value(template).unwrap());
    all.map(|template| {
        (format!("{}/{}", template["name"].as_str().unwrap(), template["language"].as_str().unwrap()), template)
    })
    .collect()
}

fn wabas(stage: &Stage) -> (Id, Id) {
    let world = stage.simulator().world();
    let intent = world.intents.values().next().unwrap();
    (intent.waba, intent.destination)
}

/// What a template is made of, as one line for each part.
fn kinds(template: &Value) -> BTreeSet<String> {
    let mut kinds = BTreeSet::from([template["category"].as_str().unwrap().to_owned()]);
    if template["parameter_format"] == "NAMED" {
        kinds.insert("NAMED".to_owned());
    }
    let mut parts: Vec<&Value> = template["components"].as_array().unwrap().iter().collect();
    while let Some(part) = parts.pop() {
        let kind = part["type"].as_str().unwrap_or("CARD");
        let format = part["format"].as_str().unwrap_or_default();
        kinds.insert(format!("{kind} {format}").trim().to_owned());
        parts.extend(["buttons", "cards", "components"].iter().filter_map(|name| part[*name].as_array()).flatten());
    }
    kinds
}

fn adds_up(m: &Migration) {
    let balance = m.templates().expect("they were compared");
    let parts = [
        balance.duplicated,
        balance.rejected_on_recheck,
        balance.copied,
        balance.created,
        balance.rejected_on_review,
        balance.left_behind,
    ];
    assert_eq!(parts.iter().sum::<u32>(), balance.source, "{}: {balance:?}", m.customer().reference);
    for (key, standing) in m.template_standings() {
        let is_told =
            !matches!(standing, Standing::Left(_)) || standing.reason().is_some_and(|reason| !reason.is_empty());
        assert!(is_told, "{key} is left behind without a reason");
    }
}

/// guide: T1, T3, T5, T6
#[tokio::test]
async fn every_template_of_a_fleet_with_sixty_each_is_accounted_for() {
    let fleet = creating(Fleet::of(&[
        rich("amber-anchor", "+493023125017"),
        rich("brisk-bikes", "+12125550110"),
        rich("copper-candle", "+442079460018"),
    ]));
    let stage = Stage::ended(&fleet).await;
    let mut tally = Tally::default();
    let mut brought_over = BTreeSet::new();
    for m in stage.migrations().await {
        assert!(m.is_final(), "{}", Stage::story(&m));
        adds_up(&m);
        assert_eq!(m.templates().unwrap().source, 60);
        tally.add(&m);
        let source: Id = m.id().as_str().parse().unwrap();
        let originals = templates(&stage, source);
        for (key, standing) in m.template_standings() {
            if matches!(standing, Standing::Carried { .. }) {
                brought_over.extend(kinds(&originals[&key.to_string()]));
            }
        }
    }
    let summary = tally.summary(0, 0, 0).templates;
    assert_eq!(
        summary.duplicated
            + summary.rejected_on_recheck
            + summary.recreated
            + summary.rejected_on_review
            + summary.left_behind,
        summary.source
    );
    assert_eq!(summary.source, 180);
    assert!(summary.recreated > 10, "{summary:?}");
    assert!(brought_over.len() >= 10, "{brought_over:?}");
    // Nothing was taken from Meta's own copies, and nothing came twice.
    let mut names = BTreeMap::new();
    for entry in stage
        .simulator()
        .ledger(0)
        .iter()
        .filter(|entry| matches!(entry.kind.as_ref(), "template.copied" | "template.created"))
    {
        *names.entry((entry.source_waba, entry.template.clone())).or_insert(0) += 1;
    }
    assert!(names.values().all(|count| *count == 1), "{names:?}");
}

/// Without what Meta gives anew: ids, instants, what it judges, the handle of a file, the id of a Flow.
fn comparable(template: &Value) -> Value {
    let mut template = template.clone();
    let members = template.as_object_mut().unwrap();
    for name in
        ["id", "status", "quality", "created_at", "quality_since", "copied_from", "rejected_reason", "correct_category"]
    {
        members.remove(name);
    }
    let mut lists = vec![&mut template["components"]];
    while let Some(list) = lists.pop() {
        for component in list.as_array_mut().unwrap() {
            if let Some(handle) = component.pointer_mut("/example/header_handle/0") {
                *handle = Value::Null;
            }
            let component = component.as_object_mut().unwrap();
            for button in component.get_mut("buttons").and_then(Value::as_array_mut).into_iter().flatten() {
                if button["type"] == "FLOW" {
                    button["flow_id"] = Value::Null;
                }
            }
            for card in component.get_mut("cards").and_then(Value::as_array_mut).into_iter().flatten() {
                lists.push(&mut card["components"]);
            }
        }
    }
    template
}

/// guide: T6
#[tokio::test]
async fn each_kind_of_template_is_created_again_as_it_was_field_by_field() {
    let stage = Stage::of(&one_rich()).await;
    stage.change_world(|world| {
        for template in world.wabas.values_mut().flat_map(|waba| &mut waba.templates) {
            // None of them is duplicated, nor copied on request.
            (template.status, template.quality) = (TemplateStatus::Approved, Quality::Yellow);
        }
    });
    stage.finish().await;
    let m = stage.only().await;
    let balance = m.templates().unwrap();
    assert_eq!((balance.created, balance.source), (60, 60), "{:?} {:?}", m.exceptions(), m.blockers());
    let (source, destination) = wabas(&stage);
    let (originals, again) = (templates(&stage, source), templates(&stage, destination));
    assert_eq!(originals.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    let mut seen = BTreeSet::new();
    for (name, original) in &originals {
        assert_eq!(comparable(original), comparable(&again[name]), "{name}");
        seen.extend(kinds(original));
    }
    for kind in [
        "HEADER IMAGE",
        "HEADER VIDEO",
        "HEADER DOCUMENT",
        "HEADER LOCATION",
        "CAROUSEL",
        "OTP",
        "FLOW",
        "NAMED",
        "COPY_CODE",
    ] {
        assert!(seen.contains(kind), "{kind} in {seen:?}");
    }
    let languages: BTreeSet<&str> = originals.values().filter_map(|one| one["language"].as_str()).collect();
    assert!(languages.len() >= 2, "{languages:?}");
    // Every file was uploaded again: an address that expires is no handle.
    let text = serde_json::to_string(&again).unwrap();
    assert!(text.contains("\"4::") && !text.contains("_media"), "no handle of an upload");
}

/// guide: T1
#[tokio::test]
async fn by_default_nothing_is_written_and_no_file_is_fetched() {
    let mut stage = Stage::of(&Fleet::of(&[rich("amber-anchor", "+493023125017")])).await;
    let heard = stage.tap();
    stage.finish().await;
    let m = stage.only().await;
    adds_up(&m);
    assert_eq!(m.templates().unwrap().created, 0);
    let written = heard.lock().unwrap().iter().map(|call| call.request.clone()).collect::<Vec<_>>();
    let is_write = |line: &&String| line.contains("/_media/") || line.starts_with("POST") && line.contains("template");
    assert_eq!(written.iter().find(is_write), None);
}

#[tokio::test]
async fn no_token_goes_to_the_host_of_a_sample() {
    let mut stage = Stage::of(&one_rich()).await;
    let heard = stage.tap();
    stage.finish().await;
    let heard = heard.lock().unwrap();
    let files: Vec<_> = heard.iter().filter(|call| call.request.contains("/_media/")).collect();
    assert!(files.len() > 5, "{}", files.len());
    for call in files {
        assert_eq!((call.bearer.as_str(), call.has_proof, call.body.as_str()), ("", false, ""), "{}", call.request);
    }
    let uploads = heard.iter().filter(|call| call.request.contains("/upload")).count();
    assert!(uploads >= 2);
}

/// guide: T1, T5
#[tokio::test]
async fn copies_that_arrive_hours_late_are_metas_own() {
    for delay_s in [3 * 3600, 20 * 3600] {
        let fleet = one_rich().knobs(|knobs| {
            knobs.template_copy_delay_s = delay_s;
            knobs.template_reject_rate = 0.0;
        });
        let stage = Stage::ended(&fleet).await;
        let m = stage.only().await;
        adds_up(&m);
        let eligible = m.source().templates.as_ref().unwrap().value.eligible().count();
        assert_eq!(m.templates().unwrap().duplicated as usize, eligible, "after {delay_s} s");
    }
}

/// guide: T6
#[tokio::test]
async fn a_creation_that_nobody_answered_is_looked_for_and_happens_once() {
    let fleet = creating(Fleet::one()).knobs(|knobs| knobs.template_review_s = 0);
    let calm = Stage::ended(&fleet).await;
    for (drop, sent) in [(Drop::After, 1), (Drop::Before, 2)] {
        let drop = serde_json::to_value(drop).unwrap();
        let fault = serde_json::json!({
            "match": { "method": "POST", "path": "/*/message_templates" }, "times": 1, "action": { "drop": drop }
        });
        let stage = Stage::ended(&fleet.clone().fault(&fault.to_string())).await;
        assert_eq!(effects(&stage.simulator().ledger(0)), effects(&calm.simulator().ledger(0)), "{drop}");
        let unknown =
            stage.ends(EffectKind::CreateTemplate, |outcome| matches!(outcome, Outcome::Unknown { .. })).await;
        assert_eq!(unknown, 1, "{drop}");
        let requests = stage.simulator().requests(0);
        let posts = requests.iter().filter(|one| one.method == "POST" && one.path.ends_with("/message_templates"));
        assert_eq!(posts.count(), sent, "{drop}");
        assert_eq!(*stage.only().await.phase(), Phase::Completed);
    }
}

/// guide: T6
#[tokio::test]
async fn a_template_that_meta_refuses_is_told_in_its_words_and_holds_up_nothing() {
    let member = Member::new("amber-anchor", &["+493023125017"]).world(
        "templates = [\n\
         { name = \"edge\", quality = \"YELLOW\", body = \"{{1}} is ready for you to fetch.\" },\n\
         { name = \"unshown\", quality = \"YELLOW\", components = [{ type = \"BODY\", text = \"Your table {{1}} is ready.\" }] },\n\
         { name = \"good\", quality = \"YELLOW\" },\n]",
    );
    let stage = Stage::of(&creating(Fleet::of(&[member]))).await;
    let blocker = stage.until_blocked(BlockerCode::TemplateNeedsSamples).await;
    assert!(blocker.detail.unwrap().contains("samples for the parameters of its body"));
    stage.command(unmoor_migration::Command::LeaveTemplates { template: None }).await;
    stage.finish().await;
    let m = stage.only().await;
    adds_up(&m);
    assert_eq!(*m.phase(), Phase::CompletedWithExceptions);
    let told = m.exceptions().join("\n");
    assert!(told.contains("2388299") && told.contains("edge/de"), "{told}");
    assert_eq!(changes_of(stage.simulator(), "template.created").len(), 1, "the good one");
    assert!(stage.now().duration_since(changes_of(stage.simulator(), "number.registered")[0].at) >= hours(24));
}
