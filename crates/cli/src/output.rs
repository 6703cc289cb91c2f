//! Where words go: stdout is what one pipes, stderr is for people.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use clap::ColorChoice;
use serde::Serialize;
use serde_json::json;

/// How the two streams are written to.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Whether stdout may have colours.
    pub(crate) stdout_colors: bool,
    /// Whether stderr may have colours.
    pub(crate) stderr_colors: bool,
    /// Nothing on stderr but warnings and errors.
    pub(crate) quiet: bool,
}

impl Output {
    /// What the flags and the environment (`NO_COLOR`) ask for.
    pub(crate) fn new(color: ColorChoice, quiet: bool) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colors = |is_terminal: bool| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !unwanted,
        };
        Self {
            stdout_colors: colors(io::stdout().is_terminal()),
            stderr_colors: colors(io::stderr().is_terminal()),
            quiet,
        }
    }

    /// A line on stdout.
    pub(crate) fn line(&self, text: impl Display) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }

    /// One line of JSON on stdout.
    pub(crate) fn json(&self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value).map_err(io::Error::other)?;
        self.line(text)
    }

    /// The first line of every `--json` output.
    pub(crate) fn json_version(&self) -> io::Result<()> {
        self.json(&json!({ "type": "version", "unmoor": env!("CARGO_PKG_VERSION"), "format": 1 }))
    }

    /// A line for people on stderr, unless they want quiet.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.quiet {
            self.tell("", text);
        }
    }

    /// A warning on stderr.
    pub(crate) fn warn(&self, text: impl Display) {
        self.tell(&painted(self.stderr_colors, "33", "warning: "), text);
    }

    /// An error on stderr.
    pub(crate) fn error(&self, text: impl Display) {
        self.tell(&painted(self.stderr_colors, "31;1", "error: "), text);
    }

    /// What to do next, on stderr.
    pub(crate) fn hint(&self, text: impl Display) {
        self.tell(&painted(self.stderr_colors, "36", "hint: "), text);
    }

    /// A mark on stdout, green or red where colours are wanted.
    pub(crate) fn mark(&self, is_good: bool, text: &str) -> String {
        painted(self.stdout_colors, if is_good { "32" } else { "31;1" }, text)
    }

    fn tell(&self, before: &str, text: impl Display) {
        // There is nobody left to tell that nobody can be told.
        let _ = writeln!(io::stderr().lock(), "{before}{text}");
    }
}

fn painted(colors: bool, color: &str, text: &str) -> String {
    if colors { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
}
