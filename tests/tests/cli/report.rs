//! `unmoor report` and `unmoor verify FILE`: from a database as it is, with the real binary.

use std::fs;
use std::path::Path;

use e2e::{Fleet, Member, Stage, days};
use serde_json::json;
use unmoor_simulator::SendMessage;

use crate::support::{Unmoor, write};

const NUMBER: &str = "+493023125017";
const WRITER: &str = "+493023125901";

/// Two customers, one of whom is still asked, in a database in `folder`; with a message on both sides of the cutover.
async fn rehearsed(folder: &Path) -> Unmoor {
    let members = [
        Member::new("amber-anchor", &[NUMBER]),
        Member::new("dapple-drum", &["+12125550111"]).person("answer = \"never\""),
    ];
    let stage = Stage::of(&Fleet::of(&members).kept_in(folder.join("kept.db"))).await;
    let send = || {
        let message =
            SendMessage::template(NUMBER.parse().unwrap(), WRITER, "order_shipped", "de").delivered_after_s(1);
        stage.simulator().send_message(&message).unwrap();
    };
    send();
    stage.until_change("template.copied").await;
    send();
    stage.pass(days(3)).await;
    let webhooks =
        stage.simulator().webhooks(0).iter().map(|delivery| delivery.body.to_string() + "\n").collect::<String>();
    write(folder, "webhooks.jsonl", &webhooks);
    Unmoor::at(folder)
        .with("UNMOOR_DATABASE", folder.join("kept.db").display().to_string())
        .with("UNMOOR_MASTER_KEY", format!("{:064x}", 1))
}

#[tokio::test]
async fn a_report_is_made_checked_and_refused_when_it_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = rehearsed(folder.path()).await;
    let at = |name: &str| folder.path().join(name);

    // One customer, on stdout; everybody, in a file, with who pays.
    let page = unmoor.done(["report", "amber-anchor"]);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>amber-anchor</h1>"), "{page}");
    unmoor
        .run(["report", "--all", "--webhooks", "webhooks.jsonl", "--out", "fleet.html", "--time-zone", "Europe/Dublin"])
        .expect_status(0)
        .expect_stderr("1 migration is still under way");
    let page = fs::read_to_string(at("fleet.html")).unwrap();
    for text in ["Who pays for messages", "All times are Europe/Dublin", "+00:00", "1 migration is", "dapple-drum"] {
        assert!(page.contains(text), "{text}");
    }
    unmoor.run(["report", "--all", "--out", "fleet.html"]).expect_status(2).expect_stderr("--force");
    unmoor.run(["report", "--all", "--time-zone", "Europe/Atlantis"]).expect_status(2).expect_stderr("IANA");
    unmoor.run(["report", "--phase", "moving"]).expect_status(2);
    unmoor.run(["report", "--phase", "stopped_rejected"]).expect_status(2).expect_stderr("no customer fits");

    // A folder: an overview, and a page each.
    unmoor.run(["report", "--all", "--out-dir", "reports"]).expect_status(0);
    let index = fs::read_to_string(at("reports/index.html")).unwrap();
    let link = "customers/amber-anchor-310200000000101.html";
    assert!(index.contains(&format!("href=\"{link}\"")), "{index}");
    assert!(at("reports").join(link).is_file());

    // JSON: every line a value, and what `verify` says of it.
    let json = ["report", "--all", "--format", "json", "--webhooks", "webhooks.jsonl", "--out", "fleet.jsonl"];
    unmoor.run(json).expect_status(0);
    let text = fs::read_to_string(at("fleet.jsonl")).unwrap();
    let kinds: Vec<String> =
        text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].to_string()).collect();
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("\"version\"", "\"summary\""));
    assert!(kinds.contains(&"\"billing\"".to_owned()), "{kinds:?}");
    unmoor
        .run(["verify", "fleet.jsonl", "fleet.html", "reports/index.html"])
        .expect_status(0)
        .expect_stdout("fleet.jsonl: 2 customers with")
        .expect_stdout("which the database still has")
        .expect_stdout("reports/index.html: the page: it is the one that was sealed");

    // One changed byte; another database; no database; something else.
    let place = text.lines().position(|line| line.contains("\"kind\":\"started\"")).unwrap() + 1;
    let mut changed: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    changed[place - 1] = changed[place - 1].replace("rehearsal", "rehearsel");
    write(folder.path(), "changed.jsonl", changed.concat());
    let found = unmoor.run(["verify", "changed.jsonl"]);
    found.expect_status(5).expect_stdout(&format!("changed.jsonl, line {place}, amber-anchor: entry"));
    let lines = unmoor.run(["verify", "changed.jsonl", "--json"]).expect_status(5).json_lines();
    assert_eq!((&lines[1]["finding"], &lines[2]["findings"]), (&json!("entry_changed"), &json!(1)), "{lines:?}");
    write(
        folder.path(),
        "changed.jsonl",
        text.replacen("\"type\":\"billing\",\"source_waba_id\":\"3", "\"type\":\"billing\",\"source_waba_id\":\"4", 1),
    );
    unmoor.run(["verify", "changed.jsonl"]).expect_status(5).expect_stdout("the figures about messages were changed");
    write(folder.path(), "changed.html", page.replacen("dapple", "dabble", 1));
    unmoor.run(["verify", "changed.html"]).expect_status(5).expect_stdout("is not the one that was sealed");
    write(folder.path(), "cut.jsonl", &text[..text.len() / 2]);
    unmoor.run(["verify", "cut.jsonl"]).expect_status(5).expect_stdout("the file ends here");
    write(folder.path(), "other.json", "{\"a\": 1}\n{\"b\": 2}\n");
    unmoor.run(["verify", "other.json"]).expect_status(2).expect_stderr("it is no report of Unmoor");
    unmoor.run(["verify", "gone.html"]).expect_status(2).expect_stderr("cannot read gone.html");
    unmoor.run(["verify", "fleet.jsonl", "amber-anchor"]).expect_status(2).expect_stderr("one after the other");
    let nobody = Unmoor::at(folder.path()).with("UNMOOR_DATABASE", "elsewhere.db");
    nobody
        .run(["verify", "fleet.jsonl", "fleet.html"])
        .expect_status(4)
        .expect_stdout("whether the entries are the journal's was not checked")
        .expect_stderr("what needs the key was not checked");
    assert!(!at("elsewhere.db").exists(), "nothing is made");
    let ours = Unmoor::at(folder.path()).with("UNMOOR_DATABASE", "elsewhere.db");
    write(folder.path(), "one.csv", "customer,source_waba_id\nzinc-zebra,310299999999901\n");
    ours.done(["import", "one.csv"]);
    ours.run(["verify", "fleet.jsonl"]).expect_status(5).expect_stderr("was made from another database (app");
}
