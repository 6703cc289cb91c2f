//! What became of calls that got no answer, told from the journal: what was sent, where its effect was looked for, and what
//! was found.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::instant;
use crate::E164;
use crate::effect::{EffectKind, Outcome};
use crate::event::{Event, Fact};

/// A call whose outcome was unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoubtStory {
    /// The attempt's id in the journal.
    pub attempt: u64,
    /// What was tried.
    pub step: EffectKind,
    /// For which number.
    pub number: Option<E164>,
    /// When it was journaled, right before it was sent.
    pub sent_at: Timestamp,
    /// When it was clear that no answer would come.
    pub unknown_at: Timestamp,
    /// Why there is none.
    pub why: String,
    /// Where its effect was looked for.
    pub looks: Vec<Look>,
    /// What it came to.
    pub conclusion: Conclusion,
    /// When the step was tried again.
    pub repeated_at: Option<Timestamp>,
    /// All of it in words.
    pub sentence: String,
}

/// One look for the effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// What it showed.
    pub found: Found,
    /// The vendor's words, where it refused.
    pub words: Option<String>,
}

/// What a look showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// The new WABA does not list it, which may be too early to tell.
    Absent,
    /// It is listed.
    There,
    /// The vendor refused the look itself.
    Refused,
    /// The look got no answer either.
    NoAnswer,
}

/// What a doubt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// It is still looked for.
    Open,
    /// It had taken effect.
    TookEffect,
    /// It had not taken effect.
    TookNoEffect,
    /// It cannot be looked for: the step was tried again, and that was answered.
    AnsweredAgain,
}

/// Gathers doubts from a journal, event by event.
#[derive(Debug, Default)]
pub struct Doubts {
    /// Attempts that have begun and not ended.
    begun: BTreeMap<u64, (Option<E164>, Timestamp)>,
    told: Vec<DoubtStory>,
}

impl Doubts {
    /// Takes in the next event.
    pub fn observe(&mut self, event: &Event) {
        let at = event.at;
        if let Fact::AttemptStarted { attempt } = &event.fact {
            let number = attempt.effect.number().cloned();
            self.repeated(attempt.effect.kind(), number.as_ref(), at);
            self.begun.insert(attempt.id, (number, attempt.started_at));
        } else if let Fact::AttemptEnded { attempt, kind, outcome, .. } = &event.fact {
            self.ended(*attempt, *kind, outcome, at);
        } else if let Fact::NotFoundOnce { number, read_at } = &event.fact {
            self.looked(number, *read_at, Found::Absent, Conclusion::Open);
        } else if let Fact::ProvenAbsent { number } = &event.fact {
            self.looked(number, at, Found::Absent, Conclusion::TookNoEffect);
        } else if let Fact::MoveFound { number, .. } | Fact::RegisterFound { number } = &event.fact {
            self.looked(number, at, Found::There, Conclusion::TookEffect);
        }
    }

    /// The doubts so far, the earliest first.
    #[must_use]
    pub fn stories(mut self) -> Vec<DoubtStory> {
        for doubt in &mut self.told {
            doubt.sentence = sentence(doubt);
        }
        self.told
    }

    fn open(&mut self) -> impl Iterator<Item = &mut DoubtStory> {
        self.told.iter_mut().filter(|doubt| doubt.conclusion == Conclusion::Open)
    }

    fn ended(&mut self, attempt: u64, kind: EffectKind, outcome: &Outcome, at: Timestamp) {
        let begun = self.begun.remove(&attempt);
        if kind == EffectKind::ReadDestinationNumbers {
            let (found, words) = match outcome {
                Outcome::Refused { refusal } => (Found::Refused, refusal.to_string()),
                Outcome::Unknown { why } => (Found::NoAnswer, why.clone()),
                Outcome::Success { .. } | Outcome::NotSent { .. } => return,
            };
            for doubt in self.open().filter(|doubt| can_be_looked_for(doubt.step)) {
                doubt.looks.push(Look { at, found, words: Some(words.clone()) });
            }
        } else if let (true, Outcome::Unknown { why }) = (changes_something(kind), outcome) {
            let (number, sent_at) = begun.unwrap_or((None, at));
            self.told.push(DoubtStory {
                attempt,
                step: kind,
                number,
                sent_at,
                unknown_at: at,
                why: why.clone(),
                looks: Vec::new(),
                conclusion: Conclusion::Open,
                repeated_at: None,
                sentence: String::new(),
            });
        } else if !matches!(outcome, Outcome::NotSent { .. } | Outcome::Unknown { .. }) {
            for doubt in self.open().filter(|doubt| doubt.step == kind && doubt.repeated_at.is_some()) {
                doubt.conclusion = Conclusion::AnsweredAgain;
            }
        }
    }

    fn repeated(&mut self, kind: EffectKind, number: Option<&E164>, at: Timestamp) {
        let same = self.told.iter_mut().filter(|doubt| doubt.step == kind && doubt.number.as_ref() == number);
        for doubt in same.filter(|doubt| doubt.conclusion != Conclusion::TookEffect) {
            doubt.repeated_at.get_or_insert(at);
        }
    }

    fn looked(&mut self, number: &E164, at: Timestamp, found: Found, conclusion: Conclusion) {
        let about = |doubt: &&mut DoubtStory| can_be_looked_for(doubt.step) && doubt.number.as_ref() == Some(number);
        for doubt in self.open().filter(about) {
            doubt.looks.push(Look { at, found, words: None });
            doubt.conclusion = conclusion;
        }
    }
}

/// Guide 8 and 9: the new WABA's list shows them.
fn can_be_looked_for(kind: EffectKind) -> bool {
    matches!(kind, EffectKind::MoveNumber | EffectKind::RegisterNumber)
}

/// Guide 2, 6, 8 and 9. A read without an answer leaves no doubt: it is read again.
fn changes_something(kind: EffectKind) -> bool {
    can_be_looked_for(kind) || matches!(kind, EffectKind::SetIntent | EffectKind::Subscribe)
}

fn sentence(doubt: &DoubtStory) -> String {
    let number = doubt.number.as_ref().map(|number| format!(" ({number})")).unwrap_or_default();
    let mut words = format!(
        "No answer: {}{number}, sent at {}; {}, at {}.",
        doubt.step.doing(),
        instant(doubt.sent_at),
        doubt.why,
        instant(doubt.unknown_at)
    );
    for look in &doubt.looks {
        let said = look.words.as_deref().unwrap_or_default();
        let found = match look.found {
            Found::Absent if doubt.conclusion == Conclusion::TookNoEffect && Some(look) == doubt.looks.last() => {
                "still not on the new WABA".to_owned()
            }
            Found::Absent => "not on the new WABA yet".to_owned(),
            Found::There => "on the new WABA".to_owned(),
            Found::Refused => format!("the look itself was refused: {said}"),
            Found::NoAnswer => format!("the look itself got no answer: {said}"),
        };
        words = format!("{words} Looked at {}: {found}.", instant(look.at));
    }
    words.push_str(match doubt.conclusion {
        Conclusion::Open => " Whether it took effect is not known yet.",
        Conclusion::TookEffect => " It had taken effect.",
        Conclusion::TookNoEffect => " It had not taken effect.",
        Conclusion::AnsweredAgain => " It cannot be looked for, so it was asked again, and that was answered.",
    });
    if let Some(at) = doubt.repeated_at {
        words = format!("{words} Sent again at {}.", instant(at));
    }
    words
}
