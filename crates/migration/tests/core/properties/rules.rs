//! What must hold when a call begins, told from what was asked and answered before it alone.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::observed::{DestinationAccount, ListedNumber};
use unmoor_migration::retry::{CALL_TIMEOUT, after};
use unmoor_migration::settings::{SettingName, SettingValue, Shown};
use unmoor_migration::templates::TemplateKey;
use unmoor_migration::{Attempt, E164, Effect, EffectKind, Gate, Migration, Number, Outcome, Success, TemplateGate};

use super::checker::{Checker, Past};
use crate::world::{PORTFOLIO, SOURCE};

const FRESH: SignedDuration = SignedDuration::from_mins(2);

impl Checker {
    pub(crate) fn may_start(&self, m: &Migration, attempt: &Attempt) {
        match &attempt.effect {
            Effect::MoveNumber { number, destination, .. } => {
                assert!(destination.as_str() != SOURCE, "it moves into the source");
                self.was_accepted(destination.as_str());
                self.gates_are_open(m, number);
                self.nobody_objects(m);
                self.was_probed(EffectKind::MoveNumber, number);
                let sealed = self.last(|past| {
                    past.attempt.effect.kind() == EffectKind::SealPin && past.attempt.effect.number() == Some(number)
                });
                assert!(sealed.is_some_and(|past| matches!(past.outcome, Outcome::Success { .. })), "no PIN is sealed");
            }
            Effect::RegisterNumber { number, .. } => {
                self.keeps_the_schedule(number);
                self.was_probed(EffectKind::RegisterNumber, number);
                self.region_is_set(m, number);
            }
            Effect::RestoreSetting { number, setting, .. } => self.may_restore(m, number.as_ref(), *setting),
            Effect::CreateTemplate { template, .. } => self.template_may_be_created(m, template),
            Effect::SetIntent => self.tags_in_time(),
            _ => {}
        }
    }

    fn last(&self, wanted: impl Fn(&Past) -> bool) -> Option<&Past> {
        self.past.iter().rev().find(|past| wanted(past))
    }

    pub(crate) fn last_answer<T>(&self, answer: impl Fn(&Success) -> Option<T>) -> Option<(T, Timestamp)> {
        self.past.iter().rev().find_map(|past| match &past.outcome {
            Outcome::Success { answer: given } => answer(given).map(|value| (value, past.at)),
            _ => None,
        })
    }

    /// Rule 1.
    fn was_accepted(&self, destination: &str) {
        let accepted = self.past.iter().any(|past| {
            let answer = match &past.outcome {
                Outcome::Success { answer: Success::Intent(answer) } => answer,
                Outcome::Success { answer: Success::GivenIntent(read) } => {
                    if read.source.as_ref().is_none_or(|source| source.as_str() != SOURCE) {
                        return false;
                    }
                    &read.answer
                }
                _ => return false,
            };
            let proceeds = answer.status == "ACCEPTED" || answer.status == "COMPLETED" && self.acceptance_told;
            proceeds && answer.destination.as_ref().is_some_and(|id| id.as_str() == destination)
        });
        assert!(accepted, "a move without ACCEPTED and this destination");
    }

    /// Rule 2.
    fn gates_are_open(&self, m: &Migration, number: &E164) {
        let now = self.run.now;
        let is_fresh = |at: Timestamp| now.duration_since(at) <= FRESH;
        let attested = |gate| m.attested_at(gate, number).is_some();
        let find = |listed: &[ListedNumber]| listed.iter().find(|entry| entry.number.as_ref() == Some(number)).cloned();
        let (entry, read_at) = self
            .last_answer(|answer| match answer {
                Success::SourceNumbers(listed) => Some(find(listed)),
                _ => None,
            })
            .expect("the source was listed");
        let entry = entry.expect("the source lists the number");
        assert_eq!(entry.status.as_deref(), Some("CONNECTED"));
        let shows = |open: Option<bool>| if m.source_is_lost() { None } else { open };
        let off = shows(entry.pin_enabled.map(|on| !on));
        assert!(
            off == Some(true) && is_fresh(read_at) || off.is_none() && attested(Gate::TwoStepOff),
            "two-step verification is not known to be off"
        );
        let named = shows(entry.name_status.as_ref().map(|status| status == "APPROVED"));
        assert!(
            named == Some(true) && is_fresh(read_at) || named.is_none() && attested(Gate::DisplayName),
            "the display name is not known to be approved"
        );
        let subscribed = self.last_answer(|answer| match answer {
            Success::Subscriptions(subscriptions) => Some(subscriptions.ours),
            _ => None,
        });
        assert!(subscribed.is_some_and(|(ours, at)| ours && is_fresh(at)), "the subscription is not known to be there");
        let (account, at) = self
            .last_answer(|answer| match answer {
                Success::Destination(account) => Some(account.clone()),
                _ => None,
            })
            .expect("the destination was read");
        let DestinationAccount { review, owner, payment_error, funding_present } = account;
        let open = |shown: Option<bool>, gate| {
            shown == Some(true) && is_fresh(at) || shown.is_none() && m.attested_at(gate, number).is_some()
        };
        assert!(open(review.map(|review| review == "APPROVED"), Gate::DestinationReview), "the review");
        assert!(open(owner.map(|owner| owner.as_str() == PORTFOLIO), Gate::SamePortfolio), "the portfolio");
        let payment = match (payment_error, funding_present) {
            (Some(true), _) => Some(false),
            (_, true) => Some(true),
            (_, false) => None,
        };
        assert!(open(payment, Gate::PaymentMethod), "the payment method");
        if m.customer().storage_region.is_some() {
            assert!(attested(Gate::StorageRegion) || self.can_see_the_region(number), "the storage region");
        }
    }

