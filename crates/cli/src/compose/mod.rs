//! Puts the engine together: database, lock, vault, network, clock.

mod clock;
mod database;
mod lock;
mod other_side;

use std::sync::{Arc, Mutex};

use anyhow::Context;
use jiff::SignedDuration;
use unmoor_engine::durability::Durability;
use unmoor_engine::randomness::{OsRandomness, Randomness};
use unmoor_engine::throttle::Throttle;
use unmoor_engine::vault::{MasterKey, SecretKind, Vault};
use unmoor_engine::{Engine, Graph, Observer, SealedInStore, Settings};
use unmoor_engine::{fleet, journal};
use unmoor_migration::fleet::Recovery;
use unmoor_store::chain::JournalKey;
use unmoor_store::{Stamp, Store};

use crate::config::{Config, DatabaseAddress};
use crate::exit::Trouble;

pub(crate) use clock::{EngineClock, keep_following, present};
pub(crate) use database::{open_existing, open_or_create, transfer_existing, transfer_or_create};
pub(crate) use lock::{EngineLock, Taken, take_for_work};
pub(crate) use other_side::{Connection, OtherSide};

/// Whose leases are on a SQLite file. Only one process at a time works under this name, since it holds the file's lock.
const OWNER: &str = "unmoor";

/// Whose leases this process takes: on a PostgreSQL database a name that no other process ever has.
pub(crate) fn owner(config: &Config) -> anyhow::Result<String> {
    if config.database.file().is_some() {
        return Ok(OWNER.to_owned());
    }
    let mut drawn = [0_u8; 8];
    OsRandomness.fill(&mut drawn)?;
    Ok(format!("{OWNER}-{}-{:016x}", std::process::id(), u64::from_le_bytes(drawn)))
}

/// How often a running engine looks for inputs of other commands, in real time.
const INBOX_POLL: SignedDuration = SignedDuration::from_millis(500);

/// The vault, with the key from the environment, or else from its file, which is made on first use.
///
/// An existing vault never gets a new key: where secrets are and the key is not, that is said.
pub(crate) async fn vault(config: &Config, store: &Arc<dyn Store>) -> anyhow::Result<Arc<Vault>> {
    let key = match &config.master_key {
        Some(text) => MasterKey::from_variable(text).map_err(refused_key)?,
        None => {
            let file = &config.master_key_file;
            if !file.exists() && holds_secrets(store).await? {
                return Err(Trouble::refused(format!(
                    "the database holds secrets, but the key that opens them, {}, is gone",
                    file.display()
                ))
                .hint("put the key file back, name it in UNMOOR_MASTER_KEY_FILE, or give the key in UNMOOR_MASTER_KEY")
                .into());
            }
            MasterKey::load_or_create(file, &OsRandomness).map_err(refused_key)?
        }
    };
    let storage = Arc::new(SealedInStore(Arc::clone(store)));
    Ok(Arc::new(Vault::new(storage, Arc::new(OsRandomness), key)))
}

/// Opens the key of the journal's chains, which the first of all commands that write has sealed, and gives it to the store,
/// before anything is claimed: one with another master key could open neither tokens nor PINs of the others, and a number that
/// one of them has moved could not be registered by it.
pub(crate) async fn begin_journal(store: &dyn Store, vault: &Vault) -> anyhow::Result<()> {
    journal::begin(store, vault).await.map_err(|error| Trouble::refused(error.to_string()).into())
}

/// The key of the journal's chains, for reading; `None` where there is none. Nothing is made, neither it nor a master key.
pub(crate) async fn journal_key(config: &Config, store: &Arc<dyn Store>) -> anyhow::Result<Option<JournalKey>> {
    if store.get_secret(SecretKind::JournalKey.as_str(), "1").await?.is_none() {
        return Ok(None);
    }
    let key = journal::key(vault(config, store).await?.as_ref()).await;
    key.map_err(|error| Trouble::refused(error.to_string()).into())
}

fn refused_key(error: unmoor_engine::vault::MasterKeyError) -> anyhow::Error {
    anyhow::Error::new(error).context(Trouble::bad_input("there is no usable master key for the vault"))
}

