//! One file per command.

mod adopt;
mod approve;
mod backup;
mod billing;
mod completions;
mod deeds;
mod doctor;
mod explain;
mod export;
mod ids;
mod import;
mod import_export;
mod instructions;
mod operator;
mod pin;
mod preflight;
mod question;
mod ready_made;
mod recover;
pub(crate) mod rehearse;
mod report;
mod run;
mod schema;
mod settings;
pub(crate) mod simulate;
mod simulator_state;
mod snapshot;
mod start;
mod status;
mod templates;
mod verify;
mod verify_report;

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::output::Output;

/// Does what the command line says.
pub(crate) async fn dispatch(cli: Cli, output: &Output) -> anyhow::Result<Exit> {
    let Cli { global, command } = cli;
    match command {
        Command::Rehearse(args) => rehearse::run(args, output).await,
        Command::Import(args) => import::run(&args, &global, output).await,
        Command::Export(args) => export::run(&args, &global, output).await,
        Command::Adopt(args) => adopt::run(args, &global, output).await,
        Command::Preflight(args) => preflight::run(&args, &global, output).await,
        Command::Attest(args) => deeds::attest(args, &global, output).await,
        Command::Approve(args) => approve::run(args, &global, output).await,
        Command::Start(args) => start::run(&args, &global, output).await,
        Command::Run(args) => run::run(&args, &global, output).await,
        Command::Worker(args) => run::worker(&args, &global, output).await,
        Command::Status(args) => status::run(&args, &global, output).await,
        Command::Explain(args) => explain::run(&args, &global, output).await,
        Command::Templates(args) => templates::run(&args, &global, output).await,
        Command::Billing(args) => billing::run(&args, &global, output).await,
        Command::Ids(args) => ids::run(&args, &global, output).await,
        Command::Report(args) => report::run(&args, &global, output).await,
        Command::Settings(args) => settings::run(&args, &global, output).await,
        Command::Instructions(args) => instructions::run(&args, &global, output).await,
        Command::Hold(args) => deeds::hold(args, &global, output).await,
        Command::Release(args) => deeds::release(&args, &global, output).await,
        Command::Pause(args) => deeds::pause(args, &global, output).await,
        Command::Resume(args) => deeds::resume(&args, &global, output).await,
        Command::Retry(args) => deeds::retry(&args, &global, output).await,
        Command::LeaveTemplates(args) => deeds::leave_templates(args, &global, output).await,
        Command::Cancel(args) => deeds::cancel(args, &global, output).await,
        Command::Pin(args) => pin::run(&args, &global, output).await,
        Command::Simulate(args) => simulate::run(args, output).await,
        Command::Snapshot(args) => snapshot::run(&args, &global, output).await,
        Command::Schema(args) => schema::run(&args, &global, output).await,
        Command::Verify(args) => verify::run(&args, &global, output).await,
        Command::Backup(args) => backup::run(&args, &global, output).await,
        Command::Recover(args) => recover::run(&args, &global, output).await,
        Command::Doctor(args) => doctor::run(&args, &global, output).await,
        Command::Completions(args) => completions::run(&args),
    }
}
