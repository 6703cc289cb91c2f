//! Lists: of a portfolio, of an account, of a solution; filtered, sorted, paged, and nested in a node.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::fmt::Write as _;

use common::{Caller, PORTFOLIO, WABA, text};
use serde_json::{Value, json};

fn ids(answer: &Value) -> Vec<String> {
    answer["data"].as_array().unwrap().iter().map(|node| text(&node["id"])).collect()
}

fn follow(caller: &mut Caller, path: &str, token: &str) -> Vec<String> {
    let mut path = path.to_owned();
    let mut all = Vec::new();
    loop {
        let page = caller.get(&path, token);
        assert_eq!(page.status, 200, "{}", page.body);
        all.extend(ids(&page.body));
        let Some(next) = page.body["paging"]["next"].as_str() else { return all };
        path = next.strip_prefix("http://graph.example/v25.0").unwrap().to_owned();
    }
}

#[test]
fn the_shared_accounts_are_paged_sorted_and_filtered_by_their_creation() {
    let mut customers = "customer,source_waba_id,business_portfolio_id\n".to_owned();
    for index in 0..60 {
        writeln!(customers, "c{index},{},{}", 7000 + index, 9000 + index).unwrap();
    }
    let mut caller = Caller::new(&customers, "");
    let mut world = caller.simulator.world();
    for (place, waba) in world.wabas.values_mut().enumerate() {
        waba.created_at = jiff::Timestamp::from_second(1_700_000_000 + i64::try_from(place).unwrap()).unwrap();
    }
    caller.simulator.set_world(world);
    let (portfolio, token) = (caller.credentials.portfolio_id, caller.system_token());
    let path = format!("/{portfolio}/client_whatsapp_business_accounts?fields=id");
    let expected: Vec<String> = (7000..7060).map(|id: u32| id.to_string()).collect();
    let backwards: Vec<String> = expected.iter().rev().cloned().collect();
    assert_eq!(follow(&mut caller, &path, &token), backwards, "newest first");
    assert_eq!(follow(&mut caller, &format!("{path}&limit=7&sort=creation_time_ascending"), &token), expected);
    let filter = |operator: &str, second: i64| {
        let json = json!([{ "field": "creation_time", "operator": operator, "value": second.to_string() }]).to_string();
        form_urlencoded::byte_serialize(json.as_bytes()).collect::<String>()
    };
    let late = format!("{path}&filtering={}&sort=creation_time_ascending", filter("GREATER_THAN", 1_700_000_049));
    assert_eq!(follow(&mut caller, &late, &token), expected[50..]);
    let early = format!("{path}&filtering={}&sort=creation_time_ascending&limit=2", filter("LESS_THAN", 1_700_000_005));
    assert_eq!(follow(&mut caller, &early, &token), expected[..5]);
    assert_eq!(ids(&caller.get(&format!("{path}&find=7007"), &token).body), ["7007"]);
    assert_eq!(ids(&caller.get(&format!("{path}&find=1"), &token).body), [""; 0]);
    for wrong in ["sort=name", "filtering=x", "filtering=%5B%7B%7D%5D", "after=nonsense", "limit=0", "find=x"] {
        let refused = caller.get(&format!("{path}&{wrong}"), &token);
        assert_eq!((refused.status, refused.codes().0), (400, 100), "{wrong}");
    }
}

#[test]
fn owned_and_shared_accounts_are_told_apart_and_end_when_the_partner_is_removed() {
    let mut caller = Caller::usual("");
    let (portfolio, token) = (caller.credentials.portfolio_id, caller.system_token());
    let shared = format!("/{portfolio}/client_whatsapp_business_accounts");
    let owned = format!("/{portfolio}/owned_whatsapp_business_accounts");
    assert_eq!(ids(&caller.get(&shared, &token).body), [WABA]);
    assert_eq!(caller.get(&owned, &token).body, json!({ "data": [] }));
    let destination = caller.accepted();
    assert_eq!(ids(&caller.get(&shared, &token).body), [destination.as_str(), WABA]);
    caller.simulator.person(caller.portfolio(), unmoor_simulator::Action::RemovePartner);
    assert_eq!(ids(&caller.get(&shared, &token).body), [destination]);
    let business = caller.business_token();
    assert_eq!(caller.get(&format!("/{PORTFOLIO}/owned_whatsapp_business_accounts"), &business).codes().0, 200);
}

