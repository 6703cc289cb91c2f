//! A database belongs to the vendor it was made for.

use std::sync::Arc;

use e2e::{Fleet, Stage};
use unmoor_cli::rehearsal::{ORIGIN, Rehearsal};
use unmoor_engine::NobodyWatches;
use unmoor_store::{SqliteStore, Stamp, Store, StoreError};

const META: &str = "https://graph.facebook.com";

#[tokio::test]
async fn the_database_of_a_rehearsal_is_refused_for_meta() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.db");
    let stage = Stage::ended(&Fleet::one().kept_in(path.clone())).await;
    let app_id = stage.rehearsal.engine.graph.app.id.to_string();
    drop(stage);
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.read_stamp().await.unwrap().unwrap().origin, ORIGIN);
    let refused = store.stamp(&Stamp { origin: META.to_owned(), app_id: app_id.clone() }).await.unwrap_err();
    let StoreError::WrongStamp { found, wanted } = &refused else { panic!("{refused}") };
    assert_eq!((found.origin.as_str(), wanted.origin.as_str()), (ORIGIN, META));
    // The same place for another app is another matter too.
    let other_app = Stamp { origin: ORIGIN.to_owned(), app_id: format!("{app_id}0") };
    assert!(matches!(store.stamp(&other_app).await, Err(StoreError::WrongStamp { .. })));
    store.stamp(&Stamp { origin: ORIGIN.to_owned(), app_id }).await.unwrap();
}

#[tokio::test]
async fn a_database_of_metas_is_refused_for_a_rehearsal_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("real.db");
    let real = Stamp { origin: META.to_owned(), app_id: "90001".to_owned() };
    let store = SqliteStore::open(&path).unwrap();
    store.stamp(&real).await.unwrap();
    drop(store);
    let plan = Fleet::one().kept_in(path.clone()).plan();
    let Err(refused) = Rehearsal::prepare(plan, Arc::new(NobodyWatches)).await else { panic!("it was taken") };
    assert!(matches!(refused.downcast_ref(), Some(StoreError::WrongStamp { .. })), "{refused:#}");
    let store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.read_stamp().await.unwrap(), Some(real));
    assert!(store.count_by_phase().await.unwrap().is_empty(), "nothing was imported");
}
