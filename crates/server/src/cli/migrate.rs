//! `parlour migrate`.

use clap::Args;

use super::{
    DataArgs, Failure,
    open::{configure, open},
    output,
};

#[derive(Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    data: DataArgs,
}

/// Opening migrates; this says so and does nothing else.
pub(super) fn run(args: &MigrateArgs) -> Result<(), Failure> {
    open(&configure(&args.data)?)?;
    output::line(&format!(
        "the database has schema {}",
        store::migrate::version()
    ))
}
