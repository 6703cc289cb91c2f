//! Seeds that once showed something, and are run for ever.

use std::fs;
use std::io;
use std::path::PathBuf;

/// The file: a seed and why it is kept in each line.
fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("chaos-seeds.txt")
}

/// Those that are kept.
///
/// # Errors
/// When the file cannot be read, or a line begins with something else than a seed.
pub fn kept_seeds() -> io::Result<Vec<u64>> {
    let text = fs::read_to_string(path())?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let seed = |line: &str| {
        let first = line.split_whitespace().next().unwrap_or_default();
        let wrong = |_| io::Error::new(io::ErrorKind::InvalidData, format!("{line:?} does not begin with a seed"));
        first.parse().map_err(wrong)
    };
    lines.map(seed).collect()
}

/// Keeps a seed, with what it showed.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(seed: u64, why: &str) -> io::Result<()> {
    if kept_seeds()?.contains(&seed) {
        return Ok(());
    }
    let mut text = fs::read_to_string(path())?;
    let first = why.lines().next().unwrap_or_default();
    text.push_str(&format!("{seed} {first}\n"));
    fs::write(path(), text)
}
