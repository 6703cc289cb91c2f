//! What people see and do in a browser: the customer's side under `/business/`, and the inspector under `/_sim/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{Caller, NUMBER, PORTFOLIO, WABA};
use http::Request;
use serde_json::{Value, json};
use unmoor_simulator::{Control, FaultAction, Simulator, control};

/// A browser without a script: it asks for pages and sends forms.
struct Browser<'a>(&'a Simulator);

struct Page {
    status: u16,
    headers: http::HeaderMap,
    html: String,
    wanted: Control,
}

impl Browser<'_> {
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header("Host", "127.0.0.1:7070")
            .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let (response, wanted) = control(self.0, 1.0, &builder.body(Bytes::from(body.to_owned())).unwrap());
        let html = String::from_utf8(response.body().to_vec()).unwrap();
        Page { status: response.status().as_u16(), headers: response.headers().clone(), html, wanted }
    }

    fn get(&self, path: &str) -> Page {
        self.send("GET", path, &[], "")
    }

    fn see(&self, path: &str) -> String {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{path}: {}", said(&page.html));
        page.html
    }

    fn post(&self, path: &str, form: &str) -> Page {
        let own = [
            ("Origin", "http://127.0.0.1:7070"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        self.send("POST", path, &own, form)
    }

    /// Sends a form and follows its redirect.
    fn submit(&self, path: &str, form: &str) -> String {
        let page = self.post(path, form);
        assert_eq!(page.status, 303, "{path} {form}: {}", said(&page.html));
        self.see(page.headers["location"].to_str().unwrap())
    }
}

/// The usual customer, whose people do nothing by themselves and have two-step verification on, with an open request.
fn tagged() -> (Caller, String) {
    let mut caller = Caller::usual("answer = \"never\"\npays = \"never\"\n");
    caller.simulator.person(caller.portfolio(), unmoor_simulator::Action::TurnOnTwoStep);
    let intent = caller.set_intent();
    (caller, intent)
}

fn business(rest: &str) -> String {
    format!("/business/{PORTFOLIO}/{rest}")
}

fn two_step(caller: &Caller) -> String {
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    business(&format!("whatsapp-manager/accounts/{WABA}/phone-numbers/{phone}/two-step-verification"))
}

/// Everything that a page could change.
fn everything(simulator: &Simulator) -> Value {
    json!({
        "world": simulator.world(), "knobs": simulator.knobs(), "ledger": simulator.ledger(0), "now": simulator.now(),
        "requests": simulator.requests(0), "faults": simulator.faults(), "mails": simulator.mails(),
    })
}

/// What a page says about a form that failed, or else its heading: short enough for a message.
fn said(html: &str) -> String {
    let start = html.find("<p class=\"notice").or_else(|| html.find("<h1>")).unwrap_or_default();
    html[start..].chars().take(300).collect()
}

/// One element to a line.
fn lines(html: &str) -> String {
    html.replace("><", ">\n<")
}

/// The page without its frame.
fn main_of(html: &str) -> String {
    let start = html.find("<main").unwrap();
    lines(&html[start..html.find("</main>").unwrap()])
}

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

#[test]
fn programs_still_get_json() {
    let (caller, _) = tagged();
    for accept in [None, Some("*/*"), Some("application/json")] {
        for path in ["/_sim", "/_sim/requests?after=0", "/_sim/knobs", "/_sim/clock", "/_sim/mails", "/_sim/faults"] {
            let mut request = Request::builder().uri(path);
            if let Some(accept) = accept {
                request = request.header("Accept", accept);
            }
            let (answer, _) = control(&caller.simulator, 1.0, &request.body(Bytes::new()).unwrap());
            assert_eq!(answer.headers()["content-type"], "application/json", "{path} {accept:?}");
        }
    }
    let browser = Browser(&caller.simulator);
    for path in ["/_sim/world", "/_sim/credentials"] {
        assert_eq!(browser.get(path).headers["content-type"], "application/json", "{path} has no page");
    }
}

#[test]
fn the_clock_is_advanced_by_buttons() {
    let mut caller = Caller::usual("");
    caller.set_intent();
    let browser = Browser(&caller.simulator);
    let before = caller.simulator.now();
    let page = browser.post("/_sim/clock", "advance=next&back=/_sim");
    assert_eq!((page.status, page.wanted.moved), (303, true));
    assert_eq!(page.headers["location"], "/_sim?result=advanced");
    assert_eq!(caller.entries("intent.accepted").len(), 1, "the next event was the person's answer");
    assert!(browser.submit("/_sim/clock", "advance=next").contains("time alone brings nothing about"));
    let advanced = caller.simulator.now();
    browser.submit("/_sim/clock", "advance=1+h+30+min");
    assert_eq!(caller.simulator.now().duration_since(advanced).as_secs(), 5400);
    assert!(advanced > before);
    assert_eq!(browser.post("/_sim/clock", "rate=60").wanted.rate, Some(60.0));
    for wrong in ["advance=soon", "advance=-1+h", "rate=-1", "rate=fast", "rate=NaN", ""] {
        let page = browser.post("/_sim/clock", wrong);
        assert_eq!((page.status, page.wanted), (400, Control::default()), "{wrong}");
    }
    let away = browser.post("/_sim/clock", "advance=1+min&back=//elsewhere.example/_sim");
    assert_eq!(away.headers["location"], "/_sim/clock?result=advanced", "never to another site");
}

#[test]
fn knobs_are_turned_one_by_one() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    let html = browser.see("/_sim/knobs");
    for knob in unmoor_simulator::Knobs::catalog() {
        assert!(html.contains(&format!("id=\"{}\"", knob.name)), "{}", knob.name);
        assert!(html.contains(knob.anchor), "{}", knob.anchor);
        for value in &knob.values {
            let word = value
                .as_str()
                .map_or_else(|| if value.is_null() { "never".to_owned() } else { value.to_string() }, str::to_owned);
            browser.submit("/_sim/knobs", &format!("knob={}&value={word}", knob.name));
            let now = serde_json::to_value(caller.simulator.knobs()).unwrap();
            assert_eq!(now[knob.name], *value, "{}", knob.name);
        }
        let default = knob.default.as_str().map_or_else(
            || if knob.default.is_null() { String::new() } else { knob.default.to_string() },
            str::to_owned,
        );
        browser.submit("/_sim/knobs", &format!("knob={}&value={default}", knob.name));
    }
    assert_eq!(caller.simulator.knobs(), unmoor_simulator::Knobs::default());
    for (form, reason) in [
        ("knob=intent_repeat&value=sometimes", "sometimes"),
        ("knob=transient_fault_rate&value=7", "a share from 0.0 to 1.0"),
        ("knob=no_such_knob&value=1", "There is no knob"),
    ] {
        let page = browser.post("/_sim/knobs", form);
        assert!(page.status == 400 && page.html.contains(reason), "{form}: {}", said(&page.html));
    }
    assert_eq!(caller.simulator.knobs(), unmoor_simulator::Knobs::default());
}

