//! What is asked often is answered from an index, however much there is that was not asked for.

use rusqlite::{Connection, StatementStatus, params, params_from_iter};

use super::TestDatabase;
use crate::conformance::{Database, at, due_at, import};
use crate::sqlite::claims;
use crate::sqlite::lists::ListQuery;
use crate::sqlite::notices;
use crate::sqlite::value::Ns;
use crate::{Cursor, Filter};

fn plan(db: &Connection, sql: &str) -> String {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let parameters = vec![rusqlite::types::Value::Null; statement.parameter_count()];
    let steps = statement.query_map(params_from_iter(parameters), |row| row.get::<_, String>(3)).unwrap();
    steps.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
}

async fn database_of(waiting: u64) -> (TestDatabase, Connection) {
    let database = TestDatabase::fresh();
    let store = database.open().await;
    import(&*store, (0..waiting).map(|n| due_at(n, 1_000_000))).await;
    drop(store);
    let db = Connection::open(database.path()).unwrap();
    (database, db)
}

#[tokio::test]
async fn due_rows_come_from_their_index_in_its_order() {
    let (_database, db) = database_of(0).await;
    let due = plan(&db, claims::DUE);
    assert_eq!(due, "SEARCH migration USING INDEX migration_due (urgency=? AND due_at_ns<?)");
    let next = plan(&db, claims::NEXT_DUE);
    assert_eq!(next, "SEARCH migration USING INDEX migration_due (urgency=? AND due_at_ns>?)");
    let notices = plan(&db, notices::DUE);
    assert_eq!(notices, "SEARCH notice USING INDEX notice_due (due_at_ns<?)");
}

#[tokio::test]
async fn waiting_rows_cost_nothing() {
    let mut steps = Vec::new();
    for waiting in [10, 5000] {
        let (_database, db) = database_of(waiting).await;
        let mut due = db.prepare(claims::DUE).unwrap();
        assert!(due.query(params![2, Ns(at(0)), 64]).unwrap().next().unwrap().is_none());
        let mut next = db.prepare(claims::NEXT_DUE).unwrap();
        assert!(next.query([2]).unwrap().next().unwrap().is_some());
        steps.push((due.get_status(StatementStatus::VmStep), next.get_status(StatementStatus::VmStep)));
    }
    assert!(steps[0].0 > 0);
    assert_eq!(steps[0], steps[1], "steps of SQLite's machine for (due, next due)");
}

#[tokio::test]
async fn a_page_of_a_list_is_cut_from_an_index_before_any_state_is_read() {
    let (_database, db) = database_of(0).await;
    let one = |text: &str| vec![text.to_owned()];
    let cases = [
        (Filter::default(), "SEARCH m USING PRIMARY KEY (id>?)"),
        (Filter { phases: one("ready"), ..Filter::default() }, "migration_by_phase (phase=? AND id>?)"),
        (Filter { customers: one("c"), ..Filter::default() }, "migration_by_customer (customer=? AND id>?)"),
        (Filter { waves: one("north"), ..Filter::default() }, "migration_by_wave (wave=? AND id>?)"),
        (Filter { turn: Some("us".to_owned()), ..Filter::default() }, "migration_by_turn (turn=? AND id>?)"),
        (Filter { blockers: one("NAME"), ..Filter::default() }, "b USING PRIMARY KEY (code=? AND migration_id>?)"),
    ];
    for (filter, expected) in cases {
        let query = ListQuery::of(&filter, Some(&Cursor::from_text("7")), 50).unwrap();
        let plan = plan(&db, &query.sql());
        assert!(plan.contains(expected), "{filter:?}:\n{plan}");
        assert!(!plan.contains("TEMP B-TREE FOR ORDER BY\nSEARCH"), "{filter:?} sorts before the page is cut:\n{plan}");
    }
}
