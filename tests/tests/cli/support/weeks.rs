//! Weeks of the vendor's time in seconds of a test's.

use std::time::Duration;

use serde_json::Value;

use super::{Deadline, Finished, Running, Simulated, Unmoor};

/// When nothing was asked of the simulator for so long, nothing is going on: a client looks at the simulator's clock once a
/// second, and asks for something as soon as it sees that time has passed.
const QUIET: Duration = Duration::from_millis(1_300);

/// A fleet that needs longer than this in all has failed.
const PATIENCE_S: u64 = 240;

/// Hour by hour is slow, and a jump of days hides what a day has in it.
const STEP_S: u64 = 4 * 3_600;

impl Simulated {
    /// Lets virtual time jump whenever `running` has nothing to do, until it has ended by itself.
    pub(crate) fn hurry(&self, mut running: Running) -> Finished {
        let deadline = Deadline::in_seconds(PATIENCE_S);
        let mut watch = Watch::over(self);
        while !running.has_ended() {
            if watch.is_quiet_for(QUIET) {
                self.advance(STEP_S);
                watch.begin_again();
            }
            deadline.pause("the end of a run");
        }
        running.finish()
    }

    /// Runs until everybody waits for somebody, then lets hours pass, and so on, until a summary is as `is_over` wants it.
    /// Gives the last run.
    pub(crate) fn live_through(&self, client: &Unmoor, is_over: impl Fn(&Value) -> bool) -> Finished {
        let deadline = Deadline::in_seconds(PATIENCE_S);
        loop {
            let run = self.hurry(client.start(["run", "--until", "waiting", "--json"]));
            let summary = run.json_lines().pop().unwrap_or_else(|| panic!("no summary\n{run}"));
            if is_over(&summary) {
                return run;
            }
            assert_eq!(run.status(), Some(4), "{run}");
            assert!(!deadline.is_over(), "the fleet does not get there: {summary}");
            self.advance(STEP_S);
        }
    }
}

/// Looks at the requests that a simulator gets.
pub(crate) struct Watch<'a> {
    simulated: &'a Simulated,
    /// Requests so far.
    pub(crate) seen: u64,
    quiet_since: Deadline,
}

impl<'a> Watch<'a> {
    /// From now on.
    pub(crate) fn over(simulated: &'a Simulated) -> Self {
        let mut watch = Self { simulated, seen: 0, quiet_since: Deadline::in_seconds(0) };
        watch.look();
        watch
    }

    /// Counts what has come since the last look.
    pub(crate) fn look(&mut self) -> u64 {
        let new = self.simulated.requests(self.seen).len() as u64;
        self.seen += new;
        if new > 0 {
            self.begin_again();
        }
        self.seen
    }

    /// Whether nothing has come for so long.
    pub(crate) fn is_quiet_for(&mut self, time: Duration) -> bool {
        self.look();
        self.quiet_since.passed() > time
    }

    /// Quiet begins now.
    pub(crate) fn begin_again(&mut self) {
        self.quiet_since = Deadline::in_seconds(0);
    }
}
