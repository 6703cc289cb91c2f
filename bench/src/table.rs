//! The result as a Markdown table.

use std::io::Write as _;

use anyhow::Result;

/// One measured thing.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    /// What it was measured against, in the same run; empty for a size.
    pub(crate) baseline: String,
    pub(crate) at_least: &'static str,
    pub(crate) met: bool,
}

/// Tells a person who waits what goes on.
pub(crate) fn progress(text: &str) {
    // Whether anybody reads it changes nothing.
    let _ = writeln!(std::io::stderr(), "bench: {text}");
}

pub(crate) fn print(machine: &str, rows: &[Row]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{machine}\n\n| What | Measured | Baseline | At least | Met |\n|---|---|---|---|---|")?;
    for Row { what, measured, baseline, at_least, met } in rows {
        let met = if *met { "yes" } else { "**no**" };
        writeln!(out, "| {what} | {measured} | {baseline} | {at_least} | {met} |")?;
    }
    Ok(())
}

/// The one in the middle; of an even number, the upper one. None of none.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// The value that so large a share of all does not exceed. None of none.
pub(crate) fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied()
}
