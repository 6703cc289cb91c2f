//! The Graph API's side of HTTP: from a request to an answer in Meta's form, faults included.

mod codes;
mod dress;
pub(crate) mod error;
pub(crate) mod fields;
mod files;
pub(crate) mod node_text;
pub(crate) mod paging;
pub(crate) mod params;
mod route;
pub(crate) mod version;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header};
use jiff::SignedDuration;

pub(crate) use self::dress::http_date;
use self::{
    dress::{Outcome, Usages, bare_status, dress},
    error::{Answer, GraphError},
    node_text::NodeText,
    params::Params,
    route::Address,
};
use crate::{
    agenda::{Event, LateRequest},
    calls::{Call, Needs, Run, Served},
    faults::{Action, Drop, ScriptedError, Target},
    ids::Id,
    ledger::{By, Ending, RequestEntry},
    people,
    rules::{
        access, proof,
        rate_limit::{self, Usage},
        register_number, templates,
    },
    simulator::{Exchange, Reply},
    state::{Cause, State, later},
    webhooks::{Handshake, HandshakeAnswer, Receivers, handshake::Verdict},
};

/// A request with what is worked out about it once.
struct Incoming<'a> {
    request: &'a Request<Bytes>,
    address: Address<'a>,
    /// The WABA it is about.
    waba: Option<Id>,
    trace_id: String,
}

impl<'a> Incoming<'a> {
    fn read(state: &State, request: &'a Request<Bytes>) -> Self {
        let address = Address::read(request, state.now);
        let waba = address.waba(&state.world);
        // Derived from what was asked and when, so that the same run has the same trace ids.
        let nth = state.ledger.next_request().to_string();
        let at = state.now.as_millisecond().to_string();
        let key = ["trace", request.method().as_str(), request.uri().path(), &at, &nth];
        let trace_id = format!("A{}", state.seed.text(&key, 22));
        Self { request, address, waba, trace_id }
    }

    /// The call that it asks for, as the world is now.
    fn find(&self, state: &State) -> Found {
        route::find(self.request.method(), &self.address, &state.world)
    }
}

/// A call that is served, or why there is none.
type Found = Answer<&'static Served>;

/// A request that was carried out, or one that waits for the answer of a callback.
pub(crate) enum Begun {
    Done(Exchange),
    Asks(Suspended),
}

/// A request that waits for the answer of a callback. What befalls it is decided; what it does is not.
#[derive(Clone, Debug)]
pub(crate) struct Suspended {
    pub(crate) handshake: Handshake,
    request: Request<Bytes>,
    fault: Option<Action>,
}

/// Takes a request that arrives now.
pub(crate) fn begin(state: &mut State, request: &Request<Bytes>) -> Begun {
    if request.method() == Method::GET && request.uri().path().starts_with(templates::media::PATH) {
        return Begun::Done(files::exchange(state, request));
    }
    let incoming = Incoming::read(state, request);
    let fault = fire(state, &incoming);
    let found = incoming.find(state);
    if fault.as_ref().is_none_or(Action::lets_through)
        && let Ok(served) = found
        && let Some(handshake) = asks(state, &incoming, served)
    {
        return Begun::Asks(Suspended { handshake, request: request.clone(), fault });
    }
    Begun::Done(finish(state, &incoming, found, fault, Ok(())))
}

/// Goes on with a request whose callback has answered.
pub(crate) fn resume(state: &mut State, suspended: Suspended, answer: &HandshakeAnswer) -> Exchange {
    let Suspended { handshake, request, fault } = suspended;
    let incoming = Incoming::read(state, &request);
    let found = incoming.find(state);
    finish(state, &incoming, found, fault, handshake.judge(answer))
}

/// What a callback has to be asked before the call is carried out. Where only real addresses have receivers, one that is
/// reserved for examples passes unasked.
fn asks(state: &mut State, incoming: &Incoming<'_>, served: &Served) -> Option<Handshake> {
    // Most calls ask nobody: that is seen before anything else is worked out.
    let wanted = served.asks?;
    let mut usage = None;
    let call = prepare(state, incoming, served, &mut usage, Ok(())).ok()?;
    let callback = wanted(&call).ok()??;
    if call.state.receivers == Receivers::AtRealAddresses && !call.state.receivers.has(&callback.uri) {
        return None;
    }
    Some(Handshake::new(call.state.seed, &callback, &incoming.trace_id))
}

