//! Workers on a database that is moved.

use super::TestDatabase;
use crate::conformance::{Database, HOUR, at, due_at, id, import};
use crate::{Store, StoreError, Transfer, TransferError};

#[tokio::test]
async fn a_database_is_not_moved_while_a_worker_holds_a_migration() {
    let database = TestDatabase::fresh();
    let store = database.store().await;
    import(&store, [due_at(1, 0), due_at(2, 0)]).await;
    let claim = store.claim(&id(1), "worker-a", HOUR).await.unwrap().unwrap();
    let refused = store.move_away(at(1), "ada").await.unwrap_err();
    assert!(matches!(&refused, TransferError::InUse { holders, .. } if holders.contains("worker-a (1)")), "{refused}");
    assert_eq!(store.moved().await.unwrap(), None);
    store.release(&claim).await.unwrap();
    store.move_away(at(1), "ada").await.unwrap();
    // A worker that had nothing to do learns of it when it looks again, also where nothing is due.
    let idle = database.open().await.claim_due(at(-10), 5, "worker-b", HOUR).await;
    assert!(matches!(idle, Err(StoreError::Moved { .. })), "{idle:?}");
}
