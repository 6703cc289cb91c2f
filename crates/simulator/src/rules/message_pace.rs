//! How fast an app may send: so many messages per second through a number, so many in a row to one customer
//! (observations: messages.throughput, messages.pair_rate).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Fidelity, Rule};
use crate::{
    http::error::{Answer, GraphError},
    ids::Id,
    phone::Digits,
    state::{State, later},
    webhooks::{
        self, Field, Update,
        shapes::messages::{self, Sender},
    },
};

pub(super) const RULE: Rule = Rule {
    name: "message_pace",
    says: "80 messages a second through a number (130429); one in six seconds to one customer, 45 of them at once (131056)",
    source: "observations: messages.throughput, messages.pair_rate",
    fidelity: Fidelity::Approximated {
        how: "the second is a calendar second; the higher throughput of busy numbers, up to 1000, is left out",
        because: "the window is not documented, and an upgrade is Meta's own decision",
    },
};

/// Messages per second through one number.
const PER_SECOND: u32 = 80;
/// One message in so long to one customer, and so many of them at once.
const PAIR_INTERVAL: SignedDuration = SignedDuration::from_secs(6);
const PAIR_BURST: i32 = 45;
/// Pairs that are long rested are forgotten when there are so many, and again when there are twice as many as were left.
const PAIRS_BEFORE_PURGE: usize = 10_000;

/// What was sent lately.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub(crate) struct Pace {
    /// The latest second in which a number sent, and how much in it.
    numbers: BTreeMap<Id, (i64, u32)>,
    /// Until when the messages of a pair would last, sent one in six seconds.
    pairs: BTreeMap<(Id, Digits), Timestamp>,
    before_purge: usize,
}

/// As it is saved: JSON has no pairs for keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    numbers: Vec<(Id, (i64, u32))>,
    pairs: Vec<((Id, Digits), Timestamp)>,
    before_purge: usize,
}

impl From<Saved> for Pace {
    fn from(Saved { numbers, pairs, before_purge }: Saved) -> Self {
        Self { numbers: numbers.into_iter().collect(), pairs: pairs.into_iter().collect(), before_purge }
    }
}

impl From<Pace> for Saved {
    fn from(Pace { numbers, pairs, before_purge }: Pace) -> Self {
        Self { numbers: numbers.into_iter().collect(), pairs: pairs.into_iter().collect(), before_purge }
    }
}

/// A message that an app sends through the API. Beyond a limit it is refused and not counted.
pub(crate) fn count(state: &mut State, waba: Id, phone: Id, number: Digits, to: Digits) -> Answer<()> {
    let (at, second) = (state.now, state.now.as_second());
    let (last, sent) = state.pace.numbers.get(&phone).copied().unwrap_or((second, 0));
    let sent = if last == second { sent } else { 0 };
    if sent >= PER_SECOND {
        let value = messages::throughput_reached(Sender { number, phone });
        webhooks::publish(state, at, Update { waba, entry: None, field: Field::Messages, phone: Some(phone), value });
        let error = GraphError::limit(130_429, "Rate limit hit");
        return Err(error.details("Cloud API message throughput has been reached."));
    }
    let lasts_until = state.pace.pairs.get(&(phone, to)).copied().unwrap_or(at).max(at);
    if lasts_until > later(at, PAIR_INTERVAL * (PAIR_BURST - 1)) {
        let error = GraphError::limit(131_056, "(Business Account, Consumer Account) pair rate limit hit");
        return Err(error.details(
            "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.",
        ));
    }
    state.pace.numbers.insert(phone, (second, sent + 1));
    state.pace.pairs.insert((phone, to), later(lasts_until, PAIR_INTERVAL));
    state.pace.purge(at);
    Ok(())
}

impl Pace {
    fn purge(&mut self, at: Timestamp) {
        if self.pairs.len() > self.before_purge.max(PAIRS_BEFORE_PURGE) {
            self.pairs.retain(|_, lasts_until| *lasts_until > at);
            self.before_purge = self.pairs.len() * 2;
        }
    }
}
