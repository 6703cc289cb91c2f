//! Payloads in Meta's own shapes, the regular and the odd ones, and damaged in every way.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    reason = "tests"
)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::error::tests::any_json;
use crate::nodes::{QualityRating, ReviewStatus, TemplateCategory};

/// One change in Meta's envelope.
fn envelope(entry_id: &str, field: &str, value: &Value) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": entry_id, "time": 1_744_823_932, "changes": [{ "value": value, "field": field }] }],
    })
}

fn parse(body: &Value) -> Payload {
    Payload::parse(body.to_string().as_bytes()).unwrap()
}

fn only(body: &Value) -> Update {
    let mut changes = parse(body).changes;
    assert_eq!(changes.len(), 1);
    changes.remove(0).update
}

fn status() -> Value {
    json!({
        "id": "wamid.HBgLMTY1MDU1NTEyMzQ=",
        "status": "delivered",
        "timestamp": "1750030073",
        "recipient_id": "16505551234",
        "biz_opaque_callback_data": "order 77",
        "pricing": { "billable": true, "pricing_model": "PMP", "type": "regular", "category": "marketing" },
    })
}

fn messages(value: Value) -> Value {
    let mut all = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "15550783881", "phone_number_id": "106540352242922" },
    });
    all.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    envelope("102290129340398", "messages", &all)
}

