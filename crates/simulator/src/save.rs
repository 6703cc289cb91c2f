//! A simulator as bytes, so that it outlives its process: the whole state and what `reset` goes back to. Nothing of it is
//! recomputed on the way back, so a simulator that was saved and restored goes on with the same bytes as one that never stopped.
//!
//! The first line is a header (JSON) that tells another version and a damaged file apart; the rest is the content (JSON).

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    faults::Fault,
    knobs::Knobs,
    load::{self, Files, Setup},
    simulator::Simulator,
    state::State,
    world::{World, sharing::sharing},
};

/// What the header of every saved simulator says it is.
const WHAT: &str = "the state of an Unmoor simulator";

/// A saved simulator that cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSave {
    /// The text is something else.
    #[error("this is not the saved state of a simulator")]
    SomethingElse,
    /// Another version wrote it.
    #[error(
        "this state was saved by version {saved} of the simulator, and this is {}: a state is kept for restarts of one version",
        version()
    )]
    OtherVersion {
        /// The version that wrote it.
        saved: String,
    },
    /// It is not what was written.
    #[error("this state is damaged: {0}")]
    Damaged(String),
}

/// A state that cannot be written down; never seen, since everything in it is plain data.
#[derive(Debug, thiserror::Error)]
#[error("the state cannot be saved: {0}")]
pub struct CannotSave(#[from] serde_json::Error);

#[derive(Serialize, Deserialize)]
struct Header {
    what: String,
    version: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<'a> {
    state: State,
    origin: Origin<'a>,
}

/// A [`Setup`], with its world only where there are no files from which it can be made again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Origin<'a> {
    seed: u64,
    start: Timestamp,
    knobs: Cow<'a, Knobs>,
    faults: Cow<'a, [Fault]>,
    files: Option<Cow<'a, Files>>,
    world: Option<Cow<'a, World>>,
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

impl Simulator {
    /// Everything that it is at this instant. Holds tokens and PINs, if only simulated ones.
    ///
    /// # Errors
    /// When something in it has no form in JSON, which would be a defect.
    pub fn save(&self) -> Result<Vec<u8>, CannotSave> {
        // Copied under the lock and written outside of it: nobody waits for the writing.
        let (state, origin) = self.parts();
        let mut bytes = serde_json::to_vec(&Content { state, origin: Origin::of(&origin) })?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let header = Header { what: WHAT.to_owned(), version: version().to_owned(), sha256 };
        // Moved behind the header where it stands: a second copy of a large fleet would be hundreds of megabytes.
        bytes.splice(..0, serde_json::to_vec(&header)?.into_iter().chain([b'\n']));
        Ok(bytes)
    }

    /// The simulator that was saved, at the instant at which it was.
    ///
    /// # Errors
    /// When the bytes are something else, of another version, or damaged.
    pub fn restore(saved: &[u8]) -> Result<Self, InvalidSave> {
        let end = saved.iter().position(|byte| *byte == b'\n').ok_or(InvalidSave::SomethingElse)?;
        let (header, content) = saved.split_at(end);
        let content = content.get(1..).unwrap_or_default();
        let header: Header = serde_json::from_slice(header).map_err(|_| InvalidSave::SomethingElse)?;
        if header.what != WHAT {
            return Err(InvalidSave::SomethingElse);
        }
        if header.version != version() {
            return Err(InvalidSave::OtherVersion { saved: header.version });
        }
        if header.sha256 != hex::encode(Sha256::digest(content)) {
            return Err(InvalidSave::Damaged("its checksum does not fit its content".to_owned()));
        }
        let damaged = |error: serde_json::Error| InvalidSave::Damaged(error.to_string());
        // Both of its worlds mostly say the same.
        let Content { mut state, origin } = sharing(|| serde_json::from_slice(content)).map_err(damaged)?;
        state.world.rebuild_index();
        Ok(Self::from_parts(state, origin.setup()?))
    }
}

impl<'a> Origin<'a> {
    fn of(Setup { world, knobs, faults, start, seed, files }: &'a Setup) -> Self {
        Self {
            seed: *seed,
            start: *start,
            knobs: Cow::Borrowed(knobs),
            faults: Cow::Borrowed(faults),
            files: files.as_ref().map(Cow::Borrowed),
            world: if files.is_some() { None } else { Some(Cow::Borrowed(world)) },
        }
    }

    fn setup(self) -> Result<Setup, InvalidSave> {
        let Self { seed, start, knobs, faults, files, world } = self;
        let (knobs, faults, files) = (knobs.into_owned(), faults.into_owned(), files.map(Cow::into_owned));
        let world = match (world, &files) {
            (Some(world), _) => world.into_owned(),
            (None, Some(files)) => {
                load::load_files(files, seed).map_err(|error| InvalidSave::Damaged(error.to_string()))?.world
            }
            (None, None) => return Err(InvalidSave::Damaged("it does not say where it began".to_owned())),
        };
        Ok(Setup { world, knobs, faults, start, seed, files })
    }
}
