//! State from facts: the only way in which a migration changes, and so also the only way in which it is replayed.

use jiff::Timestamp;

use crate::effect::{Attempt, CopyAnswer, Effect, EffectKind, FlowsAnswer, Outcome, Success};
use crate::event::{Event, Fact};
use crate::gate;
use crate::migration::{Adoption, Destination, Intent, LastAttempt, Mark, Migration};
use crate::number::{Doubt, FailedTry, Number, NumberState};
use crate::observed::{DestinationTemplates, ListedNumber};
use crate::phase::Phase;
use crate::reading::Reading;
use crate::retry::{CALL_TIMEOUT, Failure, Trouble, after};
use crate::settings::Place;
use crate::templates::{Carried, CarriedState, CopiesSeen, FlowsMoved, MOST_TRIES, Means, TemplateKey};
use crate::{Blocker, BlockerCode, Cause, E164, IntentId, Refusal, Verdict};

/// A fact that cannot follow on a state. Both sides are in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("migration {migration} in phase {phase} cannot take the event {event}: {why}")]
pub struct IllegalEvent {
    /// Whose.
    pub migration: String,
    /// Where it stands.
    pub phase: String,
    /// The event.
    pub event: &'static str,
    /// Why not.
    pub why: String,
}

/// The migration that an import begins.
///
/// # Errors
/// [`IllegalEvent`] when `first` is not an import.
pub fn begin(first: &Event) -> Result<Migration, IllegalEvent> {
    let Fact::Imported { customer } = &first.fact else {
        return Err(IllegalEvent {
            migration: "(none)".to_owned(),
            phase: "(none)".to_owned(),
            event: first.kind(),
            why: "a journal begins with an import".to_owned(),
        });
    };
    let mut migration = Migration::new(customer.clone(), first.at);
    migration.blockers = vec![Blocker::new(BlockerCode::NotPreflighted, first.at)];
    Ok(migration)
}

/// The migration after `event`.
///
/// # Errors
/// [`IllegalEvent`] when the fact cannot follow on this state.
pub fn apply(mut migration: Migration, event: &Event) -> Result<Migration, IllegalEvent> {
    apply_in_place(&mut migration, event)?;
    Ok(migration)
}

/// The same without a copy, for a draft that is thrown away when the fact is illegal: it may be half changed then.
pub(crate) fn apply_in_place(migration: &mut Migration, event: &Event) -> Result<(), IllegalEvent> {
    apply_to(migration, event).map_err(|why| IllegalEvent {
        migration: migration.id.to_string(),
        phase: migration.phase.name().to_owned(),
        event: event.kind(),
        why,
    })
}

/// The migration that a whole journal adds up to.
///
/// # Errors
/// [`IllegalEvent`] when the journal is empty, does not begin with an import, or holds a fact that cannot follow.
pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Migration, IllegalEvent> {
    let mut events = events.into_iter();
    let Some(first) = events.next() else {
        return Err(IllegalEvent {
            migration: "(none)".to_owned(),
            phase: "(none)".to_owned(),
            event: "(none)",
            why: "the journal is empty".to_owned(),
        });
    };
    events.try_fold(begin(first)?, apply)
}

