use super::*;
use crate::SealedSecret;

fn sealed(bytes: &[u8]) -> SealedSecret {
    SealedSecret(bytes.to_vec())
}

pub async fn the_first_secret_is_kept_until_it_is_replaced(database: &dyn Database) {
    let (store, other) = (database.open().await, database.open().await);
    assert_eq!(store.get_secret("pin", "+16505551234").await.unwrap(), None);
    let first = store.put_secret_if_absent("pin", "+16505551234", sealed(&[0, 159, 1])).await.unwrap();
    assert_eq!(first, sealed(&[0, 159, 1]));
    let second = other.put_secret_if_absent("pin", "+16505551234", sealed(b"later")).await.unwrap();
    assert_eq!(second, first, "a second PIN would not be the one that the first attempt sent");
    assert_eq!(other.get_secret("pin", "+16505551234").await.unwrap(), Some(first));
    store.replace_secret("pin", "+16505551234", sealed(b"wrapped anew")).await.unwrap();
    assert_eq!(other.get_secret("pin", "+16505551234").await.unwrap(), Some(sealed(b"wrapped anew")));
}

pub async fn kinds_are_apart_and_names_in_order(database: &dyn Database) {
    let store = database.open().await;
    for (kind, name) in [("pin", "b"), ("token", "c"), ("pin", "a")] {
        store.replace_secret(kind, name, sealed(name.as_bytes())).await.unwrap();
    }
    assert_eq!(store.secret_names("pin").await.unwrap(), ["a", "b"]);
    assert_eq!(store.secret_names("token").await.unwrap(), ["c"]);
    assert_eq!(store.secret_names("key").await.unwrap(), [""; 0]);
    assert_eq!(store.get_secret("token", "a").await.unwrap(), None);
    assert_eq!(format!("{:?}", sealed(b"123456")), "SealedSecret(6 bytes)");
}