#[test]
fn faults_are_added_and_removed() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    for (form, action) in [
        ("action=graph_error&code=131000", r#"{"graph_error":{"code":131000,"is_transient":false}}"#),
        ("action=http_status&http_status=502", r#"{"http_status":502}"#),
        ("action=before", r#"{"drop":"before"}"#),
        ("action=later&later_s=20&latency_ms=300", r#"{"latency_ms":300,"drop":"later","later_s":20}"#),
        ("action=latency&latency_ms=5", r#"{"latency_ms":5}"#),
    ] {
        let form = format!("{form}&method=POST&path=%2F*%2Fregister&waba={WABA}&nth=2&probability=0.5&times=1");
        browser.submit("/_sim/faults", &form);
        let (fault, _) = caller.simulator.faults().pop().unwrap();
        assert_eq!(fault.action, serde_json::from_str::<FaultAction>(action).unwrap());
        assert_eq!((fault.matches.nth, fault.probability, fault.times), (Some(2), 0.5, Some(1)));
        assert_eq!(fault.matches.path.as_deref(), Some("/*/register"));
    }
    assert_eq!(caller.simulator.faults().len(), 5);
    for wrong in ["action=latency", "action=graph_error", "action=before&nth=0", "action=before&times=often", ""] {
        let page = browser.post("/_sim/faults", wrong);
        assert!(page.status == 400 && page.html.contains("Not added."), "{wrong}: {}", said(&page.html));
    }
    assert_eq!(caller.simulator.faults().len(), 5);
    assert!(browser.submit("/_sim/faults/clear", "").contains("All faults were removed."));
    assert!(caller.simulator.faults().is_empty());
}

#[test]
fn people_act_from_the_page_of_a_waba() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    let act = |action: &str| {
        let form = format!("action={action}&waba={WABA}&back=/_sim/wabas/{WABA}");
        browser.submit(&format!("/_sim/people/{PORTFOLIO}"), &form)
    };
    assert!(act("accept_intent").contains("It was done"));
    assert!(act("accept_intent").contains("Nothing changed"));
    assert!(act("add_payment_method").contains("It was done"));
    assert_eq!(caller.entries("funding.added").len(), 1);
    assert_eq!(browser.post(&format!("/_sim/people/{PORTFOLIO}"), &format!("action=dance&waba={WABA}")).status, 400);
    assert_eq!(browser.post("/_sim/people/12", "action=accept_intent").status, 404);
}

#[test]
fn thousands_of_customers_are_searched_and_paged() {
    let generated = unmoor_simulator::load::generate(2000, 1);
    let caller = Caller::new(&generated.customers, &generated.scenario);
    let browser = Browser(&caller.simulator);
    for (path, row) in [("/business/", "<li class=\"card\">"), ("/_sim", "<th scope=\"row\">")] {
        let first = browser.see(path);
        assert_eq!(first.matches(row).count(), 25, "{path}");
        assert!(
            first.contains("page 1 of 80") && first.contains("rel=\"next\"") && !first.contains("rel=\"prev\""),
            "{path}"
        );
        assert!(browser.see(&format!("{path}?page=80")).contains("rel=\"prev\""));
        let last = caller.credentials.customers[1999].portfolio_id;
        let found = browser.see(&format!("{path}?q={last}"));
        assert_eq!(found.matches(row).count(), 1, "{path}");
        assert!(browser.see(&format!("{path}?q=nobody-is-called-so")).contains("fits."));
    }
    let none = browser.see("/_sim?status=none");
    assert!(none.contains("2,000 customers") && none.contains("status=none&amp;page=2"), "{none}");
    assert!(browser.see("/_sim?status=ACCEPTED").contains("0 customers"));
}
