//! Who pays: messages about a cutover, as webhooks in a file, against what the vendor's side itself has charged.

use std::collections::BTreeMap;
use std::path::Path;

use e2e::{Fleet, Stage, days, seconds};
use serde_json::{Value, json};
use unmoor_simulator::{
    CopyWhen, LateStatusTo, PhoneIdAfterMigrate, ReceiveMessage, SendMessage, ShownMessage,
    world::{Payer, Sentence},
};

use crate::support::{Deadline, Simulated, Unmoor, Watch, write};

const NUMBER: &str = "+493023125017";
const CUSTOMER: &str = "+493023125900";
const WRITER: &str = "+493023125901";

fn template(stage: &Stage, change: impl FnOnce(SendMessage) -> SendMessage) {
    let message = change(SendMessage::template(NUMBER.parse().unwrap(), CUSTOMER, "order_shipped", "de"));
    stage.simulator().send_message(&message).unwrap();
}

/// Sends what a business sends in a row, so that some of it falls into each corner of the rule.
fn send_some(stage: &Stage) {
    template(stage, |message| message.delivered_after_s(0));
    template(stage, |message| message.delivered_after_s(1));
    template(stage, |message| message.delivered_after_s(40));
    template(stage, |message| message.delivered_after_s(12 * 3_600));
    template(stage, SendMessage::never_delivered);
    template(stage, |message| SendMessage { read_after_s: Some(60), ..message.delivered_after_s(3) });
    template(stage, |message| SendMessage { failed_after_s: Some(5), ..message });
}

/// Another customer writes, and is answered for free. The window that this opens is that customer's alone.
fn answer_a_customer(stage: &Stage) {
    let number = Some(NUMBER.parse().unwrap());
    let (from, text) = (WRITER.to_owned(), "When will it come?".to_owned());
    let received = ReceiveMessage { from, number, phone_number_id: None, text, free_entry_point: false };
    stage.simulator().receive_message(&received).unwrap();
    let answer = SendMessage::text(NUMBER.parse().unwrap(), WRITER, "Tomorrow.").delivered_after_s(1);
    stage.simulator().send_message(&answer).unwrap();
}

/// A fleet of one that was rehearsed with messages all along, its database kept in `folder`.
async fn rehearsed(folder: &Path, fleet: Fleet) -> Stage {
    let fleet = fleet.knobs(|knobs| {
        knobs.template_copy_when = CopyWhen::Migrate;
        knobs.template_copy_delay_s = 0;
        knobs.template_reject_rate = 0.0;
    });
    let stage = Stage::of(&fleet.kept_in(folder.join("kept.db"))).await;
    answer_a_customer(&stage);
    send_some(&stage);
    stage.until_change("number.moved").await;
    send_some(&stage);
    stage.until_change("number.registered").await;
    for _ in 0..4 {
        send_some(&stage);
        stage.pass(seconds(1)).await;
    }
    stage.pass(seconds(3_600)).await;
    answer_a_customer(&stage);
    send_some(&stage);
    stage.pass(days(5)).await;
    stage
}

