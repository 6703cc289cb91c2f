//! The outbox: what the operator's own commands are told of, at least once. A notice is written in the commit of the fact
//! that it tells of.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use unmoor_migration::retry::after;
use unmoor_migration::{E164, Event, Fact, Fleet, Migration, Success};
use unmoor_store::{Notice, StoreError, TakenNotice};

use crate::engine::Engine;
use crate::hooks::{AfterRegister, AlarmRaised};
use crate::worker::Chain;

/// How many are taken at once.
const BATCH: u32 = 32;

/// A notice that was taken and not reported comes again after this time.
const LEASE: Duration = Duration::from_secs(300);

/// After this many tries a notice is given up; with their spacing that is more than a day.
const MOST_TRIES: u64 = 30;

const AFTER_REGISTER: &str = "after_register";
const ALARM: &str = "alarm";

/// What `events` are told of as. Nothing is kept for hooks that do not exist.
pub(crate) fn of(engine: &Engine, m: &Migration, events: &[Event], fleet: Option<&Fleet>) -> Vec<Notice> {
    let hooks = &engine.hooks;
    let mut notices = Vec::new();
    for event in events {
        if hooks.after_register.is_some() {
            let told = registered_number(event).and_then(|number| after_register(engine, m, event.at, number));
            notices.extend(told.and_then(|told| notice(AFTER_REGISTER, &told)));
        }
        if hooks.alarm.is_some() {
            notices.extend(alarm(engine, m, event).and_then(|told| notice(ALARM, &told)));
        }
    }
    if hooks.alarm.is_some()
        && let Some(brake) = fleet.and_then(|fleet| fleet.brake.as_ref())
        && events.iter().any(|event| event.at == brake.since)
    {
        let told = AlarmRaised {
            at: brake.since,
            rehearsal: engine.settings.rehearsal,
            code: "FLEET_BRAKED".to_owned(),
            message: format!(
                "{}, twice across the fleet: no further number moves until a person has looked and run `unmoor resume --fleet`",
                brake.signature
            ),
            migration: None,
            customer: None,
            number: None,
        };
        notices.extend(notice(ALARM, &told));
    }
    notices
}

fn notice(kind: &str, told: &impl serde::Serialize) -> Option<Notice> {
    serde_json::to_value(told).ok().map(|body| Notice { kind: kind.to_owned(), body })
}

fn registered_number(event: &Event) -> Option<Option<&E164>> {
    if let Fact::RegisterFound { number } = &event.fact {
        return Some(Some(number));
    }
    let by_answer = matches!(
        &event.fact,
        Fact::AttemptEnded { outcome: unmoor_migration::Outcome::Success { answer: Success::Registered }, .. }
    );
    by_answer.then_some(None)
}

/// Old and new ids of the number that `event` registered; without a number, the one that was registered at its instant.
fn after_register(engine: &Engine, m: &Migration, at: Timestamp, number: Option<&E164>) -> Option<AfterRegister> {
    let destination = m.destination()?;
    let number = m.numbers().find(|known| match number {
        Some(number) => known.number == *number,
        None => known.registered_at == Some(at),
    })?;
    Some(AfterRegister {
        at,
        rehearsal: engine.settings.rehearsal,
        migration: m.id().clone(),
        customer: m.customer().reference.clone(),
        number: number.number.clone(),
        old_phone_number_id: Some(number.source.value.id.clone()),
        new_phone_number_id: number.destination_id.clone()?,
        source_waba: m.id().source().clone(),
        destination_waba: destination.waba.clone(),
    })
}

fn alarm(engine: &Engine, m: &Migration, event: &Event) -> Option<AlarmRaised> {
    let (code, number, message) = if let Fact::GapAlarmed { number } = &event.fact {
        let message =
            format!("{number} has been between two accounts for more than a minute: see `unmoor explain {}`", m.id());
        ("GAP", number, message)
    } else if let Fact::NumberStuck { number, code } = &event.fact {
        let row = code.row();
        (code.as_str(), number, format!("{number}: {} {}", row.sentence, row.clears))
    } else {
        return None;
    };
    Some(AlarmRaised {
        at: event.at,
        rehearsal: engine.settings.rehearsal,
        code: code.to_owned(),
        message,
        migration: Some(m.id().clone()),
        customer: Some(m.customer().reference.clone()),
        number: Some(number.clone()),
    })
}

/// Tells what is due. What nobody wants to hear any more is done.
pub(crate) async fn deliver(engine: &Engine, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let taken = engine.store.take_notices(now, BATCH, LEASE).await?;
        if taken.is_empty() {
            return Ok(());
        }
        for notice in taken {
            deliver_one(engine, &notice, now).await?;
        }
    }
}

async fn deliver_one(engine: &Engine, taken: &TakenNotice, now: Timestamp) -> Result<(), StoreError> {
    let Err(why) = tell(engine, &taken.notice.kind, &taken.notice.body).await else {
        return engine.store.notice_done(taken.seq, now).await;
    };
    tracing::warn!(migration = taken.migration_id, kind = taken.notice.kind, "a hook was not told: {why}");
    engine.store.notice_failed(taken.seq, &why, retry_at(taken, now)).await
}

async fn tell(engine: &Engine, kind: &str, body: &Value) -> Result<(), String> {
    let unreadable = |error: serde_json::Error| format!("the notice cannot be read: {error}");
    let told = match kind {
        AFTER_REGISTER => {
            let input: AfterRegister = serde_json::from_value(body.clone()).map_err(unreadable)?;
            engine.hooks.after_register(&input).await
        }
        ALARM => {
            let input: AlarmRaised = serde_json::from_value(body.clone()).map_err(unreadable)?;
            engine.hooks.alarm(&input).await
        }
        _ => Ok(()),
    };
    told.map_err(|error| Chain(&error).to_string())
}

/// A minute, doubling to an hour; given up after [`MOST_TRIES`].
fn retry_at(taken: &TakenNotice, now: Timestamp) -> Option<Timestamp> {
    let doublings = u32::try_from(taken.earlier_attempts).unwrap_or(u32::MAX).min(6);
    let minutes = (1_i64 << doublings).min(60);
    (taken.earlier_attempts < MOST_TRIES).then(|| after(now, SignedDuration::from_mins(minutes)))
}
