//! Settings that do not travel: read while the source can still be read, compared after the cutover, set again where the policy
//! says so. Whatever goes wrong here stops nothing else (rule 12).

use jiff::{SignedDuration, Timestamp};

use super::{Next, Wait, attempt};
use crate::Verdict;
use crate::effect::{Effect, EffectKind};
use crate::event::Fact;
use crate::input::Surroundings;
use crate::migration::Migration;
use crate::recent_calls::Side;
use crate::retry::{ABSENCE_SPACING, CALL_TIMEOUT, Failure, after};
use crate::settings::{Compared, Place, Remedy, Setting, SettingName, SettingValue, SettingsPolicy, remedy, why_not};

/// Before the cutover a reading is made again that is older: somebody may have changed the profile while the request waited.
const GREATEST_AGE: SignedDuration = SignedDuration::from_hours(24);

/// So many failures in a row, and the source's settings are not waited for.
const TRIES_BEFORE: u32 = 8;

/// The same for the destination's, which have time.
const TRIES_AFTER: u32 = 8;

/// So often a setting is written at most.
const MOST_WRITES: u32 = 4;

/// Reads what was not read of the source, or too long ago. `None` when nothing more is to be had.
pub(super) fn before(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let refused = m.troubles.get(&EffectKind::ReadSourceSettings).is_some_and(|trouble| is_final(&trouble.last));
    let is_given_up = refused || given_up(m, EffectKind::ReadSourceSettings, TRIES_BEFORE).is_some();
    if s.policy.settings == SettingsPolicy::Leave || is_given_up {
        return None;
    }
    let numbers = m.numbers.values().filter(|number| !number.has_begun() && number.reason_to_skip().is_none());
    let places = numbers.map(|number| Some(&number.number)).chain([None]);
    let is_owed = |number: &Option<&crate::E164>| {
        let compared = m.settings.of(&Place::of(*number));
        let read_at = compared.and_then(|compared| compared.before_at);
        read_at.is_none_or(|at| s.now.duration_since(at) > GREATEST_AGE)
    };
    let number = places.into_iter().find(is_owed)?;
    attempt(m, s, Effect::ReadSettings { side: Side::Source, number: number.cloned() }, wait)
}

/// Compares, and sets again what is lacking. `None` when nothing is to be done now; `wait` says whether something remains.
pub(super) fn after_cutover(m: &Migration, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    if s.policy.settings == SettingsPolicy::Leave {
        return None;
    }
    let is_over = |place: &Place| {
        place.number().is_none_or(|number| m.numbers.get(number).is_some_and(crate::Number::is_migrated))
    };
    let places = m.settings.iter().filter(|(place, compared)| compared.before_at.is_some() && is_over(place));
    places.into_iter().find_map(|(place, compared)| of_place(m, place, compared, s, wait))
}

fn of_place(m: &Migration, place: &Place, compared: &Compared, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    let Some(read_at) = compared.after_at else { return look(m, place, s, wait) };
    if s.policy.settings != SettingsPolicy::Restore {
        return None;
    }
    let mut wants_a_look = false;
    for (name, setting) in &compared.settings {
        match standing(m, *name, setting, read_at, s.now) {
            Standing::Settled => {}
            Standing::Owed(value) => {
                let effect = Effect::RestoreSetting { number: place.number().cloned(), setting: *name, value };
                if let Some(next) = attempt(m, s, effect, wait) {
                    return Some(next);
                }
            }
            Standing::Look => wants_a_look = true,
            Standing::Not(until) => wait.look_at(until),
            Standing::Failed(why) => {
                let exception = format!("{} of {} was not restored: {why}", name.in_words(), in_words(m, place));
                if !m.exceptions.contains(&exception) {
                    return Some(Next::Record(Fact::ExceptionRecorded { exception }));
                }
            }
        }
    }
    if wants_a_look { look(m, place, s, wait) } else { None }
}

fn look(m: &Migration, place: &Place, s: &Surroundings<'_>, wait: &mut Wait) -> Option<Next> {
    if let Some(why) = given_up(m, EffectKind::ReadDestinationSettings, TRIES_AFTER) {
        let exception = format!("the settings of {} could not be compared: {why}", in_words(m, place));
        let is_new = s.policy.settings == SettingsPolicy::Restore && !m.exceptions.contains(&exception);
        return is_new.then_some(Next::Record(Fact::ExceptionRecorded { exception }));
    }
    let read = Effect::ReadSettings { side: Side::Destination, number: place.number().cloned() };
    attempt(m, s, read, wait)
}

fn in_words(m: &Migration, place: &Place) -> String {
    let waba = || m.destination.as_ref().map(|destination| destination.waba.to_string()).unwrap_or_default();
    place.number().map_or_else(|| format!("the new WABA {}", waba()), ToString::to_string)
}

/// Whether a read failed so often that the migration goes on without it. A person's retry begins anew.
fn given_up(m: &Migration, kind: EffectKind, tries: u32) -> Option<&Failure> {
    let trouble = m.troubles.get(&kind)?;
    (trouble.failures >= tries && !m.is_asked_for(trouble.at)).then_some(&trouble.last)
}

/// Whether trying again changes nothing.
fn is_final(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { refusal } if matches!(refusal.verdict, Verdict::Turn | Verdict::Permanent))
}

/// Where the restoring of one setting stands.
enum Standing {
    /// There is nothing to restore, or it is restored.
    Settled,
    /// It is to be written.
    Owed(SettingValue),
    /// It was written, or may have been: the destination has to be read.
    Look,
    /// Not before then.
    Not(Timestamp),
    /// It could not be restored.
    Failed(String),
}

fn standing(m: &Migration, name: SettingName, setting: &Setting, read_at: Timestamp, now: Timestamp) -> Standing {
    let Remedy::Write(value) = remedy(m, name, setting) else { return Standing::Settled };
    let Some(tried) = &setting.tried else { return Standing::Owed(value) };
    let again = |value| {
        if tried.tries >= MOST_WRITES {
            Standing::Failed(why_not(tried.failure.as_ref()))
        } else if now < tried.next_try_at {
            Standing::Not(tried.next_try_at)
        } else {
            Standing::Owed(value)
        }
    };
    match &tried.failure {
        Some(Failure::NotSent { .. }) => again(value),
        Some(Failure::Refused { refusal }) => match refusal.verdict {
            Verdict::Retry | Verdict::Wait { .. } => again(value),
            Verdict::Turn | Verdict::Permanent => Standing::Failed(why_not(tried.failure.as_ref())),
        },
        // Presence is believed at once, absence only after the call's full time-out, as for everything (rule 5).
        None | Some(Failure::Unknown { .. }) => {
            let proof_from = after(tried.at, CALL_TIMEOUT + ABSENCE_SPACING);
            if read_at < tried.at {
                Standing::Look
            } else if read_at < proof_from {
                if now >= proof_from { Standing::Look } else { Standing::Not(proof_from) }
            } else if tried.failure.is_none() {
                Standing::Failed(why_not(None))
            } else {
                again(value)
            }
        }
    }
}
