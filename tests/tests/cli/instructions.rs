//! `unmoor instructions`: what a customer is told, from a database as it is.

use crate::support::{FLEET, FLEET_SCENARIO, Simulated, Unmoor, write};

/// Of the small fleet: one that turns two-step verification off itself.
const CUSTOMER: &str = "three-fern-clinic";

fn checked() -> (tempfile::TempDir, Simulated, Unmoor) {
    let folder = tempfile::tempdir().unwrap();
    let scenario = format!("{FLEET_SCENARIO}\n[everyone]\ntwo_step = true\n");
    let simulated = Simulated::of(folder.path(), FLEET, &scenario, 1);
    let unmoor = simulated.client(folder.path());
    unmoor.done(["import", "customers.csv"]);
    unmoor.run(["preflight", CUSTOMER]);
    (folder, simulated, unmoor)
}

#[test]
fn a_customer_is_told_what_to_do_in_its_own_language_or_the_one_that_was_asked_for() {
    let (folder, _simulated, unmoor) = checked();
    let told = unmoor.run(["instructions", CUSTOMER]);
    told.expect_status(0).expect_stdout("[Turn off two-step verification]");
    let spanish = unmoor.done(["instructions", CUSTOMER, "--language", "es-MX"]);
    assert!(spanish.contains("verificación en dos pasos") && spanish.contains("[Account tools]"), "{spanish}");
    let page = unmoor.done(["instructions", CUSTOMER, "--language", "ar", "--html"]);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"ar\" dir=\"rtl\">"), "{page}");
    write(folder.path(), "unmoor.toml", "provider_name = \"Northwind Messaging\"\n");
    unmoor.run(["instructions", CUSTOMER]).expect_stdout("Northwind Messaging");
    let lines = unmoor.run(["instructions", CUSTOMER, "--language", "hi", "--json"]);
    let lines = lines.expect_status(0).json_lines();
    assert_eq!(lines[1]["language"], "hi");
    assert_eq!(lines[1]["migrations"][0]["tasks"][0]["task"], "turn_off_two_step");
    assert_eq!(lines[2]["tasks"], 1);
}

#[test]
fn whoever_has_nothing_to_do_is_not_written_to() {
    let (_folder, _simulated, unmoor) = checked();
    let told = unmoor.run(["instructions", "twin-tide-travel", "--language", "en"]);
    told.expect_status(4).expect_stdout("There is nothing for you to do yet.");
    let german = unmoor.run(["instructions", "calm-cove-bakery"]);
    german.expect_status(4).expect_stderr("no translation for").expect_stdout("nothing for you to do");
    let unknown = unmoor.run(["instructions", CUSTOMER, "--language", "tlh"]);
    unknown.expect_status(2).expect_stderr("there are en, es, pt-BR, fr, hi, ar");
    unmoor.run(["instructions", "three-fern-clinc"]).expect_status(2).expect_stderr("did you mean three-fern-clinic?");
}
