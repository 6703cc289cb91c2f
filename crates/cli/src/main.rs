//! The binary `unmoor`. Everything is in the library beside it, so that tests reach it; this file must never grow.

use std::process::ExitCode;

fn main() -> ExitCode {
    unmoor_cli::main()
}
