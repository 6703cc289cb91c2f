//! What does not agree in a report, in words.

use crate::journal::What;

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line of the file, where it is about one.
    pub line: Option<u64>,
    /// The customer that it is about.
    pub customer: Option<String>,
    /// What.
    pub mismatch: Mismatch,
}

/// What does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// A line cannot be read.
    Unreadable {
        /// The parser's words.
        why: String,
    },
    /// A line is of a kind that has no place there.
    OutOfPlace {
        /// What stands there.
        kind: String,
    },
    /// A line says what it should, and is written otherwise.
    WrittenOtherwise,
    /// The file ends too early.
    CutOff {
        /// What is missing at least.
        missing: &'static str,
    },
    /// What the report says of itself is not what was sealed.
    HeaderChanged,
    /// Figures about messages are not what was sealed.
    BillingChanged,
    /// The last line is not what was sealed.
    SummaryChanged,
    /// A customer's entries are not those of its journal.
    Journal(What),
    /// An entry cannot be read.
    EntryUnreadable {
        /// Its number.
        seq: i64,
        /// Why.
        why: String,
    },
    /// A customer's entries add up to nothing.
    Unreportable {
        /// Why.
        why: String,
    },
    /// What is told is not what the entries give.
    Told {
        /// Where in the line.
        place: String,
        /// What the report says.
        says: String,
        /// What the entries give.
        entries_give: String,
    },
    /// Customers are missing, or too many.
    Customers {
        /// As the report says.
        said: u64,
        /// As there are.
        found: u64,
    },
    /// The file is another than the one that was made, and what it says does not show where.
    Digest,
    /// The page is another than the one that was sealed.
    PageChanged,
    /// The page does not say how it was sealed.
    PageUnsealed,
    /// The database has another entry where the report's ends.
    NotInDatabase {
        /// The entry.
        seq: i64,
    },
}

impl Mismatch {
    /// Its name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "line_unreadable",
            Self::OutOfPlace { .. } => "line_out_of_place",
            Self::WrittenOtherwise => "line_written_otherwise",
            Self::CutOff { .. } => "cut_off",
            Self::HeaderChanged => "header_changed",
            Self::BillingChanged => "billing_changed",
            Self::SummaryChanged => "summary_changed",
            Self::Journal(what) => what.code(),
            Self::EntryUnreadable { .. } => "entry_unreadable",
            Self::Unreportable { .. } => "not_replayable",
            Self::Told { .. } => "told_otherwise",
            Self::Customers { .. } => "customers_differ",
            Self::Digest => "digest_differs",
            Self::PageChanged => "page_changed",
            Self::PageUnsealed => "page_unsealed",
            Self::NotInDatabase { .. } => "not_in_database",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unreadable { why } => format!("this line cannot be read: {why}"),
            Self::OutOfPlace { kind } => format!("a line of kind {kind:?} has no place here"),
            Self::WrittenOtherwise => {
                "this line says what it should, but is written otherwise than Unmoor writes".to_owned()
            }
            Self::CutOff { missing } => format!("the file ends here: {missing}"),
            Self::HeaderChanged => "what the report says of itself was changed".to_owned(),
            Self::BillingChanged => "the figures about messages were changed".to_owned(),
            Self::SummaryChanged => "the last line was changed".to_owned(),
            Self::Journal(what) => in_report(what),
            Self::EntryUnreadable { seq, why } => format!("entry {seq} cannot be read: {why}"),
            Self::Unreportable { why } => format!("the entries add up to nothing: {why}"),
            Self::Told { place, says, entries_give } => {
                format!("{place}: the report says {says}, its entries give {entries_give}")
            }
            Self::Customers { said, found } => format!("the report is about {said} customers, and has {found}"),
            Self::Digest => {
                "the file is not the one that was made; what it says does not show where it was changed".to_owned()
            }
            Self::PageChanged => {
                "the page is not the one that was sealed; a page cannot show where it was changed, a report made with \
                 --format json can"
                    .to_owned()
            }
            Self::PageUnsealed => "the page does not say how it was sealed".to_owned(),
            Self::NotInDatabase { seq } => format!(
                "the database has another entry {seq} than the report ends with, or none: it is older than the report, or was \
                 changed"
            ),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self {
            Self::CutOff { .. } => {
                "get the whole file again from whoever made it, or make it again with `unmoor report`"
            }
            Self::NotInDatabase { .. } => "run `unmoor verify` on the database, and keep a copy of both",
            Self::Unreadable { .. }
            | Self::OutOfPlace { .. }
            | Self::WrittenOtherwise
            | Self::HeaderChanged
            | Self::BillingChanged
            | Self::SummaryChanged
            | Self::Journal(_)
            | Self::EntryUnreadable { .. }
            | Self::Unreportable { .. }
            | Self::Told { .. }
            | Self::Customers { .. }
            | Self::Digest
            | Self::PageChanged
            | Self::PageUnsealed => {
                "do not rely on this file: get it again from whoever made it, or make it again with `unmoor report`"
            }
        }
    }
}

/// The same in a report, which has no rows of a database.
fn in_report(what: &What) -> String {
    if *what == What::HeadChanged {
        return "the end of the journal is another one than the report names".to_owned();
    }
    if let What::RowOlder { row, journal } = what {
        return format!("the report says that the journal ends with entry {row}, and has entries up to {journal}");
    }
    what.words()
}
