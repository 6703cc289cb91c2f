//! Many seeds, on every core.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::run::{Report, run};
use super::schedule::Schedule;
use super::tally::Tally;

/// What many schedules came to.
#[derive(Debug, Default)]
pub struct Explored {
    /// How many were run.
    pub schedules: u64,
    /// Commits and requests of all of them.
    pub steps: u64,
    /// How often program and model were compared.
    pub comparisons: u64,
    /// What befell them, by kind.
    pub tally: Tally,
    /// Those that went wrong, by seed.
    pub failed: Vec<Report>,
}

impl Explored {
    fn take_in(&mut self, report: Report) {
        self.schedules += 1;
        self.steps += report.steps;
        self.comparisons += report.comparisons;
        self.tally.add(&report.tally);
        if report.violation.is_some() {
            self.failed.push(report);
        }
    }
}

/// Runs them all, or until the first violation.
///
/// # Panics
/// When a thread of it does.
pub fn explore(seeds: impl IntoIterator<Item = u64>, stops_at_violation: bool) -> Explored {
    let left = Mutex::new(seeds.into_iter().collect::<Vec<u64>>().into_iter());
    let (all, stopped) = (Mutex::new(Explored::default()), AtomicBool::new(false));
    let worker = || {
        while !stopped.load(Ordering::SeqCst) {
            let Some(seed) = left.lock().unwrap().next() else { return };
            let report = run(seed, false);
            if report.violation.is_some() && stops_at_violation {
                stopped.store(true, Ordering::SeqCst);
            }
            all.lock().unwrap().take_in(report);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    let mut all = all.into_inner().unwrap();
    all.failed.sort_by_key(|report| report.seed);
    all
}

/// A seed's schedule, what happened, and what may not be.
#[must_use]
pub fn told(seed: u64) -> String {
    let schedule = Schedule::of(seed).to_string();
    let report = run(seed, true);
    let verdict = report.violation.unwrap_or_else(|| "no violation".to_owned());
    format!("{schedule}{}\nseed {seed}: {verdict}\n", report.story.join("\n"))
}

/// The verdict, for people.
impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for report in &self.failed {
            let words = report.violation.as_deref().unwrap_or_default();
            writeln!(f, "seed {}: {words}\n  alone: cargo xtask chaos --seed {}", report.seed, report.seed)?;
        }
        write!(f, "{}", self.tally)?;
        write!(
            f,
            "{} schedules, {} steps, {} comparisons, {} violations",
            self.schedules,
            self.steps,
            self.comparisons,
            self.failed.len()
        )
    }
}
