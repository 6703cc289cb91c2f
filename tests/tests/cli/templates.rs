//! `unmoor templates` and `unmoor approve`: what will become of each template, and a named person's word that it may be lost.

use crate::support::{Simulated, Unmoor, write};
use serde_json::{Value, json};

const FILE: &str = "customer,source_waba_id,business_portfolio_id\n\
    amber-anchor,110000000000001,210000000000001\n\
    bold-bakery,110000000000002,210000000000002\n";

/// One customer with every kind of matter and room for two; one without any template.
const SCENARIO: &str = r#"
start = "2027-03-01T08:00:00Z"
[customers.amber-anchor]
insights = true
template_limit = 2
numbers = ["+12125550142"]
templates = [
  { name = "order_late", language = "en_US", correct_category = "MARKETING", sent_per_day = 2 },
  { name = "order_shipped", language = "en_US", sent_per_day = 40 },
  { name = "order_shipped", language = "es", sent_per_day = 7 },
  { name = "spring_offer", language = "en_US", category = "MARKETING", quality = "YELLOW", components = [
    { type = "HEADER", format = "IMAGE", example = { header_handle = ["4::aW1hZ2U="] } },
    { type = "BODY", text = "Spring is here." },
  ] },
  { name = "old_greeting", language = "en_US", status = "REJECTED" },
]
[customers.bold-bakery]
numbers = ["+12125550143"]
templates = []
"#;

fn checked(scenario: &str) -> (tempfile::TempDir, Simulated, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    let simulated = Simulated::of(folder.path(), FILE, scenario, 1);
    let unmoor = simulated.client(folder.path()).with("COLUMNS", "140");
    write(folder.path(), "two.csv", FILE);
    unmoor.done(["import", "two.csv"]);
    unmoor.run(["templates"]).expect_status(0).expect_stdout("not read yet").expect_stderr("unmoor preflight");
    unmoor.run(["preflight", "--all"]);
    (folder, simulated, unmoor)
}

#[test]
fn each_template_is_told_with_its_reason_and_what_to_do() {
    let (_folder, _simulated, unmoor) = checked(SCENARIO);
    insta::assert_snapshot!("one_customer", unmoor.done(["templates", "amber-anchor"]));
    insta::assert_snapshot!("by_use", unmoor.done(["templates", "amber-anchor", "--by-use"]));
    insta::assert_snapshot!("fleet", unmoor.done(["templates"]));
    insta::assert_snapshot!("csv", unmoor.done(["templates", "--csv", "--by-use"]));
    let lines = unmoor.run(["templates", "--json"]).expect_status(0).json_lines();
    let of = |name: &str, language: &str| {
        lines.iter().find(|line| line["name"] == name && line["language"] == language).unwrap().clone()
    };
    let offer = of("spring_offer", "en_US");
    assert_eq!((&offer["prospect"], &offer["why"]), (&json!("not_duplicated"), &json!({ "quality": "YELLOW" })));
    assert_eq!(offer["by_hand"], json!([{ "chore": "upload_samples", "files": 1 }]));
    assert_eq!((&of("order_late", "en_US")["at_risk"], &offer["sent_90_days"]), (&json!(true), &Value::Null));
    let customer = lines.iter().find(|line| line["type"] == "customer").unwrap();
    assert_eq!(customer["capacity"]["unplaced"], 1);
    assert_eq!(customer["losses"]["sure"], json!(["spring_offer/en_US"]));
    assert_eq!(lines.last().unwrap()["templates"]["lost"], 2);
}

#[test]
fn where_meta_does_not_show_the_use_the_order_says_what_it_goes_by() {
    let (_folder, _simulated, unmoor) = checked(&SCENARIO.replace("insights = true", "insights = false"));
    let told = unmoor.done(["templates", "amber-anchor", "--by-use"]);
    assert!(told.contains("insights are not enabled") && told.contains("most work to create again"), "{told}");
}

#[test]
fn a_loss_is_accepted_by_name() {
    let (_folder, _simulated, unmoor) = checked(SCENARIO);
    unmoor.run(["approve", "amber-anchor", "--accept-loss"]).expect_status(2).expect_stderr("--by");
    unmoor.run(["approve", "amber-anchor", "--by", "ada"]).expect_status(2).expect_stderr("--accept-loss");
    let accepted = unmoor.run(["approve", "--all", "--accept-loss", "--by", "ada"]);
    accepted
        .expect_status(0)
        .expect_stderr("1 template will not be there (spring_offer/en_US); 1 of 3 will not fit")
        .expect_stderr("bold-bakery: nothing is lost")
        .expect_stdout("the loss of 2 templates is accepted by ada");
    unmoor.run(["explain", "amber-anchor"]).expect_status(0).expect_stdout("ada accepted what is lost at 2027-03-01");
    let lines = unmoor.run(["templates", "amber-anchor", "--json"]).expect_status(0).json_lines();
    let customer = lines.iter().find(|line| line["type"] == "customer").unwrap();
    assert_eq!((&customer["accepted"]["by"], &customer["accepted"]["covers"]), (&json!("ada"), &json!(true)));
}

#[test]
fn a_rehearsal_shows_who_would_wait_for_an_approval() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "two.csv", FILE);
    write(folder.path(), "two.scenario.toml", SCENARIO);
    let unmoor = Unmoor::at(folder.path());
    let rehearsed = unmoor.run(["rehearse", "two.csv", "--template-gate", "--for", "3d"]);
    rehearsed.expect_status(0).expect_stdout("nobody has accepted that");
    let free = unmoor.done(["rehearse", "two.csv"]);
    assert!(!free.contains("TEMPLATE_LOSS"), "{free}");
}
