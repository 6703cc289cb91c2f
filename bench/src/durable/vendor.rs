//! The vendor's side in a process of its own, so that its work does not count as ours.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::{Child, ChildStdin, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use tokio::{runtime, sync::oneshot};
use unmoor_engine::clock::{Clock as _, SystemClock};
use unmoor_simulator::{Credentials, Simulator, load, serve};

/// The first word of the child.
pub(crate) const CHILD: &str = "vendor";
/// The same for everybody: nothing is waited for but answers.
const SCENARIO: &str = r#"
[everyone]
numbers = 1
templates = 4
two_step = false
[everyone.person]
answer = "accept"
answers_after = "0 s"
pays = "with acceptance"
"#;

/// A simulator on loopback that ends with this value.
pub(crate) struct Vendor {
    pub(crate) url: String,
    pub(crate) credentials: Credentials,
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Vendor {
    /// One number for each of so many customers, who accept and pay as soon as they are asked.
    pub(crate) fn start(customers: usize) -> Result<Self> {
        let start = now().to_string();
        let mut child = Command::new(std::env::current_exe()?)
            .args([CHILD, &customers.to_string(), &start])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the simulator's process")?;
        let stdin = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("a child without output")?).read_line(&mut line)?;
        let port: u16 = line.trim().parse().context("the simulator's process told no port")?;
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            credentials: simulator(customers, &start)?.credentials(),
            child,
            stdin,
        })
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// The same world for the same arguments, in whichever process.
fn simulator(customers: usize, start: &str) -> Result<Simulator> {
    let generated = load::generate(customers, 1);
    let mut setup = load::load(&generated.customers, &format!("start = \"{start}\"\n{SCENARIO}"), 1)?;
    setup.knobs.latency_ms = 0;
    Ok(Simulator::from_setup(setup))
}

/// Serves until the standard input ends.
pub(crate) fn child(arguments: &[&str]) -> Result<()> {
    let [customers, start] = arguments else { bail!("{CHILD} takes a count of customers and an instant") };
    let simulator = simulator(customers.parse()?, start)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("listen on loopback")?;
    listener.set_nonblocking(true)?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async move {
        let (parent, gone) = oneshot::channel::<()>();
        std::thread::spawn(move || {
            // Nothing is ever written to it: it ends with the parent.
            let _ = std::io::stdin().read(&mut [0]);
            drop(parent);
        });
        let ended = async {
            // A sender that is gone is what is waited for.
            let _ = gone.await;
        };
        serve(simulator, tokio::net::TcpListener::from_std(listener)?, 1.0, ended).await
    })?;
    Ok(())
}

/// The machine's time: nothing here is rehearsed.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}
