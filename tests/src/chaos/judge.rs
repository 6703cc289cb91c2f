//! Tells the reference model what happens, in its own words.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use unmoor_migration::phase::{Phase as OurPhase, Stop};
use unmoor_migration::{Effect, EffectKind, Migration, MigrationId, NumberState as OurState};
use unmoor_simulator::load::Setup;
use unmoor_simulator::world::{NameStatus, NumberStatus};
use unmoor_simulator::{CompletedWhen, DestinationReview, LedgerEntry};

use crate::reference_model::{
    Answered, Believed, Call, Change, Facts, MustEnd, NumberFacts, NumberState, Order, Phase, ReferenceModel, Seen,
    Step, Violation, World,
};

/// How old the reading of two-step verification is at most when the intent is set, with what the calls in between take.
const TAG_READING_AGE_MS: i64 = 11 * 60 * 1000;

/// The model, and what is needed to speak to it.
pub(super) struct Judge {
    model: ReferenceModel,
    /// The clock of the workers may be set back, the model's may not.
    now_ms: i64,
    ledger_seen: u64,
    /// The source of each destination.
    sources: BTreeMap<String, String>,
    /// The source of each intent.
    intents: BTreeMap<String, String>,
    /// WABA and number of each phone number id.
    phones: BTreeMap<String, (String, String)>,
    pub(super) comparisons: u64,
}

type Judged = Result<(), String>;

impl Judge {
    /// A judge who knows the world at its beginning.
    pub(super) fn of(setup: &Setup, two_step_before_tag: bool) -> Self {
        let mut phones = BTreeMap::new();
        let customers = setup.world.customers.iter().map(|customer| {
            let waba = &setup.world.wabas[&customer.waba];
            let numbers = waba.numbers.iter().map(|entry| {
                phones.insert(entry.id.to_string(), (waba.id.to_string(), entry.number.to_string()));
                NumberFacts {
                    number: entry.number.to_string(),
                    connected: entry.status == NumberStatus::Connected && !entry.is_on_biz_app,
                    two_step: entry.two_step,
                    name_pending: entry.name_status != NameStatus::Approved,
                }
            });
            Facts {
                source: waba.id.to_string(),
                portfolio: waba.on_behalf_of.unwrap_or(waba.owner).to_string(),
                numbers: numbers.collect(),
                review_pending: setup.knobs.destination_review != DestinationReview::Approved,
                two_step_later: !two_step_before_tag,
                ..Facts::default()
            }
        });
        let world = World {
            read_lag: i64::from(setup.knobs.read_after_write_lag_s) * 1000,
            tag_reading_age: TAG_READING_AGE_MS,
            completes_on_accept: setup.knobs.intent_completed_when == CompletedWhen::Accept,
            ..World::of(customers.collect())
        };
        let model = ReferenceModel::new(world);
        let (sources, intents) = (BTreeMap::new(), BTreeMap::new());
        Self { model, now_ms: i64::MIN, ledger_seen: 0, sources, intents, phones, comparisons: 0 }
    }

    /// The place in the ledger that it has come to.
    pub(super) fn ledger_seen(&self) -> u64 {
        self.ledger_seen
    }

    /// The source of a destination WABA.
    pub(super) fn source_of(&self, waba: &str) -> Option<String> {
        self.sources.get(waba).cloned()
    }

    fn see(&mut self, at: Timestamp, seen: &Seen) -> Judged {
        self.now_ms = self.now_ms.max(at.as_millisecond());
        self.model.see(self.now_ms, seen).map_err(|violation| in_words(&violation))
    }

    /// The vendor's state changed.
    pub(super) fn change(&mut self, at: Timestamp, entry: &LedgerEntry) -> Judged {
        self.ledger_seen = entry.seq;
        let id = |name: &str| entry.ids.get(name).cloned();
        let source = entry.source_waba.map(|source| source.to_string()).unwrap_or_default();
        let number = entry.number.as_ref().map(ToString::to_string);
        let waba = id("waba").or_else(|| id("destination_waba"));
        if let Some(destination) = id("destination_waba") {
            self.sources.insert(destination, source.clone());
        }
        if let Some(intent) = id("intent") {
            self.intents.insert(intent, source.clone());
        }
        if let (Some(phone), Some(waba), Some(number)) = (id("phone_number_id"), &waba, &number) {
            self.phones.insert(phone, (waba.clone(), number.clone()));
        }
        let (kind, portfolio) = (entry.kind.clone(), id("portfolio"));
        self.see(at, &Seen::Changed(Change { kind, source_waba: source, waba, portfolio, number }))
    }

    /// A request left, and its sender will know `answer`.
    pub(super) fn request(
        &mut self,
        at: Timestamp,
        request: &http::Request<Bytes>,
        answer: Option<&http::Response<Bytes>>,
    ) -> Judged {
        let call = self.call_of(request);
        self.see(at, &Seen::Request { call, answered: answered(answer) })
    }

    /// An operator wants something; of one migration, or of the fleet.
    pub(super) fn operator(&mut self, at: Timestamp, migration: Option<String>, order: Order) -> Judged {
        self.see(at, &Seen::Operator { migration, order })
    }

