//! From each kind of database to each.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::file::SCHEMA;
use crate::conformance::MovableDatabase;
use crate::conformance::transfers::{brought, exported, full};
use crate::{postgres, sqlite};

fn fresh(kind: &str) -> Box<dyn MovableDatabase> {
    match kind {
        "SQLite" => Box::new(sqlite::tests::TestDatabase::fresh()),
        _ => Box::new(postgres::tests::TestDatabase::fresh()),
    }
}

#[test]
fn both_backends_have_the_tables_that_the_file_is_written_for() {
    assert_eq!((sqlite::known_schema(), postgres::known_schema()), (SCHEMA, SCHEMA));
}

#[tokio::test]
async fn an_export_that_was_imported_is_exported_byte_for_byte_whichever_databases_they_are() {
    for from in ["SQLite", "PostgreSQL"] {
        for to in ["SQLite", "PostgreSQL"] {
            let (source, target) = (fresh(from), fresh(to));
            full(&*source).await;
            let file = exported(&*source).await;
            brought(&*target, &file).await.unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
            let again = exported(&*target).await;
            let differs = |(ours, theirs): (&str, &str)| (ours != theirs).then(|| format!("{ours}\n{theirs}"));
            let (file, again) = (String::from_utf8(file).unwrap(), String::from_utf8(again).unwrap());
            let difference = file.lines().zip(again.lines()).find_map(differs);
            assert_eq!(difference, None, "{from} to {to}");
            assert_eq!(file, again, "{from} to {to}");
            assert!(file.lines().count() > 40, "there was something to be moved");
        }
    }
}
