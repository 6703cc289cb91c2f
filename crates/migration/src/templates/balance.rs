//! What became of the source's templates, in numbers.

use serde::{Deserialize, Serialize};

use super::{Means, Standing};
use crate::migration::Migration;

/// What became of the source's templates, in numbers. Each of them is counted once: all but the first add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TemplateBalance {
    /// How many the source has.
    pub source: u32,
    /// Duplicated by the vendor (guide T1), with any status but REJECTED.
    pub duplicated: u32,
    /// Duplicated, and REJECTED by the re-check of guide T3.
    pub rejected_on_recheck: u32,
    /// Copied by the vendor because we asked.
    pub copied: u32,
    /// Created again by us (guide T6).
    pub created: u32,
    /// Brought over by us, and REJECTED by the review.
    pub rejected_on_review: u32,
    /// Left behind, each with its reason ([`Standing::Left`]).
    pub left_behind: u32,
}

impl Migration {
    /// What became of its templates, by the latest reading of the destination.
    #[must_use]
    pub fn template_balance(&self) -> TemplateBalance {
        let source = self.source.templates.as_ref().map(|source| &source.value);
        let mut balance = TemplateBalance {
            source: source.map_or(0, super::SourceTemplates::total),
            // Nobody can say what became of an entry without a name.
            left_behind: source.map_or(0, super::SourceTemplates::nameless),
            ..TemplateBalance::default()
        };
        for (_, standing) in self.template_standings() {
            let counted = match standing {
                Standing::Duplicated => &mut balance.duplicated,
                Standing::RejectedOnRecheck { .. } => &mut balance.rejected_on_recheck,
                Standing::Carried { means: Means::Copy } => &mut balance.copied,
                Standing::Carried { means: Means::Create } => &mut balance.created,
                Standing::RejectedOnReview { .. } => &mut balance.rejected_on_review,
                Standing::Left(_) => &mut balance.left_behind,
            };
            *counted = counted.saturating_add(1);
        }
        balance
    }
}