fn apply_to(m: &mut Migration, event: &Event) -> Result<(), String> {
    let at = event.at;
    let mark = |by: &str, reason: &Option<String>| Mark { by: by.to_owned(), at, reason: reason.clone() };
    match &event.fact {
        Fact::Imported { .. } => return Err("it is imported already".to_owned()),
        Fact::CustomerUpdated { customer } => {
            if customer.source_waba != m.customer.source_waba {
                return Err("another source WABA is another migration".to_owned());
            }
            m.customer = customer.clone();
        }
        Fact::PhaseEntered { phase } => {
            if !m.phase.may_become(phase) {
                return Err(format!("no arrow leads from {} to {phase}", m.phase));
            }
            m.phase = phase.clone();
            m.phase_entered_at = at;
            m.blockers.clear();
            m.wait_until = (!phase.is_final()).then_some(at);
        }
        Fact::Started { by } => m.started = Some(mark(by, &None)),
        Fact::Paused { by, reason } => m.paused = Some(mark(by, reason)),
        Fact::Resumed { .. } => m.paused = None,
        Fact::Held { by, reason } => m.held = Some(mark(by, reason)),
        Fact::Unheld { .. } => m.held = None,
        Fact::CancelAsked { by, reason } => m.cancelled = Some(mark(by, reason)),
        Fact::RetryAsked { .. } => retry_asked(m, at),
        Fact::AdoptionAsked { by, intent, acceptance_seen } => {
            m.troubles.remove(&EffectKind::ReadGivenIntent);
            let given = mark(by, acceptance_seen);
            m.adoption = Some(Adoption { intent: intent.clone(), given, read: None, refused: None });
        }
        Fact::IntentAdopted { intent } => adopt(m, intent, at)?,
        Fact::AdoptionRefused { why } => {
            m.troubles.remove(&EffectKind::ReadGivenIntent);
            let adoption = m.adoption.as_mut().ok_or("no intent was given")?;
            adoption.refused = Some(Reading::new(why.clone(), at));
        }
        Fact::Attested { attestation } => m.attestations.push(attestation.clone()),
        Fact::LossAccepted { acceptance } => m.loss_acceptance = Some(acceptance.clone()),
        Fact::Recovered { since } => {
            m.truth_since = *since;
            m.recovered = true;
        }
        Fact::Nudged { .. } => m.look_again_since = Some(at),
        Fact::AttemptStarted { attempt } => attempt_started(m, attempt)?,
        Fact::AttemptEnded { attempt, kind, outcome, retry_at } => {
            attempt_ended(m, *attempt, *kind, outcome, *retry_at, at)?;
        }
        Fact::Accepted { destination } => {
            let intent = m.intent.as_mut().ok_or("there is no intent")?;
            intent.accepted_at = Some(at);
            m.adoption = None;
            m.destination = Some(Destination {
                waba: destination.clone(),
                token_fetched_at: None,
                token: None,
                subscribed_at: None,
                subscriptions: None,
                account: None,
                numbers: None,
                templates: None,
            });
        }
        Fact::NumberChosen { number } => {
            let number = number_mut(m, number)?;
            require(matches!(number.state, NumberState::Listed | NumberState::Skipped { .. }), "it is not listed")?;
            number.state = NumberState::Eligible;
        }
        Fact::NumberSkipped { number, reason } => {
            let number = number_mut(m, number)?;
            require(!number.has_begun(), "its move has begun")?;
            number.state = NumberState::Skipped { reason: reason.clone() };
        }
        Fact::MoveFound { number, phone_number_id } => {
            let (recovered, truth_since) = (m.recovered, m.truth_since);
            let number = number_mut(m, number)?;
            let tried = matches!(number.state, NumberState::Moving { .. }) || number.move_trouble.is_some();
            // The journal of a database that was restored may lack the move.
            let lacks_it = recovered && !number.has_begun();
            require(tried || lacks_it, "no move of it was tried")?;
            // It may have been between two accounts ever since it was sent: the gap is told at its longest.
            let since = if let NumberState::Moving { doubt: Some(doubt) } = &number.state {
                doubt.sent_at
            } else if lacks_it {
                truth_since
            } else {
                at
            };
            moved(number, phone_number_id.clone(), since);
        }
        Fact::NotFoundOnce { number, read_at } => {
            let number = number_mut(m, number)?;
            let (NumberState::Moving { doubt: Some(doubt) } | NumberState::Registering { doubt: Some(doubt) }) =
                &mut number.state
            else {
                return Err("nothing about it is in doubt".to_owned());
            };
            // The vendor may have looked at any time until the answer came: the next look is spaced from then.
            doubt.absent_at = Some(at.max(*read_at));
        }
        Fact::ProvenAbsent { number } => {
            let number = number_mut(m, number)?;
            number.state = if matches!(number.state, NumberState::Moving { doubt: Some(_) }) {
                NumberState::Eligible
            } else if matches!(number.state, NumberState::Registering { doubt: Some(_) }) {
                NumberState::Moved
            } else {
                return Err("nothing about it is in doubt".to_owned());
            };
        }
        Fact::RegisterFound { number } => {
            let number = number_mut(m, number)?;
            require(number.is_in_outage(), "it is not between two accounts")?;
            registered(number, at);
        }
        Fact::NumberVerified { number } => {
            let number = number_mut(m, number)?;
            require(number.state == NumberState::Registered, "it is not registered")?;
            number.state = NumberState::Verified;
            number.verified_at = Some(at);
        }
        Fact::NumberServing { number } => {
            let number = number_mut(m, number)?;
            require(number.is_migrated(), "it is not verified")?;
            number.state = NumberState::Serving;
        }
        Fact::NumberStuck { number, code } => {
            let number = number_mut(m, number)?;
            require(number.is_in_outage(), "it is not between two accounts")?;
            number.state = NumberState::Stuck { code: *code };
        }
        Fact::CopiesAtRest { .. } => {
            m.template_work.at_rest = Some(at);
            m.template_work.taken_names = m.names_of_others();
        }
        Fact::TemplatesFound { templates } => {
            for key in templates {
                let carried = in_doubt_mut(m, key)?;
                carried.state = CarriedState::Taken { at };
            }
        }
        Fact::TemplatesNotFoundOnce { templates, read_at } => {
            for key in templates {
                let CarriedState::InDoubt { doubt } = &mut in_doubt_mut(m, key)?.state else { continue };
                doubt.absent_at = Some(at.max(*read_at));
            }
        }
        Fact::TemplatesProvenAbsent { templates } => {
            for key in templates {
                let carried = in_doubt_mut(m, key)?;
                carried.state = after_proven_absent(carried, at);
            }
        }
        Fact::ContentsGivenUp { template, why } => contents_given_up(m, template.as_ref(), why),
        Fact::TemplatesLeft { by, templates } => {
            m.template_work.left.extend(templates.iter().map(|key| (key.clone(), by.clone())));
        }
        Fact::TemplatesSettled { balance } => m.templates = Some(*balance),
        Fact::ExceptionRecorded { exception } => m.exceptions.push(exception.clone()),
        Fact::Reminded { count } => m.intent.as_mut().ok_or("there is no intent")?.reminders = *count,
        Fact::GapAlarmed { number } => m.alarmed.push(number.clone()),
        Fact::Waiting { until, blockers } => {
            m.wait_until = *until;
            m.blockers.clone_from(blockers);
        }
    }
    Ok(())
}

