//! Whether the database keeps what it answers. Where it may not, no number begins to move: an attempt that is forgotten would
//! be made again. A register goes on, since its number is out already.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use unmoor_migration::retry::after;
use unmoor_migration::{Blocker, BlockerCode};
use unmoor_store::{Store, StoreError, Survival};

/// A reading counts for so long of real time, but not right before a move.
pub(crate) const GREATEST_AGE: SignedDuration = SignedDuration::from_secs(10);

/// What is known of the database.
#[derive(Debug, Default)]
pub struct Durability {
    /// Who vouches for it where it does not show it.
    attested_by: Option<String>,
    last: Mutex<Option<Reading>>,
}

#[derive(Debug, Clone)]
struct Reading {
    at: Timestamp,
    blocker: Option<Blocker>,
}

impl Durability {
    /// Nothing was read yet. `attested_by` vouches for what the database does not show.
    #[must_use]
    pub fn attested_by(name: Option<String>) -> Self {
        Self { attested_by: name, last: Mutex::new(None) }
    }

    /// Why no number may begin to move, as last read.
    pub(crate) fn blocker(&self) -> Option<Blocker> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().and_then(|reading| reading.blocker.clone())
    }

    /// Reads it where the last reading is older than `greatest_age`.
    pub(crate) async fn refresh(
        &self,
        store: &dyn Store,
        now: Timestamp,
        greatest_age: SignedDuration,
        is_rehearsal: bool,
    ) -> Result<(), StoreError> {
        let is_fresh = |reading: &Reading| reading.at <= now && now < after(reading.at, greatest_age);
        if self.last.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        self.read(store, now, is_rehearsal).await
    }

    /// Reads it. In a rehearsal a database that is thrown away anyway need not survive a crash.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn read(&self, store: &dyn Store, now: Timestamp, is_rehearsal: bool) -> Result<(), StoreError> {
        let why = refusal(&store.survival().await?, self.attested_by.as_deref(), is_rehearsal);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let since = last.as_ref().and_then(|reading| reading.blocker.as_ref()).map_or(now, |blocker| blocker.since);
        let blocker = why.map(|why| Blocker::new(BlockerCode::DatabaseNotDurable, since).saying(why));
        match (&blocker, last.as_ref().is_some_and(|reading| reading.blocker.is_some())) {
            (Some(blocker), false) => {
                let why = blocker.detail.as_deref().unwrap_or_default();
                tracing::warn!("no number begins to move, since the database may lose what it answers: {why}");
            }
            (None, true) => tracing::warn!("the database keeps what it answers again: numbers may move"),
            (Some(_), true) | (None, false) => {}
        }
        *last = Some(Reading { at: now, blocker });
        Ok(())
    }
}

/// Why no number may begin to move on such a database; `None` when it may.
#[must_use]
pub fn refusal(survival: &Survival, attested_by: Option<&str>, is_rehearsal: bool) -> Option<String> {
    match survival {
        Survival::Kept { .. } => None,
        Survival::MayBeLost { only_by_crash: true, .. } if is_rehearsal => None,
        Survival::MayBeLost { why, .. } => Some(why.clone()),
        Survival::Unreadable { .. } if attested_by.is_some() => None,
        Survival::Unreadable { why } => {
            Some(format!("the server does not show whether a standby is waited for: {why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_does_not_show_needs_a_person_and_what_it_denies_has_none() {
        let unreadable = Survival::Unreadable { why: "permission denied".to_owned() };
        assert!(refusal(&unreadable, None, false).unwrap().contains("permission denied"));
        assert_eq!(refusal(&unreadable, Some("ada"), false), None);
        let lost = |only_by_crash| Survival::MayBeLost { why: "one follows".to_owned(), only_by_crash };
        assert_eq!(refusal(&lost(false), Some("ada"), false).as_deref(), Some("one follows"));
        assert_eq!(refusal(&lost(false), None, true).as_deref(), Some("one follows"));
        assert_eq!(refusal(&lost(true), Some("ada"), false).as_deref(), Some("one follows"));
        assert_eq!(refusal(&lost(true), None, true), None, "a rehearsal's database is thrown away");
    }
}
