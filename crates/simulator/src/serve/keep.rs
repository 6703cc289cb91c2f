//! What is done with a served simulator from time to time.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Server, now, until_asked, wait};
use crate::simulator::Simulator;

/// What is done with a simulator that has changed every few seconds, and once more when it stops: saving it, for example.
pub struct Keep {
    every: Duration,
    keep: Option<KeepIt>,
}

type KeepIt = Box<dyn FnMut(&Simulator) -> bool + Send>;

impl Keep {
    pub(crate) const NOTHING: Self = Self { every: Duration::MAX, keep: None };

    /// Does `keep` about so often; less often where it takes long, so that it never takes more than a tenth of the time. It is
    /// left out while nothing changes, and done again where it says that it did not work. That time goes on is no change.
    pub fn every(every: Duration, keep: impl FnMut(&Simulator) -> bool + Send + 'static) -> Self {
        Self { every, keep: Some(Box::new(keep)) }
    }
}

/// Keeps the simulator until it is asked to stop, and then once more, with the clock at its present each time.
pub(super) async fn keep_going(server: Arc<Server>, keep: Keep, stopping: watch::Receiver<bool>) {
    let Keep { every, keep: Some(mut keep) } = keep else { return };
    let (mut pause, mut kept_changes) = (every, None);
    loop {
        let is_last = tokio::select! {
            () = until_asked(stopping.clone()) => true,
            () = wait(pause) => false,
        };
        let begun = now();
        server.simulator.advance_to(server.virtual_now());
        let changes = server.simulator.changes();
        // At its end it is kept in any case, for the sake of its clock.
        if is_last || kept_changes != Some(changes) {
            let simulator = server.simulator.clone();
            // Written beside the server, which goes on answering.
            let kept = tokio::task::spawn_blocking(move || (keep(&simulator), keep));
            let Ok((is_kept, given_back)) = kept.await else { return };
            keep = given_back;
            kept_changes = is_kept.then_some(changes);
        }
        if is_last {
            return;
        }
        pause = every.max(begun.elapsed() * 10);
    }
}
