use super::*;
use crate::StoreError;

fn documents(all: &[(&str, &[u8])]) -> BTreeMap<String, Vec<u8>> {
    all.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

pub async fn a_document_is_kept_until_it_is_replaced(database: &dyn Database) {
    let (store, other) = (database.open().await, database.open().await);
    import(&*store, [due_at(1, 0)]).await;
    assert_eq!(store.document(&id(1), "template/a/en").await.unwrap(), None);
    store.keep_documents(&id(1), documents(&[("template/a/en", &[0, 159]), ("template/b/en", b"")])).await.unwrap();
    assert_eq!(other.document(&id(1), "template/a/en").await.unwrap(), Some(vec![0, 159]));
    assert_eq!(other.document(&id(1), "template/b/en").await.unwrap(), Some(Vec::new()));
    other.keep_documents(&id(1), documents(&[("template/a/en", b"later")])).await.unwrap();
    assert_eq!(store.document(&id(1), "template/a/en").await.unwrap(), Some(b"later".to_vec()));
}

pub async fn documents_belong_to_a_migration(database: &dyn Database) {
    let store = database.open().await;
    import(&*store, [due_at(1, 0), due_at(2, 0)]).await;
    store.keep_documents(&id(1), documents(&[("a", b"1")])).await.unwrap();
    store.keep_documents(&id(2), documents(&[])).await.unwrap();
    assert_eq!(store.document(&id(2), "a").await.unwrap(), None);
    let nobodys = store.keep_documents(&id(3), documents(&[("a", b"1")])).await;
    assert!(matches!(nobodys, Err(StoreError::UnknownMigration { .. })), "{nobodys:?}");
    assert_eq!(store.document(&id(3), "a").await.unwrap(), None);
}