/// The webhooks as a provider might have kept them: backwards, some of them twice, some in an envelope of its own.
fn webhooks(stage: &Stage) -> String {
    let mut lines = Vec::new();
    for delivery in stage.simulator().webhooks(0).iter().rev() {
        let body = &delivery.body;
        let line = match delivery.seq % 3 {
            0 => body.to_string(),
            1 => json!({ "received_at": delivery.at, "body": body }).to_string(),
            _ => json!({ "headers": {}, "body": body.to_string() }).to_string(),
        };
        if delivery.seq % 5 == 0 {
            lines.push(line.clone());
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn in_folder(folder: &Path) -> Unmoor {
    Unmoor::at(folder).with("UNMOOR_DATABASE", folder.join("kept.db").display().to_string())
}

fn by_id(lines: &[Value]) -> BTreeMap<String, Value> {
    let messages = lines.iter().filter(|line| line["type"] == "message");
    messages.map(|line| (line["message_id"].as_str().unwrap().to_owned(), line.clone())).collect()
}

/// Each message that is attributed is charged as the vendor's side has charged it; the others are counted.
fn expect_as_charged(attributed: &BTreeMap<String, Value>, truth: &[ShownMessage]) -> usize {
    assert_eq!(attributed.len(), truth.len());
    let mut undetermined = 0;
    for message in truth {
        let ours = &attributed[&message.message_id];
        let said = ours["sentence"].as_str().unwrap_or_default();
        match (&message.charge, ours["payer"].as_str().unwrap()) {
            (Some(_), "undetermined") => undetermined += 1,
            (Some(charge), payer) => {
                let sentence = match charge.sentence {
                    Sentence::B1 => "B1",
                    Sentence::B2 => "B2",
                    Sentence::B3 => "B3",
                };
                let expected = match charge.payer {
                    Payer::SolutionPartner => "old_solution_partner",
                    Payer::Customer => "customer",
                };
                assert!(said.contains(sentence) && payer == expected, "{ours} is truly {charge:?}");
            }
            (None, "nobody") => assert!(message.delivered_at.is_none(), "{ours} was delivered"),
            (None, _) => assert_eq!(ours["billable"], false, "{ours} costs nothing"),
        }
    }
    undetermined
}

/// guide: B1, B2, B3
#[tokio::test]
async fn the_totals_are_those_that_the_vendors_side_has_charged() {
    let variants: [(PhoneIdAfterMigrate, LateStatusTo); 3] = [
        (PhoneIdAfterMigrate::New, LateStatusTo::Source),
        (PhoneIdAfterMigrate::Same, LateStatusTo::Source),
        (PhoneIdAfterMigrate::New, LateStatusTo::Destination),
    ];
    for (id, late) in variants {
        let folder = tempfile::tempdir().unwrap();
        let fleet = Fleet::one().knobs(|knobs| {
            knobs.phone_id_after_migrate = id;
            knobs.status_after_cutover_goes_to = late;
        });
        let stage = rehearsed(folder.path(), fleet).await;
        write(folder.path(), "webhooks.jsonl", webhooks(&stage));
        let unmoor = in_folder(folder.path());
        let billing = ["billing", "--webhooks", "webhooks.jsonl", "--json", "--messages"];
        let lines = unmoor.run(billing).expect_status(0).json_lines();
        let truth = stage.simulator().messages(0);
        let undetermined = expect_as_charged(&by_id(&lines), &truth);
        assert!((1..=30).contains(&undetermined), "{undetermined} messages lie in the interval");

        let summary = lines.last().unwrap();
        let count = |name: &str| summary[name].as_u64().unwrap();
        let charged = |payer| -> u64 {
            let charges = stage.simulator().charges(None);
            charges.iter().filter(|total| total.payer == Some(payer)).map(|total| total.messages).sum()
        };
        let (partner, customer) = (count("b1") + count("b2") + count("b1_or_b2"), count("b3"));
        assert!(partner <= charged(Payer::SolutionPartner) && customer <= charged(Payer::Customer));
        let all = charged(Payer::SolutionPartner) + charged(Payer::Customer);
        assert_eq!(partner + customer + count("undetermined"), all, "{summary}");
        assert_eq!(count("undetermined"), undetermined as u64);
        for sentence in ["b1", "b2", "b3", "free", "open_tail", "open", "failed"] {
            assert!(count(sentence) > 0, "nothing falls under {sentence}: {summary}");
        }
        assert_eq!(count("messages"), truth.len() as u64);
        assert!(count("repeated") > 0 && count("of_other_numbers") == 0 && count("damaged_lines") == 0, "{summary}");
    }
}

#[tokio::test]
async fn people_and_spreadsheets_get_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let stage = rehearsed(folder.path(), Fleet::one()).await;
    let mut text = webhooks(&stage);
    let stranger = json!({ "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": {
        "metadata": { "display_phone_number": "15550100042", "phone_number_id": "42" },
        "statuses": [{ "id": "wamid.A", "status": "sent", "timestamp": "1804064400" }, { "status": "sent" }] } }] }] });
    text = format!("{{\"entry\":[\n{text}\n\n{stranger}\nnot a webhook\n");
    write(folder.path(), "webhooks.jsonl", &text);
    let unmoor = in_folder(folder.path()).with("COLUMNS", "160");
    let shown = unmoor.run(["billing", "--webhooks", "webhooks.jsonl"]);
    shown.expect_status(2);
    insta::assert_snapshot!(format!("{}\n--- stderr ---\n{}", shown.stdout, shown.stderr));

    let csv = unmoor.run(["billing", "--webhooks", "webhooks.jsonl", "--csv"]);
    let csv = &csv.expect_status(2).stdout;
    let count = |payer: &str| csv.lines().filter(|line| line.contains(&format!(",{payer},"))).count();
    assert_eq!(csv.lines().count(), 1 + stage.simulator().messages(0).len());
    let only = ["billing", "--webhooks", "webhooks.jsonl", "--csv", "--payer", "old_solution_partner"];
    let only = unmoor.run(only);
    assert_eq!(only.expect_status(2).stdout.lines().count(), 1 + count("old_solution_partner"));
    for private in [CUSTOMER.trim_start_matches('+'), WRITER.trim_start_matches('+'), "When will it come?"] {
        assert!(text.contains(private), "the webhooks hold it: {private}");
        assert!(!csv.contains(private) && !shown.stdout.contains(private), "{private}");
    }
    let database = ["kept.db", "kept.db-wal"].map(|name| std::fs::read(folder.path().join(name)).unwrap_or_default());
    let holds = |needle: &str| database.concat().windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(holds(NUMBER) && !holds("wamid."), "nothing of the file is kept");
}

