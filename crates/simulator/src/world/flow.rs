//! Flows, as far as buttons of templates name them (observations: templates.flows).

use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// A Flow of a WABA. What is in it matters to no migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its id; another one in another WABA.
    pub id: Id,
    /// Its name, unique in its WABA.
    pub name: String,
}
