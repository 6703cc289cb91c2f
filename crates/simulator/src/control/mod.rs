//! The control surface `/_sim/…`: JSON, never on the paths of the Graph API, no token needed. A browser gets pages instead, here
//! and under `/business/…`: see `pages`.

mod messages;
mod webhooks;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    clock,
    faults::Fault,
    ids::Id,
    knobs::Knobs,
    ledger::{LedgerEntry, RequestEntry},
    load::{
        self, Files,
        ready_made::{self, SCENARIOS},
    },
    pages,
    people::Action,
    simulator::Simulator,
    state::later,
    world::World,
};

/// What `POST /_sim/clock`, `POST /_sim/reset` and `PUT /_sim/world` want of a clock. In process there is none, and the instant of a call rules.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Control {
    /// The rate that was asked for.
    pub rate: Option<f64>,
    /// Whether time is to continue from the simulator's present, because it was advanced, reset, or taken
    /// from a world.
    pub moved: bool,
}

/// A refusal: status and reason.
struct Refusal(StatusCode, String);

impl Refusal {
    fn bad(reason: impl Into<Box<dyn std::error::Error>>) -> Self {
        let reason: Box<dyn std::error::Error> = reason.into();
        Self(StatusCode::BAD_REQUEST, reason.to_string())
    }
}

type Outcome = Result<Value, Refusal>;

