//! `unmoor simulate`: the vendor's side on a port of this machine.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use unmoor_simulator::load::Setup;
use unmoor_simulator::{Credentials, Keep, Simulator, serve_and_keep};

use super::ready_made::{self, Which};
use super::simulator_state::{Named, StateFile};
use crate::args::SimulateArgs;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::private_file;
use crate::vendor_side::{VendorSide, with_knobs};

/// How many customers there are when nothing is said.
const CUSTOMERS_UNLESS_TOLD: usize = 10;

/// Seed unless told.
const SEED_UNLESS_TOLD: u64 = 1;

/// How often the state is kept.
const KEPT_EVERY: Duration = Duration::from_secs(2);

/// Serves until it is interrupted.
pub(crate) async fn run(args: SimulateArgs, output: &Output) -> anyhow::Result<Exit> {
    if args.list_scenarios {
        return ready_made::list(Which::Scenarios, args.json, output);
    }
    if args.list_faults {
        return ready_made::list(Which::Faults, args.json, output);
    }
    let state = args.state.as_deref().map(StateFile::lock).transpose()?;
    let (simulator, goes_on) = simulator(&args, state.as_ref())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Trouble::refused(format!("cannot listen on {address}: {error}"))
            .hint("take another port with --port, 0 for any")
    })?;
    let url = format!("http://{}", listener.local_addr().context("the listener has no address")?);
    let credentials = simulator.credentials();
    if let Some(path) = &args.env {
        write_environment(path, &url, &credentials, args.rate)?;
    }
    if let Some(path) = &args.export {
        export(path, &simulator)?;
    }
    if let Some(state) = &state {
        state.write(&simulator)?;
    }
    // Whoever has read the address may already want it to stop.
    let interruption = interruption()?;
    welcome(&args, output, &url, &simulator, &credentials, goes_on)?;
    let keep = keeper(state, output.clone());
    serve_and_keep(simulator.clone(), listener, args.rate, interruption, keep)
        .await
        .context("the simulator's server failed")?;
    if let Some(path) = &args.export {
        export(path, &simulator)?;
    }
    Ok(Exit::Done)
}

/// The simulator, and whether it goes on from a state that was kept.
fn simulator(args: &SimulateArgs, state: Option<&StateFile>) -> anyhow::Result<(Simulator, bool)> {
    let begin = || Ok((Simulator::from_setup(setup(args, SEED_UNLESS_TOLD)?), false));
    let Some(state) = state else { return begin() };
    let Some(kept) = state.read()? else { return begin() };
    let named = Named {
        seed: args.seed.is_some(),
        customers: args.customers.is_some() || args.generate.is_some(),
        scenario: args.scenario.is_some(),
        faults: args.faults.is_some(),
        world: args.world.is_some(),
    };
    if named != Named::default() {
        let origin = kept.origin();
        state.check_origin(&origin, &setup(args, origin.seed)?, named)?;
    }
    // A knob is no part of the beginning: it may be turned at any time.
    kept.set_knobs(with_knobs(&kept.knobs(), &args.knobs)?).map_err(|error| Trouble::bad_input(error.to_string()))?;
    Ok((kept, true))
}

/// What the command line describes, with `seed` unless it names another.
fn setup(args: &SimulateArgs, seed: u64) -> anyhow::Result<Setup> {
    let seed = args.seed.unwrap_or(seed);
    let told = args.generate.and_then(|count| usize::try_from(count).ok());
    let says_nothing = args.scenario.is_none() && args.faults.is_none();
    let side = VendorSide {
        customers: args.customers.as_deref(),
        generate: told.or(says_nothing.then_some(CUSTOMERS_UNLESS_TOLD)),
        scenario: args.scenario.as_deref(),
        faults: args.faults.as_deref(),
        world: args.world.as_deref(),
        knobs: &args.knobs,
        seed,
    };
    Ok(side.read()?.setup)
}