fn require(holds: bool, why: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why.to_owned()) }
}

fn number_mut<'a>(m: &'a mut Migration, number: &E164) -> Result<&'a mut Number, String> {
    m.numbers.get_mut(number).ok_or_else(|| format!("it has no number {number}"))
}

fn in_doubt_mut<'a>(m: &'a mut Migration, key: &TemplateKey) -> Result<&'a mut Carried, String> {
    let carried = m.template_work.carried.get_mut(key);
    carried
        .filter(|carried| matches!(carried.state, CarriedState::InDoubt { .. }))
        .ok_or_else(|| format!("nothing about template {key} is in doubt"))
}

/// It may be tried again, but not for ever.
fn after_proven_absent(carried: &Carried, at: Timestamp) -> CarriedState {
    match &carried.state {
        CarriedState::InDoubt { doubt } if carried.tries >= MOST_TRIES => {
            let why = format!("no answer to any of {MOST_TRIES} tries, at last: {}", doubt.why);
            CarriedState::Refused { at, why, full: false }
        }
        CarriedState::InDoubt { .. }
        | CarriedState::Sent
        | CarriedState::NotThere
        | CarriedState::Taken { .. }
        | CarriedState::Refused { .. } => CarriedState::NotThere,
    }
}

fn contents_given_up(m: &mut Migration, template: Option<&TemplateKey>, why: &str) {
    let Some(template) = template else {
        m.template_work.contents_lost = Some(why.to_owned());
        return;
    };
    m.troubles.remove(&EffectKind::KeepSample);
    let samples = m.template_work.samples.entry(template.clone()).or_default();
    samples.lost = Some(why.to_owned());
}

