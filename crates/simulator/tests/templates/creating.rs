//! `POST /<WABA>/message_templates` and the review behind it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Desk, WABA, assert_invalid, assert_refused, text};

/// guide: T6
#[test]
fn a_new_template_is_pending_and_approved_after_its_review() {
    let mut desk = Desk::usual();
    let answer = desk.create_with("shop_opened", json!([{ "type": "body", "text": "Our shop is open." }]));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["status"], "PENDING");
    assert_eq!(answer.body["category"], "UTILITY");
    let id = text(&answer.body["id"]);
    let node = desk.caller.get(&format!("/{id}"), &desk.token).body;
    insta::assert_json_snapshot!(node);
    desk.wait_for_review();
    let fields = "status,rejected_reason,quality_score{score}";
    let node = desk.read(&id, fields);
    assert_eq!(node["status"], "APPROVED");
    assert_eq!(node["rejected_reason"], "NONE");
    assert_eq!(node["quality_score"], json!({ "score": "UNKNOWN" }));
    assert_eq!(desk.caller.entries("template.created").len(), 1);
    assert_eq!(desk.caller.entries("template.approved").len(), 1);
}

#[test]
fn the_health_of_a_template_says_whether_it_is_approved() {
    let mut desk = Desk::usual();
    let id = desk.created("to_be_healthy");
    let health = desk.read(&id, "health_status")["health_status"].clone();
    assert_eq!(health["can_send_message"], "BLOCKED");
    let own = &health["entities"][0];
    assert_eq!((&own["entity_type"], &own["id"]), (&json!("MESSAGE_TEMPLATE"), &json!(id)));
    assert_eq!(own["errors"][0]["error_code"], 141_002);
    desk.wait_for_review();
    let health = desk.read(&id, "health_status")["health_status"].clone();
    assert_eq!(health["entities"][0]["can_send_message"], "AVAILABLE");
    let kinds: Vec<String> =
        health["entities"].as_array().unwrap().iter().map(|entity| text(&entity["entity_type"])).collect();
    assert_eq!(kinds, ["MESSAGE_TEMPLATE", "WABA", "BUSINESS", "APP"]);
}

#[test]
fn a_new_template_is_the_first_of_the_list() {
    let mut desk = Desk::usual();
    desk.created("newest_of_all");
    let list = desk.caller.get(&format!("/{WABA}/message_templates?fields=name"), &desk.token).body;
    assert_eq!(list["data"][0]["name"], "newest_of_all");
    assert_eq!(list["data"].as_array().unwrap().len(), 4);
}

#[test]
fn name_language_and_category_are_checked() {
    let mut desk = Desk::usual();
    let body = json!([{ "type": "BODY", "text": "Text." }]);
    let with = |name: &str, language: &str, category: &str| json!({ "name": name, "language": language, "category": category, "components": body });
    for name in ["Big", "with-dash", "with space", "ümlaut", &"a".repeat(513)] {
        assert_invalid(&desk.create(with(name, "en", "UTILITY")), "name");
    }
    for language in ["EN", "english", "en-US", "en_us", "e", "en_"] {
        assert_invalid(&desk.create(with("fine", language, "UTILITY")), "language");
    }
    assert_invalid(&desk.create(with("fine", "en", "OTHER")), "category");
    for missing in ["name", "language", "category", "components"] {
        let mut body = with("fine", "en", "UTILITY");
        body.as_object_mut().unwrap().remove(missing);
        assert_invalid(&desk.create(body), missing);
    }
    assert_eq!(desk.create(with(&"a".repeat(512), "en", "utility")).status, 200);
    assert_eq!(desk.create(with("fine", "fil", "MARKETING")).status, 200);
}

#[test]
fn a_name_and_language_that_exist_are_refused_and_another_language_is_not() {
    let mut desk = Desk::usual();
    let body = |language: &str| json!({ "name": "order_shipped", "language": language, "category": "UTILITY", "components": [{ "type": "BODY", "text": "On its way." }] });
    assert_refused(&desk.create(body("de")), 2_388_024, "order_shipped/de");
    assert_eq!(desk.create(body("fr")).status, 200);
}