/// Answers a request on `/_sim` or `/business`. The simulator should have been advanced to the present before. The second part of the answer
/// tells whoever keeps the clock what to do with it; `rate` is what the clock runs at now.
pub fn control(simulator: &Simulator, rate: f64, request: &Request<Bytes>) -> (Response<Bytes>, Control) {
    let mut wanted = Control::default();
    if pages::is_for_people(request) {
        return (pages::answer(simulator, rate, request, &mut wanted), wanted);
    }
    let outcome = if pages::is_sent_from_elsewhere(request) {
        Err(Refusal(StatusCode::FORBIDDEN, "a page of another site sent this".to_owned()))
    } else if request.method() == Method::GET && segments(request) == ["world"] {
        // Written as it is: as a `Value`, a large world would take gigabytes.
        serde_json::to_vec(&simulator.world()).map_err(|error| broken(&error))
    } else {
        run(simulator, rate, request, &mut wanted).map(|value| value.to_string().into_bytes())
    };
    let (status, body) = match outcome {
        Ok(body) => (StatusCode::OK, body),
        Err(Refusal(status, reason)) => (status, json!({ "error": reason }).to_string().into_bytes()),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(date) = HeaderValue::from_str(&crate::http::http_date(simulator.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    (response, wanted)
}

const SERVED: &str = "GET /_sim; GET, PUT /_sim/world; POST /_sim/reset; GET /_sim/ledger; GET /_sim/requests; GET, POST /_sim/clock; \
     GET /_sim/credentials; GET, PUT /_sim/knobs; GET, POST, DELETE /_sim/faults; POST /_sim/people/<PORTFOLIO>; GET /_sim/mails; GET, POST /_sim/messages; GET /_sim/charges; \
     GET, POST /_sim/webhooks; POST /_sim/webhooks/<SEQ>/redeliver";

fn run(simulator: &Simulator, rate: f64, request: &Request<Bytes>, wanted: &mut Control) -> Outcome {
    let path = request.uri().path();
    let body = request.body();
    match (request.method(), segments(request).as_slice()) {
        (&Method::GET, []) => Ok(
            json!({ "simulator": "unmoor", "version": env!("CARGO_PKG_VERSION"), "now": simulator.now(), "rate": rate }),
        ),
        (&Method::PUT, ["world"]) => {
            simulator.set_world(parse::<World>(body)?);
            wanted.moved = true;
            Ok(json!({ "success": true, "now": simulator.now() }))
        }
        (&Method::POST, ["reset"]) => reset(simulator, body, wanted),
        (&Method::GET, ["ledger"]) => {
            let (after, limit) = (after(request)?, limit(request)?);
            // Copied under the lock and written outside of it.
            let entries: Vec<LedgerEntry> =
                simulator.look(|state| state.ledger.entries_after(after).iter().take(limit).cloned().collect());
            to_json(&entries).map(|entries| json!({ "entries": entries }))
        }
        (&Method::GET, ["requests"]) => {
            let (after, limit) = (after(request)?, limit(request)?);
            let entries: Vec<RequestEntry> =
                simulator.look(|state| state.ledger.requests_after(after).take(limit).cloned().collect());
            to_json(&entries).map(|entries| json!({ "entries": entries }))
        }
        (&Method::GET, ["clock"]) => {
            Ok(json!({ "now": simulator.now(), "rate": rate, "next_event_at": simulator.next_event_at() }))
        }
        (&Method::POST, ["clock"]) => set_clock(simulator, rate, body, wanted),
        (&Method::GET, ["credentials"]) => to_json(&simulator.credentials()),
        (&Method::GET, ["knobs"]) => to_json(&simulator.knobs()),
        (&Method::PUT, ["knobs"]) => set_knobs(simulator, body),
        (&Method::GET, ["faults"]) => list_faults(simulator),
        (&Method::POST, ["faults"]) => {
            simulator.add_fault(parse::<Fault>(body)?).map_err(Refusal::bad)?;
            list_faults(simulator)
        }
        (&Method::DELETE, ["faults"]) => {
            simulator.clear_faults();
            list_faults(simulator)
        }
        (&Method::POST, ["people", portfolio]) => person(simulator, portfolio, body),
        (&Method::GET, ["mails"]) => to_json(&simulator.mails()).map(|mails| json!({ "mails": mails })),
        (&Method::GET, ["webhooks"]) => webhooks::list(simulator, after(request)?),
        (&Method::POST, ["webhooks"]) => webhooks::announce(simulator, body),
        (&Method::POST, ["webhooks", id, "redeliver"]) => webhooks::redeliver(simulator, id),
        (&Method::POST, ["messages"]) => messages::post(simulator, body),
        (&Method::GET, ["messages"]) => {
            to_json(&simulator.messages(after(request)?)).map(|messages| json!({ "messages": messages }))
        }
        (&Method::GET, ["charges"]) => {
            to_json(&simulator.charges(messages::waba_of(request)?)).map(|charges| json!({ "charges": charges }))
        }
        (method, _) => {
            Err(Refusal(StatusCode::NOT_IMPLEMENTED, format!("{method} {path} is not served; served are: {SERVED}")))
        }
    }
}

/// The path behind `/_sim`.
fn segments(request: &Request<Bytes>) -> Vec<&str> {
    request.uri().path().split('/').filter(|segment| !segment.is_empty()).skip(1).collect()
}

fn to_json(value: &impl Serialize) -> Outcome {
    serde_json::to_value(value).map_err(|error| broken(&error))
}

/// What has no form in JSON, which would be a defect.
fn broken(error: &serde_json::Error) -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad(format!("the body is not what this call takes: {error}")))
}

/// The `after` of a query; 0 without one.
fn after(request: &Request<Bytes>) -> Result<u64, Refusal> {
    let refuse = |_| Refusal::bad("`after` is the `seq` of an entry");
    query(request, "after").map_or(Ok(0), |value| value.parse().map_err(refuse))
}

/// The `limit` of a query; none without one.
fn limit(request: &Request<Bytes>) -> Result<usize, Refusal> {
    let refuse = |_| Refusal::bad("`limit` is how many entries to give at most");
    query(request, "limit").map_or(Ok(usize::MAX), |value| value.parse().map_err(refuse))
}

/// A parameter of the query.
fn query(request: &Request<Bytes>, wanted: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    let mut given = form_urlencoded::parse(query.as_bytes());
    given.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// `{"seed":1,"scenario":"…","customers":"…"}`; what is left out stays as it was.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetBody {
    seed: Option<u64>,
    scenario: Option<String>,
    customers: Option<String>,
}

fn reset(simulator: &Simulator, body: &[u8], wanted: &mut Control) -> Outcome {
    let body: ResetBody = parse(if body.trim_ascii().is_empty() { b"{}" } else { body })?;
    let origin = simulator.origin();
    let setup = match (&origin.files, &body) {
        (_, ResetBody { seed: None, scenario: None, customers: None }) => origin,
        (files, ResetBody { seed, scenario, customers }) => {
            let old = files.clone();
            let customers = customers.clone().or_else(|| old.as_ref().map(|old| old.customers.clone()));
            let customers = customers.ok_or_else(|| {
                Refusal::bad(
                    "this world was not made from a customer file: give `customers` as well, or nothing at all",
                )
            })?;
            let scenario = scenario.clone().map(scenario_text).transpose()?;
            let (old_scenario, fault_script) = old.map(|old| (old.scenario, old.fault_script)).unwrap_or_default();
            let scenario = scenario.unwrap_or(old_scenario);
            let files = Files { customers, scenario, fault_script };
            load::load_files(&files, seed.unwrap_or(origin.seed)).map_err(Refusal::bad)?
        }
    };
    simulator.reset(setup);
    wanted.moved = true;
    Ok(json!({ "success": true, "now": simulator.now() }))
}

/// A scenario as it is, or the one at hand that has this name. A name is a single word, and no scenario is.
fn scenario_text(given: String) -> Result<String, Refusal> {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    if given.is_empty() || !given.chars().all(is_name) {
        return Ok(given);
    }
    ready_made::find(SCENARIOS, &given).map(|own| own.text.to_owned()).ok_or_else(|| {
        let names: Vec<&str> = SCENARIOS.iter().map(|own| own.name).collect();
        Refusal::bad(format!("no scenario at hand is called {given}; there are {}", names.join(", ")))
    })
}

/// `{"advance_s":86400}`, `{"rate":1000}`, or both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockBody {
    advance_s: Option<f64>,
    rate: Option<f64>,
}

