#![allow(clippy::unwrap_used, reason = "tests")]
use serde_json::json;
use unmoor_graph_api::webhook::Payload;
use unmoor_migration::billing::{BilledNumber, Ledger};
use unmoor_migration::{E164, MigrationId, PhoneNumberId, WabaId};

use super::intake::Intake;
use super::{json_lines, people};

fn waba(id: &str) -> WabaId {
    WabaId::new(id).unwrap()
}

/// A number on its way from one WABA to another, with its id under each.
fn billed(customer: &str, (source, old): (&str, &str), (destination, new): (&str, &str)) -> BilledNumber {
    BilledNumber {
        customer: customer.to_owned(),
        migration: MigrationId::of(waba(source)),
        number: E164::new("+493023125017").unwrap(),
        source_waba: waba(source),
        destination_waba: Some(waba(destination)),
        old_phone_number_id: PhoneNumberId::new(old).unwrap(),
        new_phone_number_id: Some(PhoneNumberId::new(new).unwrap()),
        completion: None,
    }
}

fn sent(waba: &str, phone: &str, message: &str) -> Payload {
    let webhook = json!({ "object": "whatsapp_business_account", "entry": [{ "id": waba, "changes": [
        { "field": "messages", "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "493023125017", "phone_number_id": phone },
            "statuses": [{ "id": message, "status": "sent", "timestamp": "1804064400", "recipient_id": "493023125900" }],
        } },
    ] }] });
    Payload::parse(webhook.to_string().as_bytes()).unwrap()
}

#[test]
fn a_number_id_that_two_selected_migrations_have_is_told_to_people_and_programs() {
    let first = billed("amber-anchor", ("101", "11"), ("202", "22"));
    let next = billed("amber-anchor-again", ("202", "22"), ("303", "33"));
    let mut intake = Intake::into(Ledger::of(vec![first, next]));
    for (waba, phone, message) in [("101", "11", "wamid.A"), ("202", "22", "wamid.B"), ("202", "22", "wamid.C")] {
        assert!(intake.take(&sent(waba, phone, message)).is_empty());
    }
    assert_eq!((intake.counts.statuses, intake.counts.of_shared_numbers, intake.ledger.len()), (1, 2, 1));
    let told: Vec<String> = intake
        .shared()
        .map(|shared| format!("{}\n{:#}", people::in_words(&shared), json_lines::shared_line(&shared)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}
