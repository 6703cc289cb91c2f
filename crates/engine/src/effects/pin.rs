//! One PIN per number, drawn before its move and never again (rule 10).

use unmoor_migration::{E164, Success};

use super::{Failed, Outside};
use crate::vault::{SecretKind, draw_pin};

/// Draws and seals the number's PIN, unless it has one.
pub(super) async fn seal(outside: &Outside<'_>, number: &E164) -> Result<Success, Failed> {
    outside.vault.open_or_draw(SecretKind::Pin, number.as_str(), draw_pin).await?;
    Ok(Success::PinSealed)
}
