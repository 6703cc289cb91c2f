//! The inspector, `/_sim/` in a browser: whoever is in control looks at the world and turns what there is to turn.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use bytes::Bytes;
use common::{Caller, PORTFOLIO, WABA, browser::*};
use http::Request;
use unmoor_simulator::{
    Control, FaultAction, control,
    webhooks::{Outcome, Receivers},
};

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
        ("action=graph_error&code=131000", r#"{"graph_error":{"code":131000}}"#),
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

#[test]
fn webhooks_are_listed_and_sent_again() {
    let (caller, _) = tagged();
    let browser = Browser(&caller.simulator);
    assert!(browser.see("/_sim/webhooks").contains("No webhook was made yet."));
    caller.simulator.attach_receivers(Receivers::Everywhere);
    caller.simulator.person(caller.portfolio(), unmoor_simulator::Action::TurnOffTwoStep);
    caller.simulator.advance_to(caller.simulator.now() + jiff::SignedDuration::from_mins(1));
    let sent = caller.simulator.webhooks(0);
    assert!(!sent.is_empty(), "somebody listens");
    let waiting = browser.see("/_sim/webhooks");
    assert!(waiting.contains("security") && waiting.contains("waiting"), "{}", main_of(&waiting));
    caller.simulator.deliver_due(|_| Outcome::NoAnswer("<nobody>".to_owned()));
    let failed = browser.see("/_sim/webhooks");
    assert!(failed.contains("&lt;nobody&gt;"), "{}", main_of(&failed));
    let path = format!("/_sim/webhooks/{}/again", sent[0].seq);
    assert!(browser.submit(&path, "").contains("due once more"));
    caller.simulator.deliver_due(|_| Outcome::Answered(200));
    assert!(browser.see("/_sim/webhooks").contains("delivered"));
    assert_eq!(browser.post("/_sim/webhooks/99999/again", "").status, 404);
    assert_eq!(browser.get(&path).status, 404, "only a form sends");
}
