//! Who pays for a message around the cutover (guide B1 to B3), and what that adds up to.
//!
//! ```text
//!   journal ──► Completions ──► when each number's migration became complete: an interval
//!                                    │
//!   statuses of messages ──► Ledger ─┴─► Attribution of each message ──► totals, comparison with Meta's figures
//! ```
//!
//! Every instant is told in whole seconds, since the vendor's statuses are. What cannot be told apart is *undetermined*, never
//! guessed: [`rule::attribute`] is the only place that decides.

mod compare;
mod completion;
mod ledger;
mod message;
pub mod rule;
mod totals;

pub use compare::{Agreement, Comparison, Figure, compare};
pub use completion::{Completion, Completions};
pub use ledger::{BilledNumber, Ledger, LedgerMessage, Taken, ToldStatus};
pub use message::{MessageStatus, MessageTimes, ToldPrice, UnixSecond};
pub use rule::{Attribution, Doubt, Payer};
pub use totals::{Total, TotalKey};
