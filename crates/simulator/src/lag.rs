//! Reads that lag behind writes (observations: numbers.read_after_write_lag_s): what was changed lately, as it was before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// Nodes of one kind as they were before their last changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Lag<T>(BTreeMap<Id, Vec<Old<T>>>);

/// A node as it was, and until when reads show it so.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Old<T> {
    until: Timestamp,
    node: T,
}

impl<T> Default for Lag<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Clone> Lag<T> {
    /// Keeps a node that is about to change at `at`; reads show it as it is until `until`.
    pub(crate) fn keep(&mut self, id: Id, node: &T, at: Timestamp, until: Timestamp) {
        let versions = self.0.entry(id).or_default();
        versions.retain(|old| old.until > at);
        versions.push(Old { until, node: node.clone() });
    }

    /// The node as reads still show it at `now`; nothing where they show it as it is.
    pub(crate) fn seen(&self, id: Id, now: Timestamp) -> Option<&T> {
        let versions = self.0.get(&id)?;
        versions.iter().find(|old| old.until > now).map(|old| &old.node)
    }
}
