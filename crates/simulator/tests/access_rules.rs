//! Tokens, scopes, proofs, fields and limits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{Caller, PORTFOLIO, WABA, read, text};
use http::Request;
use serde_json::json;
use unmoor_simulator::Reply;

#[test]
fn a_token_is_needed_known_valid_and_reaches_its_wabas_only() {
    let customers =
        "customer,source_waba_id,business_portfolio_id\nacorn,102290129340398,506914307656634\nbirch,5002,77\n";
    let mut caller = Caller::new(customers, "[customers.birch]\ntoken_expires_after = \"1 day\"\n");
    let path = format!("/{WABA}/phone_numbers");
    let Reply::Answer(none) = caller.exchange("GET", &path, None, None).reply else { panic!("dropped") };
    assert_eq!((read(&none).status, read(&none).codes()), (401, (104, None)));
    assert_eq!(caller.get(&path, "nonsense").codes(), (190, Some(467)));
    let foreign = caller.credentials.customers[1].business_token.clone().unwrap();
    let refused = caller.get(&path, foreign.expose());
    assert_eq!((refused.status, refused.codes().0), (403, 200));
    assert_eq!(caller.get("/5002", foreign.expose()).status, 200);
    caller.wait(24);
    let expired = caller.get("/5002", foreign.expose());
    assert_eq!((expired.status, expired.codes()), (401, (190, Some(463))));
    let described = caller.get(&format!("/debug_token?input_token={}", foreign.expose()), &caller.app_token());
    assert_eq!(described.body["data"]["is_valid"], false);
}

/// As pywa sets an app's callback: its user's token in the header, the app's as parameter.
#[test]
fn a_token_given_as_parameter_goes_before_the_header() {
    let mut caller = Caller::usual("");
    let business = caller.business_token();
    let path = format!("/{WABA}?access_token={business}");
    assert_eq!(caller.get(&path, "nonsense").status, 200);
    assert_eq!(caller.get(&format!("/{WABA}?access_token=nonsense"), &business).codes(), (190, Some(467)));
    assert_eq!(caller.get(&format!("/{WABA}?access_token="), &business).status, 200);
}

#[test]
fn accounts_tell_their_apps_and_whether_they_may_send_marketing_messages() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let fields = "fields=subscribed_apps,marketing_messages_lite_api_status,marketing_messages_onboarding_status";
    let account = caller.get(&format!("/{WABA}?{fields}"), &token).body;
    assert_eq!(account["subscribed_apps"], caller.get(&format!("/{WABA}/subscribed_apps"), &token).body);
    assert_eq!(account["subscribed_apps"]["data"].as_array().unwrap().len(), 2, "{account}");
    assert_eq!(account["marketing_messages_lite_api_status"], "ELIGIBLE");
    let mut held = Caller::new(common::CUSTOMERS, "[customers.acorn]\nownership = \"ON_BEHALF_OF\"\n");
    let token = held.business_token();
    let account = held.get(&format!("/{WABA}?{fields}"), &token).body;
    assert_eq!(account["marketing_messages_onboarding_status"], "INELIGIBLE_ON_BEHALF_OF_WABA");
}

#[test]
fn a_revoked_token_is_told_with_458() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let mut world = caller.simulator.world();
    world.tokens.get_mut(token.as_str()).unwrap().revoked_at = Some(caller.now);
    caller.simulator.set_world(world);
    assert_eq!(caller.get(&format!("/{WABA}"), &token).codes(), (190, Some(458)));
}

#[test]
fn a_missing_scope_is_told_with_200_and_seen_in_debug_token() {
    let scenario = "[customers.acorn]\ntoken_scopes = [\"whatsapp_business_management\"]\nnumbers = [\"+493023125001\"]\n\
         person.answers_after = \"2 hours\"\n";
    let mut caller = Caller::new(common::CUSTOMERS, scenario);
    let (_, phone) = caller.moved();
    let refused = caller.register(&phone);
    assert_eq!((refused.status, refused.codes().0), (403, 200));
    assert!(refused.details().contains("whatsapp_business_messaging"));
    let described = caller.get(&format!("/debug_token?input_token={}", caller.business_token()), &caller.app_token());
    assert_eq!(described.body["data"]["scopes"], json!(["whatsapp_business_management"]));
}

