//! Counts lines as an editor does. The reader of CSV counts line feeds, names a row by the blank lines before it, and knows no line
//! feed that is still to come after a carriage return.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Bytes, and where in them the lines begin that are not empty.
pub(super) struct Lines<R> {
    bytes: R,
    read: u64,
    line: u64,
    is_after_return: bool,
    is_at_start: bool,
    /// Place and number of each; those that were asked for are gone, so there are no more than the reader has read ahead.
    starts: VecDeque<(u64, u64)>,
}

impl<R> Lines<R> {
    pub(super) fn new(bytes: R) -> Self {
        Self { bytes, read: 0, line: 1, is_after_return: false, is_at_start: true, starts: VecDeque::new() }
    }

    /// The number of the first line that begins at a place or after it and is not empty. Places only grow.
    pub(super) fn at(&mut self, place: u64) -> u64 {
        while self.starts.front().is_some_and(|(start, _)| *start < place) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.line, |(_, line)| *line)
    }

    fn count(&mut self, byte: u8) {
        match byte {
            b'\n' if self.is_after_return => {}
            b'\n' | b'\r' => {
                self.line += 1;
                self.is_at_start = true;
            }
            _ if self.is_at_start => {
                self.starts.push_back((self.read, self.line));
                self.is_at_start = false;
            }
            _ => {}
        }
        self.is_after_return = byte == b'\r';
        self.read += 1;
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.bytes.read(buffer)?;
        for byte in buffer.iter().take(length) {
            self.count(*byte);
        }
        Ok(length)
    }
}