/// The given intent becomes the migration's own. Whoever set it may have done more than this journal knows: what is true is
/// read from here on, as after a restore.
fn adopt(m: &mut Migration, id: &IntentId, at: Timestamp) -> Result<(), String> {
    require(m.accepted_at().is_none(), "acceptance was seen already")?;
    let adoption = m.adoption.take().filter(|adoption| adoption.intent == *id).ok_or("no such intent was given")?;
    let read = adoption.read.ok_or("it was not read")?;
    require(read.value.source.as_ref() == Some(&m.customer.source_waba), "it does not name this source WABA")?;
    let known = m.intent.take().filter(|known| known.id == *id);
    m.intent = Some(Intent {
        id: id.clone(),
        set_at: known.as_ref().map_or(adoption.given.at, |known| known.set_at),
        status: Some(Reading::new(read.value.answer.status, read.at)),
        shown_destination: read.value.answer.destination,
        accepted_at: None,
        reminders: known.map_or(0, |known| known.reminders),
        acceptance_seen: adoption.given.reason.is_some().then_some(adoption.given),
    });
    m.troubles.remove(&EffectKind::SetIntent);
    m.recovered = true;
    m.truth_since = at;
    Ok(())
}

/// A person's word releases what waits for a person, grants one register beyond the seven, and lets go of an intent that was
/// given and is not taken.
fn retry_asked(m: &mut Migration, at: Timestamp) {
    m.look_again_since = Some(at);
    m.retry_asked_at = Some(at);
    m.adoption = m.adoption.take().filter(|adoption| adoption.refused.is_none());
    m.template_work.retry();
    for number in m.numbers.values_mut() {
        if matches!(number.state, NumberState::Stuck { .. }) {
            number.state = NumberState::Moved;
            number.extra_tries = number.extra_tries.saturating_add(1);
        }
    }
}

fn attempt_started(m: &mut Migration, attempt: &Attempt) -> Result<(), String> {
    if let Some(open) = &m.attempt {
        return Err(format!("attempt {} ({}) is still open", open.id, open.effect.kind().doing()));
    }
    let next = m.attempts.saturating_add(1);
    if attempt.id != next {
        return Err(format!("after attempt {} comes {next}, not {}", m.attempts, attempt.id));
    }
    if m.phase.is_final() {
        return Err("it is over".to_owned());
    }
    match &attempt.effect {
        Effect::MoveNumber { number, .. } => {
            if let Some(other) = m.under_way() {
                return Err(format!("{} is still under way", other.number));
            }
            let number = number_mut(m, number)?;
            require(number.state == NumberState::Eligible, "the number is not eligible")?;
            require(number.pin_sealed, "its PIN is not sealed")?;
            number.state = NumberState::Moving { doubt: None };
        }
        Effect::RegisterNumber { number, .. } => {
            let number = number_mut(m, number)?;
            require(number.state == NumberState::Moved, "the number is not moved")?;
            number.state = NumberState::Registering { doubt: None };
            number.register_sent.push(attempt.started_at);
        }
        Effect::CopyTemplates { templates, .. } => {
            templates.iter().for_each(|key| m.template_work.send(key, Means::Copy));
        }
        Effect::CreateTemplate { template, .. } => {
            require(m.template_work.at_rest.is_some(), "the vendor's own copies are not at rest")?;
            m.template_work.send(template, Means::Create);
            m.template_work.count_creation(attempt.started_at);
        }
        Effect::CheckToken { .. }
        | Effect::ReadSource
        | Effect::ReadSourceNumbers { .. }
        | Effect::ReadSourceTemplates { .. }
        | Effect::SetIntent
        | Effect::ReadIntent { .. }
        | Effect::ReadGivenIntent { .. }
        | Effect::FetchBusinessToken { .. }
        | Effect::Subscribe { .. }
        | Effect::ReadSubscriptions { .. }
        | Effect::ReadDestination { .. }
        | Effect::ReadDestinationNumbers { .. }
        | Effect::SealPin { .. }
        | Effect::AskBeforeMove { .. }
        | Effect::ReadDestinationTemplates { .. }
        | Effect::KeepSample { .. }
        | Effect::MoveFlows { .. }
        | Effect::UploadSample { .. }
        | Effect::ReadSettings { .. }
        | Effect::RestoreSetting { .. }
        | Effect::SetStorageRegion { .. } => {}
    }
    if attempt.effect.kind().cannot_be_undone() && m.phase < Phase::Settling {
        // It begins only where nothing stands in its way.
        m.blockers.clear();
    }
    m.attempts = attempt.id;
    let kind = attempt.effect.kind();
    if kind.is_graph_call() {
        m.graph_calls = m.graph_calls.saturating_add(1);
        m.recent_calls.count(m.side_of(kind), attempt.started_at);
    }
    // A process that dies now is noticed when the call has had its time.
    m.wait_until = Some(after(attempt.send_before, CALL_TIMEOUT));
    m.attempt = Some(attempt.clone());
    Ok(())
}

