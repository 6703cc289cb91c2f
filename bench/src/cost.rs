//! What a piece of work took: wall time, and the time of processors that this process used for it.

use std::{fs, ops::Add, time::Duration};

use anyhow::{Context as _, Result};

use crate::stopwatch::Stopwatch;

/// Linux counts processor time for programs in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// What something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) processor_s: f64,
}

impl Add for Cost {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { wall: self.wall + other.wall, processor_s: self.processor_s + other.processor_s }
    }
}

/// Runs from its start.
pub(crate) struct Meter {
    stopwatch: Stopwatch,
    processor_s: f64,
}

impl Meter {
    pub(crate) fn start() -> Result<Self> {
        Ok(Self { processor_s: processor_s()?, stopwatch: Stopwatch::start() })
    }

    pub(crate) fn read(&self) -> Result<Cost> {
        Ok(Cost { wall: self.stopwatch.elapsed(), processor_s: processor_s()? - self.processor_s })
    }
}

/// Processor time of all threads of this process, in and out of the kernel.
fn processor_s() -> Result<f64> {
    let stat =
        fs::read_to_string("/proc/self/stat").context("this system does not tell a process its processor time")?;
    // The name in parentheses may hold anything; behind it the fields count from 3.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}
