//! What it was measured on.

use std::fs;

pub(crate) fn describe() -> String {
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = kibibytes("/proc/meminfo", "MemTotal").map_or(0, |kib| kib / 1024 / 1024);
    format!("{cores} cores of {cpu}, {memory} GiB of memory, {}", std::env::consts::OS)
}

/// Resident memory of this process, in MiB.
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) peak: u64,
}

/// None where the system does not say.
pub(crate) fn memory_mib() -> Option<Memory> {
    let mib = |name| kibibytes("/proc/self/status", name).map(|kib| kib / 1024);
    Some(Memory { now: mib("VmRSS")?, peak: mib("VmHWM")? })
}

/// Greatest resident memory of another process so far, in MiB. None where the system does not say, or when it has ended.
pub(crate) fn peak_mib_of(process: u32) -> Option<u64> {
    kibibytes(&format!("/proc/{process}/status"), "VmHWM").map(|kib| kib / 1024)
}

fn kibibytes(file: &str, name: &str) -> Option<u64> {
    field(file, name)?.split_whitespace().next()?.parse().ok()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