fn finish(
    state: &mut State,
    incoming: &Incoming<'_>,
    found: Found,
    fault: Option<Action>,
    verdict: Verdict,
) -> Exchange {
    let normal = SignedDuration::from_millis(state.knobs.latency_ms.into());
    let slow = fault.as_ref().and_then(|fault| fault.latency_ms);
    let latency = slow.map_or(normal, |slow| SignedDuration::from_millis(slow.into()));
    let reply = match fault {
        Some(Action { drop: Some(Drop::Before), .. }) => {
            enter_request(state, incoming, Ending::DroppedBefore, None);
            Reply::DroppedBefore
        }
        Some(Action { drop: Some(Drop::Later), later_s, .. }) => drop_then_late(state, incoming, later_s),
        Some(Action { drop: Some(Drop::After), .. }) => {
            respond(state, incoming, found, Ending::DroppedAfter, verdict);
            Reply::DroppedAfter
        }
        Some(Action { graph_error: Some(error), .. }) => Reply::Answer(dress(
            state,
            incoming,
            Ending::Answered,
            Outcome { answer: Err(scripted(&error)), usages: Usages::default() },
        )),
        Some(Action { http_status: Some(status), .. }) => Reply::Answer(bare_status(state, incoming, status)),
        Some(Action {
            latency_ms: _,
            graph_error: None,
            http_status: None,
            drop: None,
            later_s: _,
            person: _,
            other_calls: _,
            other_registers: _,
        })
        | None => Reply::Answer(respond(state, incoming, found, Ending::Answered, verdict)),
    };
    Exchange { latency, reply }
}

/// Carries out one call of a batch: as any other, but that faults pass it by and that it cannot ask a callback first.
pub(crate) fn within_batch(state: &mut State, request: &Request<Bytes>) -> Response<Bytes> {
    let incoming = Incoming::read(state, request);
    let found = incoming.find(state);
    let refused = match found {
        _ if incoming.address.segments.is_empty() => Some("a batch within a batch"),
        Ok(served) => asks(state, &incoming, served).map(|_| "the setting of a callback within a batch"),
        Err(_) => None,
    };
    match refused {
        None => respond(state, &incoming, found, Ending::Answered, Ok(())),
        Some(what) => {
            let answer = Err(GraphError::not_simulated(what, &["the call on its own"]));
            dress(state, &incoming, Ending::Answered, Outcome { answer, usages: Usages::default() })
        }
    }
}

/// Lets a request take effect whose connection dropped long ago.
pub(crate) fn replay(state: &mut State, late: &LateRequest) {
    let mut builder = Request::builder().method(late.method.as_str()).uri(late.target.as_str());
    for (name, value) in &late.headers {
        builder = builder.header(name, value);
    }
    if let Ok(request) = builder.body(Bytes::from(hex::decode(&late.body_hex).unwrap_or_default())) {
        let incoming = Incoming::read(state, &request);
        let found = incoming.find(state);
        respond(state, &incoming, found, Ending::Late, Ok(()));
    }
}

fn drop_then_late(state: &mut State, incoming: &Incoming<'_>, later_s: Option<u32>) -> Reply {
    let request = incoming.request;
    const USUAL_S: u32 = 20;
    let lands_at = later(state.now, SignedDuration::from_secs(later_s.unwrap_or(USUAL_S).into()));
    let headers =
        request.headers().iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    let late = LateRequest {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: headers.collect(),
        body_hex: hex::encode(request.body()),
    };
    state.world.agenda.plan(lands_at, Event::LateRequest { request: late });
    enter_request(state, incoming, Ending::DroppedThenLate, None);
    Reply::DroppedThenLate { lands_at }
}

fn fire(state: &mut State, incoming: &Incoming<'_>) -> Option<Action> {
    if state.faults.is_empty() {
        return None;
    }
    let Incoming { request, address, waba, .. } = incoming;
    let target = Target {
        method: request.method().as_str(),
        path: request.uri().path(),
        bare_path: &address.bare_path(),
        wabas: [*waba, waba.map(|waba| state.world.source_of(waba))],
        at: state.now,
    };
    let fired = state.faults.fire(state.seed, &target);
    if let Some(waba) = *waba {
        for action in &fired.beside {
            happen_before(state, address, waba, action);
        }
    }
    fired.action
}

/// What others do at the moment at which a call arrives, if a script wants it.
fn happen_before(state: &mut State, address: &Address<'_>, waba: Id, action: &Action) {
    let (at, source) = (state.now, state.world.source_of(waba));
    match (action.person, action.later_s) {
        (Some(action), Some(later_s)) => {
            let delay = SignedDuration::from_secs(later_s.into());
            state.plan_after(at, delay, Event::PersonActs { waba: source, action });
        }
        (Some(action), None) => {
            people::act_about(state, at, source, action);
        }
        (None, _) => {}
    }
    if let Some(calls) = action.other_calls {
        rate_limit::count_others(state, waba, calls);
    }
    if let Some(tries) = action.other_registers
        && let Some(number) = address.number(&state.world).map(|(_, entry)| entry.number.clone())
    {
        register_number::count_others(state, &number, tries);
    }
}