fn attempt_ended(
    m: &mut Migration,
    id: u64,
    kind: EffectKind,
    outcome: &Outcome,
    retry_at: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), String> {
    let attempt = match m.attempt.take() {
        Some(open) if open.id == id && open.effect.kind() == kind => open,
        Some(open) => {
            let why = format!("attempt {} ({}) is open, not {id}", open.id, open.effect.kind().doing());
            m.attempt = Some(open);
            return Err(why);
        }
        None => return Err(format!("attempt {id} is not open")),
    };
    m.wait_until = Some(at);
    let failure = match outcome {
        Outcome::Success { answer } => {
            m.troubles.remove(&kind);
            succeeded(m, &attempt, answer, at)?;
            None
        }
        Outcome::Refused { refusal } => Some(Failure::Refused { refusal: refusal.clone() }),
        Outcome::Unknown { why } => Some(Failure::Unknown { why: why.clone() }),
        Outcome::NotSent { why } => Some(Failure::NotSent { why: why.clone() }),
    };
    let refuted: Vec<bool> = m.attestations.iter().map(|attestation| gate::is_refuted(m, attestation)).collect();
    let mut refuted = refuted.into_iter();
    m.attestations.retain(|_| !refuted.next().unwrap_or(false));
    m.last_attempt = Some(LastAttempt { kind, at, failure: failure.as_ref().map(ToString::to_string) });
    match failure {
        Some(failure) => failed(m, &attempt, failure, retry_at.unwrap_or(at), at),
        None => Ok(()),
    }
}

