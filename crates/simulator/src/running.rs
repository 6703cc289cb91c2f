//! A simulator that listens in the background: for tests of programs that speak HTTP.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    ops::Deref,
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use crate::{
    people::Action,
    serve::{Keep, serve_told},
    simulator::Simulator,
};

/// A simulator that is being served on a port of this machine, until this is dropped. It is a [`Simulator`] itself: time, people,
/// faults and knobs are turned by calls.
#[must_use = "dropping it stops the server"]
pub struct Running {
    simulator: Simulator,
    address: SocketAddr,
    /// Dropped, it asks the server to stop.
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
    /// Wakes the sender of webhooks.
    changed: Arc<Notify>,
}

impl Simulator {
    /// Serves it on a free port of this machine, in a task of the present Tokio runtime. Its clock stands still: time passes
    /// when [`Simulator::advance`] is called, and latency costs none.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start(&self) -> io::Result<Running> {
        self.start_at_rate(0.0).await
    }

    /// The same with a clock that runs at so many virtual seconds per real second, from 0 to 1,000,000.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start_at_rate(&self, rate: f64) -> io::Result<Running> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let until = async {
            // A sender that is gone asks for the same.
            let _ = stopped.await;
        };
        let changed = Arc::new(Notify::new());
        let task = tokio::spawn(serve_told(self.clone(), listener, rate, until, Keep::NOTHING, Arc::clone(&changed)));
        Ok(Running { simulator: self.clone(), address, stop, task, changed })
    }
}

impl Running {
    /// What goes before the path of every call, for example `http://127.0.0.1:49152`: where a client has Meta's address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// [`Simulator::advance`], and webhooks that fall due are sent.
    pub fn advance(&self, time: SignedDuration) -> Timestamp {
        let now = self.simulator.advance(time);
        self.changed.notify_one();
        now
    }

    /// [`Simulator::lets`], and webhooks that it brings about are sent.
    pub fn lets(&self, reference: &str, action: Action) -> usize {
        let changed = self.simulator.lets(reference, action);
        self.changed.notify_one();
        changed
    }

    /// Stops it, and waits until nobody is listening any more.
    ///
    /// # Errors
    /// What the listener reported.
    pub async fn stop(self) -> io::Result<()> {
        drop(self.stop);
        self.task.await.map_err(io::Error::other)?
    }
}

impl Deref for Running {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}
