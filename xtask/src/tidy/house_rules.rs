//! The lists behind the rules over sources. Adding to a list of permissions needs a reason in its line.

/// No file of Rust is longer; below 400 is the aim.
pub(super) const LINES_OF_RUST_AT_MOST: usize = 800;

/// Where the machine's time may be read, as files or folders. Everywhere else an instant is an argument.
pub(super) const MAY_READ_THE_CLOCK: [&str; 7] = [
    "bench/src/stopwatch.rs",              // wall time is what a bench measures
    "crates/engine/src/clock",             // the one clock of the engine: system or virtual
    "crates/simulator/src/serve",          // virtual time of a simulator that runs alone follows real time
    "crates/cli/src/report/stopwatch",     // how long the person at the terminal has waited
    "tests/src/bin/chaos.rs",              // how many schedules a minute this machine runs
    "tests/tests/cli/support/deadline.rs", // a process that hangs must not hang its test
    "xtask/src/stopwatch.rs",              // how long a step of the suite took
];

/// Where a task may really wait. Tests never do, these files' own included.
pub(super) const MAY_SLEEP: [&str; 4] = [
    "crates/engine/src/clock",            // waiting for the next timer on system time
    "crates/simulator/src/serve",         // the latency that a simulated vendor takes
    "crates/store/src/postgres/wakes.rs", // before a lost connection is made again
    "crates/store/src/sqlite/writer.rs",  // a thread of its own, for others who want to write as well
];

/// Where connections may be opened with the HTTP client: client and simulator have one each and share neither.
pub(super) const MAY_CONNECT: [&str; 2] = [
    "crates/graph-api/src/network.rs",         // requests to Meta, or to its simulator
    "crates/simulator/src/serve/callbacks.rs", // webhooks of a simulator that runs alone
];

/// Words that put work off. Spelt in halves, so that this file does not hold them.
pub(super) const UNWANTED_WORDS: [&str; 3] = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X")];

/// What the module doc of every package says, so that its limits are known before its contents.
pub(super) const MODULE_DOC_SAYS: &str = "must never";

/// Folders whose JSON files must parse.
pub(super) const JSON_FOLDERS: [&str; 1] = ["spec/fixtures/"];

/// Whether `path` is one of `places`: the file itself, the module's file, or below the folder.
pub(super) fn is_listed(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| match path.strip_prefix(place) {
        Some(rest) => rest.is_empty() || rest == ".rs" || rest.starts_with('/'),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_module_as_file_or_as_folder() {
        assert!(is_listed("crates/engine/src/clock.rs", &MAY_SLEEP));
        assert!(is_listed("crates/engine/src/clock/system.rs", &MAY_SLEEP));
        assert!(is_listed("xtask/src/stopwatch.rs", &MAY_READ_THE_CLOCK));
        assert!(!is_listed("crates/engine/src/clockwork.rs", &MAY_SLEEP));
        assert!(!is_listed("crates/store/src/clock.rs", &MAY_SLEEP));
    }
}