fn succeeded(m: &mut Migration, attempt: &Attempt, answer: &Success, at: Timestamp) -> Result<(), String> {
    // A reading is as old as its question: the vendor may have looked right after it came.
    let asked_at = attempt.started_at;
    match (&attempt.effect, answer) {
        (Effect::CheckToken { .. }, Success::Token(facts)) => {
            let reading = Some(Reading::new(facts.clone(), asked_at));
            if attempt.effect.kind() == EffectKind::CheckSourceToken {
                m.source.token = reading;
            } else {
                destination_mut(m)?.token = reading;
            }
        }
        (Effect::ReadSource, Success::Source(account)) => {
            m.source.account = Some(Reading::new(account.clone(), asked_at));
        }
        (Effect::ReadSourceNumbers { .. }, Success::SourceNumbers(listed)) => source_numbers(m, listed, asked_at),
        (Effect::ReadSourceTemplates { keep_contents }, Success::SourceTemplates(templates)) => {
            if *keep_contents {
                m.template_work.contents_at = Some(asked_at);
            }
            m.source.templates = Some(Reading::new(templates.clone(), asked_at));
        }
        (Effect::SetIntent, Success::IntentSet(id)) => {
            m.intent = Some(Intent {
                id: id.clone(),
                set_at: at,
                status: None,
                shown_destination: None,
                accepted_at: None,
                reminders: 0,
                acceptance_seen: None,
            });
        }
        (Effect::ReadIntent { .. }, Success::Intent(answer)) => {
            let intent = m.intent.as_mut().ok_or("there is no intent")?;
            intent.status = Some(Reading::new(answer.status.clone(), asked_at));
            intent.shown_destination.clone_from(&answer.destination);
        }
        (Effect::ReadGivenIntent { intent }, Success::GivenIntent(read)) => {
            // Another may have been given meanwhile.
            if let Some(adoption) = m.adoption.as_mut().filter(|adoption| adoption.intent == *intent) {
                adoption.read = Some(Reading::new(read.clone(), asked_at));
            }
        }
        (Effect::FetchBusinessToken { .. }, Success::TokenFetched) => {
            let destination = destination_mut(m)?;
            destination.token_fetched_at = Some(at);
            destination.token = None;
        }
        (Effect::Subscribe { .. }, Success::Subscribed) => {
            let destination = destination_mut(m)?;
            destination.subscribed_at = Some(at);
            destination.subscriptions = None;
        }
        (Effect::ReadSubscriptions { .. }, Success::Subscriptions(subscriptions)) => {
            destination_mut(m)?.subscriptions = Some(Reading::new(subscriptions.clone(), asked_at));
        }
        (Effect::ReadDestination { .. }, Success::Destination(account)) => {
            destination_mut(m)?.account = Some(Reading::new(account.clone(), asked_at));
        }
        (Effect::ReadDestinationNumbers { .. }, Success::DestinationNumbers(listed)) => {
            destination_mut(m)?.numbers = Some(Reading::new(listed.clone(), asked_at));
        }
        (Effect::ReadDestinationTemplates { .. }, Success::DestinationTemplates(templates)) => {
            count_copies(m, templates, asked_at);
            destination_mut(m)?.templates = Some(Reading::new(templates.clone(), asked_at));
        }
        (Effect::ReadSettings { side, number }, Success::Settings(read)) => {
            m.settings.take_in(*side, Place::of(number.as_ref()), read, asked_at);
        }
        (Effect::RestoreSetting { number, setting, .. }, Success::SettingRestored) => {
            m.settings.tried(&Place::of(number.as_ref()), *setting, None, at, at);
        }
        (Effect::SetStorageRegion { number, .. }, Success::StorageRegion(shown)) => {
            number_mut(m, number)?.storage_region = Some(Reading::new(shown.clone(), asked_at));
        }
        (Effect::KeepSample { template, place }, Success::SampleKept) => {
            let samples = m.template_work.samples.entry(template.clone()).or_default();
            samples.kept = place.saturating_add(1);
            samples.expired_reading = None;
        }
        (Effect::UploadSample { template, place }, Success::SampleUploaded) => {
            m.template_work.samples.entry(template.clone()).or_default().uploaded = place.saturating_add(1);
        }
        (Effect::MoveFlows { .. }, Success::FlowsMoved(FlowsAnswer { lacking, why })) => {
            m.template_work.flows = Some(FlowsMoved { at, lacking: lacking.clone(), why: why.clone() });
        }
        (Effect::CopyTemplates { templates, .. }, Success::TemplatesCopied(CopyAnswer { refused })) => {
            for key in templates {
                let state = match refused.get(key) {
                    Some(why) => CarriedState::Refused { at, why: why.clone(), full: false },
                    None => CarriedState::Taken { at },
                };
                m.template_work.settle(key, state);
            }
        }
        (Effect::CreateTemplate { template, .. }, Success::TemplateCreated) => {
            m.template_work.settle(template, CarriedState::Taken { at });
        }
        (Effect::SealPin { number }, Success::PinSealed) => number_mut(m, number)?.pin_sealed = true,
        (Effect::AskBeforeMove { number }, Success::MoveAllowed) => {
            let number = number_mut(m, number)?;
            number.allowed_at = Some(at);
            number.vetoed = None;
        }
        (Effect::AskBeforeMove { number }, Success::MoveVetoed(why)) => {
            let number = number_mut(m, number)?;
            number.allowed_at = None;
            number.vetoed = Some(Reading::new(why.clone(), at));
        }
        (Effect::MoveNumber { number, .. }, Success::Moved(id)) => moved(number_mut(m, number)?, id.clone(), at),
        (Effect::RegisterNumber { number, .. }, Success::Registered) => registered(number_mut(m, number)?, at),
        (effect, answer) => return Err(format!("{answer:?} is no answer to {}", effect.kind().doing())),
    }
    Ok(())
}

