//! A report as a page: one file, nothing loaded, no script, for a screen in light or dark and for paper.
//!
//! | File | Is |
//! |---|---|
//! | `document` | the frame: head, title, what the report says of itself, foot |
//! | `customer` | one customer, section by section |
//! | `fleet` | what many add up to, and the list of them |
//! | `plot` | the plots, as SVG, each with words and a table of its figures beside it |
//! | `parts` | headings, tables, instants |
//! | `style.css` | how it looks |

mod customer;
mod document;
mod fleet;
mod parts;
mod plot;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use unmoor_migration::report::{BilledPart, CustomerReport, FleetReport, FleetTally};
use unmoor_store::chain::JournalKey;

use super::header::Header;
use super::verify_page;

/// One customer's part of a page.
#[derive(Debug, Clone)]
pub struct Part {
    /// What its journal gives.
    pub report: CustomerReport,
    /// Who pays for its messages, where statuses were given.
    pub billed: Vec<BilledPart>,
}

/// How instants are shown.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// UTC, in which everything is kept.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// The zone of this IANA name; `None` if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("UTC") {
            return Some(Self::utc());
        }
        TimeZone::get(name).ok().map(|zone| Self { name: name.to_owned(), zone })
    }
}

/// A page about one customer or several, all of them in full.
#[must_use]
pub fn page(header: &Header, parts: &[Part], zone: &Zone, key: &JournalKey) -> String {
    let body = match parts {
        [only] if header.is_single => customer::alone(only, zone),
        parts => {
            let mut tally = FleetTally::default();
            parts.iter().for_each(|part| tally.add(&part.report));
            fleet::with_customers(&tally.finish(header.made_at), parts, zone)
        }
    };
    verify_page::seal(&document::document(header, &body, zone, key), key)
}

/// The overview of many customers, each of whom has a page of its own: `link` gives its address by the account that is left.
#[must_use]
pub fn overview(
    header: &Header,
    fleet: &FleetReport,
    billed: &[BilledPart],
    link: &dyn Fn(&str) -> Option<String>,
    zone: &Zone,
    key: &JournalKey,
) -> String {
    let body = fleet::overview(fleet, billed, link, zone);
    verify_page::seal(&document::document(header, &body, zone, key), key)
}
