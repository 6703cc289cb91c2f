//! Calls that all workers take from together.

use serde_json::Value;

use super::*;
use crate::SharedRow;

pub async fn shared_calls_are_compared_and_set(database: &dyn Database) {
    let (store, other) = (database.open().await, database.open().await);
    assert_eq!(store.shared_calls("app").await.unwrap(), SharedRow { version: 0, state: Value::Null });
    assert_eq!(store.set_shared_calls("app", 1, &json!(9)).await.unwrap(), None, "there is no version 1 yet");
    assert_eq!(store.set_shared_calls("app", 0, &json!({ "by": 1 })).await.unwrap(), Some(1));
    assert_eq!(other.set_shared_calls("app", 0, &json!({ "by": 2 })).await.unwrap(), None, "it is not the first");
    assert_eq!(other.shared_calls("app").await.unwrap(), SharedRow { version: 1, state: json!({ "by": 1 }) });
    assert_eq!(other.set_shared_calls("app", 1, &json!({ "by": 2 })).await.unwrap(), Some(2));
    assert_eq!(store.set_shared_calls("app", 1, &json!({ "by": 1 })).await.unwrap(), None);
    assert_eq!(store.shared_calls("app").await.unwrap(), SharedRow { version: 2, state: json!({ "by": 2 }) });
    assert_eq!(store.shared_calls("templates").await.unwrap().version, 0, "each lane has its own");
}

pub async fn many_workers_that_take_shared_calls_lose_no_change(database: &dyn Database) {
    const WORKERS: usize = 6;
    const CHANGES: u64 = 20;
    let stores = [database.open().await, database.open().await];
    let workers = (0..WORKERS).map(|n| {
        let store = Arc::clone(&stores[n % 2]);
        tokio::spawn(async move {
            let mut changes = 0;
            while changes < CHANGES {
                let SharedRow { version, state } = store.shared_calls("app").await.unwrap();
                let sum = json!(state.as_u64().unwrap_or(0) + 1);
                changes += u64::from(store.set_shared_calls("app", version, &sum).await.unwrap().is_some());
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let all = WORKERS as u64 * CHANGES;
    assert_eq!(stores[0].shared_calls("app").await.unwrap(), SharedRow { version: all, state: json!(all) });
}
