//! What a real server shows of its standbys, and to whom.

use postgres_server::{Durability, Replication, Server, execute};

use crate::postgres::address::Address;
use crate::postgres::pool::Pool;
use crate::postgres::survival::look;
use crate::{StoreError, Survival};

fn started<T>(made: Result<T, postgres_server::Error>) -> T {
    made.unwrap_or_else(|error| panic!("{error}"))
}

async fn seen(address: &str) -> Result<Survival, StoreError> {
    look(&Pool::new(&Address::of(address, None)?, 1)?).await
}

#[tokio::test]
async fn a_standby_is_seen_without_rights_and_what_cannot_be_read_is_not_taken_for_yes() {
    let primary = started(Server::start(Durability::Full));
    let address = started(primary.database("fleet"));
    started(execute(&address, "CREATE ROLE plain LOGIN"));
    let plain = address.replace("postgres://postgres@", "postgres://plain@");
    for address in [&address, &plain] {
        assert!(matches!(seen(address).await.unwrap(), Survival::Kept { because } if because.contains("no standby")));
    }
    let standby = started(primary.standby(Replication::Asynchronous));
    for address in [&address, &plain] {
        let seen = seen(address).await.unwrap();
        assert!(matches!(&seen, Survival::MayBeLost { only_by_crash: false, .. }), "{seen:?}");
    }
    // A session that would not wait is made to.
    started(execute(&address, "ALTER ROLE plain SET synchronous_commit = 'local'"));
    drop(standby);
    let awaited = started(primary.standby(Replication::Synchronous));
    for address in [&address, &plain, &format!("{plain}?options=-c%20synchronous_commit%3Doff")] {
        let seen = seen(address).await.unwrap();
        assert!(matches!(&seen, Survival::Kept { because } if because.contains("waits for a standby")), "{seen:?}");
    }
    started(execute(&address, "REVOKE SELECT ON pg_stat_replication FROM public"));
    let hidden = seen(&plain).await.unwrap();
    assert!(matches!(&hidden, Survival::Unreadable { why } if why.contains("permission denied")), "{hidden:?}");
    drop(awaited);
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_its_disk_may_lose_what_it_answered() {
    let server = started(Server::start(Durability::None));
    let seen = seen(&started(server.database("fleet"))).await.unwrap();
    assert!(
        matches!(&seen, Survival::MayBeLost { only_by_crash: true, why } if why.starts_with("fsync is off")),
        "{seen:?}"
    );
}
