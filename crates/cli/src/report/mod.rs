//! What people and programs see of a fleet's run: the summary, the customers' table, the lines of `--json`, progress.

mod customers;
mod events;
mod lines;
mod stopwatch;
mod summary;

pub use customers::{Row, rows, table};
pub use events::{JsonLines, Progress, event_line};
pub(crate) use lines::Lines;
pub use stopwatch::Stopwatch;
pub use summary::{Gaps, Numbers, Summary, Tally, Templates};