#[test]
fn a_listed_account_shows_its_business_type_and_filters_that_are_not_simulated_say_so() {
    let mut caller = Caller::usual("");
    let (system, business) = (caller.system_token(), caller.business_token());
    let portfolio = caller.credentials.portfolio_id;
    let edge = format!("/{portfolio}/client_whatsapp_business_accounts");
    assert_eq!(caller.get(&edge, &system).body["data"][0]["business_type"], "ent");
    assert_eq!(caller.get(&format!("/{WABA}"), &business).body.get("business_type"), None);
    for filter in [
        r#"[{"field":"creation_time","operator":"IN_RANGE","value":"1,2"}]"#,
        r#"[{"field":"partners","operator":"ALL","value":["1"]}]"#,
        r#"[{"field":"partners","operator":"ALL","value":"1"}]"#,
    ] {
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let refused = caller.get(&format!("{edge}?filtering={filter}"), &system);
        assert_eq!(refused.status, 501, "{}", refused.body);
    }
}

#[test]
fn every_edge_of_an_account_is_shown_as_a_field_or_said_not_to_be_simulated() {
    let mut caller = Caller::usual("");
    let token = caller.business_token();
    let edges = unmoor_simulator::served_calls()
        .filter_map(|(method, path)| path.strip_prefix("/<WABA>/").filter(|_| method == "GET"));
    for edge in edges {
        let arguments = if edge == "pricing_analytics" { ".start(0).end(1800).granularity(HALF_HOUR)" } else { "" };
        let answer = caller.get(&format!("/{WABA}?fields={edge}{arguments}"), &token);
        assert!([200, 501].contains(&answer.status), "{edge}: {}", answer.body);
    }
}

#[test]
fn nodes_that_are_there_and_not_served_are_said_not_to_be_simulated() {
    let mut caller = Caller::usual("");
    let intent = caller.set_intent();
    let (system, app) = (caller.system_token(), caller.credentials.app_id.to_string());
    for (method, id) in [("GET", app.as_str()), ("POST", PORTFOLIO), ("POST", &intent), ("POST", &app)] {
        let body = (method == "POST").then(|| json!({}));
        let answer = caller.call(method, &format!("/{id}"), &system, body);
        assert_eq!(answer.status, 501, "{method} {id}: {}", answer.body);
        assert!(answer.body["error"]["error_data"]["served"].as_array().unwrap().len() > 20);
    }
    let nobody = caller.call("POST", "/999999999999999", &system, Some(json!({})));
    assert_eq!(nobody.codes(), (100, Some(33)), "an id that nobody has");
}

#[test]
fn a_portfolio_is_read_by_its_own_users_only() {
    let mut caller = Caller::usual("");
    let (business, system) = (caller.business_token(), caller.system_token());
    let fields = "fields=name,verification_status,whatsapp_business_manager_messaging_limit";
    let own = caller.get(&format!("/{PORTFOLIO}?{fields}"), &business);
    assert_eq!(own.body["whatsapp_business_manager_messaging_limit"], "TIER_2K");
    assert_eq!(own.body["id"], PORTFOLIO);
    assert_eq!(caller.get(&format!("/{PORTFOLIO}"), &system).codes().0, 200);
}

