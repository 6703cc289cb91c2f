//! Files of forwarded webhooks: one JSON document per line. A line is looked at by itself, and forgotten.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, stderr};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use unmoor_graph_api::webhook::{Payload, PayloadError};

use crate::exit::Trouble;
use crate::output::Output;

/// Meta's webhooks have 3 MB at most; written as text into another JSON document they grow.
const LONGEST_LINE_BYTES: usize = 16 << 20;

const BUFFER_BYTES: usize = 1 << 20;

/// What one line is.
pub(super) enum Line {
    Webhook(Payload),
    Damaged(String),
}

/// A file that is read line by line.
pub(super) struct WebhookFile {
    pub(super) name: String,
    bytes: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    /// Number of the latest line, from 1.
    pub(super) number: u64,
    pub(super) bar: ProgressBar,
}

impl WebhookFile {
    /// The file at `path`; `-` is standard input.
    pub(super) fn open(path: &Path, output: &Output) -> anyhow::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::new("standard input", Box::new(BufReader::with_capacity(BUFFER_BYTES, io::stdin()))));
        }
        let name = path.display().to_string();
        let cannot = |error: io::Error| Trouble::bad_input(format!("cannot read {name}: {error}"));
        let file = File::open(path).map_err(cannot)?;
        let length = file.metadata().map_err(cannot)?.len();
        let mut bytes = BufReader::with_capacity(BUFFER_BYTES, file);
        if bytes.fill_buf().map_err(cannot)?.starts_with(&[0x1f, 0x8b]) {
            return Err(Trouble::bad_input(format!("{name} is compressed"))
                .hint(format!("zcat {name} | unmoor billing --webhooks -"))
                .into());
        }
        Ok(Self { bar: bar(length, output), ..Self::new(&name, Box::new(bytes)) })
    }

    pub(super) fn new(name: &str, bytes: Box<dyn BufRead + Send>) -> Self {
        Self { name: name.to_owned(), bytes, line: Vec::new(), number: 0, bar: ProgressBar::hidden() }
    }

    /// The next line that is not blank; `None` after the last.
    pub(super) fn next_line(&mut self) -> anyhow::Result<Option<Line>> {
        loop {
            self.line.clear();
            let mut limited = (&mut self.bytes).take(LONGEST_LINE_BYTES as u64 + 1);
            let length = limited.read_until(b'\n', &mut self.line).map_err(|error| self.unreadable(&error))?;
            if length == 0 {
                self.bar.finish_and_clear();
                return Ok(None);
            }
            self.number += 1;
            self.bar.inc(length as u64);
            if length > LONGEST_LINE_BYTES {
                self.skip_rest()?;
                return Ok(Some(Line::Damaged("it is longer than any webhook".to_owned())));
            }
            if self.line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return Ok(Some(self.read_line()));
            }
        }
    }

    fn read_line(&self) -> Line {
        match Payload::parse_forwarded(self.line.trim_ascii_end()) {
            Ok(payload) => Line::Webhook(payload),
            Err(error @ (PayloadError::NotJson { .. } | PayloadError::NoEntry)) => Line::Damaged(error.to_string()),
        }
    }

    fn skip_rest(&mut self) -> anyhow::Result<()> {
        loop {
            let bit = self.bytes.fill_buf();
            let (used, is_end) = match bit {
                Ok(bit) => match bit.iter().position(|byte| *byte == b'\n') {
                    Some(place) => (place + 1, true),
                    None => (bit.len(), bit.is_empty()),
                },
                Err(error) => return Err(self.unreadable(&error).into()),
            };
            self.bytes.consume(used);
            if is_end {
                return Ok(());
            }
        }
    }

    fn unreadable(&self, error: &io::Error) -> Trouble {
        Trouble::bad_input(format!("cannot read {} beyond line {}: {error}", self.name, self.number))
    }
}

fn bar(bytes: u64, output: &Output) -> ProgressBar {
    if output.quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:32} {bytes} of {total_bytes}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, Result<usize, String>)> {
        let mut file = WebhookFile::new("webhooks", Box::new(io::Cursor::new(text.to_vec())));
        let mut lines = Vec::new();
        while let Some(line) = file.next_line().unwrap() {
            let what = match line {
                Line::Webhook(payload) => Ok(payload.changes.len()),
                Line::Damaged(why) => Err(why),
            };
            lines.push((file.number, what));
        }
        lines
    }

    const ONE: &str = r#"{"entry":[{"id":"1","changes":[{"field":"security","value":{}}]}]}"#;

    #[test]
    fn each_line_stands_for_itself_and_blank_ones_count() {
        let cut = &ONE[..40];
        let text = format!("{ONE}\r\n\n{cut}\n  \n{{\"body\":{ONE}}}\n[]\n{ONE}");
        let lines = lines(text.as_bytes());
        assert_eq!(lines.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 3, 5, 6, 7]);
        assert_eq!(lines.iter().map(|(_, what)| what.is_ok()).collect::<Vec<_>>(), [true, false, true, false, true]);
        let why = lines[1].1.clone().unwrap_err();
        assert!(why.contains("ends too soon"), "{why}");
    }

    #[test]
    fn a_line_without_end_is_one_damaged_line() {
        let mut text = vec![b'{'; LONGEST_LINE_BYTES + 10];
        text.extend_from_slice(format!("\n{ONE}\n").as_bytes());
        let lines = lines(&text);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0].1, Err("it is longer than any webhook".to_owned()));
        assert_eq!(lines[1], (2, Ok(1)));
    }
}
