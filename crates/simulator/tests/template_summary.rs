//! `summary` of the list of templates (observations: templates.summary).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, WABA};
use serde_json::json;

fn ask(caller: &mut Caller, query: &str) -> common::Answer {
    let token = caller.business_token();
    caller.get(&format!("/{WABA}/message_templates?{query}"), &token)
}

#[test]
fn the_counts_that_are_named_are_given_whatever_the_list_is_filtered_by() {
    let mut caller = Caller::usual("");
    let all = "summary=total_count,message_template_count,message_template_limit,are_translations_complete";
    let answer = ask(&mut caller, &format!("name=spring_offer&{all}")).body;
    assert_eq!(answer["data"].as_array().unwrap().len(), 1);
    let summary = &answer["summary"];
    assert_eq!((&summary["total_count"], &summary["message_template_count"]), (&json!(3), &json!(3)));
    assert_eq!(summary["are_translations_complete"], true);
    assert!([json!(250), json!(6000)].contains(&summary["message_template_limit"]), "{summary}");
    let two = ask(&mut caller, "summary=message_template_limit,%20total_count").body["summary"].clone();
    assert_eq!(two.as_object().unwrap().len(), 2, "{two}");
}

#[test]
fn true_gives_the_total_and_nothing_else_is_taken() {
    let mut caller = Caller::usual("");
    assert_eq!(ask(&mut caller, "summary=true").body["summary"], json!({ "total_count": 3 }));
    for none in ["", "summary=false", "summary="] {
        assert!(ask(&mut caller, none).body.get("summary").is_none(), "{none}");
    }
    let refused = ask(&mut caller, "summary=colour");
    assert_eq!((refused.status, refused.codes().0), (400, 100));
}