fn set_clock(simulator: &Simulator, rate: f64, body: &[u8], wanted: &mut Control) -> Outcome {
    let body: ClockBody = parse(body)?;
    if let Some(new) = body.rate {
        clock::VirtualClock::new(simulator.now(), new).map_err(Refusal::bad)?;
        wanted.rate = Some(new);
    }
    if let Some(seconds) = body.advance_s {
        let advance = SignedDuration::try_from_secs_f64(seconds).map_err(|_| clock::InvalidAdvance);
        let advance = advance.and_then(clock::check_advance).map_err(Refusal::bad)?;
        simulator.advance_to(later(simulator.now(), advance));
        wanted.moved = true;
    }
    Ok(json!({ "now": simulator.now(), "rate": body.rate.unwrap_or(rate), "next_event_at": simulator.next_event_at() }))
}

/// Only the knobs that are named change.
fn set_knobs(simulator: &Simulator, body: &[u8]) -> Outcome {
    let Value::Object(named) = parse::<Value>(body)? else { return Err(Refusal::bad("expected an object of knobs")) };
    let mut all = to_json(&simulator.knobs())?;
    if let Value::Object(all) = &mut all {
        all.extend(named);
    }
    let knobs: Knobs = serde_json::from_value(all).map_err(Refusal::bad)?;
    simulator.set_knobs(knobs).map_err(Refusal::bad)?;
    to_json(&simulator.knobs())
}

fn list_faults(simulator: &Simulator) -> Outcome {
    let faults = simulator.faults();
    let shown = faults.iter().map(|(fault, fired)| Ok(json!({ "fault": to_json(fault)?, "fired": fired })));
    Ok(json!({ "faults": shown.collect::<Result<Vec<Value>, Refusal>>()? }))
}

/// `{"action":"accept_intent"}`, or with `"waba"` for one source WABA of several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonBody {
    action: Action,
    waba: Option<Id>,
}

fn person(simulator: &Simulator, portfolio: &str, body: &[u8]) -> Outcome {
    let portfolio: Id = portfolio.parse().map_err(Refusal::bad)?;
    let body: PersonBody = parse(body)?;
    if !simulator.has_customer(portfolio) {
        return Err(Refusal(StatusCode::NOT_FOUND, format!("no customer has the portfolio {portfolio}")));
    }
    let changed = simulator.person_about(portfolio, body.waba, body.action);
    Ok(json!({ "success": true, "changed": changed }))
}