fn respond(
    state: &mut State,
    incoming: &Incoming<'_>,
    found: Found,
    ending: Ending,
    verdict: Verdict,
) -> Response<Bytes> {
    let outcome = run(state, incoming, found, verdict);
    dress(state, incoming, ending, outcome)
}

/// Authenticates, checks and carries out a call.
fn run(state: &mut State, incoming: &Incoming<'_>, found: Found, verdict: Verdict) -> Outcome {
    let mut usages = Usages::default();
    let answer = found.and_then(|served| run_counted(state, incoming, served, &mut usages, verdict));
    Outcome { answer, usages }
}

fn run_counted(
    state: &mut State,
    incoming: &Incoming<'_>,
    served: &Served,
    usages: &mut Usages,
    verdict: Verdict,
) -> Answer<Bytes> {
    let mut call = prepare(state, incoming, served, &mut usages.waba, verdict)?;
    let (usage, within) = rate_limit::count_app(call.state, call.caller.app);
    usages.app = Some(usage);
    within?;
    let text = match served.run {
        Run::Value(run) => NodeText::of(&run(&mut call)?),
        Run::Text(run) => run(&mut call)?,
    };
    Ok(text.into_bytes())
}

/// Everything up to the call itself: who calls, whether that may be, what with. Changes nothing but caches.
fn prepare<'a>(
    state: &'a mut State,
    incoming: &'a Incoming<'_>,
    served: &Served,
    usage: &'a mut Option<Usage>,
    verdict: Verdict,
) -> Answer<Call<'a>> {
    let Incoming { request, address, .. } = incoming;
    let method = request.method();
    let share = state.knobs.transient_fault_rate;
    if share > 0.0 && state.seed.draw(&["transient", &state.ledger.next_request().to_string()]).chance(share) {
        return Err(GraphError::new(503, 2, "Service temporarily unavailable").transient(true));
    }
    let body: &[u8] = if served.needs == Needs::File { &[] } else { request.body() };
    let params = Params::read(request.uri().query(), request.headers(), body)?;
    let caller = match served.needs {
        Needs::AppSecret => access::authenticate_app(&state.world, &params)?,
        Needs::Token | Needs::Proof | Needs::File => {
            // The parameter goes before the header (observations: tokens.parameter_first).
            let token = params.text("access_token")?.or_else(|| bearer(request.headers()));
            access::authenticate(&state.world, state.now, token)?
        }
    };
    let proof_needed = served.needs == Needs::Proof || state.knobs.require_appsecret_proof;
    // An empty proof is a wrong one, not none.
    let given = params.text("appsecret_proof")?.or_else(|| params.has("appsecret_proof").then(String::new));
    proof::check(state, &caller, given.as_deref(), proof_needed && !matches!(caller.as_whom, access::As::App))?;
    served.check_names(&params)?;
    let cause = Cause { at: state.now, by: By::Api, request: Some(state.ledger.next_request()) };
    Ok(Call { state, cause, caller, params, method, request, address, verdict, usage })
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("oauth")).then(|| token.trim().to_owned())
}

fn scripted(script: &ScriptedError) -> Box<GraphError> {
    let mut error = codes::refusal(script.code);
    if let Some(status) = script.http_status {
        error = error.status(status);
    }
    if let Some(message) = &script.message {
        error = error.message(message);
    }
    if let Some(subcode) = script.subcode {
        error = error.subcode(subcode);
    }
    if let Some(details) = &script.details {
        error = error.details(details);
    }
    match script.is_transient {
        Some(is_transient) => error.transient(is_transient),
        None => error,
    }
}

type Seen = (u16, Option<i64>, Option<i64>);

fn enter_request(state: &mut State, incoming: &Incoming<'_>, ending: Ending, seen: Option<Seen>) {
    let Incoming { request, waba, trace_id, .. } = incoming;
    let (status, error_code, error_subcode) =
        seen.map_or((None, None, None), |(status, code, subcode)| (Some(status), code, subcode));
    let entry = RequestEntry {
        seq: state.ledger.next_request(),
        at: state.now,
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        ending,
        status,
        error_code,
        error_subcode,
        waba: *waba,
        trace_id: trace_id.clone(),
    };
    state.ledger.enter_request(entry);
}

/// The id a path segment holds.
pub(crate) fn segment_id(method: &Method, address: &Address<'_>) -> Answer<Id> {
    address.node.map_or_else(|| error::parse_id(method.as_str(), address.first()), Ok)
}

pub(crate) use self::{params::body_limit, route::Address as CallAddress};