#[test]
fn numbers_are_filtered_and_sorted_in_either_spelling() {
    let numbers = r#"numbers = ["+493023125001", { number = "+493023125002", status = "PENDING" }, "+493023125003"]"#;
    let mut caller = Caller::new(common::CUSTOMERS, &format!("[customers.acorn]\n{numbers}\n"));
    let token = caller.business_token();
    let all: Vec<String> = caller.credentials.customers[0].phone_number_ids.iter().map(ToString::to_string).collect();
    let path = format!("/{WABA}/phone_numbers?fields=id");
    let sorted = |caller: &mut Caller, sort: &str| ids(&caller.get(&format!("{path}&sort={sort}"), &token).body);
    let oldest_first: Vec<String> = all.iter().rev().cloned().collect();
    for sort in ["creation_time.asc", "creation_time_ascending"] {
        assert_eq!(sorted(&mut caller, sort), oldest_first, "{sort}");
    }
    let never_onboarded_first = [all[1].clone(), all[2].clone(), all[0].clone()];
    for sort in [
        "last_onboarded_time.asc",
        "%5B%27last_onboarded_time_ascending%27%5D",
        "%5B%22last_onboarded_time_ascending%22%5D",
    ] {
        assert_eq!(sorted(&mut caller, sort), never_onboarded_first, "{sort}");
    }
    assert_eq!(sorted(&mut caller, "last_onboarded_time.desc"), [all[0].clone(), all[2].clone(), all[1].clone()]);
    let filtered = |caller: &mut Caller, field: &str, value: Value| {
        let filter = json!([{ "field": field, "operator": "EQUAL", "value": value }]).to_string();
        let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        ids(&caller.get(&format!("{path}&filtering={filter}"), &token).body).len()
    };
    assert_eq!(filtered(&mut caller, "account_mode", json!("LIVE")), 3);
    assert_eq!(filtered(&mut caller, "account_mode", json!("SANDBOX")), 0);
    assert_eq!(filtered(&mut caller, "messaging_limit_tier", json!("TIER_2K")), 3);
    assert_eq!(filtered(&mut caller, "is_official_business_account", json!(true)), 0);
    for wrong in [
        "sort=name.asc",
        "sort=creation_time",
        "sort=a.asc,b.asc",
        "filtering=%5B%7B%22field%22%3A%22status%22%2C%22operator%22%3A%22EQUAL%22%2C%22value%22%3A1%7D%5D",
    ] {
        assert_eq!(caller.get(&format!("{path}&{wrong}"), &token).codes().0, 100, "{wrong}");
    }
}

#[test]
fn numbers_can_be_asked_for_within_their_account() {
    let mut caller = Caller::new(common::CUSTOMERS, "[customers.acorn]\nnumbers = 3\n");
    let token = caller.business_token();
    let node = caller.get(&format!("/{WABA}?fields=name,phone_numbers.limit(2){{status}}"), &token).body;
    let first = &caller.credentials.customers[0].phone_number_ids[0];
    assert_eq!(node["phone_numbers"]["data"][0], json!({ "status": "CONNECTED", "id": first }));
    assert_eq!(node["phone_numbers"]["data"].as_array().unwrap().len(), 2);
    let next = text(&node["phone_numbers"]["paging"]["next"]);
    assert!(next.starts_with(&format!("http://graph.example/v25.0/{WABA}/phone_numbers?limit=2&after=")), "{next}");
    let rest = caller.get(next.strip_prefix("http://graph.example/v25.0").unwrap(), &token);
    assert_eq!(ids(&rest.body).len(), 1);
    assert_eq!(caller.get(&format!("/{WABA}?fields=phone_numbers{{shoe_size}}"), &token).codes().0, 100);
    assert_eq!(caller.get(&format!("/{WABA}?fields=phone_numbers.limit(0)"), &token).codes().0, 100);
    assert_eq!(caller.get(&format!("/{WABA}?fields=conversation_analytics"), &token).status, 501);
}

#[test]
fn a_solution_is_seen_from_its_account_its_app_and_itself() {
    let mut caller = Caller::usual("");
    let (system, app) = (caller.system_token(), caller.credentials.app_id);
    let of_waba = caller.get(&format!("/{WABA}/solutions"), &system).body;
    let id = ids(&of_waba).remove(0);
    assert_eq!(of_waba["data"][0]["status"], "ACTIVE");
    let path = format!("/{app}/whatsapp_business_solutions");
    assert_eq!(ids(&caller.get(&path, &system).body), std::slice::from_ref(&id));
    assert_eq!(ids(&caller.get(&format!("{path}?role=PARTNER"), &system).body), std::slice::from_ref(&id));
    assert_eq!(ids(&caller.get(&format!("{path}?role=OWNER"), &system).body), [""; 0]);
    assert_eq!(caller.get(&format!("{path}?role=FRIEND"), &system).codes().0, 100);
    let node = caller.get(&format!("/{id}?fields=owner_app,status_for_pending_request"), &system).body;
    assert_eq!(
        (&node["owner_app"]["name"], &node["status_for_pending_request"]),
        (&json!("Example Partner"), &json!("NONE"))
    );
    let token = caller.get(&format!("/{id}/access_token?business_id={PORTFOLIO}"), &system).body;
    assert_eq!(token, json!({ "data": [{ "access_token": caller.business_token() }] }));
    let stranger = caller.get(&format!("/{id}/access_token?business_id=77"), &system);
    assert_eq!((stranger.status, stranger.codes().0), (422, 100));
    let destination = caller.accepted();
    assert_eq!(caller.get(&format!("/{destination}/solutions"), &system).body, json!({ "data": [] }));
}

