//! What people see and do in a browser: the customer's side under `/business/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{Caller, NUMBER, PORTFOLIO, WABA, browser::*};
use serde_json::json;
use unmoor_simulator::Control;

/// guide: 1.4, 1.5, 1.6
#[test]
fn guide_1_4_to_1_6_the_way_to_two_step_verification_and_its_detour() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    let tab = two_step(&caller);
    let number = tab.strip_suffix("/two-step-verification").unwrap();
    let phone_numbers = browser.see(&business("whatsapp-manager/phone-numbers"));
    assert!(browser.see(&business("")).contains(&business("whatsapp-manager/phone-numbers")));
    assert!(phone_numbers.contains(&format!("href=\"{number}\"")), "the gear icon");
    assert!(phone_numbers.contains(&business("whatsapp-manager/overview")), "who does not find it there goes on here");
    assert!(browser.see(&business("whatsapp-manager/overview")).contains(&format!("href=\"{number}\"")));
    assert!(browser.see(number).contains(&format!("href=\"{tab}\"")), "the tab");
}

/// guide: 3.4
#[test]
fn guide_3_4_the_request_is_among_those_received() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    assert!(browser.see(&business("")).contains(&business("settings/requests")));
    let received = browser.see(&business("settings/requests"));
    assert!(received.contains("Received") && received.contains(&intent), "{}", said(&received));
}

/// guide: 3.1, 3.5
#[test]
fn guide_3_5_a_person_accepts_the_request() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    let path = business(&format!("settings/requests/{intent}"));
    assert!(browser.see(&business("settings/requests")).contains(&format!("href=\"{path}/review\"")));
    assert!(browser.see(&format!("{path}/review")).contains("value=\"accept\""));
    let after = browser.submit(&format!("{path}/review"), "answer=accept");
    assert!(after.contains("You accepted the request"), "{after}");
    assert_eq!(caller.entries("intent.accepted").len(), 1);
    let again = browser.submit(&format!("{path}/review"), "answer=accept");
    assert!(again.contains("had already been accepted"), "{again}");
    let too_late = browser.submit(&format!("{path}/review"), "answer=decline");
    assert!(too_late.contains("had already been accepted"), "{too_late}");
    assert_eq!(caller.entries("intent.accepted").len(), 1);
    assert!(caller.entries("intent.rejected").is_empty());
}

#[test]
fn a_person_declines_after_a_second_question() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    let path = business(&format!("settings/requests/{intent}"));
    assert!(!browser.see(&format!("{path}/review")).contains("value=\"decline\""), "one click is not enough");
    assert!(browser.see(&format!("{path}/decline")).contains("value=\"decline\""));
    assert!(browser.submit(&format!("{path}/review"), "answer=decline").contains("You declined the request"));
    assert_eq!(caller.entries("intent.rejected").len(), 1);
    assert!(browser.submit(&format!("{path}/review"), "answer=accept").contains("had already been declined"));
    assert_eq!(browser.post(&format!("{path}/review"), "answer=perhaps").status, 400);
}

/// guide: 1.2, 1.6, 1.7
#[test]
fn guide_1_7_a_person_turns_two_step_verification_off_for_one_number() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    let path = two_step(&caller);
    assert!(browser.see(&business("whatsapp-manager/phone-numbers")).contains("Two-step on"));
    assert!(browser.see(&path).contains("Turn off two-step verification"));
    assert!(browser.submit(&format!("{path}/turn-off"), "").contains("is off for this number"));
    let entries = caller.entries("two_step.turned_off");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].number.as_ref().unwrap().as_str(), NUMBER);
    assert!(browser.submit(&format!("{path}/turn-off"), "").contains("was already off"));
    assert_eq!(caller.entries("two_step.turned_off").len(), 1);
}

#[test]
fn only_the_number_that_was_chosen_is_unlocked() {
    let customers = common::CUSTOMERS;
    let caller = Caller::new(customers, "[customers.acorn]\nnumbers = 3\ntwo_step = true\n");
    let browser = Browser(&caller.simulator);
    browser.submit(&format!("{}/turn-off", two_step(&caller)), "");
    let world = serde_json::to_value(caller.simulator.world()).unwrap();
    let numbers = world["wabas"][WABA]["numbers"].as_array().unwrap();
    assert_eq!(numbers.iter().filter(|number| number["two_step"] == json!(true)).count(), 2);
}