    /// The source showed of this number what can then be verified on the other side.
    fn can_see_the_region(&self, number: &E164) -> bool {
        self.past.iter().any(|past| {
            let of_number = past.attempt.effect.number() == Some(number);
            let Outcome::Success { answer: Success::Settings(read) } = &past.outcome else { return false };
            let shown = read.get(&SettingName::StorageRegion);
            of_number && shown.is_some_and(|shown| !matches!(shown, Shown::Unreadable(_)))
        })
    }

    /// A wanted region is there before the register, unless a person has taken its place.
    fn region_is_set(&self, m: &Migration, number: &E164) {
        let Some(wanted) = m.customer().storage_region.clone() else { return };
        let shown = self.last(|past| {
            past.attempt.effect.kind() == EffectKind::SetStorageRegion && past.attempt.effect.number() == Some(number)
        });
        let set = Success::StorageRegion(Shown::Set(SettingValue::Word(wanted)));
        let is_set = shown.is_some_and(|past| past.outcome == Outcome::Success { answer: set.clone() });
        assert!(is_set || m.attested_at(Gate::StorageRegion, number).is_some(), "it is registered without its region");
    }

    /// Settings are set on what is over only, and looked for after silence.
    fn may_restore(&self, m: &Migration, number: Option<&E164>, setting: SettingName) {
        let is_over =
            m.numbers().filter(|known| number.is_none_or(|only| *only == known.number)).any(Number::is_migrated);
        assert!(is_over, "a setting is set before its number is over");
        let is_this = |past: &Past| {
            matches!(&past.attempt.effect, Effect::RestoreSetting { number: of, setting: known, .. }
                if *known == setting && of.as_ref() == number)
        };
        let Some(last) = self.last(is_this) else { return };
        if matches!(last.outcome, Outcome::Unknown { .. }) {
            let looked = self.past.iter().any(|past| {
                past.at >= last.at
                    && past.attempt.effect.kind() == EffectKind::ReadDestinationSettings
                    && past.attempt.effect.number() == number
                    && matches!(past.outcome, Outcome::Success { .. })
            });
            assert!(looked, "{setting:?} is set again after silence without a look");
        }
    }

    /// Rule 7, before the first move; and rule 8's fleet, the window and the hook.
    fn nobody_objects(&self, m: &Migration) {
        assert!(
            m.paused().is_none() && m.held().is_none() && m.cancelled().is_none(),
            "a move against a person's word"
        );
        assert!(self.run.fleet.no_move.is_none(), "a move against the fleet's brake");
        assert!(self.run.throttled.is_none(), "a move without a budget");
        if let Some(window) = &self.run.policy.window {
            let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
            assert_eq!(window.check(self.run.now, &zone), Ok(()), "a move outside its window");
        }
        let is_first = !self.past.iter().any(|past| past.attempt.effect.kind() == EffectKind::MoveNumber);
        if self.run.policy.template_gate == TemplateGate::Losses && is_first {
            let losses = m.template_forecast(None).expect("the templates were read").losses();
            let accepted = m.loss_acceptance().map(|accepted| accepted.losses.clone()).unwrap_or_default();
            assert!(
                losses.are_covered_by(&accepted),
                "a move before its loss was accepted: {}",
                losses.beyond(&accepted)
            );
            let read_at = m.source().templates.as_ref().map(|reading| reading.at);
            let is_fresh = read_at.is_some_and(|at| self.run.now.duration_since(at) <= FRESH);
            assert!(is_fresh || m.source_is_lost(), "losses that were read too long ago");
        }
        if self.run.policy.before_move_hook {
            let (allowed, at) = self
                .last_answer(|answer| match answer {
                    Success::MoveAllowed => Some(true),
                    Success::MoveVetoed(_) => Some(false),
                    _ => None,
                })
                .expect("the hook was asked");
            assert!(allowed && self.run.now.duration_since(at) <= FRESH, "the hook did not allow it");
        }
    }