/// guide: 5.1
#[test]
fn the_fetch_needs_the_system_token_its_scope_and_a_right_proof() {
    let mut caller = Caller::usual("");
    let (system, business) = (caller.system_token(), caller.business_token());
    let path = format!("/{PORTFOLIO}/system_user_access_tokens?fetch_only=true");
    let with = |token: &str, caller: &Caller| format!("{path}&appsecret_proof={}", caller.proof(token));
    assert_eq!(caller.post(&path, &system, json!({})).codes(), (100, None));
    let wrong = caller.post(&format!("{path}&appsecret_proof=00"), &system, json!({}));
    assert_eq!(wrong.body["error"]["message"], "Invalid appsecret_proof provided in the API argument");
    let of_other_token = format!("{path}&appsecret_proof={}", caller.proof(&business));
    assert_eq!(caller.post(&of_other_token, &system, json!({})).codes().0, 100);
    let by_business = with(&business, &caller);
    assert_eq!(caller.post(&by_business, &business, json!({})).codes().0, 200);
    let right = with(&system, &caller);
    assert_eq!(caller.post(&right, &system, json!({})).body, json!({ "access_token": business }));
    caller.post(&right, &system, json!({}));
    assert_eq!(caller.entries("token.issued").len(), 1, "fetching again changes nothing");

    let scenario =
        "\n[provider]\nsystem_token_scopes = [\"whatsapp_business_management\", \"whatsapp_business_messaging\"]\n";
    let mut caller = Caller::usual(scenario);
    let (system, right) = (caller.system_token(), with(&caller.system_token(), &caller));
    assert_eq!(caller.post(&right, &system, json!({})).codes().0, 200);
    caller.set_knobs(&json!({ "token_fetch_needs_business_management": false }));
    assert_eq!(caller.post(&right, &system, json!({})).status, 200);
}

#[test]
fn a_wrong_proof_is_refused_everywhere_and_can_be_demanded_everywhere() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let proof = caller.proof(&token);
    assert_eq!(caller.get(&format!("/{WABA}?appsecret_proof=wrong"), &token).codes().0, 100);
    assert_eq!(caller.get(&format!("/{WABA}?appsecret_proof={proof}"), &token).status, 200);
    caller.set_knobs(&json!({ "require_appsecret_proof": true }));
    assert_eq!(caller.get(&format!("/{WABA}"), &token).codes().0, 100);
    assert_eq!(caller.get(&format!("/{WABA}?appsecret_proof={proof}"), &token).status, 200);
}

#[test]
fn a_token_leads_to_its_portfolio() {
    let mut caller = Caller::usual("");
    let (business, system) = (caller.business_token(), caller.system_token());
    assert_eq!(caller.get("/me?fields=client_business_id", &business).body["client_business_id"], PORTFOLIO);
    assert_eq!(caller.get("/me?fields=client_business_id", &system).body["client_business_id"], json!(null));
    let owner = caller.get(&format!("/{WABA}?fields=owner_business_info{{id}}"), &business);
    assert_eq!(owner.body, json!({ "owner_business_info": { "id": PORTFOLIO }, "id": WABA }));
}

#[test]
fn the_token_may_stand_in_the_query_or_the_body_and_never_in_the_log() {
    let caller = Caller::usual("");
    let token = caller.business_token();
    let uri = format!("http://graph.example/v25.0/{WABA}?access_token={token}");
    let request = Request::builder().uri(uri).body(Bytes::new()).unwrap();
    let Reply::Answer(answer) = caller.simulator.exchange(caller.now, &request).reply else { panic!("dropped") };
    assert_eq!(answer.status(), 200);
    let log = serde_json::to_string(&caller.simulator.requests(0)).unwrap();
    assert!(!log.contains(&token), "{log}");
}

#[test]
fn no_debug_output_shows_a_secret() {
    let mut caller = Caller::usual("");
    let (_, phone) = caller.moved();
    caller.register(&phone);
    let shown = format!("{:?} {:?} {:?}", caller.simulator, caller.credentials, caller.simulator.world());
    for secret in [caller.business_token(), caller.system_token(), caller.credentials.app_secret.expose().to_owned()] {
        assert!(!shown.contains(&secret));
    }
    assert!(!shown.contains("212834"), "the PIN");
}

#[test]
fn unknown_fields_are_named_and_unknown_routes_list_what_is_served() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let field = caller.get(&format!("/{WABA}?fields=id,shoe_size"), &token);
    assert_eq!(field.status, 400);
    let expected = "(#100) Tried accessing nonexisting field (shoe_size) on node type (WhatsAppBusinessAccount)";
    assert_eq!(field.body["error"]["message"], expected);
    let route = caller.get(&format!("/{WABA}/nobody_serves_this"), &token);
    assert_eq!(route.status, 501);
    assert!(route.body["error"]["error_data"]["served"].as_array().unwrap().len() > 10);
    assert_eq!(caller.call("PATCH", &format!("/{WABA}"), &token, None).status, 501);
    assert_eq!(caller.get("/999999999999999", &token).codes(), (100, Some(33)));
    assert_eq!(caller.get("/not-an-id", &token).codes(), (100, Some(33)));
}

