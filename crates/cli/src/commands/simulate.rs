//! `unmoor simulate`.

use crate::args::SimulateArgs;
use crate::exit::{Exit, Trouble};
use crate::output::Output;

pub(crate) async fn run(args: SimulateArgs, output: &Output) -> anyhow::Result<Exit> {
    let _ = (args, output);
    Err(Trouble::unexpected("`unmoor simulate` is being built").into())
}
