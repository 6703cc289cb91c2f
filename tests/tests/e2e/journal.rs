//! Whatever somebody does to the journals past Unmoor, `verify` finds it, on both databases.

use std::sync::Arc;

use e2e::findings;
use jiff::Timestamp;
use secrecy::SecretString;
use tempfile::TempDir;
use unmoor_cli::rehearsal::Keep;
use unmoor_engine::clock::{Clock, VirtualClock};
use unmoor_engine::inbox::{Posted, TakenIn, post, take_in_now};
use unmoor_engine::journal::{self, Head};
use unmoor_engine::randomness::SeededRandomness;
use unmoor_engine::vault::{MasterKey, Vault};
use unmoor_engine::{SealedInStore, fleet};
use unmoor_migration::{Command, Customer, MigrationId, Policy, WabaId, begin, import};
use unmoor_store::{NewMigration, Snapshot, Store};

const MIGRATIONS: [&str; 3] = ["310200000000101", "310200000000102", "310200000000103"];
const FIRST: &str = MIGRATIONS[0];
const SECOND: &str = MIGRATIONS[1];

/// A database that people have worked with.
struct Database {
    keep: Keep,
    store: Arc<dyn Store>,
    vault: Vault,
    clock: VirtualClock,
    _folder: Option<TempDir>,
}

