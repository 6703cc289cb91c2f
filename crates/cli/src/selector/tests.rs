#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use unmoor_migration::{Customer, begin, import};
use unmoor_store::{NewMigration, Snapshot, SqliteStore};

use super::*;
use crate::exit::{Exit, of_error};

async fn store_of(customers: &[(&str, &str, Option<&str>)]) -> SqliteStore {
    let store = SqliteStore::for_rehearsal().unwrap();
    store.chain_with(unmoor_store::chain::JournalKey::new(&[1; 32]));
    let at = "2026-11-02T09:00:00Z".parse().unwrap();
    let rows = customers.iter().map(|(reference, waba, wave)| {
        let wave = wave.map(str::to_owned);
        let event = import(Customer { wave, ..Customer::new(*reference, WabaId::new(waba).unwrap()) }, at);
        NewMigration { snapshot: Snapshot::of(begin(&event).unwrap()), events: vec![event] }
    });
    store.import(rows.collect(), at).await.unwrap();
    store
}

async fn fleet() -> SqliteStore {
    store_of(&[
        ("acorn-bakery", "101", Some("pilot")),
        ("acorn-bakery", "102", Some("second")),
        ("birch-books", "103", Some("pilot")),
        ("104", "105", None),
    ])
    .await
}

fn naming(customers: &[&str]) -> SelectorArgs {
    SelectorArgs { customers: customers.iter().map(|text| (*text).to_owned()).collect(), ..SelectorArgs::default() }
}

async fn picked(args: &SelectorArgs) -> Vec<String> {
    let store = fleet().await;
    let selection = to_change(args, &store).await.unwrap();
    page_through(&store, &selection.filter, |stored| Some(stored.migration.id().to_string())).await.unwrap()
}

async fn refusal(args: &SelectorArgs) -> (String, String) {
    let error = to_change(args, &fleet().await).await.unwrap_err();
    let (exit, hint) = of_error(&error);
    assert_eq!(exit, Exit::BadInput);
    (error.to_string(), hint.unwrap_or_default())
}

#[tokio::test]
async fn a_reference_means_all_accounts_of_the_customer_and_an_id_means_one() {
    assert_eq!(picked(&naming(&["acorn-bakery"])).await, ["101", "102"]);
    assert_eq!(picked(&naming(&["102", "103"])).await, ["102", "103"]);
    assert_eq!(picked(&naming(&["104"])).await, ["105"], "a reference may look like an id");
}

#[tokio::test]
async fn what_is_given_must_all_fit() {
    let pilot = SelectorArgs { wave: vec!["pilot".to_owned()], ..naming(&["acorn-bakery"]) };
    assert_eq!(picked(&pilot).await, ["101"]);
    let blocked = SelectorArgs { blocker: vec!["not_preflighted".to_owned()], ..SelectorArgs::default() };
    assert_eq!(picked(&blocked).await.len(), 4);
    let all = SelectorArgs { all: true, ..SelectorArgs::default() };
    assert_eq!(picked(&all).await.len(), 4);
    let customers = SelectorArgs { turn: Some("customer".to_owned()), ..SelectorArgs::default() };
    assert_eq!(picked(&customers).await.len(), 0);
}

#[tokio::test]
async fn saying_nothing_selects_nobody_where_something_changes() {
    let (what, hint) = refusal(&SelectorArgs::default()).await;
    assert_eq!(what, "no customers are selected");
    assert!(hint.contains("--all") && hint.contains("--wave"), "{hint}");
    let shown = to_show(&SelectorArgs::default(), &fleet().await).await.unwrap();
    assert_eq!(shown.filter, Filter::default());
}

#[tokio::test]
async fn an_unknown_name_is_told_with_what_may_have_been_meant() {
    assert_eq!(
        refusal(&naming(&["acorn-bakry"])).await,
        ("there is no customer or source WABA \"acorn-bakry\"".to_owned(), "did you mean acorn-bakery?".to_owned())
    );
    assert_eq!(refusal(&naming(&["birch"])).await.1, "did you mean birch-books?");
    assert_eq!(refusal(&naming(&["zephyr-laundry"])).await.1, "`unmoor status` lists them all");
    let wave = SelectorArgs { wave: vec!["pilots".to_owned()], ..SelectorArgs::default() };
    assert_eq!(refusal(&wave).await, ("there is no wave \"pilots\"".to_owned(), "did you mean pilot?".to_owned()));
}
