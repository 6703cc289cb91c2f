//! Takes portions of the calls that all workers share (see `throttle/shared.rs` for what one is).

use unmoor_store::{SharedRow, StoreError};

use crate::engine::Engine;
use crate::throttle::{Proposal, SharedCalls};

/// The row of the app's calls.
const APP: &str = "app";

/// Takes a portion of at least `calls` of the app's calls, as far as there is room for them, and learns what the other workers
/// took. While one task of this worker does so the others wait for it.
pub(crate) async fn take(engine: &Engine, calls: u32) -> Result<(), StoreError> {
    change(engine, |engine| {
        let now = engine.clock.now();
        let mut throttle = engine.graph.throttle();
        (!throttle.has_in_hand(now, calls)).then(|| throttle.propose(now, calls))
    })
    .await
}

/// Gives back what is in hand for nothing in particular, before this worker goes to sleep.
pub(crate) async fn give_back(engine: &Engine) -> Result<(), StoreError> {
    change(engine, |engine| {
        let now = engine.clock.now();
        let mut throttle = engine.graph.throttle();
        throttle.put_by().then(|| throttle.propose(now, 0))
    })
    .await
}

/// Changes the row as proposed, again as often as somebody else was faster; not at all where nothing is proposed.
async fn change(engine: &Engine, propose: impl Fn(&Engine) -> Option<Proposal>) -> Result<(), StoreError> {
    let _one_at_a_time = engine.graph.portions.lock().await;
    while let Some(proposal) = propose(engine) {
        let state = serde_json::to_value(&proposal.row)
            .map_err(|source| StoreError::Json { what: "the shared calls".to_owned(), source })?;
        // Where this fails, whether the row was written is not known: what was to be given back stays counted.
        match engine.store.set_shared_calls(APP, proposal.expected_version, &state).await? {
            Some(version) => {
                engine.graph.throttle().accepted(engine.clock.now(), version, proposal);
                break;
            }
            None => {
                let SharedRow { version, state } = engine.store.shared_calls(APP).await?;
                let row: SharedCalls = serde_json::from_value(state)
                    .map_err(|source| StoreError::Json { what: "the shared calls".to_owned(), source })?;
                engine.graph.throttle().overtaken(version, row, proposal);
            }
        }
    }
    Ok(())
}