#[tokio::test]
async fn unusable_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = in_folder(folder.path());
    write(folder.path(), "empty.jsonl", "");
    let billing = |file: &'static str| unmoor.run(["billing", "--webhooks", file]);
    let stage = Stage::of(&Fleet::one().kept_in(folder.path().join("kept.db"))).await;
    billing("empty.jsonl").expect_status(2).expect_stderr("number that is known").expect_stderr("unmoor preflight");
    stage.until("numbers", |all| all.iter().all(|m| m.numbers().count() > 0)).await;
    billing("empty.jsonl").expect_status(0).expect_stderr("no status in these files is about the selected numbers");
    billing("absent.jsonl").expect_status(2).expect_stderr("cannot read absent.jsonl");
    std::fs::write(folder.path().join("old.gz"), [0x1f, 0x8b, 8, 0, 0]).unwrap();
    billing("old.gz").expect_status(2).expect_stderr("zcat old.gz | unmoor billing --webhooks -");
}

/// A fleet whose only customer accepts soon.
const ONE: &str = "customer,source_waba_id,business_portfolio_id\namber-anchor,110000000000001,210000000000001\n";
const ONE_SCENARIO: &str = r#"
start = "2027-03-01T08:00:00Z"
[knobs]
template_copy_when = "migrate"
template_copy_delay_s = 0
template_reject_rate = 0.0
[customers.amber-anchor]
numbers = ["+493023125017"]
templates = [
  { name = "order_shipped", language = "de", status = "APPROVED", quality = "GREEN" },
  { name = "winter_sale", language = "de", status = "APPROVED", quality = "RED" },
]
[customers.amber-anchor.person]
answers_after = "10 min"
pays = "with acceptance"
"#;

fn send(simulated: &Simulated, delivered_after_s: u64) {
    let template = json!({ "name": "order_shipped", "language": "de" });
    let message =
        json!({ "number": NUMBER, "to": CUSTOMER, "template": template, "delivered_after_s": delivered_after_s });
    simulated.post("messages", &message);
}