/// Whether anything is in the vault.
pub(crate) async fn holds_secrets(store: &Arc<dyn Store>) -> anyhow::Result<bool> {
    for kind in SecretKind::ALL {
        if !store.secret_names(kind.as_str()).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Everything that a command which makes calls needs. Nothing is stamped, locked or sent before all of it is there.
pub(crate) struct Workshop {
    pub(crate) engine: Arc<Engine>,
    pub(crate) clock: EngineClock,
    pub(crate) connection: Connection,
    /// Held as long as the engine may work, where only one may.
    pub(crate) _lock: Option<EngineLock>,
}

/// Opens the database for work, unless it was restored and nobody has looked at what is true by now.
pub(crate) async fn workshop(config: &Config, observer: Arc<dyn Observer>) -> anyhow::Result<Workshop> {
    let workshop = workshop_to_recover(config, observer).await?;
    let fleet = fleet::load(workshop.engine.store.as_ref()).await?.fleet;
    let (what, hint) = match fleet.recovery {
        None | Some(Recovery::Over { .. }) => return Ok(workshop),
        Some(Recovery::Needed { why, at }) => (
            format!("this database was restored ({why}, {at:.0}) and may lack what happened since"),
            "run `unmoor recover` first: it reads at Meta what is true by now, and writes nothing there",
        ),
        Some(Recovery::Reading { since }) => (
            format!("a recovery has begun at {since:.0} and is not over"),
            "run `unmoor recover` until it ends by itself",
        ),
    };
    Err(Trouble::refused(what).hint(hint).into())
}

/// Opens the database for work as it is: meets the other side, takes the lock, stamps, and puts the engine together.
pub(crate) async fn workshop_to_recover(config: &Config, observer: Arc<dyn Observer>) -> anyhow::Result<Workshop> {
    let app = config.app()?;
    let connection = Connection::open(config).await?;
    let store = open_existing(config).await?;
    let lock = match config.lock_file() {
        Some(file) => Some(take_for_work(&file).await?),
        None => None,
    };
    store.stamp(&Stamp { origin: connection.origin.clone(), app_id: app.id.to_string() }).await?;
    let owner = owner(config)?;
    // A name that was just drawn has left nothing behind.
    let left_behind = if lock.is_some() { store.release_all_of(&owner).await? } else { 0 };
    if left_behind > 0 {
        tracing::info!(left_behind, "claims of a process that has ended were taken over");
    }
    let vault = vault(config, &store).await?;
    begin_journal(store.as_ref(), &vault).await?;
    let clock = EngineClock::following(config, &connection.side, store.as_ref()).await?;
    let throttle = Arc::new(Mutex::new(Throttle::new(config.budgets.clone())));
    let graph = Graph::new(
        app,
        connection.endpoint.clone(),
        Arc::clone(&connection.transport),
        Arc::clone(&clock.clock),
        throttle,
    );
    let graph = match &clock.follows {
        Some(following) => graph.followed_by(following.clone()),
        None => graph,
    };
    let settings = Settings {
        inbox_poll: Some(clock.stretch(INBOX_POLL)),
        durability: Arc::new(Durability::attested_by(config.durability_attested_by.clone())),
        rehearsal: matches!(connection.side, OtherSide::Simulator { .. }),
        ..Settings::of(&owner, jitter_seed(&config.database))
    };
    // Told before anything is claimed.
    settings.durability.read(store.as_ref(), clock.clock.now(), settings.rehearsal).await?;
    let engine = Engine {
        store,
        clock: Arc::clone(&clock.clock),
        vault,
        graph,
        hooks: config.hooks.clone(),
        policy: config.policy.clone(),
        observer,
        settings,
    };
    Ok(Workshop { engine: Arc::new(engine), clock, connection, _lock: lock })
}

/// Different databases poll at different moments; the same one keeps its spread over a restart.
fn jitter_seed(database: &DatabaseAddress) -> u64 {
    let place = match database.file().map(std::fs::canonicalize) {
        Some(Ok(file)) => file.display().to_string(),
        Some(Err(_)) | None => database.to_string(),
    };
    // FNV-1a.
    place.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Refuses a database that was made for another app or origin, as far as settings name one. For commands that change
/// migrations without talking to anybody.
pub(crate) async fn check_stamp(config: &Config, store: &dyn Store) -> anyhow::Result<()> {
    let Some(found) = store.read_stamp().await? else { return Ok(()) };
    let origin = match &config.graph_url {
        Some(_) => other_side::origin(&config.endpoint()?)?,
        None => found.origin.clone(),
    };
    let app_id = config.app_id.as_ref().map_or_else(|| found.app_id.clone(), ToString::to_string);
    store.stamp(&Stamp { origin, app_id }).await.context("nothing was changed")
}
