//! Reports: what was done for a customer, a wave or a fleet, as a file that can be handed out and checked.
//!
//! ```text
//!   store ─► source (entries, their chain checked) ─► unmoor_migration::report ─┬─► html   a page, sealed as a whole
//!                                                                               └─► lines  JSON, with the entries and their chain
//!   a report's file ─► verify ─► findings
//! ```
//!
//! | What is in the JSON | How it is checked | Without the key |
//! |---|---|---|
//! | entries | each is an HMAC over the one before, as in the database | – |
//! | everything told of a customer or the fleet | computed again from the entries and compared | the same |
//! | what the report says of itself, messages and who pays | a seal of their own | – |
//! | each byte of the file | the seal over its digest in the last line | the digest, which whoever changes the file can make anew |
//!
//! The key is the one of the database's chains: an HMAC proves nothing to whoever does not have it, and whoever has it could write
//! a history that holds. A third party therefore asks the holder of the database to check a file, or keeps what it was given.

mod finding;
mod header;
pub mod html;
mod lines;
mod present;
mod reading;
mod source;
mod verify;
mod verify_page;

pub use finding::{Finding, Mismatch};
pub use header::{BillingSource, Header};
pub use lines::Lines;
pub use present::{End, still_there};
pub use source::{Journals, ReportError, Source};
pub use verify::{Checked, Form, KeyFits, Unreadable, verify};

/// The form of the files. Another one is another number.
pub const FORMAT: u64 = 1;

/// This program's version. What is computed from entries is compared by the same one alone.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