    /// Rule 5: after silence, two reads without the effect, 30 s apart, from the end of the call's time on.
    fn was_probed(&self, kind: EffectKind, number: &E164) {
        let about = |past: &Past| past.attempt.effect.kind() == kind && past.attempt.effect.number() == Some(number);
        let Some(last) = self.last(about) else { return };
        if !matches!(last.outcome, Outcome::Unknown { .. }) {
            return;
        }
        let from = after(last.attempt.started_at, CALL_TIMEOUT);
        let absent: Vec<Timestamp> = self
            .past
            .iter()
            .filter(|past| past.at >= from && is_absent(&past.outcome, kind, number))
            // A reading is as old as its question, however long its answer took.
            .map(|past| past.attempt.started_at)
            .collect();
        let spread = absent.iter().max().zip(absent.iter().min()).map(|(last, first)| last.duration_since(*first));
        assert!(
            spread.is_some_and(|spread| spread >= SignedDuration::from_secs(30)),
            "{kind:?} is repeated after silence without two reads: {absent:?}"
        );
    }

    /// Rules 5 and 14 for a template: the vendor's copies are at rest, the last reading does not show it, and after silence two
    /// reads did not.
    fn template_may_be_created(&self, m: &Migration, template: &TemplateKey) {
        let registered = self.last(|past| past.attempt.effect.kind() == EffectKind::RegisterNumber).map(|past| past.at);
        let hour = SignedDuration::from_hours(1);
        assert!(
            registered.is_none_or(|at| self.run.now >= after(at, hour)),
            "a template is written before copies can be at rest"
        );
        let shown = |past: &Past| match &past.outcome {
            Outcome::Success { answer: Success::DestinationTemplates(found) } => {
                Some(found.statuses.contains_key(template))
            }
            _ => None,
        };
        assert_eq!(self.past.iter().rev().find_map(shown), Some(false), "{template} may be there");
        assert!(m.phase() == &unmoor_migration::Phase::Settling, "a template is written before the numbers are over");
        let about = |past: &Past| matches!(&past.attempt.effect, Effect::CreateTemplate { template: tried, .. } if tried == template);
        let Some(last) = self.last(about).filter(|past| matches!(past.outcome, Outcome::Unknown { .. })) else {
            return;
        };
        let from = after(last.attempt.started_at, CALL_TIMEOUT);
        let absent: Vec<Timestamp> =
            self.past.iter().filter(|past| past.at >= from && shown(past) == Some(false)).map(|past| past.at).collect();
        let spread = absent.iter().max().zip(absent.iter().min()).map(|(last, first)| last.duration_since(*first));
        assert!(spread.is_some_and(|spread| spread >= SignedDuration::from_secs(30)), "{template}: {absent:?}");
    }

    /// Rule 4.
    fn keeps_the_schedule(&self, number: &E164) {
        let now = self.run.now;
        let sent: Vec<Timestamp> = self
            .past
            .iter()
            .filter(|past| past.attempt.effect.kind() == EffectKind::RegisterNumber)
            .filter(|past| past.attempt.effect.number() == Some(number))
            .filter(|past| !matches!(past.outcome, Outcome::NotSent { .. }))
            .map(|past| past.attempt.started_at)
            .filter(|at| now.duration_since(*at) < SignedDuration::from_hours(72))
            .collect();
        assert!(sent.len() < 10, "an eleventh register in 72 hours");
        assert!(sent.len() < 7 + self.retries.len(), "an eighth register by itself in 72 hours");
        let Some(last) = sent.last() else { return };
        let asked_since = self.retries.iter().any(|at| at >= last);
        let spacing = match sent.len() {
            1 => SignedDuration::from_secs(60),
            2 => SignedDuration::from_mins(5),
            _ => SignedDuration::from_hours(1),
        };
        assert!(
            asked_since || now.duration_since(*last) >= spacing,
            "register {} of {number} came {:#} after the one before",
            sent.len() + 1,
            now.duration_since(*last)
        );
    }

    /// Guide 2 is repeated after silence three times by itself, spaced; then a person decides.
    fn tags_in_time(&self) {
        let tags: Vec<&Past> =
            self.past.iter().filter(|past| past.attempt.effect.kind() == EffectKind::SetIntent).collect();
        let silent = tags.iter().rev().take_while(|past| matches!(past.outcome, Outcome::Unknown { .. })).count();
        let Some(last) = tags.last().filter(|_| silent > 0) else { return };
        let asked_since = self.retries.iter().any(|at| *at >= last.at);
        assert!(asked_since || silent <= 3, "a fourth repeat of the tag by itself");
        let least = SignedDuration::from_secs(48);
        assert!(asked_since || self.run.now.duration_since(last.at) >= least, "the tag is repeated too soon");
    }
}

fn is_absent(outcome: &Outcome, kind: EffectKind, number: &E164) -> bool {
    let Outcome::Success { answer: Success::DestinationNumbers(listed) } = outcome else { return false };
    let by_number: BTreeMap<&E164, &ListedNumber> =
        listed.iter().filter_map(|entry| Some((entry.number.as_ref()?, entry))).collect();
    match by_number.get(number) {
        None => true,
        Some(entry) => kind == EffectKind::RegisterNumber && !entry.is_registered_here(),
    }
}