    /// Whoever got the answer to this attempt is gone, and the program has written down that it does not know it.
    pub(super) fn forgotten(&mut self, at: Timestamp, migration: &MigrationId, effect: &Effect) -> Judged {
        let number = effect.number().map(ToString::to_string).unwrap_or_default();
        let step = match effect.kind() {
            EffectKind::SetIntent => Step::Tag,
            EffectKind::MoveNumber => Step::Move(number),
            EffectKind::RegisterNumber => Step::Register(number),
            _ => return Ok(()),
        };
        self.see(at, &Seen::Forgotten { migration: migration.to_string(), step })
    }

    fn call_of(&self, request: &http::Request<Bytes>) -> Call {
        let path = request.uri().path();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').skip(1).collect();
        let is_post = request.method() == http::Method::POST;
        let body = || serde_json::from_slice::<Value>(request.body()).unwrap_or_default();
        let text = |body: &Value, name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let node = parts.first().map(|id| (*id).to_owned()).unwrap_or_default();
        let of_phone = || self.phones.get(&node).cloned().unwrap_or_default();
        match (is_post, parts.as_slice()) {
            (true, [_, "set_solution_migration_intent"]) => Call::SetIntent { waba: node },
            (true, [_, "system_user_access_tokens"]) => Call::FetchToken { portfolio: node },
            (true, [_, "subscribed_apps"]) => Call::Subscribe { waba: node },
            (true, [_, "phone_numbers"]) => {
                let body = body();
                let number = format!("+{}{}", text(&body, "cc"), text(&body, "phone_number"));
                Call::MoveNumber { waba: node, number }
            }
            (true, [_, "register"]) => {
                let (waba, number) = of_phone();
                Call::Register { waba, number, pin_digest: text(&body(), "pin") }
            }
            (true, [_, "request_code"]) => Call::RequestCode { number: of_phone().1 },
            (true, [_, "verify_code"]) => Call::VerifyCode { number: of_phone().1 },
            (true, [_, "message_templates" | "migrate_message_templates"]) => Call::WriteTemplates { waba: node },
            (false, [_, "phone_numbers"]) => Call::ListNumbers { waba: node },
            (false, [_, "message_templates"]) => Call::ReadTemplates { waba: node },
            (false, [id]) if self.intents.contains_key(*id) => Call::ReadIntent { source: self.intents[*id].clone() },
            _ => Call::Read { waba: Some(node) },
        }
    }

    /// Compares with what the program has written down.
    pub(super) fn compare(&mut self, m: &Migration) -> Judged {
        self.comparisons += 1;
        let numbers = m.numbers().map(|number| (number.number.to_string(), state_of(&number.state)));
        let believed = Believed {
            phase: phase_of(m.phase()),
            destination: m.destination().map(|destination| destination.waba.to_string()),
            numbers: numbers.collect(),
        };
        self.model.compare(m.id().as_str(), &believed).map_err(|violation| in_words(&violation))
    }

    /// How a migration must have ended once all is quiet.
    pub(super) fn must_end(&self, migration: &str) -> MustEnd {
        self.model.must_end(migration)
    }
}

fn in_words(violation: &Violation) -> String {
    let at = Timestamp::from_millisecond(violation.at_ms).unwrap();
    format!("{}: {} (at {at} of the workers' clock)", violation.cites, violation.words)
}

fn answered(answer: Option<&http::Response<Bytes>>) -> Answered {
    let Some(answer) = answer else { return Answered::Nothing };
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    match body["error"]["code"].as_i64() {
        Some(code) => Answered::Refused { code, subcode: body["error"]["error_subcode"].as_i64() },
        None if answer.status().is_success() => Answered::Success,
        None => Answered::Nothing,
    }
}

fn phase_of(phase: &OurPhase) -> Phase {
    match phase {
        OurPhase::Draft => Phase::Draft,
        OurPhase::Preflight => Phase::Preflight,
        OurPhase::Ready => Phase::Ready,
        OurPhase::Tagging => Phase::Tagging,
        OurPhase::AwaitingAcceptance => Phase::AwaitingAcceptance,
        OurPhase::Provisioning => Phase::Provisioning,
        OurPhase::ReadyForCutover => Phase::ReadyForCutover,
        OurPhase::CuttingOver => Phase::CuttingOver,
        OurPhase::Settling => Phase::Settling,
        OurPhase::Completed => Phase::Completed,
        OurPhase::CompletedWithExceptions => Phase::CompletedWithExceptions,
        OurPhase::Stopped(Stop::Rejected) => Phase::Stopped("rejected".to_owned()),
        OurPhase::Stopped(Stop::Cancelled) => Phase::Stopped("cancelled".to_owned()),
    }
}

fn state_of(state: &OurState) -> NumberState {
    match state {
        OurState::Listed => NumberState::Listed,
        OurState::Skipped { .. } => NumberState::Skipped,
        OurState::Eligible => NumberState::Eligible,
        OurState::Moving { .. } => NumberState::Moving,
        OurState::Moved => NumberState::Moved,
        OurState::Registering { .. } => NumberState::Registering,
        OurState::Registered => NumberState::Registered,
        OurState::Verified => NumberState::Verified,
        OurState::Serving => NumberState::Serving,
        OurState::Stuck { .. } => NumberState::Stuck,
    }
}
