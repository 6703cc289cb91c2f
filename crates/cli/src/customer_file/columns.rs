//! The columns of the customer file. Their names are part of Unmoor's surface.

use crate::exit::Trouble;
use crate::near;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Customer,
    SourceWabaId,
    BusinessPortfolioId,
    ContactEmail,
    Language,
    TimeZone,
    Wave,
    TwoStepBy,
    CallbackUrl,
    StorageRegion,
}

impl Column {
    pub(super) const ALL: [Self; 10] = [
        Self::Customer,
        Self::SourceWabaId,
        Self::BusinessPortfolioId,
        Self::ContactEmail,
        Self::Language,
        Self::TimeZone,
        Self::Wave,
        Self::TwoStepBy,
        Self::CallbackUrl,
        Self::StorageRegion,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::SourceWabaId => "source_waba_id",
            Self::BusinessPortfolioId => "business_portfolio_id",
            Self::ContactEmail => "contact_email",
            Self::Language => "language",
            Self::TimeZone => "time_zone",
            Self::Wave => "wave",
            Self::TwoStepBy => "two_step_by",
            Self::CallbackUrl => "callback_url",
            Self::StorageRegion => "storage_region",
        }
    }

    /// The column of that name, capitals and blanks around it aside.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL.into_iter().find(|column| column.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn is_required(self) -> bool {
        matches!(self, Self::Customer | Self::SourceWabaId)
    }

    /// What may have been meant by an unknown name.
    fn near(name: &str) -> Option<&'static str> {
        let plain = name.trim().to_lowercase().replace([' ', '-'], "_");
        let names = Self::ALL.map(Self::name);
        names.into_iter().find(|known| *known == plain).or_else(|| near::nearest(&plain, names))
    }
}

/// Columns and keys that are warned of at most; a file with more of them is no customer file.
pub(super) const MOST_WARNINGS: usize = 50;

/// Longest part of a header line that a message repeats, in characters.
const LONGEST_HEADER: usize = 200;

/// The error about a column or key that would hold secrets.
pub(super) fn refuse_secrets(name: &str) -> Result<(), Trouble> {
    if name.to_lowercase().contains("token") {
        return Err(Trouble::bad_input(format!("the column {:?} does not belong into the customer file", shown(name)))
            .hint("business tokens come from a file of their own: --tokens FILE, or UNMOOR_TOKENS"));
    }
    Ok(())
}

/// The warning about a column or key that is not ours.
pub(super) fn unknown(name: &str) -> String {
    let shown = shown(name);
    match Column::near(name) {
        Some(near) => format!("the column {shown:?} is unknown and was left out; did you mean {near}?"),
        None => format!("the column {shown:?} is unknown and was left out"),
    }
}

fn shown(name: &str) -> String {
    name.trim().chars().take(60).collect()
}

/// The error about a required column that nobody named.
pub(super) fn missing(file: &str, column: Column, header: &[String]) -> Trouble {
    let near = header.iter().find(|name| Column::of(name).is_none() && Column::near(name) == Some(column.name()));
    let hint = match near {
        Some(name) => format!("is {:?} meant? Rename it to {}", name.trim(), column.name()),
        None => format!("the first line names the columns; it reads: {}", beginning(&header.join(", "))),
    };
    Trouble::bad_input(format!("{file} has no column {}", column.name())).hint(hint)
}

/// The beginning of a header line, fit for a message: a file that is none may be one line of megabytes.
fn beginning(header: &str) -> String {
    let mut shown: String = header.chars().take(LONGEST_HEADER).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.len() < header.len() {
        shown.push('…');
    }
    shown
}
