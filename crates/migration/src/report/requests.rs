//! Every request and its answer. Neither holds a secret: a token is named by its kind, a PIN not at all.

use jiff::Timestamp;
use serde::Serialize;

use super::answers;
use super::calls::{call, guide};
use super::entry::{Entry, Evidence, Told};
use super::milliseconds;
use crate::effect::{Attempt, EffectKind, Outcome};
use crate::event::Fact;
use crate::migration::Migration;

/// One request, or several in a row that were answered alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The attempt's id in the journal; of several the first.
    pub attempt: u64,
    /// The number of the entry that was written before it was sent.
    pub entry: u64,
    /// What was tried.
    pub step: EffectKind,
    /// The place in Meta's guide that asks for it.
    pub guide: Option<&'static str>,
    /// Method and path.
    pub call: String,
    /// When it was journaled, right before it was sent.
    pub at: Timestamp,
    /// How many times it was made in a row with this answer.
    pub times: u64,
    /// When the last of them was, where there are several.
    pub last_at: Option<Timestamp>,
    /// What came of it.
    pub result: Result,
    /// The answer in words; a refusal in Meta's.
    pub answer: String,
    /// Meta's code, where it refused.
    pub code: Option<i64>,
    /// Meta's subcode.
    pub subcode: Option<i64>,
    /// Meta's trace id, which its support asks for.
    pub trace_id: Option<String>,
    /// Milliseconds until the answer was there; of several the first.
    pub took_ms: Option<i64>,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Result {
    /// Done.
    Success,
    /// Refused: nothing happened.
    Refused,
    /// Nobody knows whether it took effect.
    Unknown,
    /// It never left.
    NotSent,
    /// The answer is awaited.
    Open,
}

impl Result {
    /// The same for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Success => "done",
            Self::Refused => "refused",
            Self::Unknown => "no answer",
            Self::NotSent => "not sent",
            Self::Open => "under way",
        }
    }
}

pub(super) fn requests(m: &Migration, entries: &[Entry]) -> Vec<Request> {
    let mut requests: Vec<Request> = Vec::new();
    let mut open = None::<Request>;
    for entry in entries {
        match &entry.told {
            Told::Event(event) => match Some(&event.fact) {
                Some(Fact::AttemptStarted { attempt }) => {
                    requests.extend(open.take());
                    open = Some(begun(m, entry.seq, attempt));
                }
                Some(Fact::AttemptEnded { outcome, .. }) => {
                    if let Some(mut ended) = open.take() {
                        ended.took_ms = Some(milliseconds(event.at.duration_since(ended.at)));
                        end(&mut ended, outcome);
                        keep(&mut requests, ended);
                    }
                }
                Some(_) | None => {}
            },
            Told::Evidence(Evidence::Late { attempt, outcome }) => {
                if let Some(known) = requests.iter_mut().rev().find(|request| request.attempt == *attempt) {
                    let mut late = known.clone();
                    end(&mut late, outcome);
                    known.answer = format!("{}; learned late: {}", known.answer, late.answer);
                }
            }
            Told::Evidence(_) => {}
        }
    }
    requests.extend(open);
    requests
}

fn begun(m: &Migration, entry: u64, attempt: &Attempt) -> Request {
    let step = attempt.effect.kind();
    Request {
        attempt: attempt.id,
        entry,
        step,
        guide: guide(step),
        call: call(m, &attempt.effect),
        at: attempt.started_at,
        times: 1,
        last_at: None,
        result: Result::Open,
        answer: "no answer yet".to_owned(),
        code: None,
        subcode: None,
        trace_id: None,
        took_ms: None,
    }
}

fn end(request: &mut Request, outcome: &Outcome) {
    match outcome {
        Outcome::Success { answer } => {
            request.result = Result::Success;
            request.answer = answers::words(answer);
        }
        Outcome::Refused { refusal } => {
            request.result = Result::Refused;
            let details = refusal.details.as_ref().map(|details| format!(" ({details})")).unwrap_or_default();
            request.answer = format!("{}{details}", refusal.message);
            request.code = Some(refusal.code).filter(|code| *code != 0);
            request.subcode = refusal.subcode;
            request.trace_id.clone_from(&refusal.trace_id);
        }
        Outcome::Unknown { why } => {
            request.result = Result::Unknown;
            request.answer.clone_from(why);
        }
        Outcome::NotSent { why } => {
            request.result = Result::NotSent;
            request.answer.clone_from(why);
        }
    }
}

/// What was asked in a row and answered alike is told once. A call that cannot be undone, and whatever did not succeed, is
/// always told by itself.
fn keep(requests: &mut Vec<Request>, ended: Request) {
    let repeats = |last: &&mut Request| {
        ended.result == Result::Success
            && !ended.step.cannot_be_undone()
            && (last.result, last.step, &last.call, &last.answer)
                == (ended.result, ended.step, &ended.call, &ended.answer)
    };
    match requests.last_mut().filter(repeats) {
        Some(last) => {
            last.times += 1;
            last.last_at = Some(ended.at);
        }
        None => requests.push(ended),
    }
}