#[test]
fn parameters_that_have_no_effect_are_refused() {
    let mut desk = Desk::usual();
    let mut body = json!({ "name": "fine", "language": "en", "category": "UTILITY", "components": [{ "type": "BODY", "text": "Text." }] });
    body["allow_category_change"] = json!(true);
    assert_invalid(&desk.create(body.clone()), "allow_category_change");
    body.as_object_mut().unwrap().remove("allow_category_change");
    for name in ["product_set_id", "status", "id", "quality_score", "foo"] {
        let mut with = body.clone();
        with[name] = json!("1");
        let refused = desk.create(with);
        assert_eq!(refused.status, 501, "{name}");
        assert!(text(&refused.body["error"]["message"]).contains(name));
    }
    assert!(desk.caller.entries("template.created").is_empty());
}

#[test]
fn a_hundred_templates_may_be_created_in_an_hour() {
    let mut desk = Desk::usual();
    for number in 0..100 {
        desk.created(&format!("template_{number}"));
    }
    let body = json!([{ "type": "BODY", "text": "One too many." }]);
    let answer = desk.create_with("template_100", body.clone());
    assert_eq!(answer.codes().0, 80_012, "{}", answer.body);
    desk.caller.wait(1);
    assert_eq!(desk.create_with("template_100", body).status, 200);
}

#[test]
fn a_full_account_takes_no_more_until_something_is_deleted() {
    let mut desk = Desk::usual();
    let scenario = "[customers.acorn]\ntemplate_limit = 4\ntemplates = [{ name = \"a\" }, { name = \"b\" }, { name = \"spring_offer\" }]";
    desk.caller = super::Caller::new(super::common::CUSTOMERS, scenario);
    desk.token = desk.caller.business_token();
    desk.created("fourth");
    let body = json!([{ "type": "BODY", "text": "No room." }]);
    assert_refused(&desk.create_with("fifth", body.clone()), 2_388_019, "4 templates");
    assert_eq!(desk.delete("name=spring_offer").status, 200);
    assert_eq!(desk.create_with("fifth", body).status, 200);
}

#[test]
fn a_share_is_rejected_for_what_it_says() {
    let mut desk = Desk::new(&json!({ "template_review_reject_rate": 1.0 }));
    let id = desk.created("of_no_use");
    desk.wait_for_review();
    let node = desk.read(&id, "status,rejected_reason");
    assert_eq!(
        (text(&node["status"]), text(&node["rejected_reason"])),
        ("REJECTED".into(), "TAG_CONTENT_MISMATCH".into())
    );
}

#[test]
fn parameters_side_by_side_are_rejected_by_the_review() {
    let mut desk = Desk::usual();
    let body = json!([{
        "type": "BODY", "text": "Your parcel {{1}} {{2}} has left our house this morning.",
        "example": { "body_text": [["A-1", "today"]] }
    }]);
    let id = text(&desk.create_with("side_by_side", body).body["id"]);
    desk.wait_for_review();
    let node = desk.read(&id, "status,rejected_reason");
    assert_eq!(node["rejected_reason"], "INVALID_FORMAT");
}

#[test]
fn a_text_that_another_template_has_is_refused_at_the_review_or_at_the_call() {
    let twice = |desk: &mut Desk, name: &str, category: &str, components: &Value| {
        desk.create(json!({ "name": name, "language": "en", "category": category, "components": components }))
    };
    let words = json!([{ "type": "BODY", "text": "The same words." }]);
    let mut desk = Desk::usual();
    let first = text(&twice(&mut desk, "first", "UTILITY", &words).body["id"]);
    let second = text(&twice(&mut desk, "second", "UTILITY", &words).body["id"]);
    desk.wait_for_review();
    assert_eq!((desk.status(&first), desk.status(&second)), ("APPROVED".into(), "REJECTED".into()));
    let mut desk = Desk::new(&json!({ "template_identical_text": "create" }));
    twice(&mut desk, "first", "UTILITY", &words);
    assert_invalid(&twice(&mut desk, "second", "UTILITY", &words), "first/en");
    let codes =
        json!([{ "type": "BODY" }, { "type": "BUTTONS", "buttons": [{ "type": "OTP", "otp_type": "COPY_CODE" }] }]);
    for name in ["code_one", "code_two"] {
        assert_eq!(twice(&mut desk, name, "AUTHENTICATION", &codes).status, 200, "Meta's own words are not compared");
    }
}

