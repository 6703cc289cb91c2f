//! Whether a database's journals hold, for whoever has done something to it.

use unmoor_engine::journal::{self, Checked, Seen};
use unmoor_engine::vault::Vault;
use unmoor_store::Store;

/// What does not hold, in words, and what was checked. The vault's master key is the database's.
pub async fn findings(store: &dyn Store, vault: &Vault) -> (Vec<String>, Checked) {
    let key = journal::key(vault).await.unwrap().expect("nothing was ever journaled");
    let mut found = Vec::new();
    let mut watch = |seen: Seen<'_>| {
        if let Seen::Finding(finding) = seen {
            let whose = finding.migration.as_deref().unwrap_or("the database");
            found.push(format!("{whose}: {}", finding.what.words()));
        }
    };
    let checked = journal::verify(store, &key, None, None, &mut watch).await.unwrap();
    (found, checked)
}

/// Fails with what does not hold, where anything does not.
///
/// # Panics
/// Then.
pub async fn expect_verified(store: &dyn Store, vault: &Vault) {
    let (found, checked) = findings(store, vault).await;
    assert!(found.is_empty(), "of {checked:?}:\n{}", found.join("\n"));
}
