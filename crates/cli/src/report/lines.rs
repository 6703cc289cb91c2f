//! Progress over the rows of a file: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// Elsewhere than on a terminal each of so many rows is told.
const TOLD_EVERY_ROWS: u64 = 500_000;

/// Rows that pass.
pub(crate) struct Lines<'a> {
    done: &'static str,
    bar: Option<ProgressBar>,
    told: u64,
    output: &'a Output,
}

impl<'a> Lines<'a> {
    /// Begins to count. `done` is what has become of them.
    pub(crate) fn begin(done: &'static str, output: &'a Output) -> Self {
        let bar = (stderr().is_terminal() && !output.quiet).then(|| {
            let style = ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} rows  {per_sec}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { done, bar, told: 0, output }
    }

    /// So many of so many have passed.
    pub(crate) fn reached(&mut self, rows: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(rows);
        } else if rows / TOLD_EVERY_ROWS > self.told {
            self.told = rows / TOLD_EVERY_ROWS;
            self.output.note(format_args!("{} {rows} of {total} rows", self.done));
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