fn destination_mut(m: &mut Migration) -> Result<&mut Destination, String> {
    m.destination.as_mut().ok_or_else(|| "there is no destination".to_owned())
}

/// Takes in a listing of the source. What has begun is no longer the source's to tell.
fn source_numbers(m: &mut Migration, listed: &[ListedNumber], at: Timestamp) {
    m.source.numbers_at = Some(at);
    m.source.unreadable_numbers = listed.iter().filter(|entry| entry.number.is_none()).cloned().collect();
    for entry in listed {
        let Some(number) = &entry.number else { continue };
        let reading = Reading::new(entry.clone(), at);
        match m.numbers.get_mut(number) {
            Some(known) if known.has_begun() => {}
            Some(known) => known.source = reading,
            None => {
                m.numbers.insert(number.clone(), Number::listed(number.clone(), reading));
            }
        }
    }
    for number in m.numbers.values_mut().filter(|number| !number.has_begun()) {
        if !listed.iter().any(|entry| entry.number.as_ref() == Some(&number.number)) {
            number.source.at = at;
            number.source.value.status = Some("(no longer listed)".to_owned());
        }
    }
}

/// How many of the vendor's own copies are there, and since when it is so many.
fn count_copies(m: &mut Migration, found: &DestinationTemplates, at: Timestamp) {
    let eligible = m.source.templates.iter().flat_map(|source| source.value.eligible());
    let found = eligible.filter(|template| found.statuses.contains_key(&template.key)).count();
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    if m.template_work.copies.is_none_or(|seen| seen.found != found) {
        m.template_work.copies = Some(CopiesSeen { found, since: at });
    }
}

fn moved(number: &mut Number, id: crate::PhoneNumberId, at: Timestamp) {
    number.state = NumberState::Moved;
    number.destination_id = Some(id);
    number.moved_at = Some(at);
    number.move_trouble = None;
}

fn registered(number: &mut Number, at: Timestamp) {
    number.state = NumberState::Registered;
    number.registered_at = Some(at);
    number.register_trouble = None;
}

fn failed(
    m: &mut Migration,
    attempt: &Attempt,
    failure: Failure,
    next_try_at: Timestamp,
    at: Timestamp,
) -> Result<(), String> {
    if let Effect::MoveNumber { number, .. } = &attempt.effect {
        let number = number_mut(m, number)?;
        number.state = match doubt(attempt, &failure, at) {
            Some(doubt) => NumberState::Moving { doubt: Some(doubt) },
            None => NumberState::Eligible,
        };
        number.move_trouble = Some(failed_try(number.move_trouble.take(), failure, next_try_at, at));
    } else if let Effect::RegisterNumber { number, .. } = &attempt.effect {
        let number = number_mut(m, number)?;
        if matches!(failure, Failure::NotSent { .. }) {
            number.register_sent.pop();
        }
        number.state = match doubt(attempt, &failure, at) {
            Some(doubt) => NumberState::Registering { doubt: Some(doubt) },
            None => NumberState::Moved,
        };
        number.register_trouble = Some(failed_try(number.register_trouble.take(), failure, next_try_at, at));
    } else if let Effect::RestoreSetting { number, setting, .. } = &attempt.effect {
        // Each setting fails for itself.
        m.settings.tried(&Place::of(number.as_ref()), *setting, Some(failure), next_try_at, at);
    } else if !failed_for_templates(m, attempt, &failure, at) {
        let kind = attempt.effect.kind();
        let earlier = m.troubles.get(&kind);
        let unanswered = earlier.map_or(0, |trouble| trouble.unanswered);
        let is_unanswered = matches!(failure, Failure::Unknown { .. });
        let trouble = Trouble {
            failures: earlier.map_or(0, |trouble| trouble.failures).saturating_add(1),
            unanswered: unanswered.saturating_add(u32::from(is_unanswered)),
            since: earlier.map_or(at, |trouble| trouble.since),
            at,
            last: failure,
            next_try_at,
        };
        m.troubles.insert(kind, trouble);
    }
    Ok(())
}

