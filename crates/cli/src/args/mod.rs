//! The command line: one file per group of commands. It must never hold a secret.

mod billing;
mod check;
mod duration;
mod export;
mod ids;
mod import;
mod instructions;
mod keep;
mod operate;
mod rehearse;
mod report;
mod selector;
mod settings;
mod show;
mod simulate;
mod snapshot;
mod templates;

use std::path::PathBuf;

use clap::{Args, ColorChoice, Parser, Subcommand};

pub(crate) use billing::BillingArgs;
pub(crate) use check::{CompletionsArgs, DoctorArgs, SchemaAction, SchemaArgs};
pub(crate) use export::ExportArgs;
pub(crate) use ids::IdsArgs;
pub(crate) use import::ImportArgs;
pub(crate) use instructions::InstructionsArgs;
pub(crate) use keep::{BackupArgs, RecoverArgs, VerifyArgs};
pub(crate) use operate::{
    AdoptArgs, AttestArgs, CancelArgs, HoldArgs, LeaveTemplatesArgs, PauseArgs, PinArgs, PreflightArgs, ReleaseArgs,
    ResumeArgs, RetryArgs, RunArgs, StartArgs, Until, WorkerArgs,
};
pub(crate) use rehearse::{FailOn, KnobArg, RehearseArgs};
pub(crate) use report::{ReportArgs, ReportFormat};
pub(crate) use selector::SelectorArgs;
pub(crate) use settings::SettingsArgs;
pub(crate) use show::{ExplainArgs, StatusArgs};
pub(crate) use simulate::SimulateArgs;
pub(crate) use snapshot::SnapshotArgs;
pub(crate) use templates::{ApproveArgs, TemplatesArgs};

const EXAMPLES: &str = "\
Examples:
  unmoor rehearse customers.csv          weeks in seconds, without a Meta account
  unmoor import customers.csv            take customers in; nothing is sent
  unmoor preflight --all                 check them, reading only
  unmoor start --wave pilot              ask the customers of one wave; Meta mails them
  unmoor run                             do all that is due until everything is over
  unmoor status --turn customer --csv    the morning's list of calls to make
  unmoor explain acorn-bakery            one customer's story

Exit status: 0 done, 1 unexpected error, 2 bad usage or input, 3 finished with failed migrations,
4 somebody else's turn, 5 refused.";

/// Migrates business customers off a WhatsApp Multi-Partner Solution.
#[derive(Debug, Parser)]
#[command(name = "unmoor", version, after_help = EXAMPLES, max_term_width = 120)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct GlobalArgs {
    /// Database file; also UNMOOR_DATABASE [default: unmoor.db]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) database: Option<String>,
    /// Configuration [default: unmoor.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Say more; again for still more (UNMOOR_LOG is finer)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Colours; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the real engine against the simulator, on virtual time
    Rehearse(RehearseArgs),
    /// Take customers in, or bring them up to date
    Import(ImportArgs),
    /// Move everything to a file, for another database
    Export(ExportArgs),
    /// Go on with a migration intent whose id was lost, or that was set by hand
    Adopt(AdoptArgs),
    /// Check customers, reading only
    Preflight(PreflightArgs),
    /// Vouch for a gate that cannot be read
    Attest(AttestArgs),
    /// Accept that customers lose templates, by name
    Approve(ApproveArgs),
    /// Release customers: Meta asks them, and their numbers move once they accept
    Start(StartArgs),
    /// Do all that is due
    Run(RunArgs),
    /// Do all that is due, beside other workers, until asked to stop
    Worker(WorkerArgs),
    /// Show where everybody stands
    Status(StatusArgs),
    /// Tell one customer's story
    Explain(ExplainArgs),
    /// Tell what will become of each template, before anything is asked of the customer
    Templates(TemplatesArgs),
    /// Tell who pays for which message around the cutover
    Billing(BillingArgs),
    /// Tell old and new ids, for your other systems
    Ids(IdsArgs),
    /// Write down what was done for customers, as a page or as JSON that can be checked
    Report(ReportArgs),
    /// Compare the settings that do not travel, before and after
    Settings(SettingsArgs),
    /// Write down for a customer what it has to do now, in its language
    Instructions(InstructionsArgs),
    /// Hold back the cutover; everything before it goes on
    Hold(HoldArgs),
    /// End a hold
    Release(ReleaseArgs),
    /// Do nothing more, except finish a number that has begun
    Pause(PauseArgs),
    /// End a pause, or the fleet's brake
    Resume(ResumeArgs),
    /// Look at everything again now, and try again what was refused
    Retry(RetryArgs),
    /// Leave templates behind that are not over, so that nothing waits for them
    LeaveTemplates(LeaveTemplatesArgs),
    /// Give customers up, as far as that is still possible
    Cancel(CancelArgs),
    /// Reveal the two-step verification PIN of a number; the journal keeps who and why
    Pin(PinArgs),
    /// Serve a simulator of Meta's side
    Simulate(SimulateArgs),
    /// Read real accounts into a world in which their migration can be rehearsed
    Snapshot(SnapshotArgs),
    /// Look at the version of the database's tables, or bring them to the present one
    Schema(SchemaArgs),
    /// Check the journal: that nothing was changed, cut, swapped, removed or put back
    Verify(VerifyArgs),
    /// Copy the database to a file while everything goes on
    Backup(BackupArgs),
    /// After a restore: read at Meta what is true by now, before anything is written there
    Recover(RecoverArgs),
    /// Check everything that Unmoor needs, and say what is wrong
    Doctor(DoctorArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_flag_takes_a_secret() {
        let command = Cli::command();
        for subcommand in command.get_subcommands() {
            for argument in subcommand.get_arguments() {
                let id = argument.get_id().as_str();
                for secret in ["secret", "master_key", "business_token", "system_token", "password"] {
                    assert!(!id.contains(secret), "{} --{id}", subcommand.get_name());
                }
            }
        }
    }
}