/// guide: 7.3
#[test]
fn numbers_are_paged_by_25_and_pages_lead_on() {
    let scenario = "[customers.acorn]\nnumbers = 60\n";
    let mut caller = Caller::new(common::CUSTOMERS, scenario);
    let token = caller.business_token();
    let mut path = format!("/{WABA}/phone_numbers?fields=id");
    let mut sizes = Vec::new();
    loop {
        let page = caller.get(&path, &token);
        sizes.push(page.body["data"].as_array().unwrap().len());
        let Some(next) = page.body["paging"]["next"].as_str() else { break };
        assert!(!next.contains("access_token"));
        path = next.strip_prefix("http://graph.example/v25.0").unwrap().to_owned();
    }
    assert_eq!(sizes, [25, 25, 10]);
    assert_eq!(caller.get(&format!("/{WABA}/phone_numbers?after=stale"), &token).codes().0, 100);
    assert_eq!(caller.get(&format!("/{WABA}/message_templates?after=stale"), &token).codes().0, 131_059);
}

#[test]
fn a_waba_without_a_registered_number_has_200_calls_an_hour() {
    let mut caller = Caller::usual("");
    let destination = caller.subscribed();
    let token = caller.business_token();
    let path = format!("/{destination}");
    let mut last = caller.get(&path, &token);
    assert!(last.headers["x-business-use-case-usage"].to_str().unwrap().contains("\"call_count\":1,"));
    let mut counted = 2;
    while last.status == 200 {
        last = caller.get(&path, &token);
        counted += 1;
    }
    assert_eq!(counted, 201, "the subscription counts as well");
    assert_eq!((last.status, last.codes().0), (400, 80_008));
    let usage: serde_json::Value =
        serde_json::from_str(last.headers["x-business-use-case-usage"].to_str().unwrap()).unwrap();
    let minutes = usage[&destination][0]["estimated_time_to_regain_access"].as_i64().unwrap();
    assert!((50..=60).contains(&minutes), "{minutes}");
    assert_eq!(caller.get(&format!("/{WABA}"), &token).status, 200, "another WABA is another lane");
    assert!(caller.move_number(&destination).body["id"].is_string(), "moves are not counted");
    caller.now += jiff::SignedDuration::from_mins(minutes);
    assert_eq!(caller.get(&path, &token).status, 200);
}

#[test]
fn a_waba_with_a_registered_number_has_more() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    for _ in 0..300 {
        assert_eq!(caller.get(&format!("/{WABA}"), &token).status, 200);
    }
}

#[test]
fn health_and_funding_are_seen_by_a_partner_unless_the_knob_says_no() {
    let mut caller = Caller::usual("pays = \"never\"");
    let destination = caller.accepted();
    let token = caller.business_token();
    let path = format!("/{destination}?fields=primary_funding_id,health_status");
    let seen = caller.get(&path, &token);
    assert_eq!(seen.body["health_status"]["can_send_message"], "BLOCKED");
    assert_eq!(seen.body["health_status"]["entities"][0]["errors"][0]["error_code"], 141_006);
    assert_eq!(seen.body["primary_funding_id"], json!(null));
    caller.set_knobs(&json!({ "funding_readable": false }));
    let hidden = caller.get(&path, &token).body.to_string();
    assert!(!hidden.contains("141006") && !hidden.contains("primary_funding_id"), "{hidden}");
    caller.set_knobs(&json!({ "funding_readable": true }));
    caller.simulator.person(caller.portfolio(), unmoor_simulator::Action::AddPaymentMethod);
    let paid = caller.get(&path, &token);
    assert!(paid.body["primary_funding_id"].is_string());
    assert!(!paid.body.to_string().contains("141006"));
}

/// guide: 6.2
#[test]
fn subscriptions_hold_an_override_until_they_are_made_again_without_one() {
    let mut caller = Caller::usual("");
    let destination = caller.accepted();
    let token = caller.business_token();
    let path = format!("/{destination}/subscribed_apps");
    let own = |answer: common::Answer| answer.body["data"][0].get("override_callback_uri").map(text);
    let override_body = json!({ "override_callback_uri": "https://hooks.example/acorn", "verify_token": "v" });
    assert_eq!(
        caller.post(&path, &token, json!({ "override_callback_uri": "https://hooks.example/acorn" })).status,
        400
    );
    assert_eq!(
        caller.post(&path, &token, json!({ "override_callback_uri": "ftp://x", "verify_token": "v" })).status,
        400
    );
    caller.post(&path, &token, override_body.clone());
    caller.post(&path, &token, override_body);
    assert_eq!(own(caller.get(&path, &token)).as_deref(), Some("https://hooks.example/acorn"));
    caller.post(&path, &token, json!({}));
    assert_eq!(own(caller.get(&path, &token)), None);
    caller.call("DELETE", &path, &token, None);
    assert_eq!(caller.get(&path, &token).body, json!({ "data": [] }));
    let kinds: Vec<String> = caller.kinds().into_iter().filter(|kind| kind.starts_with("app.")).collect();
    assert_eq!(kinds, ["app.subscribed", "app.callback_changed", "app.unsubscribed"]);
}
