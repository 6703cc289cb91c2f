use super::*;
use crate::{Cursor, Filter};

async fn ids(store: &dyn Store, filter: Filter) -> Vec<MigrationId> {
    let page = store.list(&filter, None, 1000).await.unwrap();
    assert_eq!(page.next, None);
    page.rows.into_iter().map(|stored| stored.migration.id().clone()).collect()
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

pub async fn paging_shows_each_migration_once_whatever_happens_meanwhile(database: &dyn Database) {
    let store = database.open().await;
    // Even numbers are there all the time; odd ones come while the pages are turned.
    import(&*store, (0..50).map(|n| due_at(2 * n, 0))).await;
    let (mut seen, mut after, mut pages) = (Vec::new(), None::<Cursor>, 0_u64);
    loop {
        let page = store.list(&Filter::default(), after.as_ref(), 7).await.unwrap();
        assert!(page.rows.len() <= 7);
        seen.extend(page.rows.into_iter().map(|stored| stored.migration.id().clone()));
        import(&*store, [due_at(2 * pages + 1, 0), due_at(99 - 2 * pages, 0)]).await;
        let claim = claimed(&*store, 2 * pages).await;
        store.commit(&claim, &plain(due_at(2 * pages, 5))).await.unwrap();
        pages += 1;
        match page.next {
            None => break,
            Some(next) => after = Some(Cursor::from_text(next.as_str())),
        }
    }
    assert!(seen.is_sorted_by(|one, next| one < next), "in order, none twice");
    for n in 0..50 {
        assert!(seen.contains(&id(2 * n)), "{n}");
    }
    let exact = Filter { ids: (0..7).map(|n| id(2 * n)).collect(), ..Filter::default() };
    assert_eq!(store.list(&exact, None, 7).await.unwrap().next, None, "a full last page is the last");
}

/// Five migrations that differ in everything a filter asks for.
async fn five(store: &dyn Store) {
    let rows = [
        (1, Some("north"), "ready", None, vec!["PAYMENT", "NAME"], false),
        (2, Some("north"), "draft", Some("customer"), vec!["NAME"], false),
        (3, Some("south"), "ready", Some("us"), vec![], false),
        (4, None, "completed", None, vec![], true),
        (5, None, "settling", Some("customer"), vec!["REVIEW"], false),
    ];
    let snapshots = rows.map(|(n, wave, phase, turn, blockers, is_final)| {
        let mut customer = migration(n).customer().clone();
        customer.wave = wave.map(str::to_owned);
        // Two accounts of one customer.
        customer.reference = if n == 5 { "customer-4".to_owned() } else { customer.reference };
        outlined(migration_of(customer), |outline| {
            outline.phase = phase.to_owned();
            outline.turn = turn.map(str::to_owned);
            outline.blockers = blockers.into_iter().map(str::to_owned).collect();
            outline.is_final = is_final;
        })
    });
    import(store, snapshots).await;
}

pub async fn each_part_of_the_filter_restricts(database: &dyn Database) {
    let store = database.open().await;
    five(&*store).await;
    let none = Filter::default;
    let cases = [
        (none(), vec![1, 2, 3, 4, 5]),
        (Filter { ids: vec![id(3)], ..none() }, vec![3]),
        (Filter { ids: vec![id(5), id(1), id(77)], ..none() }, vec![1, 5]),
        (Filter { customers: strings(["customer-4"]), ..none() }, vec![4, 5]),
        (Filter { customers: strings(["customer-1", "customer-2"]), ..none() }, vec![1, 2]),
        (Filter { waves: strings(["north"]), ..none() }, vec![1, 2]),
        (Filter { waves: strings(["south", "north"]), ..none() }, vec![1, 2, 3]),
        (Filter { phases: strings(["ready"]), ..none() }, vec![1, 3]),
        (Filter { phases: strings(["completed", "draft"]), ..none() }, vec![2, 4]),
        (Filter { blockers: strings(["NAME"]), ..none() }, vec![1, 2]),
        (Filter { blockers: strings(["NAME", "PAYMENT", "REVIEW"]), ..none() }, vec![1, 2, 5]),
        (Filter { blockers: strings(["OTHER"]), ..none() }, vec![]),
        (Filter { turn: Some("customer".to_owned()), ..none() }, vec![2, 5]),
        (Filter { open_only: true, ..none() }, vec![1, 2, 3, 5]),
        (Filter { customers: strings(["customer-1' OR 1=1 --"]), ..none() }, vec![]),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(ids(&*store, filter.clone()).await, expected, "{filter:?}");
    }
}

pub async fn parts_of_the_filter_must_all_fit(database: &dyn Database) {
    let store = database.open().await;
    five(&*store).await;
    let filter = Filter {
        waves: strings(["north"]),
        blockers: strings(["NAME"]),
        phases: strings(["ready", "draft"]),
        open_only: true,
        ..Filter::default()
    };
    assert_eq!(ids(&*store, filter.clone()).await, [id(1), id(2)]);
    let page = store.list(&filter, None, 1).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let rest = store.list(&filter, page.next.as_ref(), 1).await.unwrap();
    assert_eq!((rest.rows[0].migration.id(), rest.next), (&id(2), None));
    assert_eq!(ids(&*store, Filter { turn: Some("us".to_owned()), ..filter }).await, []);
}

pub async fn the_filter_follows_commits(database: &dyn Database) {
    let store = database.open().await;
    five(&*store).await;
    let mut customer = migration(1).customer().clone();
    customer.wave = Some("west".to_owned());
    let changed = outlined(migration_of(customer), |outline| {
        outline.phase = "provisioning".to_owned();
        outline.turn = Some("meta".to_owned());
        outline.blockers = strings(["REVIEW", "NAME", "REVIEW"]);
    });
    let claim = claimed(&*store, 1).await;
    let version = store.commit(&claim, &plain(changed.clone())).await.unwrap().version;
    // The same again: what does not change must stay found.
    store.commit(&Claim { version, ..claim }, &plain(changed)).await.unwrap();
    let cases = [
        (Filter { blockers: strings(["PAYMENT"]), ..Filter::default() }, vec![]),
        (Filter { blockers: strings(["NAME"]), ..Filter::default() }, vec![1, 2]),
        (Filter { blockers: strings(["REVIEW"]), ..Filter::default() }, vec![1, 5]),
        (Filter { waves: strings(["north"]), ..Filter::default() }, vec![2]),
        (Filter { waves: strings(["west"]), ..Filter::default() }, vec![1]),
        (Filter { phases: strings(["ready"]), ..Filter::default() }, vec![3]),
        (Filter { turn: Some("meta".to_owned()), ..Filter::default() }, vec![1]),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(ids(&*store, filter.clone()).await, expected, "{filter:?}");
    }
}

pub async fn phases_are_counted(database: &dyn Database) {
    let store = database.open().await;
    assert!(store.count_by_phase().await.unwrap().is_empty());
    five(&*store).await;
    let counts: Vec<_> = store.count_by_phase().await.unwrap().into_iter().collect();
    let expected = [("completed", 1), ("draft", 1), ("ready", 2), ("settling", 1)];
    assert_eq!(counts, expected.map(|(phase, count)| (phase.to_owned(), count)));
}
