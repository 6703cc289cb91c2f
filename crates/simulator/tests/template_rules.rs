//! Guide T1 to T5: what is duplicated, and how.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, text};
use jiff::SignedDuration;
use serde_json::json;

fn registered(scenario: &str, knobs: &serde_json::Value) -> (Caller, String) {
    let scenario =
        format!("[customers.acorn]\nnumbers = [\"+493023125001\"]\nperson.answers_after = \"2 hours\"\n{scenario}");
    let mut caller = Caller::new(common::CUSTOMERS, &scenario);
    caller.set_knobs(knobs);
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    (caller, destination)
}

fn copies(caller: &mut Caller, destination: &str) -> Vec<String> {
    let token = caller.business_token();
    let answer = caller.get(&format!("/{destination}/message_templates?fields=name&limit=100"), &token);
    answer.body["data"].as_array().unwrap().iter().map(|template| text(&template["name"])).collect()
}

const MIXED: &str = r#"templates = [
    { name = "newest" },
    { name = "yellow", quality = "YELLOW" },
    { name = "unrated", quality = "UNKNOWN" },
    { name = "rejected", status = "REJECTED" },
    { name = "paused", status = "PAUSED" },
    { name = "about_oldest" },
]"#;

/// guide: T1, T4
#[test]
fn only_approved_templates_of_green_quality_are_duplicated() {
    let (mut caller, destination) = registered(MIXED, &json!({}));
    assert_eq!(copies(&mut caller, &destination), Vec::<String>::new());
    caller.wait(1);
    assert_eq!(copies(&mut caller, &destination), ["newest", "about_oldest"]);
}

/// guide: T5
#[test]
fn as_many_are_duplicated_as_fit_newest_first_or_by_name() {
    for (order, kept) in [("newest_first", "newest"), ("name", "about_oldest")] {
        let (mut caller, destination) =
            registered(&format!("template_limit = 1\n{MIXED}"), &json!({ "template_copy_order": order }));
        caller.wait(1);
        assert_eq!(copies(&mut caller, &destination), [kept]);
    }
}

#[test]
fn an_unverified_business_gets_250_and_a_verified_one_all() {
    for (verified, more_than_250) in [(false, false), (true, true)] {
        let (mut caller, _) = registered(&format!("business_verified = {verified}\ntemplates = 600\n"), &json!({}));
        caller.wait(1);
        let copied = caller.entries("template.copied").len();
        assert_eq!(copied > 250, more_than_250, "{copied}");
        assert!(copied >= 250);
    }
}

#[test]
fn duplication_can_begin_with_acceptance_or_with_the_move() {
    for knob in ["accept", "migrate"] {
        let mut caller = Caller::with_knobs(&json!({ "template_copy_when": knob, "template_copy_delay_s": 0 }));
        let destination = caller.subscribed();
        assert_eq!(caller.entries("template.copied").is_empty(), knob == "migrate", "{knob}");
        caller.move_number(&destination);
        caller.wait(1);
        assert_eq!(caller.entries("template.copied").len(), 2, "{knob}");
    }
}

/// guide: T2, T3
#[test]
fn a_share_can_be_rejected_by_the_recheck() {
    let (mut caller, destination) = registered(MIXED, &json!({ "template_reject_rate": 1.0 }));
    caller.wait(2);
    let token = caller.business_token();
    let fields = "status,rejected_reason";
    let answer = caller.get(&format!("/{destination}/message_templates?fields={fields}"), &token);
    for copy in answer.body["data"].as_array().unwrap() {
        assert_eq!(
            (text(&copy["status"]), text(&copy["rejected_reason"])),
            ("REJECTED".into(), "INCORRECT_CATEGORY".into())
        );
    }
    assert_eq!(caller.entries("template.rejected").len(), 2);
}

#[test]
fn the_recheck_ends_when_the_knob_says() {
    for (delay_s, before_that) in [(0, 2), (3600, 0)] {
        let knobs = json!({
            "template_reject_rate": 1.0, "template_recheck_delay_s": delay_s, "template_copy_when": "accept", "template_copy_delay_s": 0
        });
        let mut caller = Caller::with_knobs(&knobs);
        caller.set_intent();
        caller.simulator.advance(SignedDuration::from_hours(2));
        assert_eq!(caller.entries("template.copied").len(), 2, "{delay_s}");
        let copied_at = caller.entries("template.copied")[0].at;
        caller.simulator.advance_to(copied_at + SignedDuration::from_mins(59));
        assert_eq!(caller.entries("template.rejected").len(), before_that, "{delay_s}");
        caller.simulator.advance_to(copied_at + SignedDuration::from_mins(60));
        assert_eq!(caller.entries("template.rejected").len(), 2, "{delay_s}");
    }
}

#[test]
fn templates_are_filtered_by_status_quality_name_and_language() {
    let (mut caller, _) = registered(MIXED, &json!({}));
    let token = caller.business_token();
    let mut count = |query: &str| {
        let answer = caller.get(&format!("/{}/message_templates?{query}", common::WABA), &token);
        answer.body["data"].as_array().unwrap().len()
    };
    assert_eq!(count(""), 6);
    assert_eq!(count("status=approved"), 4);
    assert_eq!(count("quality_score=GREEN,YELLOW&status=APPROVED"), 3);
    assert_eq!(count("name=paused"), 1);
    assert_eq!(count("language=fr"), 0);
}
