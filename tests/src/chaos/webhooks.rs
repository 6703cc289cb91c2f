//! Whoever takes the webhooks: each is a suggestion to look again, some come twice, late, or not at all.

use std::sync::{Arc, Weak};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use unmoor_engine::clock::Clock as _;
use unmoor_engine::inbox::{Posted, post};
use unmoor_migration::MigrationId;
use unmoor_migration::retry::after;
use unmoor_simulator::webhooks::Outcome;

use super::draw::Draw;
use super::run::Run;
use super::schedule::Disorder;

/// A participant that takes what is due, and lets the people of the vendor's side act when it is their time.
pub(super) fn spawn(run: &Arc<Run>) {
    let weak = Arc::downgrade(run);
    let work = async move { take_webhooks(&weak).await };
    drop(run.shared.clock.spawn("webhooks", Box::pin(work)));
}

async fn take_webhooks(weak: &Weak<Run>) {
    let Some(run) = weak.upgrade() else { return };
    let (shared, disorder) = (Arc::clone(&run.shared), run.schedule.disorder);
    let mut draw = Draw::of(run.schedule.seed ^ 0x5eed);
    let mut held_back: Vec<(Timestamp, Arrived)> = Vec::new();
    drop(run);
    loop {
        let now = shared.clock.now();
        shared.simulator.advance_to(now);
        shared.see_changes();
        let mut arrived = Vec::new();
        shared.simulator.deliver_due(|delivery| {
            if draw.chance(disorder.refused) {
                return Outcome::Answered(500);
            }
            arrived.extend(Arrived::of(&delivery.body));
            Outcome::Answered(200)
        });
        let Some(run) = weak.upgrade() else { return };
        for one in arrived {
            take_in(&run, one, &mut draw, disorder, &mut held_back).await;
        }
        let due: Vec<Arrived> = held_back.extract_if(.., |(at, _)| *at <= now).map(|(_, one)| one).collect();
        for one in due {
            one.suggest(&run).await;
        }
        drop(run);
        let next = [shared.simulator.next_event_at(), shared.simulator.next_delivery_at()];
        let held = held_back.iter().map(|(at, _)| *at);
        let wake = next.into_iter().flatten().chain(held).filter(|at| *at > now).min().unwrap_or(Timestamp::MAX);
        shared.clock.sleep_until_or(wake, "webhooks", &shared.webhooks).await;
    }
}

async fn take_in(
    run: &Run,
    one: Arrived,
    draw: &mut Draw,
    disorder: Disorder,
    held_back: &mut Vec<(Timestamp, Arrived)>,
) {
    let now = run.shared.clock.now();
    if draw.chance(disorder.lost) {
        run.shared.tally("webhook: lost");
    } else if draw.chance(disorder.late) {
        run.shared.tally("webhook: after later ones");
        let at = after(now, SignedDuration::from_secs(i64::from(draw.between(1, 1800))));
        held_back.push((at, one));
    } else {
        one.suggest(run).await;
        if draw.chance(disorder.twice) {
            run.shared.tally("webhook: twice");
            one.suggest(run).await;
        }
    }
}

/// A webhook that was answered with 200.
struct Arrived {
    waba: String,
    field: String,
}

impl Arrived {
    fn of(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let entry = body["entry"].get(0)?;
        let field = entry["changes"].get(0)?["field"].as_str()?.to_owned();
        Some(Self { waba: entry["id"].as_str()?.to_owned(), field })
    }

    async fn suggest(&self, run: &Run) {
        let source = run.shared.state().judge.source_of(&self.waba);
        let source = source.unwrap_or_else(|| self.waba.clone());
        let Some(id) = run.ids.iter().find(|id| id.as_str() == source) else { return };
        run.shared.tally("webhook: taken in");
        nudge(run, id, &format!("webhook {}", self.field)).await;
    }
}

/// Suggests to look again.
pub(super) async fn nudge(run: &Run, id: &MigrationId, from: &str) {
    let now = run.shared.workers_now();
    run.shared.tell(|| format!("nudge     {id}: {from}"));
    post(&run.store(), id, &Posted::Nudge(from.to_owned()), "webhooks", now).await.unwrap();
    run.shared.look();
}
