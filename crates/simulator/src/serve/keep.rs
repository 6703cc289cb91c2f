//! What is done with a served simulator from time to time.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Server, now, until_asked, wait};
use crate::simulator::Simulator;

/// What is done with the simulator every few seconds, and once more when it stops: saving it, for example.
pub struct Keep {
    every: Duration,
    keep: Option<KeepIt>,
}

type KeepIt = Box<dyn FnMut(&Simulator) + Send>;

impl Keep {
    pub(crate) const NOTHING: Self = Self { every: Duration::MAX, keep: None };

    /// Does `keep` about so often; less often where it takes long, so that it never takes more than a tenth of the time.
    pub fn every(every: Duration, keep: impl FnMut(&Simulator) + Send + 'static) -> Self {
        Self { every, keep: Some(Box::new(keep)) }
    }
}

/// Keeps the simulator until it is asked to stop, and then once more, with the clock at its present each time.
pub(super) async fn keep_going(server: Arc<Server>, keep: Keep, stopping: watch::Receiver<bool>) {
    let Keep { every, keep: Some(mut keep) } = keep else { return };
    let mut pause = every;
    loop {
        let is_last = tokio::select! {
            () = until_asked(stopping.clone()) => true,
            () = wait(pause) => false,
        };
        let begun = now();
        server.simulator.advance_to(server.virtual_now());
        let simulator = server.simulator.clone();
        // Written beside the server, which goes on answering.
        let kept = tokio::task::spawn_blocking(move || {
            keep(&simulator);
            keep
        });
        match kept.await {
            Ok(given_back) => keep = given_back,
            Err(_) => return,
        }
        if is_last {
            return;
        }
        pause = every.max(begun.elapsed() * 10);
    }
}