#[test]
fn metas_own_figures_agree_and_every_id_has_its_new_one() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), ONE, ONE_SCENARIO, 100);
    let unmoor = simulated.client(ours.path()).with("COLUMNS", "160");
    write(ours.path(), "one.csv", ONE);
    let hooks = "[hooks]\nafter_register = [\"/bin/sh\", \"-c\", \"cat >> told.jsonl\"]\n";
    write(ours.path(), "unmoor.toml", hooks);
    unmoor.done(["import", "one.csv"]);
    unmoor.done(["start", "--all", "--yes"]);
    send(&simulated, 5);
    send(&simulated, 86_400);
    let (mut running, deadline) = (unmoor.start(["run"]), Deadline::in_seconds(60));
    let mut watch = Watch::over(&simulated);
    while simulated.changes("number.registered").is_empty() {
        assert!(!running.has_ended(), "{}", running.finish());
        if watch.is_quiet_for(std::time::Duration::from_millis(300)) {
            simulated.advance(600);
            watch.begin_again();
        }
        deadline.pause("the register");
    }
    while unmoor.done(["ids", "--csv"]).lines().any(|line| line.contains(",number,") && line.ends_with(',')) {
        deadline.pause("the destination's list");
    }
    // Far enough from the register, whatever the two clocks have made of each other.
    simulated.advance(1_800);
    send(&simulated, 5);
    simulated.advance(2 * 86_400);
    running.terminate();
    running.finish();

    let deliveries = simulated.read("webhooks");
    let lines: Vec<String> =
        deliveries["entries"].as_array().unwrap().iter().map(|entry| entry["body"].to_string()).collect();
    write(ours.path(), "webhooks.jsonl", lines.join("\n"));
    let compared =
        unmoor.run(["billing", "--webhooks", "webhooks.jsonl", "--compare", "--clock-tolerance", "10m", "--json"]);
    let lines = compared.expect_status(0).json_lines();
    let comparison = lines.iter().find(|line| line["type"] == "comparison").unwrap_or_else(|| panic!("{compared}"));
    let utility = &comparison["categories"][0];
    let figures = ["ledger_source", "source_volume", "ledger_destination", "destination_volume", "undetermined"];
    assert_eq!(figures.map(|name| utility[name].as_u64().unwrap()), [2, 2, 1, 1, 0], "{comparison}");
    assert_eq!((&utility["agreement"], &utility["category"]), (&json!("agrees"), &json!("utility")));
    assert_eq!(
        comparison["destination_cost"]["utility"], 0.03,
        "the new account is charged, the partner's cost is not told"
    );
    let people = unmoor.done(["billing", "--webhooks", "webhooks.jsonl", "--compare", "--clock-tolerance", "10m"]);
    assert!(people.contains("is charged from the half hour of"), "{people}");

    let ids = unmoor.run(["ids", "--templates", "--json"]).expect_status(0).json_lines();
    let world = simulated.read("world");
    let of = |kind: &str| ids.iter().filter(|line| line["kind"] == kind).cloned().collect::<Vec<_>>();
    let (wabas, numbers, templates) = (of("waba"), of("number"), of("template"));
    assert_eq!((wabas.len(), numbers.len(), templates.len()), (1, 1, 2), "{ids:?}");
    let destination = &world["wabas"][wabas[0]["new_id"].as_str().unwrap()];
    assert_eq!(destination["numbers"][0]["id"], numbers[0]["new_id"], "{numbers:?}");
    assert_eq!(numbers[0]["written_form_changed"], false);
    assert_eq!(templates[0]["name"], "order_shipped/de");
    assert_ne!(templates[0]["new_id"], templates[0]["old_id"]);
    assert_eq!(templates[1]["new_id"], Value::Null, "it was not duplicated");
    expect_told_twice(ours.path(), &numbers[0]);
}

/// Provider systems get the new id with the register, and the written form once it is known.
fn expect_told_twice(folder: &Path, number: &Value) {
    let told = std::fs::read_to_string(folder.join("told.jsonl")).unwrap();
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stages: Vec<&str> = told.iter().filter_map(|one| one["stage"].as_str()).collect();
    assert_eq!(stages, ["registered", "verified"], "{told:?}");
    for one in &told {
        assert_eq!((&one["old_phone_number_id"], &one["new_phone_number_id"]), (&number["old_id"], &number["new_id"]));
    }
    let forms = |one: &Value| (one["new_display_phone_number"].clone(), one["written_form_changed"].clone());
    assert_eq!(forms(&told[0]), (Value::Null, Value::Null));
    assert_eq!(forms(&told[1]), (number["new_written"].clone(), json!(false)));
}