#[test]
fn users_are_assigned_seen_and_removed() {
    let mut caller = Caller::usual("");
    let (system, portfolio) = (caller.system_token(), caller.credentials.portfolio_id);
    let user = text(&caller.get("/me", &system).body["id"]);
    let path = format!("/{WABA}/assigned_users");
    let assign = json!({ "user": user, "tasks": ["MANAGE", "develop"] });
    assert_eq!(caller.post(&path, &system, assign.clone()).body, json!({ "success": true }));
    caller.post(&path, &system, assign);
    let seen = caller.get(&format!("{path}?business={portfolio}&fields=tasks,user_type"), &system).body;
    assert_eq!(seen["data"], json!([{ "tasks": ["DEVELOP", "MANAGE"], "user_type": "SYSTEM_USER", "id": user }]));
    assert_eq!(caller.get(&format!("{path}?business={PORTFOLIO}"), &system).body, json!({ "data": [] }));
    assert_eq!(caller.get(&path, &system).body["error"]["message"], "(#100) The parameter business is required.");
    for wrong in [
        json!({ "user": user, "tasks": ["FLY"] }),
        json!({ "user": "5002", "tasks": ["MANAGE"] }),
        json!({ "user": user }),
    ] {
        assert_eq!(caller.post(&path, &system, wrong).codes().0, 100);
    }
    let remove = format!("{path}?user={user}");
    assert_eq!(caller.call("DELETE", &remove, &system, None).body, json!({ "success": true }));
    assert_eq!(caller.call("DELETE", &remove, &system, None).codes().0, 100);
    assert_eq!(caller.kinds(), ["user.assigned", "user.removed"]);
}

#[test]
fn what_happened_to_an_account_is_listed_newest_first() {
    let mut caller = Caller::usual("");
    let (destination, phone) = caller.moved();
    caller.register(&phone);
    let token = caller.business_token();
    let kinds = |caller: &mut Caller, path: &str| -> Vec<String> {
        let answer = caller.get(path, &token);
        answer.body["data"].as_array().unwrap().iter().map(|one| text(&one["activity_type"])).collect()
    };
    let path = format!("/{destination}/activities");
    let all =
        ["PHONE_NUMBER_VERIFIED", "PHONE_NUMBER_ADDED", "WEBHOOK_CONFIGURED", "BILLING_UPDATED", "ACCOUNT_CREATED"];
    assert_eq!(kinds(&mut caller, &path), all);
    assert_eq!(kinds(&mut caller, &format!("/{WABA}/activities")), ["PHONE_NUMBER_REMOVED"]);
    let some = format!("{path}?activity_type=phone_number_added,BILLING_UPDATED");
    assert_eq!(kinds(&mut caller, &some), ["PHONE_NUMBER_ADDED", "BILLING_UPDATED"]);
    let first = caller.get(&format!("{path}?limit=2"), &token).body;
    let next = text(&first["paging"]["next"]);
    assert_eq!(
        kinds(&mut caller, next.strip_prefix("http://graph.example/v25.0").unwrap()),
        ["WEBHOOK_CONFIGURED", "BILLING_UPDATED"]
    );
    let accepted = caller.entries("intent.accepted")[0].at;
    let early = format!("{path}?until={}", accepted.as_second());
    assert_eq!(kinds(&mut caller, &early), ["BILLING_UPDATED", "ACCOUNT_CREATED"]);
    let late = format!("{path}?since={}", caller.now);
    assert_eq!(kinds(&mut caller, &late), [""; 0]);
    let whole = caller.get(&format!("{path}?limit=1&fields=description,details,actor_type"), &token).body;
    assert_eq!(whole["data"][0]["actor_type"], "API");
    assert_eq!(whole["data"][0]["details"]["phone_number_id"], json!(phone));
    assert_eq!(caller.get(&format!("{path}?since=soon"), &token).codes().0, 100);
}
