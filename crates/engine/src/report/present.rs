//! Whether the database still has what a report tells of.

use unmoor_store::{Store, StoreError};

use super::finding::{Finding, Mismatch};

/// Where a journal ended when a report was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whose.
    pub migration: String,
    /// That customer's reference.
    pub customer: String,
    /// The number of the last entry.
    pub seq: i64,
    /// Its link, which stands for everything before it.
    pub link: Vec<u8>,
}

/// Compares the ends of a report with the journals of the database that it was made from. The link of one entry stands for all
/// before it: a database that has it has everything that the report tells.
///
/// # Errors
/// When the store fails.
pub async fn still_there(
    store: &dyn Store,
    ends: &[End],
    watch: &mut (dyn FnMut(&Finding) + Send),
) -> Result<u64, StoreError> {
    let mut view = store.journals().await?;
    let mut findings = 0;
    for End { migration, customer, seq, link } in ends {
        let found = view.entries((migration, seq - 1), 1).await?;
        let is_there = found
            .first()
            .is_some_and(|entry| entry.migration_id == *migration && entry.seq == *seq && entry.link == *link);
        if !is_there {
            findings += 1;
            let mismatch = Mismatch::NotInDatabase { seq: *seq };
            watch(&Finding { line: None, customer: Some(customer.clone()), mismatch });
        }
    }
    Ok(findings)
}