impl Database {
    async fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::kept(Keep::File(folder.path().join("fleet.db")), Some(folder)).await
    }

    async fn in_postgres() -> Self {
        Self::kept(Keep::Postgres(postgres_server::fresh_database().unwrap()), None).await
    }

    async fn kept(keep: Keep, folder: Option<TempDir>) -> Self {
        let store = keep.open().await.unwrap();
        let key = MasterKey::from_variable(&SecretString::from(format!("{:064x}", 7))).unwrap();
        let storage = Arc::new(SealedInStore(Arc::clone(&store)));
        let vault = Vault::new(storage, Arc::new(SeededRandomness::new(1)), key);
        journal::begin(store.as_ref(), &vault).await.unwrap();
        let clock = VirtualClock::new("2027-03-01T08:00:00Z".parse().unwrap());
        let database = Self { keep, store, vault, clock, _folder: folder };
        database.import().await;
        database.command(Command::Start).await;
        database.command(Command::Pause { reason: Some("the till is being replaced".to_owned()) }).await;
        database.command(Command::Resume).await;
        // What is refused to somebody is evidence.
        database.command(Command::Resume).await;
        fleet::resume(database.store.as_ref(), "ada", None, database.now()).await.unwrap();
        database
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn import(&self) {
        let rows = MIGRATIONS.iter().map(|id| {
            let customer = Customer::new(format!("customer-{id}"), WabaId::new(id).unwrap());
            let event = import(customer, self.now());
            NewMigration { snapshot: Snapshot::of(begin(&event).unwrap()), events: vec![event] }
        });
        self.store.import(rows.collect(), self.now()).await.unwrap();
    }

    async fn command(&self, command: Command) {
        for id in MIGRATIONS {
            let id = MigrationId::of(WabaId::new(id).unwrap());
            post(self.store.as_ref(), &id, &Posted::Command(command.clone()), "ada", self.now()).await.unwrap();
            let policy = Policy::default();
            let taken = take_in_now(self.store.as_ref(), &self.clock, &policy, "test", &id).await.unwrap();
            assert!(matches!(taken, TakenIn::Decided(_)), "{taken:?}");
        }
    }

    /// Runs SQL past the store, with the database's own guards out of the way.
    async fn tamper(&self, sql: &str) {
        match &self.keep {
            Keep::Nowhere => panic!("it is kept"),
            Keep::File(path) => {
                let db = rusqlite::Connection::open(path).unwrap();
                let names: Vec<String> = (db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").unwrap())
                    .query_map([], |row| row.get(0))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect();
                let unguarded: String = names.iter().map(|name| format!("DROP TRIGGER {name};")).collect();
                db.execute_batch(&format!("PRAGMA foreign_keys = OFF; {unguarded} {sql}")).unwrap();
            }
            Keep::Postgres(address) => {
                let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
                drop(tokio::spawn(connection));
                client.batch_execute(&format!("SET session_replication_role = replica; {sql}")).await.unwrap();
            }
        }
    }

    async fn found(&self) -> Vec<String> {
        findings(self.store.as_ref(), &self.vault).await.0
    }

    async fn head(&self) -> Head {
        findings(self.store.as_ref(), &self.vault).await.1.head.unwrap()
    }
}

/// `sql` is found as `told` (a part of the words for each finding), on both databases.
async fn is_found(sql: &str, told: &[&str]) {
    for database in [Database::in_a_file().await, Database::in_postgres().await] {
        assert_eq!(database.found().await, [""; 0], "before {sql}");
        database.tamper(sql).await;
        let found = database.found().await;
        assert_eq!(found.len(), told.len(), "{sql}\n{found:#?}");
        for (found, told) in found.iter().zip(told) {
            assert!(found.contains(told), "{sql}\n{found}\nlacks {told:?}");
        }
    }
}

#[tokio::test]
async fn a_changed_byte_in_any_column_of_an_entry() {
    let changed = format!("{FIRST}: entry 3 is not what was written there");
    for what in ["at_ns = at_ns + 1", "kind = 'resumed'", "body = replace(body, 'ada', 'bob')"] {
        is_found(&format!("UPDATE journal SET {what} WHERE migration_id = '{FIRST}' AND seq = 3"), &[&changed]).await;
    }
    let other = "(SELECT link FROM journal WHERE seq = 1 ORDER BY migration_id LIMIT 1)";
    let told = format!("{FIRST}: entry 3 is as it was written, but its link was changed");
    is_found(&format!("UPDATE journal SET link = {other} WHERE migration_id = '{FIRST}' AND seq = 3"), &[&told]).await;
    // Another number leaves a place, and takes one that is not there.
    let told =
        [format!("{FIRST}: entry 3 is missing in the middle"), format!("{FIRST}: an entry stands under number -1")];
    let sql = format!("UPDATE journal SET seq = -1 WHERE migration_id = '{FIRST}' AND seq = 3");
    is_found(&sql, &[&told[1], &told[0]]).await;
}

#[tokio::test]
async fn entries_that_are_missing() {
    let cut = format!("DELETE FROM journal WHERE migration_id = '{FIRST}' AND seq > 3");
    is_found(&cut, &[&format!("{FIRST}: the end of the journal was cut off: entries 4 to ")]).await;
    let middle = format!("DELETE FROM journal WHERE migration_id = '{FIRST}' AND seq = 3");
    is_found(&middle, &[&format!("{FIRST}: entry 3 is missing in the middle")]).await;
}

#[tokio::test]
async fn entries_that_changed_places() {
    let to =
        |from: i64, to: i64| format!("UPDATE journal SET seq = {to} WHERE migration_id = '{FIRST}' AND seq = {from};");
    let sql = [to(3, -1), to(4, 3), to(-1, 4)].concat();
    is_found(&sql, &[&format!("{FIRST}: entries 3 and 4 have changed places")]).await;
}

#[tokio::test]
async fn an_entry_of_another_migration() {
    let theirs =
        |column: &str| format!("{column} = (SELECT {column} FROM journal WHERE migration_id = '{SECOND}' AND seq = 4)");
    let sql = format!(
        "UPDATE journal SET {}, {}, {}, {} WHERE migration_id = '{FIRST}' AND seq = 3;
         DELETE FROM journal WHERE migration_id = '{SECOND}' AND seq = 4",
        theirs("at_ns"),
        theirs("kind"),
        theirs("body"),
        theirs("link")
    );
    let told = [
        format!("{FIRST}: entry 3 is not what was written there"),
        format!("{FIRST}: entry 4 cannot be checked"),
        format!("{SECOND}: entry 4 is missing in the middle"),
        format!("{FIRST}: entry 3 is entry 4 of the journal of migration {SECOND}"),
    ];
    is_found(&sql, &[&told[0], &told[1], &told[2], &told[3]]).await;
}

#[tokio::test]
async fn a_migration_that_is_missing() {
    let of = |table: &str, column: &str| format!("DELETE FROM {table} WHERE {column} = '{FIRST}';");
    let beside: String =
        ["snapshot", "migration_blocker", "inbox", "notice"].map(|table| of(table, "migration_id")).concat();
    let row = format!("{beside}{}", of("migration", "id"));
    is_found(&row, &[&format!("{FIRST}: the migration is missing; only its journal is there")]).await;
    is_found(&format!("{row}{}", of("journal", "migration_id")), &["a migration is missing with its journal"]).await;
}

#[tokio::test]
async fn an_older_state_that_was_put_back() {
    for database in [Database::in_a_file().await, Database::in_postgres().await] {
        let columns = ["journal_seq", "journal_head", "phase", "turn", "blockers", "is_final", "urgency", "wake_at_ns"];
        database
            .tamper(&format!(
                "CREATE TABLE old_row AS SELECT * FROM migration WHERE id = '{FIRST}';
                 CREATE TABLE old_state AS SELECT * FROM snapshot WHERE migration_id = '{FIRST}'"
            ))
            .await;
        let before = database.head().await;
        database.command(Command::Hold { reason: None }).await;
        let after = database.head().await;
        assert_eq!(database.found().await, [""; 0]);
        // Only the row and the state.
        let put_back = columns.map(|column| format!("{column} = (SELECT {column} FROM old_row)")).join(", ");
        let state = format!("body = (SELECT body FROM old_state) WHERE migration_id = '{FIRST}'");
        database
            .tamper(&format!("UPDATE migration SET {put_back} WHERE id = '{FIRST}'; UPDATE snapshot SET {state}"))
            .await;
        let found = database.found().await;
        assert!(found.len() == 1 && found[0].contains("an older row was put back"), "{found:?}");
        // And the journal with it: every chain is whole, and the sum tells.
        let cut =
            format!("DELETE FROM journal WHERE migration_id = '{FIRST}' AND seq > (SELECT journal_seq FROM old_row)");
        database.tamper(&cut).await;
        let found = database.found().await;
        assert!(found.len() == 1 && found[0].contains("stands in an older state than its last one"), "{found:?}");
        assert!(found[0].contains(FIRST), "it is named: {found:?}");
        // A database that was replaced as a whole is found by the head that somebody has written down.
        let key = journal::key(&database.vault).await.unwrap().unwrap();
        let ahead: Head = format!("{}-{}", after.commits + 1, "0".repeat(64)).parse().unwrap();
        let forged: Head = format!("{}-{}", after.commits, "0".repeat(64)).parse().unwrap();
        for (expected, code) in
            [(&before, None), (&after, None), (&ahead, Some("rolled_back")), (&forged, Some("other_history"))]
        {
            let mut codes = Vec::new();
            let mut watch = |seen: journal::Seen<'_>| {
                if let journal::Seen::Finding(finding) = seen {
                    codes.push(finding.what.code());
                }
            };
            journal::verify(database.store.as_ref(), &key, None, Some(expected), &mut watch).await.unwrap();
            codes.retain(|code| *code != "older_state");
            assert_eq!(codes, code.into_iter().collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn a_state_that_does_not_follow_from_the_journal() {
    let sql =
        format!("UPDATE snapshot SET body = replace(body, 'customer-', 'friend-') WHERE migration_id = '{FIRST}'");
    is_found(&sql, &[&format!("{FIRST}: its state is not what its journal adds up to")]).await;
    let sql = format!("UPDATE snapshot SET body = '{{}}' WHERE migration_id = '{FIRST}'");
    is_found(&sql, &[&format!("{FIRST}: its state cannot be read")]).await;
    let sql = format!("UPDATE migration SET phase = 'completed', wake_at_ns = NULL WHERE id = '{FIRST}'");
    is_found(&sql, &[&format!("{FIRST}: what it is found by is not what its state says: phase, wake_at")]).await;
}

#[tokio::test]
async fn sums_heads_and_the_fleets_state_that_were_changed() {
    is_found("UPDATE fleet SET body = '{}'", &["the database: the fleet's state"]).await;
    let lane = format!(
        "UPDATE migration SET journal_head = (SELECT link FROM journal WHERE migration_id = '{SECOND}' AND seq = 1) WHERE id = '{FIRST}'"
    );
    is_found(&lane, &[&format!("{FIRST}: the migration's row names another end of the journal")]).await;
    let sum = "UPDATE journal_lane SET commits = commits + 1 WHERE lane = 0";
    is_found(sum, &["the database: the sum of the heads in lane 0 was changed"]).await;
    is_found("DELETE FROM journal_lane WHERE lane = 0", &["the sum of the heads in lane 0 was changed"]).await;
}
