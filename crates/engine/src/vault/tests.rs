#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;
use crate::randomness::{OsRandomness, SeededRandomness};
use memory::MemorySecrets;

const NUMBER: &str = "+16505551234";

fn master(number: u8) -> MasterKey {
    let text = format!("{number:02x}{}", "5a".repeat(31));
    MasterKey::from_variable(&SecretString::from(text)).unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn vault_with(storage: &Arc<MemorySecrets>, master: MasterKey) -> Vault {
    Vault::new(Arc::clone(storage) as Arc<dyn SealedSecrets>, Arc::new(OsRandomness), master)
}

fn vault() -> (Arc<MemorySecrets>, Vault) {
    let storage = Arc::new(MemorySecrets::default());
    let vault = vault_with(&storage, master(1));
    (storage, vault)
}

async fn opened(vault: &Vault, kind: SecretKind, name: &str) -> Option<String> {
    vault.open(kind, name).await.unwrap().map(|secret| secret.expose_secret().to_owned())
}

#[tokio::test]
async fn the_first_secret_stays_until_it_is_replaced() {
    let (_, vault) = vault();
    assert_eq!(opened(&vault, SecretKind::Pin, NUMBER).await, None);
    assert_eq!(vault.seal_if_absent(SecretKind::Pin, NUMBER, &secret("246810")).await.unwrap(), Sealed::New);
    assert_eq!(vault.seal_if_absent(SecretKind::Pin, NUMBER, &secret("135791")).await.unwrap(), Sealed::AlreadyThere);
    assert_eq!(opened(&vault, SecretKind::Pin, NUMBER).await.as_deref(), Some("246810"));
    vault.replace(SecretKind::Pin, NUMBER, &secret("135791")).await.unwrap();
    assert_eq!(opened(&vault, SecretKind::Pin, NUMBER).await.as_deref(), Some("135791"));
    assert_eq!(opened(&vault, SecretKind::JournalKey, NUMBER).await, None, "kinds are apart");
}

#[tokio::test]
async fn a_drawn_secret_is_drawn_once() {
    let (_, vault) = vault();
    let first = vault.open_or_draw(SecretKind::Pin, NUMBER, draw_pin).await.unwrap();
    let again = vault.open_or_draw(SecretKind::Pin, NUMBER, draw_pin).await.unwrap();
    assert_eq!(first.expose_secret(), again.expose_secret());
    let other = vault.open_or_draw(SecretKind::JournalKey, "1", draw_key).await.unwrap();
    assert_eq!(other.expose_secret().len(), 64);
}

/// Storage in which somebody else is always a moment faster.
struct Overtaken(Arc<MemorySecrets>, Vec<u8>);

#[async_trait]
impl SealedSecrets for Overtaken {
    async fn get(&self, name: &SecretName) -> Result<Option<Vec<u8>>, SealedSecretsError> {
        self.0.get(name).await
    }
    async fn put_if_absent(&self, name: &SecretName, sealed: Vec<u8>) -> Result<bool, SealedSecretsError> {
        self.0.put_if_absent(name, self.1.clone()).await?;
        self.0.put_if_absent(name, sealed).await
    }
    async fn replace(&self, name: &SecretName, sealed: Vec<u8>) -> Result<(), SealedSecretsError> {
        self.0.replace(name, sealed).await
    }
    async fn names(&self) -> Result<Vec<SecretName>, SealedSecretsError> {
        self.0.names().await
    }
}

#[tokio::test]
async fn of_two_who_draw_at_once_both_get_the_one_that_was_sealed() {
    let (storage, faster) = vault();
    faster.seal_if_absent(SecretKind::Pin, NUMBER, &secret("864209")).await.unwrap();
    let sealed = storage.records().values().next().unwrap().clone();
    let overtaken = Arc::new(Overtaken(Arc::new(MemorySecrets::default()), sealed));
    let slower = Vault::new(overtaken, Arc::new(OsRandomness), master(1));
    let pin = slower.open_or_draw(SecretKind::Pin, NUMBER, draw_pin).await.unwrap();
    assert_eq!(pin.expose_secret(), "864209");
}

#[tokio::test]
async fn what_is_stored_holds_no_secret_and_never_repeats() {
    let (storage, vault) = vault();
    for _ in 0..2 {
        vault.replace(SecretKind::BusinessTokenSource, "104996122399160", &secret("EAAtoken")).await.unwrap();
        let record = storage.records().values().next().unwrap().clone();
        assert_eq!(record.len(), 1 + 8 + 24 + 48 + 24 + 8 + 16);
        assert!(!record.windows(8).any(|window| window == b"EAAtoken"));
        vault.replace(SecretKind::BusinessTokenSource, "104996122399160", &secret("EAAtoken")).await.unwrap();
        assert_ne!(storage.records().values().next().unwrap(), &record, "new key and nonces each time");
    }
}

#[tokio::test]
async fn a_wrong_master_key_is_told_from_a_damaged_record() {
    let (storage, vault) = vault();
    vault.seal_if_absent(SecretKind::Pin, NUMBER, &secret("246810")).await.unwrap();
    let error = vault_with(&storage, master(2)).open(SecretKind::Pin, NUMBER).await.unwrap_err();
    assert!(matches!(&error, VaultError::WrongMasterKey { sealed_with, given, .. }
        if *sealed_with == master(1).id() && *given == master(2).id()));
    assert!(error.to_string().contains("UNMOOR_MASTER_KEY"), "{error}");
    assert!(vault_with(&storage, master(2)).check().await.is_err());

    storage.records().values_mut().for_each(|record| *record.last_mut().unwrap() ^= 1);
    let error = vault.open(SecretKind::Pin, NUMBER).await.unwrap_err();
    assert!(matches!(&error, VaultError::Damaged { name } if name.name == NUMBER), "{error}");
}

#[tokio::test]
async fn a_record_opens_only_in_its_place() {
    let (storage, vault) = vault();
    vault.seal_if_absent(SecretKind::Pin, NUMBER, &secret("246810")).await.unwrap();
    let record = storage.records().values().next().unwrap().clone();
    for (kind, name) in [(SecretKind::Pin, "+16505551235"), (SecretKind::JournalKey, NUMBER)] {
        storage.replace(&SecretName::new(kind, name), record.clone()).await.unwrap();
        assert!(matches!(vault.open(kind, name).await, Err(VaultError::Damaged { .. })));
    }
}

#[tokio::test]
async fn the_key_of_one_record_does_not_open_another() {
    let (storage, vault) = vault();
    vault.replace(SecretKind::Pin, NUMBER, &secret("246810")).await.unwrap();
    let old = storage.records().values().next().unwrap().clone();
    vault.replace(SecretKind::Pin, NUMBER, &secret("975310")).await.unwrap();
    let body_at = 1 + 8 + 24 + 48;
    storage.records().values_mut().for_each(|record| record[body_at..].copy_from_slice(&old[body_at..]));
    assert!(matches!(vault.open(SecretKind::Pin, NUMBER).await, Err(VaultError::Damaged { .. })));
}

#[tokio::test]
async fn an_unknown_format_is_named() {
    let (storage, vault) = vault();
    let name = SecretName::new(SecretKind::Pin, NUMBER);
    storage.replace(&name, vec![9, 1, 2, 3]).await.unwrap();
    let error = vault.open(SecretKind::Pin, NUMBER).await.unwrap_err();
    assert!(matches!(error, VaultError::UnknownFormat { format: 9, .. }), "{error}");
}

#[tokio::test]
async fn the_master_key_changes_and_the_secrets_stay_sealed() {
    let (storage, old) = vault();
    for index in 0..5 {
        old.seal_if_absent(SecretKind::Pin, &format!("+1650555123{index}"), &secret("246810")).await.unwrap();
    }
    let bodies = |storage: &MemorySecrets| -> BTreeSet<Vec<u8>> {
        storage.records().values().map(|record| record[81..].to_vec()).collect()
    };
    let before = bodies(&storage);

    let both = vault_with(&storage, master(2)).with_retired(master(1));
    assert_eq!(opened(&both, SecretKind::Pin, NUMBER).await.as_deref(), Some("246810"), "also before the re-wrap");
    both.seal_if_absent(SecretKind::JournalKey, "1", &secret("new")).await.unwrap();
    assert_eq!(both.rewrap_all().await.unwrap(), Rewrapped { rewrapped: 5, current: 1 });
    assert_eq!(both.rewrap_all().await.unwrap(), Rewrapped { rewrapped: 0, current: 6 });

    assert!(bodies(&storage).is_superset(&before));
    assert_eq!(vault_with(&storage, master(2)).check().await.unwrap(), 6);
    assert!(matches!(old.open(SecretKind::Pin, NUMBER).await, Err(VaultError::WrongMasterKey { .. })));
}

#[tokio::test]
async fn no_error_and_no_debug_text_holds_a_secret() {
    let (storage, vault) = vault();
    vault.seal_if_absent(SecretKind::BusinessTokenSource, "1", &secret("EAAsecret")).await.unwrap();
    storage.records().values_mut().for_each(|record| record[50] ^= 0x40);
    let error = vault.open(SecretKind::BusinessTokenSource, "1").await.unwrap_err();
    let shown = format!("{error} {error:?} {vault:?}");
    assert!(!shown.contains("EAA") && !shown.contains("5a5a"), "{shown}");
}

proptest! {
    #[test]
    fn every_secret_comes_back_and_every_changed_byte_is_noticed(
        text in ".{0,200}", name in ".{0,40}", position: prop::sample::Index, flip in 1_u8..,
    ) {
        let keyring = Keyring::new(master(1));
        let name = SecretName::new(SecretKind::BusinessTokenDestination, &name);
        let mut sealed = keyring.seal(&name, &secret(&text), &SeededRandomness::new(1)).unwrap();
        let opened = keyring.open(&name, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), text.as_str());
        prop_assert!(keyring.open(&name, &sealed[..position.index(sealed.len())]).is_err(), "cut");
        let position = position.index(sealed.len());
        sealed[position] ^= flip;
        prop_assert!(keyring.open(&name, &sealed).is_err(), "byte {}", position);
    }
}
