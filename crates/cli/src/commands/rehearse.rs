//! `unmoor rehearse`.

use crate::args::RehearseArgs;
use crate::exit::{Exit, Trouble};
use crate::output::Output;

pub(crate) async fn run(args: RehearseArgs, output: &Output) -> anyhow::Result<Exit> {
    let _ = (args, output);
    Err(Trouble::unexpected("`unmoor rehearse` is being built").into())
}