/// What a failure means to the templates that the call was about. Whether it is theirs alone: then it is no trouble of the next.
fn failed_for_templates(m: &mut Migration, attempt: &Attempt, failure: &Failure, at: Timestamp) -> bool {
    let theirs = refused_alone(failure);
    let kind = attempt.effect.kind();
    let work = &mut m.template_work;
    match &attempt.effect {
        Effect::CopyTemplates { templates, .. } => {
            templates.iter().for_each(|key| work.fail(key, attempt, failure, theirs, at));
        }
        Effect::CreateTemplate { template, .. } => {
            if matches!(failure, Failure::NotSent { .. }) {
                work.creations.pop();
            }
            work.fail(template, attempt, failure, theirs, at);
        }
        Effect::KeepSample { template, .. } | Effect::UploadSample { template, .. } => {
            let Some(refusal) = theirs else { return false };
            let reading = work.contents_at;
            let samples = work.samples.entry(template.clone()).or_default();
            if refusal.cause == Cause::SampleExpired && samples.expired_reading.is_none() {
                samples.expired_reading = reading;
            } else {
                samples.lost = Some(refusal.to_string());
            }
        }
        Effect::MoveFlows { .. } => {
            let Some(refusal) = theirs else { return false };
            let source = m.source.templates.iter().flat_map(|source| source.value.iter());
            let lacking = source.flat_map(|template| template.kind.flows.iter().cloned()).collect();
            work.flows = Some(FlowsMoved { at, lacking, why: Some(refusal.to_string()) });
        }
        Effect::CheckToken { .. }
        | Effect::ReadSource
        | Effect::ReadSourceNumbers { .. }
        | Effect::ReadSourceTemplates { .. }
        | Effect::SetIntent
        | Effect::ReadIntent { .. }
        | Effect::FetchBusinessToken { .. }
        | Effect::Subscribe { .. }
        | Effect::ReadSubscriptions { .. }
        | Effect::ReadDestination { .. }
        | Effect::ReadDestinationNumbers { .. }
        | Effect::SealPin { .. }
        | Effect::AskBeforeMove { .. }
        | Effect::MoveNumber { .. }
        | Effect::RegisterNumber { .. }
        | Effect::ReadDestinationTemplates { .. }
        | Effect::ReadGivenIntent { .. }
        | Effect::ReadSettings { .. }
        | Effect::RestoreSetting { .. }
        | Effect::SetStorageRegion { .. } => return false,
    }
    if theirs.is_some() {
        m.troubles.remove(&kind);
    }
    theirs.is_some()
}

/// A refusal that is about what was asked for, and not about the account, its token, a limit or the vendor's own state.
fn refused_alone(failure: &Failure) -> Option<&Refusal> {
    let Failure::Refused { refusal } = failure else { return None };
    let is_permanent = matches!(refusal.verdict, Verdict::Turn | Verdict::Permanent);
    (is_permanent && !refusal.cause.is_of_the_waba()).then_some(refusal)
}

fn failed_try(earlier: Option<FailedTry>, failure: Failure, next_try_at: Timestamp, at: Timestamp) -> FailedTry {
    let (failures, since) = earlier.map_or((0, at), |earlier| (earlier.failures, earlier.since));
    FailedTry { failure, at, failures: failures.saturating_add(1), since, next_try_at }
}

/// Whether the effect of a failed attempt may have taken place all the same.
pub(crate) fn doubt(attempt: &Attempt, failure: &Failure, at: Timestamp) -> Option<Doubt> {
    let look_from = match failure {
        Failure::NotSent { .. } => return None,
        // It left when it was journaled or up to `send_before`, at the latest when it ended: from then on it has its full time-out.
        Failure::Unknown { .. } => after(attempt.send_before.min(at), CALL_TIMEOUT).max(at),
        // The vendor says that it is there; only a read counts (rule 6).
        Failure::Refused { refusal: Refusal { cause: Cause::NumberAlreadyThere | Cause::TemplateNameTaken, .. } } => at,
        Failure::Refused { .. } => return None,
    };
    Some(Doubt { sent_at: attempt.started_at, look_from, absent_at: None, why: failure.to_string() })
}