fn updates(value: Value) -> MessageUpdates {
    match only(&messages(value)) {
        Update::Messages(updates) => updates,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_status_tells_its_message_its_instant_and_its_price() {
    let payload = parse(&messages(json!({ "statuses": [status()] })));
    assert_eq!(payload.changes[0].entry_id.as_deref(), Some("102290129340398"));
    insta::assert_debug_snapshot!(payload);
}

#[test]
fn nothing_is_kept_of_what_people_write_or_who_they_are() {
    let message = json!({ "from": "16505551234", "id": "wamid.X", "timestamp": "1750030073", "type": "text",
        "text": { "body": "my secret" } });
    let contacts = json!([{ "profile": { "name": "Ada Invented" }, "wa_id": "16505551234" }]);
    let updates = updates(json!({ "contacts": contacts, "messages": [message], "statuses": [status()] }));
    let kept = format!("{updates:?}");
    assert_eq!(updates.inbound[0].kind.as_deref(), Some("text"));
    for private in ["my secret", "Ada", "16505551234", "order 77"] {
        assert!(!kept.contains(private), "{private} in {kept}");
    }
}

#[test]
fn a_status_that_lacks_something_does_not_take_the_others_along() {
    let without = |name: &str| {
        let mut status = status();
        status.as_object_mut().unwrap().remove(name);
        status
    };
    let updates = updates(json!({ "statuses": [
        without("id"), status(), without("status"), without("timestamp"), 7, null, without("pricing"),
        { "id": "a", "status": "sent", "timestamp": "soon" },
    ] }));
    assert_eq!(updates.statuses.len(), 2);
    assert_eq!(updates.statuses[1].pricing, None);
    use UnreadableStatus::{NoId, NoInstant, NoStatus};
    assert_eq!(updates.unreadable, [NoId, NoStatus, NoInstant, NoInstant]);
}

#[test]
fn ids_and_instants_come_as_text_or_as_number_and_words_stay_as_they_came() {
    let mut status = status();
    status["timestamp"] = json!(1_750_030_073);
    status["id"] = json!(77);
    status["status"] = json!("teleported");
    status["pricing"]["billable"] = json!("false");
    let updates = updates(json!({ "statuses": [status] }));
    let status = &updates.statuses[0];
    assert_eq!((status.message_id.as_str(), status.at.as_second()), ("77", 1_750_030_073));
    assert_eq!(status.status, StatusWord::Other("teleported".to_owned()));
    assert_eq!(status.pricing.as_ref().unwrap().billable, Some(false));
}

#[test]
fn a_failure_tells_its_codes() {
    let mut failed = status();
    failed["status"] = json!("failed");
    failed["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    let updates = updates(json!({ "statuses": [failed], "errors": [{ "code": 130_429 }] }));
    assert_eq!(updates.statuses[0].error_codes, [131_026]);
    assert_eq!(updates.error_codes, [130_429]);
}

#[test]
fn partner_events_name_their_waba_inside() {
    let info = json!({ "waba_id": "980198427658004", "owner_business_id": "2329417887457253",
        "solution_id": "1715120619246906", "solution_partner_business_ids": ["2949482758682047"] });
    let body = envelope("2949482758682047", "account_update", &json!({ "event": "PARTNER_ADDED", "waba_info": info }));
    insta::assert_debug_snapshot!(parse(&body));
}

/// Meta's examples put the words elsewhere (`observations: webhooks.odd_shapes`).
#[test]
fn odd_shapes_of_metas_examples_are_understood() {
    let info = json!({ "waba_id": "119", "owner_business_id": "232", "partner_app_id": "573" });
    let beside = json!({ "entry": [{ "id": "294", "time": 1, "object": "whatsapp_business_account", "field": "account_update",
        "changes": [{ "value": { "event": "PARTNER_APP_INSTALLED", "waba_info": info } }] }] });
    let inside = json!({ "entry": [{ "id": "294", "time": 1, "changes": [{ "value": { "event": "PARTNER_APP_UNINSTALLED",
        "field": "account_update", "object": "whatsapp_business_account", "waba_info": info } }] }] });
    for (body, expected) in [(beside, AccountEvent::PartnerAppInstalled), (inside, AccountEvent::PartnerAppUninstalled)]
    {
        let Update::Account(update) = only(&body) else { panic!("{body}") };
        assert_eq!(update.event, Some(expected));
        assert_eq!(update.waba_id.unwrap().as_str(), "119");
    }
    let quality =
        json!({ "previous_quality_score": "GREEN", "new_quality_score": "YELLOW", "message_template_id": 806 });
    let Update::TemplateQuality(update) = only(&envelope("1", "message_template_status_update", &quality)) else {
        panic!("a wrong field above a quality")
    };
    assert_eq!(update.new, Some(QualityRating::Yellow));
}

/// guide: T3
#[test]
fn a_rejected_copy_is_told_with_its_reason() {
    let value = json!({ "event": "REJECTED", "message_template_id": 1_689_556_908_129_835_i64,
        "message_template_name": "abandoned_cart", "message_template_language": "en-US", "reason": "INCORRECT_CATEGORY",
        "message_template_category": "MARKETING" });
    let Update::TemplateStatus(update) = only(&envelope("1", "message_template_status_update", &value)) else {
        panic!("another field")
    };
    assert_eq!(update.event, Some(TemplateEvent::Rejected));
    assert_eq!(update.template.language.as_deref(), Some("en_US"), "the API's spelling");
    assert_eq!(update.template.id.unwrap().as_str(), "1689556908129835");
    assert_eq!(
        (update.reason.as_deref(), update.category),
        (Some("INCORRECT_CATEGORY"), Some(TemplateCategory::Marketing))
    );
}

#[test]
fn every_other_field_that_is_read_has_its_kind() {
    let of = |field: &str, value: Value| only(&envelope("1", field, &value));
    let category = json!({ "previous_category": "UTILITY", "new_category": "MARKETING", "message_template_id": 1 });
    let read = [
        of("account_review_update", json!({ "decision": "APPROVED" })),
        of("template_category_update", category),
        of("message_template_components_update", json!({ "message_template_id": 1, "message_template_element": "Hi" })),
        of("phone_number_name_update", json!({ "display_phone_number": "1555", "decision": "APPROVED" })),
        of("phone_number_quality_update", json!({ "display_phone_number": "1555", "event": "ONBOARDING" })),
        of("security", json!({ "display_phone_number": "1555", "event": "PIN_REQUEST_SUCCESS", "requester": "1666" })),
        of("flows", json!({ "event": "FLOW_STATUS_CHANGE" })),
    ];
    assert_eq!(read[0], Update::AccountReview(AccountReview { decision: Some(ReviewStatus::Approved) }));
    assert_eq!(read[6], Update::Other { field: "flows".to_owned() });
    insta::assert_debug_snapshot!(read);
}

#[test]
fn one_payload_may_hold_many_entries_and_changes() {
    let change = |field: &str| json!({ "value": {}, "field": field });
    let body = json!({ "object": "whatsapp_business_account", "entry": [
        { "id": 1, "changes": [change("security"), change("messages")] },
        "no entry", { "id": "2", "changes": null }, { "id": "3", "changes": [change("account_update")] },
    ] });
    let changes = parse(&body).changes;
    let shown: Vec<_> = changes.iter().map(|one| (one.entry_id.as_deref(), one.update.field())).collect();
    assert_eq!(shown, [(Some("1"), "security"), (Some("1"), "messages"), (Some("3"), "account_update")]);
}

#[test]
fn an_envelope_of_ones_own_is_opened() {
    let inner = messages(json!({ "statuses": [status()] }));
    let expected = parse(&inner);
    for outer in [
        inner.clone(),
        json!({ "body": inner }),
        json!({ "received_at": "2027-03-01T08:00:00Z", "headers": { "a": ["b"] }, "body": inner.to_string() }),
        json!({ "payload": { "body": inner } }),
    ] {
        assert_eq!(Payload::parse_forwarded(outer.to_string().as_bytes()), Ok(expected.clone()), "{outer}");
    }
    let outer = json!({ "body": inner });
    assert_eq!(Payload::parse(outer.to_string().as_bytes()), Err(PayloadError::NoEntry), "Meta's own has no envelope");
}

#[test]
fn what_is_no_webhook_is_refused_without_its_words() {
    for (text, expected) in [
        ("", "it is not JSON: it ends too soon at column 0"),
        ("hello secret", "it is not JSON: something is written wrongly at column 1"),
        ("[]", "it is no webhook of Meta's: it has no list `entry`"),
        ("{\"entry\":7}", "it is no webhook of Meta's: it has no list `entry`"),
        ("{\"body\":\"secret\"}", "it is not JSON: something is written wrongly at column 1"),
        ("{\"entry\":[],\"entry\":[]}", "it is not JSON: a member stands there twice at column 19"),
        ("{\"entry\":[]} secret", "it is not JSON: something is written wrongly at column 14"),
    ] {
        let error = Payload::parse_forwarded(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn envelopes_without_end_are_not_opened_without_end() {
    let mut text = "{}".to_owned();
    for _ in 0..10 {
        text = json!({ "body": text }).to_string();
    }
    assert_eq!(Payload::parse_forwarded(text.as_bytes()), Err(PayloadError::NoEntry));
    let deep = "{\"body\":".repeat(1000);
    assert!(matches!(Payload::parse_forwarded(deep.as_bytes()), Err(PayloadError::NotJson { .. })));
}

proptest! {
    #[test]
    fn whatever_stands_in_a_change_is_read_as_something(value in any_json(), place in 0_usize..6) {
        let fields = ["messages", "account_update", "message_template_status_update", "security", "template_category_update", "new"];
        let body = envelope("1", fields[place], &value);
        let payload = Payload::parse(body.to_string().as_bytes());
        prop_assert_eq!(payload.map(|payload| payload.changes.len()), Ok(1));
        let entries = json!({ "entry": [value, { "changes": [value, { "value": { "statuses": [value], "metadata": value } }] }] });
        prop_assert!(Payload::parse_forwarded(entries.to_string().as_bytes()).is_ok());
    }
}
