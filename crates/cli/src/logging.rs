//! What happens inside, on stderr, for whoever looks for a fault.

use std::io::{self, IsTerminal};

use clap::ColorChoice;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::args::GlobalArgs;

/// Overrides `-v` and `-q`, e.g. `UNMOOR_LOG=unmoor_engine=debug`.
const VARIABLE: &str = "UNMOOR_LOG";

/// Starts logging. Only our own crates are heard, whatever the filter says: libraries below them log requests, and a
/// request may hold a token. In a rehearsal what goes wrong is part of the play, and told only to whoever asks.
pub(crate) fn begin(global: &GlobalArgs, is_rehearsal: bool) {
    let level = match (global.quiet || is_rehearsal, global.verbose) {
        (true, 0) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (_, 1) => LevelFilter::INFO,
        (_, 2) => LevelFilter::DEBUG,
        (_, _) => LevelFilter::TRACE,
    };
    let wanted = EnvFilter::builder().with_default_directive(level.into()).with_env_var(VARIABLE).from_env_lossy();
    let colors = match global.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    };
    let ours = filter_fn(|metadata| metadata.target().starts_with("unmoor"));
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colors).with_target(false);
    // A second start, as in a test, keeps the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours).with_filter(wanted)).try_init();
}
