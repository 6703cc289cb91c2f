//! `unmoor simulate`: the vendor's side on a port of this machine.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::Context;
use tokio::net::TcpListener;
use unmoor_simulator::load::{self, Setup};
use unmoor_simulator::{Credentials, Simulator, World, serve};

use super::rehearse::{read, read_lossy, scenario_of};
use crate::args::SimulateArgs;
use crate::exit::{Exit, Trouble};
use crate::output::Output;
use crate::private_file;

/// How many customers there are when nothing is said.
const CUSTOMERS_UNLESS_TOLD: usize = 10;

/// Serves until it is interrupted.
pub(crate) async fn run(args: SimulateArgs, output: &Output) -> anyhow::Result<Exit> {
    let simulator = Simulator::from_setup(setup(&args)?);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Trouble::refused(format!("cannot listen on {address}: {error}"))
            .hint("take another port with --port, 0 for any")
    })?;
    let url = format!("http://{}", listener.local_addr().context("the listener has no address")?);
    let credentials = simulator.credentials();
    if let Some(path) = &args.env {
        write_environment(path, &url, &credentials, args.rate)?;
        output.note(format_args!("environment of a client: {}", path.display()));
    }
    output.note(format_args!(
        "{} customers; virtual time begins at {} and runs {} times as fast as yours",
        credentials.customers.len(),
        simulator.now(),
        args.rate
    ));
    output.note(format_args!(
        "in a browser: {url}/business/ is the customer's side, {url}/_sim shows and turns everything"
    ));
    output.note("control surface for programs: /_sim – stop with Ctrl-C");
    // The one line that a program waits for.
    output.line(format_args!("listening on {url}"))?;
    serve(simulator, listener, args.rate, interrupted()).await.context("the simulator's server failed")?;
    Ok(Exit::Done)
}

fn setup(args: &SimulateArgs) -> anyhow::Result<Setup> {
    if let Some(path) = &args.world {
        let world: World = serde_json::from_str(&read(path)?)
            .map_err(|error| Trouble::bad_input(format!("{}: {error}", path.display())))?;
        let blank = load::load("", "", args.seed).map_err(|error| Trouble::unexpected(error.to_string()))?;
        return Ok(Setup { world, ..blank });
    }
    let (customers, scenario) = match &args.customers {
        Some(path) => (read_lossy(path)?, scenario_of(path, args.scenario.as_deref())?),
        None => {
            let count = args.generate.and_then(|count| usize::try_from(count).ok()).unwrap_or(CUSTOMERS_UNLESS_TOLD);
            let generated = load::generate(count, args.seed);
            let scenario = args.scenario.as_deref().map(read).transpose()?;
            (generated.customers, scenario.unwrap_or(generated.scenario))
        }
    };
    load::load(&customers, &scenario, args.seed).map_err(|error| Trouble::bad_input(error.to_string()).into())
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

/// Ends with Ctrl-C or a polite request of the system.
async fn interrupted() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