/// guide: 3.2
#[test]
fn guide_3_2_a_person_adds_a_payment_method_once_there_is_an_account() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    assert!(browser.see(&business("billing")).contains("when you accept the request"));
    assert_eq!(
        browser.get(&business(&format!("billing/{WABA}/add-payment-method"))).status,
        404,
        "the source is paid for"
    );
    browser.submit(&business(&format!("settings/requests/{intent}/review")), "answer=accept");
    let destination = caller.simulator.world().intents[&intent.parse().unwrap()].destination;
    let path = business(&format!("billing/{destination}/add-payment-method"));
    assert!(browser.submit(&path, "card=declined").contains("The bank declined the card."));
    assert!(browser.submit(&path, "card=declined").contains("declined this card again"));
    assert!(browser.submit(&path, "card=works").contains("The payment method was added."));
    assert!(browser.submit(&path, "card=declined").contains("already has a payment method"));
    assert_eq!((caller.entries("funding.declined").len(), caller.entries("funding.added").len()), (1, 1));
    assert_eq!(browser.post(&path, "card=4111").status, 400);
    assert!(browser.see(&business("")).matches("Done").count() >= 2);
}

/// guide: 3.7
#[test]
fn guide_3_7_the_button_of_the_mail_opens_the_request() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    assert!(browser.see(&business("mails")).contains(&business("mails/1")));
    let mail = browser.see(&business("mails/1"));
    assert!(mail.contains(&format!("href=\"{}\"", business(&format!("settings/requests/{intent}")))), "{mail}");
    assert!(mail.contains("notification@facebookmail.com"));
    assert_eq!(browser.get(&business("mails/99")).status, 404);
}

#[test]
fn the_main_pages() {
    let (mut caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    insta::assert_snapshot!("document", lines(&browser.see("/business/")));
    for (name, path) in [
        ("tasks", business("")),
        ("requests", business("settings/requests")),
        ("review", business(&format!("settings/requests/{intent}/review"))),
        ("phone_numbers", business("whatsapp-manager/phone-numbers")),
        ("two_step", two_step(&caller)),
        ("turn_off", format!("{}/turn-off", two_step(&caller))),
        ("mail", business("mails/1")),
        ("world", "/_sim".to_owned()),
        ("clock", "/_sim/clock".to_owned()),
        ("faults", "/_sim/faults".to_owned()),
    ] {
        insta::assert_snapshot!(name, main_of(&browser.see(&path)));
    }
    browser.submit(&business(&format!("settings/requests/{intent}/review")), "answer=accept");
    let destination = caller.simulator.world().intents[&intent.parse().unwrap()].destination;
    insta::assert_snapshot!(
        "request_accepted",
        main_of(&browser.see(&business(&format!("settings/requests/{intent}"))))
    );
    insta::assert_snapshot!(
        "payment",
        main_of(&browser.see(&business(&format!("billing/{destination}/add-payment-method"))))
    );
    let token = caller.system_token();
    caller.get(&format!("/{intent}"), &token);
    caller.get(&format!("/{phone}"), "no token");
    let browser = Browser(&caller.simulator);
    insta::assert_snapshot!("waba", main_of(&browser.see(&format!("/_sim/wabas/{WABA}"))));
    insta::assert_snapshot!("request_list", main_of(&browser.see("/_sim/requests")));
    insta::assert_snapshot!("ledger", main_of(&browser.see("/_sim/ledger")));
    insta::assert_snapshot!("not_found", main_of(&browser.get("/business/123456789").html));
}

#[test]
fn every_page_says_that_it_is_a_simulation_and_what_time_it_is() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    for path in ["/business/", "/_sim", "/_sim/knobs", "/business/5", &business("billing")] {
        let html = browser.get(path).html;
        assert!(html.contains("This is a simulation for practice."), "{path}");
        assert!(html.contains("2027-03-01 08:00:01 UTC"), "{path}");
        assert!(html.contains("<html lang=\"en\">") && html.contains("<main id=\"main\""), "{path}");
    }
}

#[test]
fn looking_changes_nothing() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    let before = everything(&caller.simulator);
    let mut open = vec!["/business/".to_owned(), "/_sim".to_owned(), format!("/_sim/people/{PORTFOLIO}")];
    open.push(business(&format!("settings/requests/{intent}/review?answer=accept")));
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let page = browser.get(&path);
        assert_eq!(page.wanted, Control::default(), "{path}");
        let links = page.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        open.extend(links.filter(|link| link.starts_with('/')).map(|link| link.replace("&amp;", "&")));
    }
    assert!(seen.len() > 25, "the links lead around: {seen:?}");
    assert_eq!(everything(&caller.simulator), before);
}

#[test]
fn every_link_leads_to_a_page() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    browser.submit(&business(&format!("settings/requests/{intent}/review")), "answer=accept");
    let mut open = vec!["/business/".to_owned(), "/_sim".to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let html = browser.see(&path);
        let links = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        open.extend(links.filter(|link| link.starts_with('/')).map(|link| link.replace("&amp;", "&")));
    }
    assert!(seen.iter().any(|path| path.ends_with("add-payment-method")), "{seen:?}");
}

