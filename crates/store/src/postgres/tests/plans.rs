//! What is asked often is answered from an index, however much there is that was not asked for.

use tokio_postgres::types::ToSql;

use super::TestDatabase;
use crate::conformance::{Database, due_at, import};
use crate::postgres::lists::{ListQuery, Value};
use crate::postgres::{claims, notices};
use crate::{Cursor, Filter};

/// A database of many waiting migrations, about which the planner knows.
async fn database() -> (TestDatabase, tokio_postgres::Client) {
    let database = TestDatabase::fresh();
    import(&*database.open().await, (0..5000).map(|n| due_at(n, 1_000_000))).await;
    let client = database.client().await;
    client.batch_execute("ANALYZE").await.unwrap();
    // Small tables are read whole, and small results sorted, whatever there is: what is asked here is whether an index could
    // give the rows in their order.
    client.batch_execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off").await.unwrap();
    (database, client)
}

async fn plan(client: &tokio_postgres::Client, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> String {
    let rows = client.query(&format!("EXPLAIN (COSTS OFF) {sql}"), parameters).await.unwrap();
    rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn due_rows_come_from_their_index_in_its_order() {
    let (_database, client) = database().await;
    let due = plan(&client, claims::DUE, &[&0_i64, &64_i64]).await;
    assert!(due.contains("Index Cond: ((urgency = \"*VALUES*\".column1) AND (due_at_ns <= '0'::bigint))"), "{due}");
    assert!(!due.contains("Sort") && !due.contains("Seq Scan"), "{due}");
    let next = plan(&client, claims::NEXT_DUE, &[]).await;
    assert!(next.contains("using migration_due") && !next.contains("Sort"), "{next}");
    let notices = plan(&client, notices::DUE, &[&0_i64, &32_i64]).await;
    assert!(notices.contains("using notice_due") && !notices.contains("Sort"), "{notices}");
}

#[tokio::test]
async fn a_page_of_a_list_is_cut_from_an_index_before_any_state_is_read() {
    let (_database, client) = database().await;
    let one = |text: &str| vec![text.to_owned()];
    let cases = [
        (Filter::default(), "migration_pkey"),
        (Filter { customers: one("customer-7"), ..Filter::default() }, "migration_by_customer"),
        (Filter { waves: one("north"), ..Filter::default() }, "migration_by_wave"),
        (Filter { turn: Some("us".to_owned()), ..Filter::default() }, "migration_by_turn"),
        (Filter { blockers: one("NAME"), ..Filter::default() }, "migration_blocker_pkey"),
    ];
    for (filter, expected) in cases {
        let query = ListQuery::of(&filter, Some(&Cursor::from_text("7")), 50);
        let values: Vec<_> = query.values.iter().map(Value::as_parameter).collect();
        let plan = plan(&client, &query.sql(), &values).await;
        assert!(plan.contains(expected) && !plan.contains("Sort"), "{filter:?}:\n{plan}");
    }
}
