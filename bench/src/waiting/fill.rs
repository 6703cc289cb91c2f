//! A database with so many migrations that wait for their customers: one is brought there by a rehearsal, the others are like it.

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use unmoor_cli::rehearsal::{Keep, Plan, Rehearsal};
use unmoor_engine::{NobodyWatches, worker::AtRest};
use unmoor_migration::{Customer, Event, Migration, Policy, PortfolioId, WabaId, import};
use unmoor_simulator::load;
use unmoor_store::{NewMigration, Snapshot, Store};

const FIRST_WABA: u64 = 310_000_000_000_000;
const FIRST_INTENT: u64 = 410_000_000_000_000;
/// Rows of one import; each becomes several transactions.
const BATCH: u64 = 10_000;
/// Its customer has been asked for more than a week: it is looked at every few hours.
const WAITED: SignedDuration = SignedDuration::from_hours(9 * 24);
/// Nothing falls due while it is measured.
const QUIET: SignedDuration = SignedDuration::from_mins(90);
/// More hours than lie between two looks.
const HOURS: i64 = 6;

/// The id of the nth source WABA.
pub(super) fn waba(nth: u64) -> String {
    (FIRST_WABA + nth).to_string()
}

/// The id of the nth intent.
pub(super) fn intent(nth: u64) -> String {
    (FIRST_INTENT + nth).to_string()
}

/// Fills an empty database. The journals hold the first entry only: nothing that is measured reads the others.
pub(super) async fn fill(store: &dyn Store, count: u64, now: Timestamp) -> Result<()> {
    let like = Pattern::make(now).await?;
    let mut next = 0;
    while next < count {
        let beyond = (next + BATCH).min(count);
        let rows = (next..beyond).map(|nth| like.row(nth)).collect::<Result<Vec<_>>>()?;
        store.import(rows, now).await?;
        next = beyond;
    }
    Ok(())
}

/// The migration that all the others are like.
struct Pattern {
    state: String,
    customer: Customer,
    waba: String,
    intent: String,
    at: Timestamp,
}

impl Pattern {
    /// One that has waited just so long that it is not looked at again soon.
    async fn make(now: Timestamp) -> Result<Self> {
        for hours in 0..HOURS {
            let pattern = Self::begun(now.checked_sub(WAITED + SignedDuration::from_hours(hours))?, now).await?;
            let migration: Migration = serde_json::from_str(&pattern.state)?;
            if migration.wake_at().is_some_and(|wake_at| wake_at.duration_since(now) > QUIET) {
                return Ok(pattern);
            }
        }
        bail!("whenever it began, it is looked at within {QUIET:#}")
    }

    /// One that was imported at `at`, as it stands `now`.
    async fn begun(at: Timestamp, now: Timestamp) -> Result<Self> {
        let (waba, portfolio) = (waba(0), "210000000000001");
        let customers = format!("customer,source_waba_id,business_portfolio_id\namber-anchor,{waba},{portfolio}\n");
        let scenario = format!("start = \"{at}\"\n[customers.amber-anchor.person]\nanswer = \"never\"\n");
        let customer = Customer {
            portfolio: Some(PortfolioId::new(portfolio)?),
            contact_email: Some("office@amber-anchor.example".to_owned()),
            language: Some("en".to_owned()),
            time_zone: Some("UTC".to_owned()),
            wave: Some("first".to_owned()),
            ..Customer::new("amber-anchor", WabaId::new(&waba)?)
        };
        let plan = Plan {
            customers: vec![customer.clone()],
            setup: load::load(&customers, &scenario, 1)?,
            seed: 1,
            horizon: WAITED * 2,
            policy: Policy::default(),
            keep: Keep::Nowhere,
        };
        let rehearsal = Rehearsal::prepare(plan, std::sync::Arc::new(NobodyWatches)).await?;
        rehearsal.run_until(now, AtRest::OnlyWhenFinal).await?;
        let migration = rehearsal.migrations().await?.pop().context("the rehearsal lost its migration")?;
        anyhow::ensure!(migration.phase_name() == "awaiting_acceptance", "it stands in {}", migration.phase_name());
        let intents = rehearsal.simulator.world().intents;
        let intent = intents.keys().next().context("no intent was set")?.to_string();
        Ok(Self { state: serde_json::to_string(&migration)?, customer, waba, intent, at })
    }

    fn row(&self, nth: u64) -> Result<NewMigration> {
        let (waba, intent) = (waba(nth), intent(nth));
        let state = self.state.replace(&self.waba, &waba).replace(&self.intent, &intent);
        let migration: Migration = serde_json::from_str(&state)?;
        let customer = Customer { source_waba: WabaId::new(&waba)?, ..self.customer.clone() };
        let first: Event = import(customer, self.at);
        Ok(NewMigration { snapshot: Snapshot::of(migration), events: vec![first] })
    }
}
