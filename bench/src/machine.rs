//! What it was measured on.

use std::fs;

pub(crate) fn describe() -> String {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = kibibytes("/proc/meminfo", "MemTotal").map_or(0, |kib| kib / 1024 / 1024);
    format!("{cores} cores of {cpu}, {memory} GiB of memory, {}", std::env::consts::OS)
}

/// The largest memory this process ever had resident, in MiB; none where the system does not say.
pub(crate) fn peak_memory_mib() -> Option<u64> {
    kibibytes("/proc/self/status", "VmHWM").map(|kib| kib / 1024)
}

fn kibibytes(file: &str, name: &str) -> Option<u64> {
    field(file, name)?.split_whitespace().next()?.parse().ok()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
