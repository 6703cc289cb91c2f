//! `cargo xtask bench`: what must be fast, measured. Each speed is a ratio against a baseline that ran beside it, turn by turn, so
//! that a busy machine slows both; sizes are those of a process of their own.
//!
//! It must never be part of the test suite: nothing there may depend on a clock. What is measured on virtual time has tests.
//!
//! | File | Measures |
//! |---|---|
//! | `simulator_speed` | requests per second, against the same HTTP stack with a constant answer |
//! | `simulator_load` | seconds and memory to load a large world |
//! | `throttle` | a fleet under Meta's limits, against the least time that they set and against polling at a fixed interval |
//! | `wire` | the load: pipelined requests on a few connections |
//! | `durable` | the real engine on both databases against a bare client: speed, processor time, a number's gap |
//! | `waiting` | a million migrations that wait: memory, start-up, wake-ups, pages |
//! | `billing` | a million statuses of messages, attributed |
//! | `rehearsal` | 500 customers, weeks of virtual time |
//! | `assembled` | a real engine around a wire of the bench |
//! | `cost`, `folder`, `stopwatch` | what something took |
//! | `machine`, `table` | on what, and how it is told |

mod assembled;
mod billing;
mod cost;
mod durable;
mod folder;
mod machine;
mod rehearsal;
mod simulator_load;
mod simulator_speed;
mod stopwatch;
mod table;
mod throttle;
mod waiting;
mod wire;

use anyhow::{Result, bail};
use mimalloc::MiMalloc;

use table::Row;

/// As the program that ships.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures and gives its rows.
type Measure = fn() -> Result<Vec<Row>>;

/// Everything that is measured, in its order. The name is what `--only` takes.
const ROWS: [(&str, Measure); 8] = [
    ("durable", durable::measure),
    ("waiting-sqlite", waiting::on_sqlite),
    ("waiting-postgres", waiting::on_postgres),
    ("throttle", throttle::measure),
    ("billing", billing::measure),
    ("rehearsal", rehearsal::measure),
    ("simulator-speed", simulator_speed::measure),
    ("simulator-load", simulator_load::measure),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => run(&ROWS.map(|(name, _)| name)),
        ["--only", names @ ..] if !names.is_empty() => run(names),
        [simulator_load::CHILD, rest @ ..] => simulator_load::child(rest),
        [durable::vendor::CHILD, rest @ ..] => durable::vendor::child(rest),
        [waiting::CHILD, rest @ ..] => waiting::child(rest),
        _ => bail!("usage: bench [--only {}]", ROWS.map(|(name, _)| name).join(" ")),
    }
}

fn run(names: &[&str]) -> Result<()> {
    let mut rows = Vec::new();
    for name in names {
        let Some((_, measure)) = ROWS.iter().find(|(known, _)| known == name) else {
            bail!("there is no row `{name}`; the rows are {}", ROWS.map(|(name, _)| name).join(", "));
        };
        table::progress(&format!("{name} …"));
        rows.extend(measure()?);
    }
    table::print(&machine::describe(), &rows)
}