/// guide: T6
#[test]
fn a_rejected_template_stands_in_the_way_of_no_other() {
    for knob in ["review", "create"] {
        let mut desk = Desk::new(&json!({ "template_identical_text": knob, "template_review_reject_rate": 1.0 }));
        let words = json!([{ "type": "BODY", "text": "What was refused once." }]);
        let refused = text(&desk.create_with("refused", words.clone()).body["id"]);
        desk.wait_for_review();
        assert_eq!(desk.status(&refused), "REJECTED", "{knob}");
        desk.caller.set_knobs(&json!({ "template_review_reject_rate": 0.0 }));
        let again = text(&desk.create_with("again", words).body["id"]);
        desk.wait_for_review();
        assert_eq!(desk.status(&again), "APPROVED", "{knob}");
    }
}

/// guide: T3, T6
#[test]
fn a_copy_that_the_re_check_rejected_is_edited_or_created_again_with_its_own_words() {
    let mut desk = Desk::new(&json!({ "template_reject_rate": 1.0 }));
    let (destination, phone) = desk.caller.moved();
    desk.caller.register(&phone);
    desk.caller.wait(2);
    let fields = "name,language,status,category,components";
    let edge = format!("/{destination}/message_templates");
    let copies = desk.caller.get(&format!("{edge}?fields={fields}"), &desk.token).body;
    let copy = copies["data"][0].clone();
    assert_eq!(copy["status"], "REJECTED");
    let mut again = copy.clone();
    for member in ["id", "status"] {
        again.as_object_mut().unwrap().remove(member);
    }
    again["name"] = json!("created_again");
    let answer = desk.caller.post(&edge, &desk.token, again);
    assert_eq!(answer.status, 200, "{}", answer.body);
    desk.wait_for_review();
    let created = text(&answer.body["id"]);
    assert_eq!(desk.status(&created), "APPROVED");
    assert_eq!(desk.delete_from(&destination, "name=created_again").status, 200);
    let edited = text(&copy["id"]);
    assert_eq!(desk.edit(&edited, json!({ "components": copy["components"] })).status, 200);
    desk.wait_for_review();
    assert_eq!(desk.status(&edited), "APPROVED");
}

#[test]
fn a_utility_template_may_be_approved_as_marketing() {
    let mut desk = Desk::new(&json!({ "template_recategorize_rate": 1.0 }));
    let id = desk.created("rather_an_advertisement");
    desk.wait_for_review();
    let node = desk.read(&id, "category,previous_category,correct_category");
    assert_eq!(node["category"], "MARKETING");
    assert_eq!(node["previous_category"], "UTILITY");
    assert_eq!(node["correct_category"], "MARKETING");
}

#[test]
fn a_template_of_the_library_is_created_without_components() {
    let mut desk = Desk::usual();
    let body = json!({ "name": "from_library", "language": "en_US", "category": "UTILITY", "library_template_name": "delivery_update_1" });
    let id = text(&desk.create(body.clone()).body["id"]);
    let node = desk.read(&id, "library_template_name,components");
    assert_eq!(node["library_template_name"], "delivery_update_1");
    assert_eq!(node["components"][0]["type"], "BODY");
    let mut both = body;
    both["components"] = json!([{ "type": "BODY", "text": "Text." }]);
    assert_invalid(&desk.create(both), "library_template_name");
}

#[test]
fn a_review_takes_as_long_as_the_knob_says() {
    for review_s in [0, 300, 86_400] {
        let mut desk = Desk::new(&json!({ "template_review_s": review_s }));
        let id = desk.created("reviewed");
        let submitted_at = desk.caller.now;
        if review_s > 0 {
            // A read is a second later.
            desk.caller.now = submitted_at + SignedDuration::from_secs(review_s - 2);
            assert_eq!(desk.status(&id), "PENDING", "{review_s}");
        }
        desk.caller.now = submitted_at + SignedDuration::from_secs(review_s);
        assert_eq!(desk.status(&id), "APPROVED", "{review_s}");
    }
}
