//! The outbox: what the operator's own commands are told of, at least once. A notice is written in the commit of the fact
//! that it tells of.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use unmoor_migration::notice::{self, MovedNumber, News};
use unmoor_migration::retry::after;
use unmoor_migration::{BlockerCode, Event, Fact, Fleet, Migration};
use unmoor_store::{Notice, StoreError, TakenNotice};

use crate::engine::Engine;
use crate::error_chain::Chain;
use crate::hooks::{AfterRegister, AlarmRaised, RegisterStage};

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
    let mut notices = Vec::new();
    if somebody_listens(engine) {
        notices.extend(events.iter().flat_map(|event| notice::of(m, event)).filter_map(|news| told(engine, &news)));
    }
    if engine.hooks.alarm.is_some() {
        notices.extend(events.iter().filter_map(|event| stuck(engine, m, event)));
        notices.extend(braked(engine, events, fleet));
    }
    notices
}

/// The input of the hook that wants to hear `news`, where there is one.
fn told(engine: &Engine, news: &notice::Notice) -> Option<Notice> {
    let rehearsal = engine.settings.rehearsal;
    let after_register = |stage, moved: &MovedNumber| AfterRegister {
        at: news.at,
        rehearsal,
        stage,
        migration: news.migration.clone(),
        customer: news.customer.clone(),
        number: moved.number.clone(),
        old_phone_number_id: moved.old_phone_number_id.clone(),
        new_phone_number_id: moved.new_phone_number_id.clone(),
        source_waba: moved.old_waba.clone(),
        destination_waba: moved.new_waba.clone(),
        old_display_phone_number: moved.old_written.clone(),
        new_display_phone_number: None,
        written_form_changed: None,
    };
    if let News::NumberRegistered { moved } = &news.news {
        engine.hooks.after_register.as_ref()?;
        return outgoing(AFTER_REGISTER, &after_register(RegisterStage::Registered, moved));
    }
    if let News::NumberVerified { moved, new_written, written_form_changed } = &news.news {
        engine.hooks.after_register.as_ref()?;
        let told = AfterRegister {
            new_display_phone_number: Some(new_written.clone()),
            written_form_changed: Some(*written_form_changed),
            ..after_register(RegisterStage::Verified, moved)
        };
        return outgoing(AFTER_REGISTER, &told);
    }
    let News::GapAlarm { number, since } = &news.news else { return None };
    engine.hooks.alarm.as_ref()?;
    let told = AlarmRaised {
        at: news.at,
        rehearsal,
        code: "GAP".to_owned(),
        message: format!(
            "{number} has been between two accounts since {since}: see `unmoor explain {}`",
            news.migration
        ),
        migration: Some(news.migration.clone()),
        customer: Some(news.customer.clone()),
        number: Some(number.clone()),
    };
    outgoing(ALARM, &told)
}

fn stuck(engine: &Engine, m: &Migration, event: &Event) -> Option<Notice> {
    let Fact::NumberStuck { number, code } = &event.fact else { return None };
    let row = code.row();
    let told = AlarmRaised {
        at: event.at,
        rehearsal: engine.settings.rehearsal,
        code: code.as_str().to_owned(),
        message: format!("{number}: {} {}", row.sentence, row.clears),
        migration: Some(m.id().clone()),
        customer: Some(m.customer().reference.clone()),
        number: Some(number.clone()),
    };
    outgoing(ALARM, &told)
}

fn braked(engine: &Engine, events: &[Event], fleet: Option<&Fleet>) -> Option<Notice> {
    let brake = fleet?.brake.as_ref()?;
    // Later changes of the fleet find the brake standing: it is told of once.
    events.iter().find(|event| event.at == brake.since)?;
    let told = AlarmRaised {
        at: brake.since,
        rehearsal: engine.settings.rehearsal,
        code: BlockerCode::FleetBraked.as_str().to_owned(),
        message: format!(
            "{}, twice across the fleet: no further number moves until a person has looked and run `unmoor resume --fleet`",
            brake.signature
        ),
        migration: None,
        customer: None,
        number: None,
    };
    outgoing(ALARM, &told)
}

fn outgoing(kind: &str, told: &impl serde::Serialize) -> Option<Notice> {
    serde_json::to_value(told).ok().map(|body| Notice { kind: kind.to_owned(), body })
}

/// When there is something to tell next.
pub(crate) async fn next_due(engine: &Engine) -> Result<Timestamp, StoreError> {
    if !somebody_listens(engine) {
        return Ok(Timestamp::MAX);
    }
    Ok(engine.store.next_notice_due().await?.unwrap_or(Timestamp::MAX))
}

/// What was written for hooks that are there no more waits for the next engine that has them.
fn somebody_listens(engine: &Engine) -> bool {
    engine.hooks.after_register.is_some() || engine.hooks.alarm.is_some()
}

/// Tells what is due.
pub(crate) async fn deliver(engine: &Engine, now: Timestamp) -> Result<(), StoreError> {
    if !somebody_listens(engine) {
        return Ok(());
    }
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