#[test]
fn a_page_elsewhere_cannot_click_here() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    let before = everything(&caller.simulator);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let json = ("Content-Type", "text/plain");
    let elsewhere = [("Origin", "https://elsewhere.example"), ("Sec-Fetch-Site", "cross-site")];
    let request = business(&format!("settings/requests/{intent}/review"));
    let people = format!("/_sim/people/{PORTFOLIO}");
    for (path, kind, body) in [
        (request.as_str(), form, "answer=accept"),
        (&format!("{}/turn-off", two_step(&caller)), form, ""),
        ("/_sim/clock", form, "advance=1+day"),
        ("/_sim/knobs", form, "knob=latency_ms&value=1"),
        (&people, form, "action=accept_intent"),
        (&people, json, "{\"action\":\"accept_intent\"}"),
        ("/_sim/clock", json, "{\"advance_s\":60}"),
        ("/_sim/reset", json, "{}"),
    ] {
        for lie in elsewhere {
            let page = browser.send("POST", path, &[kind, lie], body);
            assert_eq!((page.status, page.wanted), (403, Control::default()), "{path} {lie:?}: {}", said(&page.html));
        }
    }
    assert_eq!(everything(&caller.simulator), before);
    assert_eq!(browser.send("POST", &request, &[form], "answer=accept").status, 303, "a program sends neither header");
}

#[test]
fn what_is_not_there_has_a_page_that_says_so() {
    let (caller, intent) = tagged();
    let browser = Browser(&caller.simulator);
    for path in [
        "/business/1",
        "/business/abc",
        "/business/../etc",
        &business("settings/requests/1"),
        &business("settings/requests/x"),
        &business(&format!("settings/requests/{intent}/elsewhere")),
        &business(&format!("whatsapp-manager/accounts/{WABA}/phone-numbers/1")),
        &business("whatsapp-manager/accounts/1/phone-numbers/1"),
        &business("billing/1/add-payment-method"),
        &business("mails/0"),
        &business("elsewhere"),
        "/_sim/wabas/1",
        "/_sim/elsewhere",
    ] {
        let page = browser.get(path);
        assert_eq!(page.status, 404, "{path}");
        assert!(page.html.contains("<h1>Not found</h1>"), "{path}: {}", said(&page.html));
    }
    assert_eq!(browser.post(&business("settings/requests/1/review"), "answer=accept").status, 404);
    assert_eq!(browser.post(&business("billing"), "").status, 405);
}

#[test]
fn what_customers_are_called_cannot_become_markup() {
    let scenario = "[customers.acorn]\nname = \"<script>alert('acorn')</script> & \\\"Sons\\\"\"\nnumbers = [\"+493023125001\"]\n\
                    [customers.acorn.person]\nanswer = \"never\"\n";
    let mut caller = Caller::new(common::CUSTOMERS, scenario);
    let intent = caller.set_intent();
    let browser = Browser(&caller.simulator);
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    for path in [
        "/business/?q=%3Cscript%3E".to_owned(),
        business(""),
        business("settings/requests"),
        business(&format!("settings/requests/{intent}/review")),
        business("whatsapp-manager/overview?q=%22%3E%3Cscript%3E"),
        business(&format!("whatsapp-manager/accounts/{WABA}/phone-numbers/{phone}")),
        business("billing"),
        business("mails/1"),
        "/_sim?q=%3Cscript%3E".to_owned(),
        format!("/_sim/wabas/{WABA}"),
        "/_sim/mails".to_owned(),
    ] {
        let html = browser.see(&path);
        assert!(html.contains("&lt;script&gt;"), "{path}: {html}");
        assert!(!html.contains("<script>"), "{path}: {html}");
    }
    let wrong = browser.post("/_sim/faults", "action=latency&latency_ms=%22%3E%3Cscript%3E");
    assert_eq!(wrong.status, 400);
    assert!(!wrong.html.contains("<script>") && wrong.html.contains("&lt;script&gt;"), "{}", wrong.html);
}

#[test]
fn pages_bring_their_own_protection() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    let page = browser.get("/business/");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "script-src 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(page.headers.get("set-cookie").is_none());
    for asset in ["style.css", "live.js"] {
        let page = browser.get(&format!("/_sim/assets/{asset}"));
        assert_eq!(page.status, 200);
        assert!(
            !page.html.contains("http://") && !page.html.contains("https://"),
            "{asset} loads nothing from elsewhere"
        );
    }
}
