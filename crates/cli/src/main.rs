//! The binary `unmoor`. Everything is in the library beside it, so that tests reach it; this file must never grow.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// States are read, changed and written all the time: most of that is memory for a moment, which the system's own allocator gives
/// slowly to several threads.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    unmoor_cli::main()
}
