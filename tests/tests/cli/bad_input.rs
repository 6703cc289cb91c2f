//! Customer files as people send them.

use std::fmt::Write as _;

use crate::support::{Deadline, FLEET, FLEET_SCENARIO, Simulated, Unmoor, mode_of, write};

fn stage() -> (tempfile::TempDir, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    let unmoor = Unmoor::at(folder.path());
    (folder, unmoor)
}

#[test]
fn what_is_wrong_is_told_by_row_column_and_reason() {
    let (folder, unmoor) = stage();
    let header = "customer,source_waba_id,business_portfolio_id,contact_email,time_zone\n";
    let rows = "good-gull,101,201,office@good-gull.example,Europe/Berlin\n\
                bad-id,12a,201,,\n\
                no-id,,201,,\n\
                again,101,201,,\n\
                rounded,3.102E+14,201,,\n\
                two-things,1x,2y,,\n\
                good-goose,102,202,,\n\
                zone,103,203,,Europe/Berln\n";
    let mut latin = format!("{header}{rows}caf").into_bytes();
    latin.extend(b"\xe9-creme,104,204,,\n");
    write(folder.path(), "customers.csv", latin);
    let imported = unmoor.run(["import", "customers.csv"]);
    imported.expect_status(2).expect_stdout("2 added, 0 updated, 0 unchanged, 7 bad rows left out");
    insta::assert_snapshot!("bad_rows", imported.stderr);
    let known = unmoor.done(["status", "--json"]);
    assert!(known.contains("good-gull") && known.contains("good-goose"), "{known}");
    let json = unmoor.run(["import", "customers.csv", "--json"]);
    let lines = json.expect_status(2).json_lines();
    let bad: Vec<u64> =
        lines.iter().filter(|line| line["type"] == "bad_row").map(|line| line["row"].as_u64().unwrap()).collect();
    assert_eq!(bad, [3, 4, 5, 6, 7, 9, 10], "{json}");
    let summary = lines.last().unwrap();
    assert_eq!((&summary["added"], &summary["unchanged"], &summary["bad_rows"]), (&0.into(), &2.into(), &7.into()));
}

#[test]
fn a_file_that_cannot_be_read_at_all_leaves_no_database_behind() {
    let (folder, unmoor) = stage();
    let files: [(&str, &[u8]); 7] = [
        ("empty.csv", b""),
        ("no-column.csv", b"customer,language\nacorn,de\n"),
        ("twice.csv", b"customer,customer,source_waba_id\na,b,1\n"),
        ("token.csv", b"customer,source_waba_id,business_token\na,1,EAAsecret\n"),
        ("latin-header.csv", b"customer,source_waba_id,stra\xdfe\na,1,b\n"),
        ("utf16.csv", b"\xff\xfec\x00u\x00s\x00"),
        ("sheet.csv", b"PK\x03\x04 and so on"),
    ];
    let mut told = String::new();
    for (name, content) in files {
        write(folder.path(), name, content);
        let refused = unmoor.run(["import", name]);
        refused.expect_status(2);
        assert_eq!(refused.stdout, "");
        write!(told, "$ unmoor import {name}\n{}", refused.stderr).unwrap();
    }
    let refused = unmoor.run(["import", "nowhere.csv"]);
    write!(told, "$ unmoor import nowhere.csv\n{}", refused.expect_status(2).stderr).unwrap();
    assert!(!told.contains("EAAsecret"));
    insta::assert_snapshot!("unreadable_files", told);
    unmoor.run(["status"]).expect_status(2).expect_stderr("there is no database");
    assert!(!folder.path().join("unmoor.db").exists() && !folder.path().join("unmoor.db.key").exists());
    // That a header has nothing below it is known only at the end.
    write(folder.path(), "header.csv", "customer,source_waba_id\n");
    unmoor.run(["import", "header.csv"]).expect_status(2).expect_stderr("header.csv has no customers");
}