/// What a person needs to know now; one line that a program waits for.
fn welcome(
    args: &SimulateArgs,
    output: &Output,
    url: &str,
    simulator: &Simulator,
    credentials: &Credentials,
    goes_on: bool,
) -> anyhow::Result<()> {
    let customers = credentials.customers.len();
    if args.json {
        output.json_version()?;
        output.json(&json!({
            "type": "listening", "url": url, "business_url": format!("{url}/business/"), "inspector_url": format!("{url}/_sim/"),
            "customers": customers, "now": simulator.now(), "rate": args.rate, "goes_on": goes_on,
        }))?;
        return Ok(());
    }
    let begins = if goes_on { "goes on" } else { "begins" };
    output.note(format_args!(
        "A simulator of Meta's side with {customers} {}. Its time {begins} at {} and runs {} times as fast as yours.\n",
        if customers == 1 { "customer" } else { "customers" },
        simulator.now(),
        args.rate
    ));
    output.note(format_args!("  Graph API          {url}/v25.0/"));
    output.note(format_args!(
        "  customers' pages   {url}/business/    accept requests, turn two-step verification off, pay"
    ));
    output.note(format_args!(
        "  inspector          {url}/_sim/        the world, requests, webhooks, clock, knobs, faults\n"
    ));
    for (path, what) in [(&args.env, "environment"), (&args.state, "state"), (&args.export, "world")] {
        if let Some(path) = path {
            output.note(format_args!("  {what:<18} {}", path.display()));
        }
    }
    output.note(match &args.env {
        Some(path) => format!(
            "\nNext, in another terminal:  set -a; . {}; set +a; unmoor import {}; unmoor start --all; unmoor run",
            shown(path),
            args.customers.as_deref().map_or_else(|| "customers.csv".to_owned(), |path| path.display().to_string())
        ),
        None => "\nNext: --env FILE writes what a client needs to talk to it; GET /_sim/credentials shows the same."
            .to_owned(),
    });
    output.note("Ctrl-C stops it.");
    output.line(format_args!("listening on {url}"))?;
    Ok(())
}

/// A path that a shell's dot command takes as a file, not as a command.
fn shown(path: &Path) -> String {
    if path.components().count() == 1 { format!("./{}", path.display()) } else { path.display().to_string() }
}

/// Keeps the state where one is wanted. What cannot be written is told once, until it can be written again.
fn keeper(state: Option<StateFile>, output: Output) -> Keep {
    let mut was_told = false;
    Keep::every(KEPT_EVERY, move |simulator| {
        let Some(state) = &state else { return true };
        let written = state.write(simulator);
        if let Err(error) = &written
            && !was_told
        {
            output.warn(format_args!("the state is not kept: {error:#}"));
        }
        was_told = written.is_err();
        written.is_ok()
    })
}

fn export(path: &Path, simulator: &Simulator) -> anyhow::Result<()> {
    let text = serde_json::to_string(&simulator.world()).context("the world has no form in JSON")?;
    private_file::replace(path, text.as_bytes())
}

/// Everything that the other commands need for talking to this simulator. The business tokens stand in a file of their own
/// beside it, and both are for their owner's eyes only.
fn write_environment(path: &Path, url: &str, credentials: &Credentials, rate: f64) -> anyhow::Result<()> {
    let folder = std::path::absolute(path).context("the path of --env is unusable")?;
    let tokens = folder.with_extension("tokens.csv");
    let mut rows = "source_waba_id,business_token\n".to_owned();
    for customer in &credentials.customers {
        if let Some(token) = &customer.business_token {
            writeln!(rows, "{},{}", customer.waba_id, token.expose())?;
        }
    }
    private_file::write(&tokens, &rows)?;
    let environment = [
        ("UNMOOR_GRAPH_URL", url.to_owned()),
        ("UNMOOR_APP_ID", credentials.app_id.to_string()),
        ("UNMOOR_APP_SECRET", credentials.app_secret.expose().to_owned()),
        ("UNMOOR_SYSTEM_TOKEN", credentials.system_token.expose().to_owned()),
        ("UNMOOR_TOKENS", tokens.display().to_string()),
        ("UNMOOR_WEBHOOK_VERIFY_TOKEN", "a-simulated-verify-token".to_owned()),
        ("UNMOOR_DATABASE", "unmoor-simulated.db".to_owned()),
        ("UNMOOR_CLOCK_RATE", rate.to_string()),
    ];
    let mut text = "# Environment of a client of this simulator: set -a; . ./FILE; set +a\n".to_owned();
    for (name, value) in environment {
        writeln!(text, "{name}='{value}'")?;
    }
    private_file::write(&folder, &text)
}

/// Listens from now on for Ctrl-C and for a polite request of the system; the future ends with either.
fn interruption() -> anyhow::Result<impl Future<Output = ()>> {
    let listen = |kind| signal(kind).context("cannot listen for the system's signals");
    let (mut interrupted, mut terminated) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}
