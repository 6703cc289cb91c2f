//! What operators do: check, release, run, hold back, give up.

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Args, ValueEnum};
use unmoor_migration::templates::TemplateKey;
use unmoor_migration::{E164, Gate, IntentId};

use super::SelectorArgs;

/// `preflight`
#[derive(Debug, Args)]
pub(crate) struct PreflightArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const ATTEST_EXAMPLES: &str = "\
A gate is attested when Meta does not show it and you have seen it with your own eyes. What Meta says later counts more.

Example:
  unmoor attest acorn-bakery --gate payment_method --by ada --note \"card ending 42 seen in Billing on the call\"";

/// `attest`
#[derive(Debug, Args)]
#[command(after_help = ATTEST_EXAMPLES)]
pub(crate) struct AttestArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// The gate
    #[arg(long, value_name = "GATE", value_parser = gates())]
    pub(crate) gate: Gate,
    /// Who vouches
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub(crate) by: String,
    /// What was seen
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub(crate) note: String,
    /// One number only, in E.164 form [default: all of the WABA]
    #[arg(long, value_name = "E164", value_parser = number)]
    pub(crate) number: Option<E164>,
}

const ADOPT_EXAMPLES: &str = "\
The id is in the answer to the tag. It is lost when that answer is, or with a restore; or somebody has set the intent by
hand. Unmoor reads it at Meta and takes it only if it names this customer's WABA; what was done beyond it is read as
after a restore.

Only ACCEPTED lets a migration go on. An intent that is COMPLETED by now, and whose acceptance a restore has forgotten,
needs a person who knows that it was accepted.

Examples:
  unmoor adopt acorn-bakery --intent 400123456789012
  unmoor adopt acorn-bakery --intent 400123456789012 --by ada --acceptance-seen \"report of 2 November, line 12\"";

/// `adopt CUSTOMER`
#[derive(Debug, Args)]
#[command(after_help = ADOPT_EXAMPLES)]
pub(crate) struct AdoptArgs {
    /// Reference of the customer, or id of its source WABA
    #[arg(value_name = "CUSTOMER")]
    pub(crate) customer: String,
    /// The migration intent
    #[arg(long, value_name = "ID", value_parser = intent)]
    pub(crate) intent: IntentId,
    /// Where you saw that the customer had accepted it
    #[arg(long, value_name = "TEXT", value_parser = words, requires = "by")]
    pub(crate) acceptance_seen: Option<String>,
    /// Who says so [default: who is logged in]
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub(crate) by: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

const START_EXAMPLES: &str = "\
Examples:
  unmoor start acorn-bakery        the first customer goes alone anyway
  unmoor start --wave pilot";

/// `start`
#[derive(Debug, Args)]
#[command(after_help = START_EXAMPLES)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

const RUN_EXAMPLES: &str = "\
Ctrl-C (or SIGTERM) finishes what has begun, a moved number's register above all; a second Ctrl-C ends at once, and
the next run finds out what became of open calls.

Examples:
  unmoor run
  unmoor run --until waiting       end (4) when every customer waits for somebody";

/// `run`
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct RunArgs {
    /// When to end
    #[arg(long, value_name = "WHEN", default_value = "final")]
    pub(crate) until: Until,
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

const WORKER_EXAMPLES: &str = "\
As many as wanted on one PostgreSQL database, on as many machines; each takes up what is due and no other holds. SIGTERM
finishes what has begun. The work of one that dies is taken over when its leases have run out, within three minutes.

Example:
  UNMOOR_DATABASE=postgres://unmoor@db.example/fleet unmoor worker";

/// `worker`
#[derive(Debug, Args)]
#[command(after_help = WORKER_EXAMPLES)]
pub(crate) struct WorkerArgs {
    /// JSON lines on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// When a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// When every migration is over
    Final,
    /// When every open migration waits for somebody
    Waiting,
}

/// `hold`
#[derive(Debug, Args)]
pub(crate) struct HoldArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// `release`
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
}

/// `pause`
#[derive(Debug, Args)]
pub(crate) struct PauseArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

/// `resume`
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// You have looked at what stopped the whole fleet, and it may go on
    #[arg(long)]
    pub(crate) fleet: bool,
    /// Why the fleet may go on; kept with your name
    #[arg(long, value_name = "TEXT", value_parser = words, requires = "fleet")]
    pub(crate) reason: Option<String>,
}

/// `retry`
#[derive(Debug, Args)]
pub(crate) struct RetryArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
}

const LEAVE_EXAMPLES: &str = "\
A template that is left is told of as left behind, with your name. What Meta has decided already stays as it is.

Examples:
  unmoor leave-templates acorn-bakery                                    everything that is not over
  unmoor leave-templates acorn-bakery --template spring_offer/en_US
  unmoor leave-templates --blocker TEMPLATE_NEEDS_SAMPLES";

/// `leave-templates`
#[derive(Debug, Args)]
#[command(after_help = LEAVE_EXAMPLES)]
pub(crate) struct LeaveTemplatesArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// One template only [default: all that are not over]
    #[arg(long, value_name = "NAME/LANGUAGE", value_parser = template)]
    pub(crate) template: Option<TemplateKey>,
}

fn template(text: &str) -> Result<TemplateKey, String> {
    TemplateKey::try_from(text.to_owned()).map_err(|error| error.to_string())
}

/// `cancel`
#[derive(Debug, Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    pub(crate) selector: SelectorArgs,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// `pin NUMBER`
#[derive(Debug, Args)]
pub(crate) struct PinArgs {
    /// The number, in E.164 form
    #[arg(value_name = "NUMBER", value_parser = number)]
    pub(crate) number: E164,
    /// Who wants to see it
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub(crate) by: String,
    /// What for
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub(crate) reason: String,
}

fn gates() -> impl TypedValueParser<Value = Gate> {
    PossibleValuesParser::from(Gate::ALL.map(Gate::name))
        .try_map(|text| Gate::ALL.into_iter().find(|gate| gate.name() == text).ok_or("no such gate"))
}

fn number(text: &str) -> Result<E164, String> {
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    E164::new(&compact).map_err(|error| error.to_string())
}

fn intent(text: &str) -> Result<IntentId, String> {
    IntentId::new(text.trim()).map_err(|error| error.to_string())
}

pub(super) fn words(text: &str) -> Result<String, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() { Err("say something".to_owned()) } else { Ok(trimmed.to_owned()) }
}