#[test]
fn both_formats_and_standard_input_are_read() {
    let (folder, unmoor) = stage();
    write(
        folder.path(),
        "more.jsonl",
        "{\"customer\":\"good-gull\",\"source_waba_id\":\"101\",\"wave\":\"first\"}\n\n{\"customer\":\"good-goose\",\"source_waba_id\":\"102\"}\n{\"customer\":\"bad\"\n",
    );
    let lines = unmoor.run(["import", "more.jsonl"]);
    lines.expect_status(2).expect_stdout("2 added").expect_stderr("row 4");
    let piped = write(folder.path(), "piped.csv", FLEET);
    unmoor.run_with_input(["import", "-"], &piped).expect_status(0).expect_stdout("6 added");
    assert_eq!(mode_of(&folder.path().join("unmoor.db")), 0o600);
}

#[test]
fn importing_again_adds_what_is_new_and_updates_what_may_change() {
    let (folder, unmoor) = stage();
    let file = |text: &str| write(folder.path(), "customers.csv", text);
    file("customer,source_waba_id,contact_email,wave\nacorn,101,old@acorn.example,first\nbirch,102,,first\n");
    unmoor.run(["import", "customers.csv"]).expect_status(0).expect_stdout("2 added, 0 updated, 0 unchanged");
    file(
        "customer,source_waba_id,contact_email,language,time_zone,wave\nacorn,101,new@acorn.example,de,Europe/Berlin,second\n\
         birch,102,,,,\ncedar,103,,,,third\nacorn,104,,,,second\n",
    );
    unmoor.run(["import", "customers.csv"]).expect_status(0).expect_stdout("2 added, 1 updated, 1 unchanged");
    let calls = unmoor.done(["status", "--csv"]);
    assert!(calls.contains("acorn,101,new@acorn.example,de,Europe/Berlin"), "{calls}");
    let wave = unmoor.done(["status", "--wave", "second", "--json"]);
    assert_eq!(wave.lines().count(), 4, "two WABAs of one customer: {wave}");
    let first = unmoor.done(["status", "--wave", "first", "--json"]);
    assert!(first.contains("birch"), "an empty cell takes nothing away: {first}");
}

#[test]
fn a_changed_portfolio_is_refused_once_the_account_is_tagged() {
    let (vendor, ours) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let simulated = Simulated::of(vendor.path(), FLEET, FLEET_SCENARIO, 1);
    let unmoor = simulated.client(ours.path());
    write(ours.path(), "fleet.csv", FLEET);
    unmoor.done(["import", "fleet.csv"]);
    let other = FLEET.replace("220200000000201", "220200000000999");
    write(ours.path(), "other.csv", &other);
    unmoor.run(["import", "other.csv"]).expect_status(0).expect_stdout("1 updated, 5 unchanged");
    unmoor.run(["import", "fleet.csv"]).expect_status(0).expect_stdout("1 updated, 5 unchanged");
    unmoor.done(["start", "calm-cove-bakery", "--yes"]);
    let running = unmoor.start(["run"]);
    Deadline::in_seconds(60).until("the tag", || (simulated.changes("intent.created").len() == 1).then_some(()));
    running.terminate();
    running.finish_within(30).expect_status(0);
    let refused = unmoor.run(["import", "other.csv"]);
    refused.expect_status(2).expect_stdout("0 updated, 5 unchanged, 1 bad row");
    refused.expect_stderr("row 2").expect_stderr("220200000000201").expect_stderr("220200000000999");
    write(ours.path(), "wave.csv", FLEET.replace("Europe/Berlin,first", "Europe/Berlin,later"));
    unmoor.run(["import", "wave.csv"]).expect_status(0).expect_stdout("1 updated");
}

#[test]
fn a_hundred_thousand_rows_are_no_matter() {
    let (folder, unmoor) = stage();
    let mut rows = "customer,source_waba_id,wave\n".to_owned();
    for row in 0..100_000_u64 {
        writeln!(rows, "customer-{row},{},wave-{}", 310_300_000_000_000 + row, row % 7).unwrap();
    }
    rows += "one-bad,row\n";
    write(folder.path(), "many.csv", rows);
    let imported = unmoor.run(["import", "many.csv"]);
    imported
        .expect_status(2)
        .expect_stdout("100000 added, 0 updated, 0 unchanged, 1 bad row")
        .expect_stderr("row 100002");
    unmoor.run(["import", "many.csv"]).expect_status(2).expect_stdout("0 added, 0 updated, 100000 unchanged");
}
