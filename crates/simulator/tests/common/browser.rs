//! A browser for tests: it asks for pages and sends forms, as one without scripts does.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use unmoor_simulator::{Control, Simulator, control};

use super::{Caller, PORTFOLIO, WABA};

/// A browser without a script: it asks for pages and sends forms.
pub struct Browser<'a>(pub &'a Simulator);

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub html: String,
    pub wanted: Control,
}

impl Browser<'_> {
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
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

    pub fn get(&self, path: &str) -> Page {
        self.send("GET", path, &[], "")
    }

    pub fn see(&self, path: &str) -> String {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{path}: {}", said(&page.html));
        page.html
    }

    pub fn post(&self, path: &str, form: &str) -> Page {
        let own = [
            ("Origin", "http://127.0.0.1:7070"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        self.send("POST", path, &own, form)
    }

    /// Sends a form and follows its redirect.
    pub fn submit(&self, path: &str, form: &str) -> String {
        let page = self.post(path, form);
        assert_eq!(page.status, 303, "{path} {form}: {}", said(&page.html));
        self.see(page.headers["location"].to_str().unwrap())
    }
}

/// The usual customer, whose people do nothing by themselves and have two-step verification on, with an open request.
pub fn tagged() -> (Caller, String) {
    let mut caller = Caller::usual("answer = \"never\"\npays = \"never\"\n");
    caller.simulator.person(caller.portfolio(), unmoor_simulator::Action::TurnOnTwoStep);
    let intent = caller.set_intent();
    (caller, intent)
}

pub fn business(rest: &str) -> String {
    format!("/business/{PORTFOLIO}/{rest}")
}

pub fn two_step(caller: &Caller) -> String {
    let phone = caller.credentials.customers[0].phone_number_ids[0];
    business(&format!("whatsapp-manager/accounts/{WABA}/phone-numbers/{phone}/two-step-verification"))
}

/// Everything that a page could change.
pub fn everything(simulator: &Simulator) -> Value {
    json!({
        "world": simulator.world(), "knobs": simulator.knobs(), "ledger": simulator.ledger(0), "now": simulator.now(),
        "requests": simulator.requests(0), "faults": simulator.faults(), "mails": simulator.mails(),
    })
}

/// What a page says about a form that failed, or else its heading: short enough for a message.
pub fn said(html: &str) -> String {
    let start = html.find("<p class=\"notice").or_else(|| html.find("<h1>")).unwrap_or_default();
    html[start..].chars().take(300).collect()
}

/// One element to a line.
pub fn lines(html: &str) -> String {
    html.replace("><", ">\n<")
}

/// The page without its frame.
pub fn main_of(html: &str) -> String {
    let start = html.find("<main").unwrap();
    lines(&html[start..html.find("</main>").unwrap()])
}
