//! `unmoor doctor`, `unmoor completions`.

use clap::Args;
use clap_complete::Shell;

/// `doctor`
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// `completions SHELL`
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
