//! Which clock counts: the machine's against Meta, the simulator's against a simulator.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use unmoor_engine::clock::{Clock, FollowingClock, SystemClock};
use unmoor_graph_api::{GraphEndpoint, GraphVersion, NetworkTransport, Transport};
use unmoor_migration::Migration;
use unmoor_migration::retry::after;
use unmoor_store::{Filter, Store};

use super::other_side::{Connection, OtherSide, origin, read_clock};
use crate::config::Config;
use crate::exit::Trouble;

const PAGE: u32 = 500;

/// How often a simulator is asked for its clock while nothing else is said, in real time: somebody may set it.
const LOOK_AT_CLOCK: SignedDuration = SignedDuration::from_secs(1);

/// The engine's clock.
pub(crate) struct EngineClock {
    pub(crate) clock: Arc<dyn Clock>,
    /// The same, where it follows a simulator's.
    pub(crate) follows: Option<FollowingClock>,
    rate: f64,
}

impl EngineClock {
    /// The machine's clock against Meta. Against a simulator one that follows its, at `UNMOOR_CLOCK_RATE` or else at the
    /// simulator's own rate, and never begins before the latest instant in the store.
    pub(super) async fn following(config: &Config, side: &OtherSide, store: &dyn Store) -> anyhow::Result<Self> {
        match side {
            OtherSide::Meta => Ok(Self { clock: Arc::new(SystemClock), follows: None, rate: 1.0 }),
            OtherSide::Simulator { now, rate } => {
                let rate = config.clock_rate.unwrap_or(if *rate > 0.0 { *rate } else { 1.0 });
                let start = latest_instant(store).await?.map_or(*now, |latest| latest.max(*now));
                let following = FollowingClock::new(start, rate)
                    .map_err(|error| Trouble::bad_input(format!("UNMOOR_CLOCK_RATE: {error}")))?;
                Ok(Self { clock: Arc::new(following.clone()), follows: Some(following), rate })
            }
        }
    }

    /// As much of this clock's time as passes in `real`.
    pub(crate) fn stretch(&self, real: SignedDuration) -> SignedDuration {
        SignedDuration::try_from_secs_f64(real.as_secs_f64() * self.rate).unwrap_or(real)
    }
}

/// Lets the engine's clock follow a simulator's that somebody sets while no call is made.
pub(crate) fn keep_following(clock: &EngineClock, connection: &Connection) {
    let Some(following) = clock.follows.clone() else { return };
    let (every, transport, origin) =
        (clock.stretch(LOOK_AT_CLOCK), Arc::clone(&connection.transport), connection.origin.clone());
    drop(tokio::spawn(async move {
        loop {
            following.sleep_until(after(following.now(), every), "clock").await;
            if let Ok((now, _)) = read_clock(transport.as_ref(), &origin).await {
                following.observe(now);
            }
        }
    }));
}

/// The present of the world that a database belongs to, for commands that make no calls: the machine's where that is
/// Meta's or unknown, the simulator's where it answers, and otherwise the latest instant that is recorded.
pub(crate) async fn present(config: &Config, store: &dyn Store) -> anyhow::Result<Arc<dyn Clock>> {
    let place = match store.read_stamp().await? {
        Some(stamp) => GraphEndpoint::new(&stamp.origin, GraphVersion::default()).ok(),
        None => Some(config.endpoint()?),
    };
    if place.as_ref().is_some_and(GraphEndpoint::is_meta) {
        return Ok(Arc::new(SystemClock));
    }
    let asked = match &place {
        Some(endpoint) => {
            let transport: Arc<dyn Transport> = Arc::new(NetworkTransport::new()?);
            read_clock(transport.as_ref(), &origin(endpoint)?).await.ok()
        }
        None => None,
    };
    let latest = latest_instant(store).await?;
    let start = match (asked.map(|(now, _)| now), latest) {
        (Some(now), latest) => latest.map_or(now, |latest| latest.max(now)),
        (None, Some(latest)) => latest,
        (None, None) => SystemClock.now(),
    };
    let rate = asked.map_or(1.0, |(_, rate)| rate);
    Ok(match FollowingClock::new(start, if rate > 0.0 { rate } else { 1.0 }) {
        Ok(clock) => Arc::new(clock),
        Err(_) => Arc::new(SystemClock),
    })
}

/// The latest instant that any migration knows; `None` where there is no migration.
async fn latest_instant(store: &dyn Store) -> anyhow::Result<Option<Timestamp>> {
    let mut latest = None;
    let mut cursor = None;
    loop {
        let page = store.list(&Filter::default(), cursor.as_ref(), PAGE).await?;
        latest = page.rows.iter().map(|stored| newest_of(&stored.migration)).max().max(latest);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(latest),
        }
    }
}

fn newest_of(m: &Migration) -> Timestamp {
    let marks = [m.started(), m.paused(), m.held(), m.cancelled()];
    let known = [m.last_attempt().map(|last| last.at), m.open_attempt().map(|open| open.started_at)];
    let blockers = m.blockers().iter().map(|blocker| blocker.since);
    let marks = marks.into_iter().flatten().map(|mark| mark.at);
    marks.chain(known.into_iter().flatten()).chain(blockers).fold(m.phase_entered_at(), Timestamp::max)
}
